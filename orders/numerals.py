"""Numerals as people write them: digits of every script, thousands commas, and nothing else.

Python's own ``int`` and ``Decimal`` read ``1_000``, ``1e5`` and ``NaN``; here
they are refused.
"""

from __future__ import annotations

import re
import unicodedata

from orders.errors import AmountError

LONGEST_NUMERAL = 40
MOST_QUANTITY = 9_999

# Commas stand for thousands only, in groups of three after the first.
_NUMERAL = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]+))?")
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
# Full-width and Arabic separators come with the digits of their keyboards.
_SEPARATORS = str.maketrans({"，": ",", "．": ".", "٬": ",", "٫": "."})


def fold(text: str) -> str:
    """Decimal digits of every script as ASCII; zero-width characters and outer blanks dropped.

    ``²`` and ``①`` are digits but not decimal ones and stay as they are.
    Raises AmountError above ``LONGEST_NUMERAL`` characters.
    """
    if len(text) > LONGEST_NUMERAL:
        raise AmountError("number_too_long", limit=LONGEST_NUMERAL)
    seen = text.translate(_UNSEEN).translate(_SEPARATORS).strip()
    return "".join(_fold_digit(character) for character in seen)


def split(folded: str) -> tuple[str, str] | None:
    """The whole and the decimal digits of a folded numeral, or None when it is not one."""
    match = _NUMERAL.fullmatch(folded)
    if match is None:
        return None
    return match[1].replace(",", ""), match[2] or ""


def parse_quantity(text: str) -> int:
    """A quantity of 1 to 9,999 as written: ``2``, ``+5``, ``1,000``, ``๑๒``. Else AmountError."""
    folded = fold(text)
    parts = split(folded.removeprefix("+"))
    if parts is None or parts[1]:
        raise AmountError("quantity_not_number", text=text)
    return check_quantity(int(parts[0]))


def check_quantity(quantity: int) -> int:
    """The quantity itself where it is 1 to 9,999, else AmountError."""
    if not 1 <= quantity <= MOST_QUANTITY:
        raise AmountError(
            "quantity_out_of_range", quantity=f"{quantity:,}", limit=f"{MOST_QUANTITY:,}"
        )
    return quantity


def _fold_digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
