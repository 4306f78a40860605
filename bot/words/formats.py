"""Amounts, rates and times as people read them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import get_month_names
from babel.numbers import (
    NumberFormatError,
    format_currency,
    format_decimal,
    get_currency_symbol,
    get_group_symbol,
    parse_decimal,
)

from orders.errors import AmountError
from orders.money import MOST_MINOR
from orders.numerals import fold

# Where the reader's locale knows only the code, the sign that the currency bears at home.
_HOME = {"THB": "th", "PHP": "fil", "IDR": "id", "MYR": "ms"}
# Two decimals in the books, none in daily life (CLDR's "cash digits").
_WHOLE = frozenset({"IDR", "TWD"})
_BUDDHIST_ERA = 543
# Nothing else is read: Python takes 1e5, 1_000 and NaN for numbers as well.
_NUMERAL = frozenset("0123456789.,'’")


def format_money(
    minor: int, currency: str, exponent: int, locale: str, *, sign: bool = True
) -> str:
    """Return an amount of minor units as ``฿1,290.00``, or ``1,290.00`` with ``sign`` False.

    ``exponent`` is the currency's number of decimals (2 for THB, 0 for VND).
    Currencies whose small coins are out of use show no decimals where there are
    none. Exact: no float is made on the way.
    """
    amount = Decimal(minor).scaleb(-exponent)
    whole = exponent == 0 or (currency in _WHOLE and minor % 10**exponent == 0)
    number = "#,##0" if whole else "#,##0." + "0" * exponent
    where = _locale(locale)
    if not sign:
        return format_decimal(amount, format=number, locale=where)
    text = format_currency(
        amount,
        currency,
        format=_with_sign(where, number),
        locale=where,
        currency_digits=False,
    )
    return text.replace(get_currency_symbol(currency, where), format_sign(currency, locale))


def parse_money(text: str, currency: str, exponent: int, locale: str) -> int:
    """Read an amount as a reader of ``locale`` writes it, with its sign or without; minor units.

    The other way round of ``format_money``: ``1.290,50 ₫`` is read in Vietnamese,
    ``฿1,290.50`` in Thai and English. Raises ``AmountError`` where it is no amount,
    below zero, too large, or has more decimals than the currency. Exact: no float.
    """
    where = _locale(locale)
    number = "".join(fold(text).split())
    for sign in (format_sign(currency, locale), get_currency_symbol(currency, where), currency):
        number = number.removeprefix("".join(sign.split())).removesuffix("".join(sign.split()))
    if number.startswith(("-", "−")):
        raise AmountError("amount_negative", text=text)
    if not number or set(number) - _NUMERAL:
        raise AmountError("amount_not_number", text=text)
    try:
        # Blanks that part thousands were dropped above with all the others.
        grouped = get_group_symbol(where).isspace()
        amount = parse_decimal(number, locale=where, strict=not grouped).scaleb(exponent)
    except NumberFormatError:
        raise AmountError("amount_not_number", text=text) from None
    if amount > MOST_MINOR:
        limit = f"{MOST_MINOR // 10**exponent:,} {currency}"
        raise AmountError("amount_too_large", limit=limit)
    if amount != amount.to_integral_value():
        raise AmountError("amount_decimals", text=text, currency=currency, decimals=exponent)
    return int(amount)


def format_sign(currency: str, locale: str) -> str:
    """Return the currency's sign as that reader knows it: ``฿``, ``NT$``, else its code."""
    sign = get_currency_symbol(currency, _locale(locale))
    if sign == currency and currency in _HOME:
        return get_currency_symbol(currency, _HOME[currency])
    return sign


def format_percent(basis_points: int, locale: str) -> str:
    """Return a rate of hundredths of a percent as ``7%`` or ``7.25%``."""
    return format_decimal(Decimal(basis_points).scaleb(-2), "0.##", _locale(locale)) + "%"


def format_when(when: datetime, timezone: str, language: str) -> str:
    """Return a moment as ``5 Jul 2024 18:00``, in Thai by the Buddhist year: ``5 ก.ค. 2567 18:00``.

    ``when`` is aware; ``timezone`` is an IANA name. ValueError: ``when`` has no zone.
    """
    if when.tzinfo is None:
        raise ValueError("a time without a zone cannot be shown; give an aware datetime")
    local = when.astimezone(ZoneInfo(timezone))
    where = _locale(language)
    month = get_month_names("abbreviated", locale=where)[local.month]
    year = local.year + (_BUDDHIST_ERA if where.language == "th" else 0)
    return f"{local.day} {month} {year} {local:%H:%M}"


def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _with_sign(locale: Locale, number: str) -> str:
    """The locale's own way to set sign and number, at our count of decimals."""
    pattern = str(locale.currency_formats["standard"].pattern).partition(";")[0]
    start = min(pattern.index(mark) for mark in "#0" if mark in pattern)
    end = max(pattern.rindex(mark) for mark in "#0" if mark in pattern) + 1
    return pattern[:start] + number + pattern[end:]
