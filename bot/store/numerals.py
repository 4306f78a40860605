"""Numerals: numbers that begin with given digits, as ranges that an index of numbers knows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, or_

LONGEST = 12
"""Digits of the longest number that is looked for; no shop's orders or customers have more."""


def begins(column: Any, digits: str) -> ColumnElement[bool]:
    """Say whether a column of whole numbers above zero begins with ``digits`` (ASCII)."""
    if not digits or len(digits) > LONGEST or digits[0] == "0":
        return false()
    first = int(digits)
    ranges = (
        column.between(first * 10**more, (first + 1) * 10**more - 1)
        for more in range(LONGEST - len(digits) + 1)
    )
    return or_(*ranges)
