"""Completion: what the word under the cursor may become, from the lexicon and the shop's album.

The text before the cursor is cut by the grammar's own lexer, so completion
and parser never disagree about where a word begins. Every question to the
store is bounded by ``MOST``; nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.commands.choosing import Choice, Shelf, Span
from bot.commands.grammar import LONGEST, GrammarError
from bot.commands.grammar.lexer import Kind, Lexer, Token
from bot.commands.grammar.modifiers import find_modifier
from bot.commands.lexicon import find_verb, lexicon
from bot.store.database import Connection
from orders.folding import fold, is_word

MOST = 12
"""Choices that are shown at most."""

ITEM_VERBS = frozenset({"o", "add", "set", "rm", "stock"})
CHANGE_VERBS = frozenset({"o", "add", "set"})
WITHOUT_TARGET = frozenset({"help", "link", "find", "inbox", "undo"})


@dataclass(frozen=True, slots=True)
class Completion:
    """What may stand from ``start`` to ``end`` of the text as typed; ``choices`` best first."""

    start: int
    end: int
    choices: tuple[Choice, ...]


def complete(
    connection: Connection, shop: Any, text: str, at: int, language: str
) -> Completion | None:
    """Complete the word that ends at the cursor ``at``; None where nothing fits, and for chat."""
    at = min(max(at, 0), len(text))
    before = text[:at]
    prefix = next(
        (one for one in shop.options["prefixes"] if before.lstrip().startswith(one)), None
    )
    if prefix is None or at > LONGEST:
        return None
    shelf = Shelf(connection, shop, language)
    begin = len(before) - len(before.lstrip()) + len(prefix)
    verb_end = _word_end(before, begin)
    if verb_end == at:
        span, found = (begin, at), shelf.verbs(before[begin:at])
    else:
        span, found = _complete_body(shelf, before, begin, verb_end)
    choices = tuple(choice for choice, _ in zip(found, range(MOST), strict=False))
    return Completion(*_whole(text, span), choices) if choices else None


def _complete_body(
    shelf: Shelf, before: str, begin: int, verb_end: int
) -> tuple[Span, Iterator[Choice]]:
    """Complete what stands behind the verb."""
    word = before[begin:verb_end]
    verb = find_verb(word)
    at = len(before)
    if verb is None:
        return (at, at), iter(())
    tokens, last = _cut(before, verb_end)
    held = before[last[0] : last[1]]
    if verb == "help":
        return last, shelf.verbs(held)
    if not tokens and verb not in WITHOUT_TARGET and held[:1] in ("@", "!"):
        return last, shelf.customers(held[1:]) if held[0] == "@" else shelf.orders(held[1:])
    if verb in ("use", "merge"):
        return last, iter(())
    if verb == "slip":
        return last, shelf.words("answers", held) if not tokens else iter(())
    if verb in ITEM_VERBS:
        return _complete_part(shelf, verb, tokens, last, held)
    return last, iter(())


def _complete_part(
    shelf: Shelf, verb: str, tokens: list[Token], last: Span, held: str
) -> tuple[Span, Iterator[Choice]]:
    """Complete an item or a change of the order, by what stands before in its own part."""
    part = _own_part(tokens)
    change = next((find_modifier(one) for one in reversed(part) if find_modifier(one)), None)
    if change == "ship" and _is_last_modifier(part):
        return last, shelf.ways(held)
    if change == "pay" and _is_last_modifier(part):
        return last, shelf.words("payments", held)
    if change is not None:
        return last, iter(())
    if len(part) > 1 and part[-1].sign("/"):
        code, *chosen = _named(part)
        return last, shelf.options(code, chosen, held)
    if held[:1].isdigit() and part and part[-1].kind in (Kind.WORD, Kind.BRACKET):
        return last, iter(())
    changes = shelf.modifiers(held) if verb in CHANGE_VERBS else iter(())
    if not held and part:
        return last, changes
    return last, _both(shelf.products(held), changes)


def _both(products: Iterator[Choice], changes: Iterator[Choice]) -> Iterator[Choice]:
    """Give what begins so among the changes first, for they are few, then the products."""
    yield from changes
    yield from products


def _cut(before: str, start: int) -> tuple[list[Token], Span]:
    """Cut the text behind the verb; give the tokens before the last word, and its place.

    The last word is what touches the cursor: empty behind a blank, and with its
    ``@``, ``!`` or open bracket where one stands before it.
    """
    folded = fold(before)
    first = next(
        (place for place, span in enumerate(folded.origins) if span[0] >= start), len(folded.text)
    )
    lexer = Lexer(folded, first, lexicon().heads)
    tokens: list[Token] = []
    try:
        while lexer.peek().kind is not Kind.END:
            tokens.append(lexer.take())
    except GrammarError as error:
        return tokens, (error.start, len(before))
    end = len(folded.text)
    word = tokens.pop() if tokens and tokens[-1].end == end and _is_open(tokens[-1]) else None
    if word is None:
        return tokens, (len(before), len(before))
    begin = word.start
    if tokens and not tokens[-1].sign("/") and tokens[-1].end == begin and tokens[-1].sign("@!"):
        begin = tokens.pop().start
    return tokens, folded.span(begin, end)


def _is_open(token: Token) -> bool:
    return token.kind in (Kind.WORD, Kind.NUMBER) or token.sign("@!")


def _own_part(tokens: list[Token]) -> list[Token]:
    """Give the tokens since the last ";", "," or line's end."""
    part: list[Token] = []
    for token in tokens:
        part = [] if token.kind is Kind.BREAK else [*part, token]
    return part


def _is_last_modifier(part: list[Token]) -> bool:
    """Whether the change's own word, with its colon perhaps, is all that stands there yet."""
    return find_modifier(part[-1]) is not None or (
        part[-1].sign(":") and len(part) > 1 and find_modifier(part[-2]) is not None
    )


def _named(part: list[Token]) -> list[str]:
    """Give the code whose options are being written, and those that were written already."""
    names: list[str] = []
    place = len(part) - 1
    while place >= 1 and part[place].sign("/"):
        names.insert(0, part[place - 1].text)
        place -= 2
    return names


def _word_end(text: str, begin: int) -> int:
    end = begin
    while end < len(text) and (is_word(text[end]) or not fold(text[end]).text):
        end += 1
    return end


def _whole(text: str, span: Span) -> Span:
    """Let the place reach to the end of the word in which the cursor stands."""
    end = span[1]
    while end < len(text) and (is_word(text[end]) or text[end] == "-"):
        end += 1
    return span[0], end
