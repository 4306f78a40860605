"""Money: an integer of minor units and a currency; no floats, no mixing, no rounding.

Minor units and their exponents are those of ISO 4217. How an amount is shown to
a reader (signs, Taiwan's habit of no decimals) is formatting and not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import total_ordering
from types import MappingProxyType
from typing import Final

from orders.errors import AmountError
from orders.numerals import fold, split

MOST_MINOR: Final = 10**12

EXPONENTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "THB": 2,
        "PHP": 2,
        "TWD": 2,
        "VND": 0,
        "IDR": 2,
        "SGD": 2,
        "MYR": 2,
        "USD": 2,
        "JPY": 0,
        "KRW": 0,
        "EUR": 2,
        "CNY": 2,
        "HKD": 2,
    }
)

# What people write beside an amount, lower-case; the code itself is read too.
_SIGNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "THB": ("฿", "บาท", "บ.", "บ", "baht"),
        "PHP": ("₱", "peso", "pesos"),
        "TWD": ("nt$", "$", "元"),
        "VND": ("₫", "đ", "đồng"),
        "IDR": ("rp.", "rp", "rupiah"),
        "SGD": ("s$", "$"),
        "MYR": ("rm", "ringgit"),
        "USD": ("us$", "$"),
        "JPY": ("¥", "円"),
        "KRW": ("₩", "원"),
        "EUR": ("€", "euro"),
        "CNY": ("¥", "元", "rmb"),
        "HKD": ("hk$", "$"),
    }
)
_MINUSES: Final = ("-", "−", "–", "－")


def exponent(currency: str) -> int:
    """How many decimals the currency has; AmountError for one that is not known."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise AmountError(
            "currency_unknown", currency=currency, known=" ".join(EXPONENTS)
        ) from None


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """``minor`` units (satang, cents) of ``currency``; below zero only as a difference.

    Every operation raises AmountError where currencies differ or the amount
    leaves ±10^12 minor units, so that no overflow ever reaches a database.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError("minor units are an int")
        places = exponent(self.currency)
        if abs(self.minor) > MOST_MINOR:
            limit = f"{MOST_MINOR // 10**places:,} {self.currency}"
            raise AmountError("amount_too_large", limit=limit)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in ``currency``."""
        return cls(0, currency)

    @classmethod
    def sum(cls, amounts: Iterable[Money], currency: str) -> Money:
        """All the amounts together; zero for none."""
        total = cls.zero(currency)
        for amount in amounts:
            total += amount
        return total

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """An amount as a person writes it: ``1,290.50``, ``฿120``, ``๓๕๐ บาท``.

        Raises AmountError for a minus, other signs, more decimals than the
        currency has, other currencies' signs and anything that is no numeral.
        """
        places = exponent(currency)
        folded = fold(text).casefold()
        number = _strip_signs(folded, currency)
        if number.startswith(_MINUSES) or number.endswith(_MINUSES):
            raise AmountError("amount_negative", text=text)
        parts = split(number)
        if parts is None:
            raise AmountError(_misread(folded, currency), text=text, currency=currency)
        whole, decimals = parts
        if len(decimals) > places:
            raise AmountError("amount_decimals", text=text, currency=currency, decimals=places)
        return cls(int(whole + decimals.ljust(places, "0")), currency)

    def plain(self) -> str:
        """The amount alone with all its decimals: ``120.00``, ``-0.05``, ``5000`` for yen."""
        places = exponent(self.currency)
        digits = str(abs(self.minor)).rjust(places + 1, "0")
        sign = "-" if self.minor < 0 else ""
        if places == 0:
            return sign + digits
        return f"{sign}{digits[:-places]}.{digits[-places:]}"

    def allocate(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """The amount in parts as the weights say; the parts add up to it exactly.

        What does not divide goes to the largest remainders, the earlier first.
        Weights are not negative and not all zero, else ValueError.
        """
        whole = sum(weights)
        if whole <= 0 or min(weights) < 0:
            raise ValueError("weights are not negative and not all zero")
        shares = [divmod(self.minor * weight, whole) for weight in weights]
        left = self.minor - sum(share for share, _ in shares)
        favoured = sorted(range(len(shares)), key=lambda index: -shares[index][1])[:left]
        return tuple(
            Money(share + (index in favoured), self.currency)
            for index, (share, _) in enumerate(shares)
        )

    def __add__(self, other: Money) -> Money:
        self._check(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._check(other)
        return Money(self.minor - other.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            return NotImplemented
        return Money(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        self._check(other)
        return self.minor < other.minor

    def __str__(self) -> str:
        return f"{self.plain()} {self.currency}"

    def _check(self, other: Money) -> None:
        if self.currency != other.currency:
            raise AmountError("currencies_mixed", left=self.currency, right=other.currency)


def _signs(currency: str) -> list[str]:
    """The currency's code and signs, the longest first, so that ``บาท`` goes before ``บ``."""
    return sorted((*_SIGNS[currency], currency.casefold()), key=len, reverse=True)


def _strip_signs(folded: str, currency: str) -> str:
    """The text without one sign before and one behind."""
    signs = _signs(currency)
    before = next((sign for sign in signs if folded.startswith(sign)), "")
    rest = folded.removeprefix(before).strip()
    behind = next((sign for sign in signs if rest.endswith(sign)), "")
    return rest.removesuffix(behind).strip()


def _misread(folded: str, currency: str) -> str:
    """Which error fits a text that is no amount in ``currency``: maybe it is one in another."""
    others = (other for other in EXPONENTS if other != currency)
    if any(split(_strip_signs(folded, other)) for other in others):
        return "amount_foreign"
    return "amount_not_number"
