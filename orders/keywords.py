"""Keyword orders: the rule that a shop reads its customers' words by, and what a text can be.

The reading itself stands in ``orders.wishes``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

LONGEST_KEYWORD = 50
MOST_QUANTITY = 9_999


class Mode(StrEnum):
    """How much a text may say beside the keyword."""

    EXACT = "exact"  # the keyword and nothing else
    QUANTITY = "quantity"  # the keyword, and how many
    CONTAINS = "contains"  # anything around them


class Effect(StrEnum):
    """What a quantity does to what is in the order already."""

    SET = "set"
    ADD = "add"


class Reason(StrEnum):
    """Why a text is no order; each has its sentence in the words files."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    NO_KEYWORD = "no_keyword"
    UNKNOWN_CODE = "unknown_code"
    PREFIX_MISSING = "prefix_missing"
    WORDS_BESIDE = "words_beside"
    QUANTITY_NOT_TAKEN = "quantity_not_taken"
    NUMBER_FIRST = "number_first"
    NUMBER_UNREADABLE = "number_unreadable"
    NUMBER_MISSING = "number_missing"
    TWO_NUMBERS = "two_numbers"
    OUT_OF_RANGE = "out_of_range"
    PRICE = "price"
    MINUS = "minus"
    DOUBT = "doubt"
    AMBIGUOUS = "ambiguous"
    OVER_ITEM_CAP = "over_item_cap"


@dataclass(frozen=True, slots=True)
class Particles:
    """Words around a keyword, by what they are; all folded. Data, one list a language.

    ``polite``, ``asking`` and ``units`` change nothing, ``money`` makes a
    number a price, and ``doubt`` makes the text a question or a refusal.
    """

    polite: frozenset[str] = frozenset()
    asking: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    money: frozenset[str] = frozenset()
    doubt: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Target:
    """What a keyword stands for: a product's code, the options it fixes, those one may name."""

    code: str
    options: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """How a shop, or one post of it, reads its customers' words.

    ``keywords`` are as written; ``cap`` is the most pieces of one item in one
    text, None for none below 9,999. ``effect`` is what a bare quantity does;
    ``+`` always adds and ``=`` always sets.
    """

    keywords: Mapping[str, Target]
    particles: Particles = field(default_factory=Particles)
    prefixes: tuple[str, ...] = ("CF", "F", "MINE")
    needs_prefix: bool = False
    mode: Mode = Mode.QUANTITY
    effect: Effect = Effect.SET
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """One product that a text asks for. ``options`` are those fixed or named, as written."""

    keyword: str
    code: str
    options: tuple[str, ...]
    quantity: int
    effect: Effect


@dataclass(frozen=True, slots=True)
class Match:
    """A text that is an order: at least one pick, each product and choice once."""

    picks: tuple[Pick, ...]


@dataclass(frozen=True, slots=True)
class Miss:
    """A text that is none, why, and what the sentence about it needs."""

    reason: Reason
    facts: Mapping[str, str] = field(default_factory=dict)


def sum_picks(picks: Iterable[Pick]) -> tuple[Pick, ...]:
    """Put picks of the same thing together; quantities add, and one addition makes all so."""
    found: dict[tuple[str, tuple[str, ...]], Pick] = {}
    for pick in picks:
        key = (pick.code.casefold(), tuple(map(str.casefold, pick.options)))
        known = found.get(key)
        if known is None:
            found[key] = pick
            continue
        adds = Effect.ADD in (known.effect, pick.effect)
        found[key] = replace(
            known,
            quantity=known.quantity + pick.quantity,
            effect=Effect.ADD if adds else Effect.SET,
        )
    return tuple(found.values())
