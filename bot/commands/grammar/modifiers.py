"""Modifiers: changes to the order as a whole, ``ship ems 50``, ``disc 5%``, ``note: …``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.commands.grammar.amounts import Money, read_amount, read_discount
from bot.commands.grammar.dues import read_due
from bot.commands.grammar.items import MOST_NAME
from bot.commands.grammar.lexer import Kind, Lexer, Token
from bot.commands.grammar.values import Modifier, Span
from bot.commands.lexicon import lexicon
from bot.commands.suggest import nearest
from orders.folding import is_digit

PHONE_SIGNS = "+-()."
NO_SPAN: Span = (0, 0)
# What cannot both be said of one order.
TOPICS = {"freeship": "ship", "novat": "vat"}


def find_modifier(token: Token) -> str | None:
    """The modifier that ``token`` is the word of, or None."""
    return lexicon().modifiers.get(token.key) if token.kind is Kind.WORD else None


def read_modifier(lexer: Lexer, money: Money) -> Modifier:
    """The modifier whose word is the next token; a colon after the word is allowed."""
    word = lexer.take()
    kind = lexicon().modifiers[word.key]
    if lexer.peek().sign(":"):
        lexer.take()
    modifier = READERS[kind](lexer, money)
    return replace(modifier, span=lexer.folded.span(word.start, lexer.position))


def topic(modifier: Modifier) -> str:
    """What the modifier decides, so that it can be decided once only."""
    return TOPICS.get(modifier.kind, modifier.kind)


def _read_ship(lexer: Lexer, money: Money) -> Modifier:
    method = _take_method(lexer)
    if method is not None and method.key in lexicon().free:
        return Modifier("freeship", NO_SPAN)
    fee = None
    if _starts_amount(lexer.peek(), money):
        fee = read_amount(lexer, money, "ship 50")
    return Modifier("ship", NO_SPAN, amount=fee, text=method.text if method else None)


def _take_method(lexer: Lexer) -> Token | None:
    token = lexer.peek()
    named = token.kind in (Kind.BRACKET, Kind.QUOTE)
    if not named and (token.kind is not Kind.WORD or find_modifier(token)):
        return None
    lexer.take()
    if not token.text:
        lexer.fail("bracket_empty" if token.kind is Kind.BRACKET else "quote_empty", token)
    if len(token.text) > MOST_NAME:
        lexer.fail("name_too_long", token, limit=str(MOST_NAME))
    return token


def _starts_amount(token: Token, money: Money) -> bool:
    if token.kind is Kind.NUMBER or token.sign("-"):
        return True
    return token.kind is Kind.SIGN and token.key in money.words


def _read_disc(lexer: Lexer, money: Money) -> Modifier:
    if lexer.peek().sign("-"):
        # "disc -20" says the same as "disc 20".
        lexer.take()
    amount, percent = read_discount(lexer, money, "disc 20")
    return Modifier("disc", NO_SPAN, amount=amount, percent=percent)


def _read_dep(lexer: Lexer, money: Money) -> Modifier:
    return Modifier("dep", NO_SPAN, amount=read_amount(lexer, money, "dep 200"))


def _read_pay(lexer: Lexer, money: Money) -> Modifier:
    token = lexer.peek()
    words = lexicon().payments
    if token.kind in (Kind.END, Kind.BREAK):
        lexer.fail("pay_missing", token)
    method = words.get(token.key)
    if method is None:
        near = nearest(token.text, words)
        lexer.fail("word_unknown" if near else "pay_unknown", token, near=near or "")
    lexer.take()
    return Modifier("pay", NO_SPAN, text=method)


def _read_due(lexer: Lexer, money: Money) -> Modifier:
    return Modifier("due", NO_SPAN, due=read_due(lexer))


def _read_tel(lexer: Lexer, money: Money) -> Modifier:
    """Digits, perhaps parted by blanks, hyphens or brackets, perhaps with a "+" before them."""
    start = lexer.peek().start
    digits = ""
    plus = False
    token = lexer.peek()
    while token.kind is Kind.NUMBER or token.sign(PHONE_SIGNS):
        if token.sign("+"):
            if digits or plus:
                break
            plus = True
        digits += "".join(filter(is_digit, token.text))
        lexer.take()
        token = lexer.peek()
    if not 8 <= len(digits) <= 15:
        lexer.fail_span("phone_unreadable", start, max(lexer.position, token.end))
    return Modifier("tel", NO_SPAN, text=f"+{digits}" if plus else digits)


def _read_note(lexer: Lexer, money: Money) -> Modifier:
    """The words up to the next ";" or the end of the line, as typed."""
    start = end = lexer.position
    while end < len(lexer.text) and lexer.text[end] not in ";\n":
        end += 1
    words = lexer.raw(start, end)
    if not lexer.text[start:end].strip():
        lexer.fail_span("note_empty", start, start)
    lexer.seek(end)
    return Modifier("note", NO_SPAN, text=words)


def _bare(kind: str) -> Callable[[Lexer, Money], Modifier]:
    return lambda lexer, money: Modifier(kind, NO_SPAN)


# Every modifier of the lexicon and how what follows its word is read.
READERS: dict[str, Callable[[Lexer, Money], Modifier]] = {
    "ship": _read_ship,
    "freeship": _bare("freeship"),
    "disc": _read_disc,
    "dep": _read_dep,
    "pay": _read_pay,
    "due": _read_due,
    "tel": _read_tel,
    "vat": _bare("vat"),
    "novat": _bare("novat"),
    "note": _read_note,
}
