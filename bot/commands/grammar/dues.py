"""Due times as typed: ``2h``, ``1h 30m``, ``3d``, ``18:00``, ``25/12``, ``25/12 18:00``."""

from __future__ import annotations

from bot.commands.grammar.lexer import Kind, Lexer, Token
from bot.commands.grammar.values import DueSpec
from bot.commands.lexicon import lexicon
from orders.folding import is_digit

MINUTES = {"d": 24 * 60, "h": 60, "m": 1}
LONGEST = 366 * 24 * 60
MOST_DIGITS = 6
# A leap year's: whoever knows this year refuses 29 February where there is none.
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def read_due(lexer: Lexer) -> DueSpec:
    """The due time that stands next; GrammarError where there is none."""
    token = lexer.peek()
    if token.kind in (Kind.END, Kind.BREAK):
        lexer.fail("due_missing", token)
    if token.kind is Kind.NUMBER:
        lexer.take()
        if lexer.peek().sign(":"):
            return _read_clock(lexer, token)
        if lexer.peek().sign("/"):
            return _read_date(lexer, token)
        lexer.seek(token.start)
    return _read_duration(lexer, token)


def _read_clock(lexer: Lexer, hours: Token) -> DueSpec:
    lexer.take()
    minutes = lexer.peek()
    if minutes.kind is not Kind.NUMBER or len(minutes.text) != 2:
        lexer.fail_span("due_unreadable", hours.start, minutes.end, word=_said(lexer, hours))
    lexer.take()
    hour, minute = _small(lexer, hours, 23), _small(lexer, minutes, 59)
    if lexer.peek().kind is Kind.WORD and lexer.peek().key in lexicon().clock:
        lexer.take()
        _skip_dot(lexer)
    return DueSpec("clock", hour=hour, minute=minute)


def _read_date(lexer: Lexer, days: Token) -> DueSpec:
    lexer.take()
    months = lexer.peek()
    if months.kind is not Kind.NUMBER:
        lexer.fail_span("due_unreadable", days.start, months.end, word=_said(lexer, days))
    lexer.take()
    month = _small(lexer, months, 12)
    day = _small(lexer, days, DAYS[month - 1] if month else 31)
    if not month or not day:
        lexer.fail("due_unreadable", days if month else months)
    if lexer.peek().sign("/"):
        slash = lexer.take()
        lexer.fail_span("due_year", slash.start, lexer.peek().end)
    hours = lexer.peek()
    if hours.kind is Kind.NUMBER:
        lexer.take()
        if not lexer.peek().sign(":"):
            lexer.fail("due_unreadable", hours)
        clock = _read_clock(lexer, hours)
        return DueSpec("date", day=day, month=month, hour=clock.hour, minute=clock.minute)
    return DueSpec("date", day=day, month=month)


def _read_duration(lexer: Lexer, first: Token) -> DueSpec:
    """One or more numbers with their units, added up."""
    pairs: list[tuple[str, str]] = []
    while found := _take_pairs(lexer):
        pairs.extend(found)
    if not pairs:
        lexer.fail("due_unreadable", first)
    end = lexer.position
    word = lexer.raw(first.start, end)
    minutes = 0
    for digits, unit in pairs:
        if len(digits) > MOST_DIGITS:
            lexer.fail_span("due_out_of_range", first.start, end, word=word)
        minutes += int(digits) * MINUTES[unit]
    if not 1 <= minutes <= LONGEST:
        lexer.fail_span("due_out_of_range", first.start, end, word=word)
    return DueSpec("after", minutes=minutes)


def _take_pairs(lexer: Lexer) -> list[tuple[str, str]]:
    """``1h30m`` or ``2 hours`` as digits and units; none, and nothing taken, where neither."""
    token = lexer.peek()
    if token.kind is Kind.WORD:
        pairs = _split_units(token.key)
        if pairs:
            lexer.take()
            _skip_dot(lexer)
        return pairs
    if token.kind is not Kind.NUMBER or not all(map(is_digit, token.text)):
        return []
    lexer.take()
    unit = lexicon().units.get(lexer.peek().key) if lexer.peek().kind is Kind.WORD else None
    if unit is None:
        lexer.seek(token.start)
        return []
    lexer.take()
    _skip_dot(lexer)
    return [(token.text, unit)]


def _split_units(word: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    at = 0
    while at < len(word):
        middle = at
        while middle < len(word) and is_digit(word[middle]):
            middle += 1
        end = middle
        while end < len(word) and not is_digit(word[end]):
            end += 1
        unit = lexicon().units.get(word[middle:end])
        if middle == at or unit is None:
            return []
        pairs.append((word[at:middle], unit))
        at = end
    return pairs


def _skip_dot(lexer: Lexer) -> None:
    """The full stop of an abbreviated unit: ``2 ชม.``"""
    if lexer.peek().sign("."):
        lexer.take()


def _small(lexer: Lexer, token: Token, most: int) -> int:
    """A number of one or two digits, up to ``most``."""
    if len(token.text) > 2 or int(token.text) > most:
        lexer.fail("due_unreadable", token)
    return int(token.text)


def _said(lexer: Lexer, first: Token) -> str:
    return lexer.raw(first.start, lexer.peek().end)
