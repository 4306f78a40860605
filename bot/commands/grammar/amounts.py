"""Numbers of the grammar: quantities, and amounts as exact decimal strings.

Nothing here goes through ``int``, ``float`` or ``Decimal`` before its digits are
counted: those read ``1_000``, ``1e999999999`` and digits without end.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands.grammar.lexer import Kind, Lexer, Token
from orders.folding import is_digit

MOST = 9999
MOST_DIGITS = 9
PERCENT_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Money:
    """How amounts are written here: the currency's decimals, and the words for it."""

    decimals: int
    words: frozenset[str]


def read_quantity(lexer: Lexer, token: Token) -> int:
    """The whole number 1 to 9999 that ``token``, a NUMBER just taken, stands for."""
    if "." in token.text:
        lexer.fail("quantity_not_whole", token)
    if len(token.text) > len(str(MOST)) or not int(token.text):
        lexer.fail("quantity_out_of_range", token)
    return int(token.text)


def read_amount(lexer: Lexer, money: Money, example: str) -> str:
    """The amount that stands next, as ``"1290.50"``; ``example`` shows one where it is missing."""
    return _as_money(lexer, money, _take_amount(lexer, money, example))


def read_discount(lexer: Lexer, money: Money, example: str) -> tuple[str, bool]:
    """The amount or percentage that stands next, and whether it is a percentage."""
    number = _take_amount(lexer, money, example)
    if not lexer.peek().sign("%"):
        return _as_money(lexer, money, number), False
    lexer.take()
    return _as_percent(lexer, number), True


def _take_amount(lexer: Lexer, money: Money, example: str) -> Token:
    """The NUMBER of an amount; a currency's sign or word on either side goes with it."""
    _skip_currency(lexer, money)
    token = lexer.peek()
    if token.sign("-"):
        lexer.fail("amount_negative", token)
    if token.kind in (Kind.END, Kind.BREAK):
        lexer.fail_span("amount_missing", token.start, token.end, example=example)
    if token.kind is not Kind.NUMBER:
        lexer.fail("digit_unreadable" if is_half_digit(token) else "amount_unreadable", token)
    lexer.take()
    _skip_satang_dash(lexer)
    _skip_currency(lexer, money)
    return token


def _skip_currency(lexer: Lexer, money: Money) -> None:
    token = lexer.peek()
    if token.kind in (Kind.WORD, Kind.SIGN) and token.key in money.words:
        lexer.take()


def _skip_satang_dash(lexer: Lexer) -> None:
    """The ``.-`` that Thai prices bear: ``350.-`` is 350 baht, no satang."""
    after = lexer.text[lexer.position + 2 : lexer.position + 3]
    if lexer.text.startswith(".-", lexer.position) and after in ("", " ", ";", ",", "\n"):
        lexer.seek(lexer.position + 2)


def _as_money(lexer: Lexer, money: Money, token: Token) -> str:
    whole, _, fraction = token.text.partition(".")
    whole = whole.lstrip("0") or "0"
    if len(whole) > MOST_DIGITS:
        lexer.fail("amount_too_big", token)
    if len(fraction) > money.decimals:
        lexer.fail("amount_decimals", token, decimals=str(money.decimals))
    return f"{whole}.{fraction.ljust(money.decimals, '0')}" if money.decimals else whole


def _as_percent(lexer: Lexer, token: Token) -> str:
    whole, _, fraction = token.text.partition(".")
    whole = whole.lstrip("0") or "0"
    if len(fraction) > PERCENT_DECIMALS:
        lexer.fail("amount_decimals", token, decimals=str(PERCENT_DECIMALS))
    fraction = fraction.rstrip("0")
    if len(whole) > 3 or int(whole) > 100 or (whole == "100" and fraction):
        lexer.fail("percent_out_of_range", token)
    return f"{whole}.{fraction}" if fraction else whole


def is_half_digit(token: Token) -> bool:
    """A sign such as ``²`` or ``①``, that looks like a digit and is none."""
    return token.kind is Kind.SIGN and token.text.isnumeric() and not is_digit(token.text)
