"""Phone numbers as digits: one form for all the ways to write a number, by the shop's country.

No library: the one that knows every country's plan is 48 MB, and a shop's customers
write with the country's code, with a zero, or with neither. Codes: ITU-T E.164.
"""

from __future__ import annotations

import re
import unicodedata

FEWEST_DIGITS = 6
MOST_DIGITS = 15
FEWEST_SEARCHED = 3

# By the shop's currency: the country's code, and what is dialled before a number at home.
_COUNTRIES = {
    "THB": ("66", "0"),
    "PHP": ("63", "0"),
    "VND": ("84", "0"),
    "IDR": ("62", "0"),
    "TWD": ("886", "0"),
    "SGD": ("65", ""),
    "MYR": ("60", "0"),
    "USD": ("1", ""),
    "JPY": ("81", "0"),
    "KRW": ("82", "0"),
    "CNY": ("86", "0"),
    "HKD": ("852", ""),
}
_NUMBER = re.compile(r"\+?[0-9 .()/-]*")
_SHORTEST_ABROAD = 8  # digits after a country's code written without "+"


def read_phone(typed: str, currency: str) -> str | None:
    """Give a number's digits from the country's code on; None where it is no phone number.

    ``081-234 5678``, ``+66 (0)81 234 5678`` and ``0066812345678`` are all
    ``66812345678`` in a shop whose currency is THB.
    """
    written = _fold(typed)
    if not _NUMBER.fullmatch(written):
        return None
    digits = _digits(written)
    code, home = _COUNTRIES.get(currency, ("", ""))
    if written.startswith("+") or digits.startswith("00"):
        abroad = digits.removeprefix("00")
        number = (
            code + abroad[len(code) :].removeprefix(home) if abroad.startswith(code) else abroad
        )
    elif home and digits.startswith(home):
        number = code + digits.removeprefix(home)
    elif code and digits.startswith(code) and len(digits) >= len(code) + _SHORTEST_ABROAD:
        number = digits
    else:
        number = code + digits
    # Counted as they were written: what is too short does not become long by a country's code.
    fits = len(digits) >= FEWEST_DIGITS and len(number) <= MOST_DIGITS
    return number if fits else None


def list_phone_parts(text: str, currency: str) -> tuple[str, ...]:
    """Give the digits that may stand in a kept number where ``text`` is part of one.

    Empty where ``text`` holds anything but a number of three digits or more.
    """
    written = _fold(text)
    digits = _digits(written)
    if not _NUMBER.fullmatch(written) or not FEWEST_SEARCHED <= len(digits) <= MOST_DIGITS + 4:
        return ()
    code, home = _COUNTRIES.get(currency, ("", ""))
    parts = [digits]
    if digits.startswith("00"):
        parts.append(digits.removeprefix("00"))
    elif home and digits.startswith(home):
        parts.append(code + digits.removeprefix(home))
    if home and code:  # +66 (0)81
        parts += [
            part.replace(code + home, code, 1) for part in parts if part.startswith(code + home)
        ]
    return tuple(dict.fromkeys(part for part in parts if len(part) >= FEWEST_SEARCHED))


def _fold(text: str) -> str:
    """Digits of every script as ASCII, dashes plain, what nobody sees left out."""
    signs = []
    for sign in text.strip():
        digit = unicodedata.decimal(sign, None)
        if digit is not None:
            signs.append(str(digit))
        elif unicodedata.category(sign) in ("Pd", "Zs"):
            signs.append("-")
        elif sign == "\uff0b":
            signs.append("+")
        elif unicodedata.category(sign) != "Cf":
            signs.append(sign)
    return "".join(signs)


def _digits(written: str) -> str:
    return "".join(sign for sign in written if sign.isdigit())
