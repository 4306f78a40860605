"""Items: ``A1/black/M 2 @350 -10%``, ``[1024] 3``, ``"hand-made bag" 1 @1,290``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from bot.commands.grammar.amounts import (
    MOST,
    Money,
    is_half_digit,
    read_amount,
    read_discount,
    read_quantity,
)
from bot.commands.grammar.errors import GrammarError
from bot.commands.grammar.lexer import Kind, Lexer, Token
from bot.commands.grammar.values import ItemSpec
from orders.folding import is_digit, is_latin

MOST_CODE = 32
MOST_BRACKET = 64
MOST_NAME = 200
MOST_OPTION = 64
MOST_OPTIONS = 8
# Words that Python, and people who test, take for numbers.
NOT_NUMBERS = ("nan", "inf", "infinity")


@dataclass(frozen=True, slots=True)
class _Count:
    """A quantity as written: none at all counts one."""

    quantity: int = 1
    counted: bool = False
    sign: Literal["+"] | None = None


def read_item(lexer: Lexer, money: Money) -> ItemSpec:
    """The item that starts at the next token, which is a WORD, BRACKET or QUOTE."""
    first = lexer.take()
    code, name = _read_code(lexer, first)
    options, last = _read_options(lexer, first) if name is None else ((), first)
    head_end = lexer.position
    count = _read_count(lexer)
    price = None
    if lexer.peek().sign("@"):
        price = _read_price(lexer, money)
    if name is not None and price is None:
        lexer.fail("price_missing", first, word=name)
    item = ItemSpec(
        code=code,
        name=name,
        options=options,
        quantity=count.quantity,
        counted=count.counted,
        sign=count.sign,
        price=price,
        discount=None,
        discount_percent=False,
        span=lexer.folded.span(first.start, lexer.position),
        code_span=lexer.folded.span(first.start, head_end),
    )
    other = None if count.counted or name is not None else _other_reading(item, last)
    return _finish(lexer, money, first, item, other)


def sum_items(items: Iterable[ItemSpec]) -> tuple[tuple[ItemSpec, ...], tuple[str, ...]]:
    """Items with the same code, options, price and percentage made one, and the codes summed.

    A line whose price or discount differs stays a line of its own, and so does
    one with an amount off: that amount was meant for that line. Resolve
    ``alternatives`` before; such an item is left as it is. Raises GrammarError
    where a sum passes 9999.
    """
    lines: dict[object, ItemSpec] = {}
    told: dict[str, None] = {}
    for index, item in enumerate(items):
        apart = item.alternatives or (item.discount is not None and not item.discount_percent)
        key = index if apart else (item.code, item.name, item.options, item.price, item.discount)
        if key not in lines:
            lines[key] = item
            continue
        total = lines[key].quantity + item.quantity
        if total > MOST:
            raise GrammarError("quantity_out_of_range", *item.span, {"word": str(total)})
        lines[key] = replace(lines[key], quantity=total, counted=True)
        told[item.code or item.name or ""] = None
    return tuple(lines.values()), tuple(told)


def _finish(
    lexer: Lexer, money: Money, first: Token, item: ItemSpec, other: ItemSpec | None
) -> ItemSpec:
    """The discount, the end of the item, and a refusal of a number too many."""
    minus = lexer.peek()
    if minus.sign("-"):
        lexer.take()
        discount, percent = read_discount(lexer, money, "-20")
        if not item.counted and item.price is None:
            if other is None:
                head = lexer.raw(first.start, minus.start)
                off = lexer.raw(minus.start, lexer.position)
                lexer.fail_span(
                    "discount_needs_quantity", minus.start, lexer.position, fix=f"{head} 1 {off}"
                )
            # Only the reading as code and quantity can bear a discount here.
            item, other = other, None
        item = replace(item, discount=discount, discount_percent=percent)
        if other is not None:
            other = replace(other, discount=discount, discount_percent=percent)
    _refuse_second_number(lexer, first, item)
    span = lexer.folded.span(first.start, lexer.position)
    item = replace(item, span=span)
    return item if other is None else replace(item, alternatives=(replace(other, span=span),))


def _refuse_second_number(lexer: Lexer, first: Token, item: ItemSpec) -> None:
    token = lexer.peek()
    if token.kind is not Kind.NUMBER:
        return
    if item.price is not None and not item.counted and item.discount is None:
        lexer.fail("quantity_after_price", token)
    said = lexer.raw(first.start, token.start)
    lexer.fail("second_number", token, item=said, fix=f"{said} @{lexer.clip(token)}")


def _read_code(lexer: Lexer, token: Token) -> tuple[str | None, str | None]:
    """The code or the one-off name that ``token`` stands for; the other is None."""
    if token.kind is Kind.QUOTE:
        name = " ".join(lexer.raw(token.start + 1, token.end - 1).split())
        if not name or not token.text:
            lexer.fail("quote_empty", token)
        if len(name) > MOST_NAME:
            lexer.fail("name_too_long", token, limit=str(MOST_NAME))
        return None, name
    if token.kind is Kind.BRACKET:
        if not token.text:
            lexer.fail("bracket_empty", token)
        if len(token.text) > MOST_BRACKET:
            lexer.fail("code_too_long", token, limit=str(MOST_BRACKET))
    elif not any(is_latin(char) for char in token.text):
        lexer.fail("code_unreadable", token, fix=f"[{lexer.clip(token)}]")
    elif len(token.text) > MOST_CODE:
        lexer.fail("code_too_long", token, limit=str(MOST_CODE))
    return token.text.upper(), None


def _read_options(lexer: Lexer, code: Token) -> tuple[tuple[str, ...], Token]:
    """The options after the code, and the last token of code and options."""
    options: list[str] = []
    last = code
    while lexer.peek().sign("/"):
        slash = lexer.take()
        last = lexer.take_option()
        if not last.text:
            lexer.fail("option_missing", slash)
        if len(last.text) > MOST_OPTION:
            lexer.fail("option_too_long", last, limit=str(MOST_OPTION))
        options.append(last.text)
        if len(options) > MOST_OPTIONS:
            lexer.fail("too_many_options", last, limit=str(MOST_OPTIONS))
    return tuple(options), last


def _read_count(lexer: Lexer) -> _Count:
    """The quantity that stands next: ``2``, ``x2``, ``x 2``, ``*2``, ``=2``, ``+2``, or none."""
    token = lexer.peek()
    if token.kind is Kind.NUMBER:
        return _Count(read_quantity(lexer, lexer.take()), counted=True)
    if token.sign("*=+"):
        lexer.take()
        return _Count(_take_number(lexer), counted=True, sign="+" if token.text == "+" else None)
    if is_half_digit(token):
        lexer.fail("digit_unreadable", token)
    if token.kind is Kind.WORD:
        return _read_count_word(lexer, token)
    return _Count()


def _read_count_word(lexer: Lexer, token: Token) -> _Count:
    key = token.key
    if _looks_numeric(key):
        lexer.fail("quantity_unreadable", token)
    if key == "x":
        lexer.take()
        if lexer.peek().kind is Kind.NUMBER:
            return _Count(read_quantity(lexer, lexer.take()), counted=True)
        # No quantity after all: the code of the next item.
        lexer.seek(token.start)
    elif key[0] == "x" and all(map(is_digit, key[1:])):
        lexer.take()
        number = Token(Kind.NUMBER, token.text[1:], token.start + 1, token.end)
        return _Count(read_quantity(lexer, number), counted=True)
    return _Count()


def _read_price(lexer: Lexer, money: Money) -> str:
    at = lexer.take()
    token = lexer.peek()
    if token.kind is Kind.WORD and is_latin(token.text[0]) and is_digit(token.text[-1]):
        # A price never looks like this; a customer's code does.
        lexer.fail_span("target_late", at.start, token.end, word=f"@{lexer.clip(token)}")
    return read_amount(lexer, money, "@350")


def _take_number(lexer: Lexer) -> int:
    token = lexer.peek()
    if is_half_digit(token):
        lexer.fail("digit_unreadable", token)
    if token.kind is not Kind.NUMBER:
        lexer.fail("quantity_unreadable", token)
    return read_quantity(lexer, lexer.take())


def _looks_numeric(key: str) -> bool:
    """``1_000``, ``1e5``, ``0x10``, ``nan``: what other programs would read as a number."""
    if key in NOT_NUMBERS:
        return True
    if is_digit(key[0]) and all(char == "_" or is_digit(char) for char in key):
        return True
    mantissa, e, exponent = key.partition("e")
    if e and mantissa and exponent and all(map(is_digit, mantissa + exponent)):
        return True
    return key.startswith("0x") and all(char in "0123456789abcdef" for char in key[2:])


def _other_reading(item: ItemSpec, last: Token) -> ItemSpec | None:
    """``A1x2`` as code A1, two of it; ``A1/Mx2`` as option M, two. None where it cannot be."""
    if last.kind is not Kind.WORD or item.code is None:
        return None
    at = max(last.text.rfind("x"), last.text.rfind("X"))
    head, digits = last.text[:at].rstrip("-_"), last.text[at + 1 :]
    if at < 1 or not head or not 1 <= len(digits) <= len(str(MOST)):
        return None
    if not all(map(is_digit, digits)) or not int(digits):
        return None
    if item.options:
        code, options = item.code, (*item.options[:-1], head)
    elif any(is_latin(char) for char in head):
        code, options = head.upper(), ()
    else:
        return None
    return replace(item, code=code, options=options, quantity=int(digits), counted=True)
