"""Judges how well a customer's name and phones answer what was typed in search of somebody.

Every word that was typed must be there, in whatever order: as a word of the
name, as the begin of one, as any part, with a typing error, or as part of a phone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from bot.words.phones import list_phone_parts
from bot.words.spelling import (
    SHORTEST_TYPO,
    drop_honorific,
    list_words,
    write_bare,
    write_plain,
)

MOST_WORDS = 6

_LONG = 8
"""From so many letters on a word may hold two typing errors."""

_LIKENESS = 80.0
"""How like a part of a name must be, of 100, where Thai writers set no space between its words."""


class Fit(IntEnum):
    """How one word answers, the better the higher."""

    FUZZY = 1
    PART = 2
    PREFIX = 3
    WORD = 4
    WHOLE = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word as typed: its plain and bare spelling, and the phone digits that it may be."""

    plain: str
    bare: str
    digits: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Give what a customer's search text holds one of, if the word is there unchanged."""
        return tuple(dict.fromkeys((self.bare, *self.digits)))


def read_wanted(text: str, currency: str) -> list[list[Wanted]]:
    """Read what was typed into words; a phone with gaps also as one, honorifics also left out.

    Gives ways to understand it, each a list of words; none where nothing was typed.
    """
    words = write_plain(text).split()[:MOST_WORDS]
    ways = [[_read_word(word, currency) for word in words if write_bare(word)]]
    short = [replace(wanted, bare=drop_honorific(wanted.bare)) for wanted in ways[0]]
    if short != ways[0]:
        ways.append(short)
    digits = list_phone_parts(text, currency)
    if digits and len(words) > 1:
        ways.insert(0, [Wanted(digits[0], digits[0], digits)])
    return [way for way in ways if way]


def rank(row: Any, way: list[Wanted]) -> tuple[int, bool, float] | None:
    """Give a customer's rank for a way to understand the search, None where it is no answer.

    Higher is better: the worst word's fit, whether tone marks and accents are
    right, and how much of the name was asked for.
    """
    plain = write_plain(row.name or "")
    bare = write_bare(plain)
    numbers = row.search_text.split(" ")[1:]
    fits = [_fit(wanted, bare.split(), numbers) for wanted in way]
    if not all(fits):
        return None
    asked = " ".join(wanted.bare for wanted in way)
    fit = min(fits)
    if fit is Fit.WORD and sorted(asked.split()) == sorted(bare.split()):
        fit = Fit.WHOLE
    compact = plain.replace(" ", "")
    is_right = all(wanted.plain in compact or wanted.digits for wanted in way)
    return fit, is_right, fuzz.token_sort_ratio(asked, bare)


def _read_word(plain: str, currency: str) -> Wanted:
    return Wanted(plain, write_bare(plain), list_phone_parts(plain, currency))


def _fit(wanted: Wanted, words: list[str], numbers: list[str]) -> Fit | int:
    """Give how one word answers; 0 where it does not."""
    bare = wanted.bare
    compact = "".join(words)
    by_number = _fit_number(wanted, numbers)
    if bare in words:
        return Fit.WORD
    if by_number is Fit.WORD:
        return by_number
    starts = [sum(map(len, words[:at])) for at in range(len(words))]
    if any(compact.startswith(bare, start) for start in starts):
        return Fit.PREFIX
    if bare in compact:
        return Fit.PART
    if by_number:
        return by_number
    return Fit.FUZZY if _is_like(bare, words, compact) else 0


def _fit_number(wanted: Wanted, numbers: list[str]) -> Fit | int:
    if any(number in wanted.digits for number in numbers):
        return Fit.WORD
    return Fit.PART if any(part in number for part in wanted.digits for number in numbers) else 0


def _is_like(bare: str, words: list[str], compact: str) -> bool:
    """Say whether a word with a typing error, or with two where it is long, is in the name."""
    if len(bare) < SHORTEST_TYPO - 1:
        return False
    for word in list_words(" ".join(words)):
        errors = 0 if len(word) < SHORTEST_TYPO else 1 if len(word) < _LONG else 2
        if OSA.distance(bare, word, score_cutoff=errors) <= errors:
            return True
    return len(bare) >= _LONG and fuzz.partial_ratio(bare, compact) >= _LIKENESS
