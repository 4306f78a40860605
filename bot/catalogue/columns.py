"""The album's columns: what a sheet's header and cells are called, in every language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from bot.sheets.sheet import SheetError, SheetRow
from bot.words import LANGUAGES, say
from orders.album import fold_words

COLUMNS = (
    *("code", "variant", "name", "category", "price", "stock", "condition"),
    *("options", "weight", "active", "description"),
)
NEEDED = ("code",)
OF_PRODUCT = frozenset(
    {"name", "category", "condition", "options", "weight", "description"},
)
"""Columns that say something of the whole product, and nothing of a variant."""

CONDITIONS = ("stock", "preorder", "unlimited")
_NAME = re.compile(r"name_([a-z]{2,3})")


def is_name(column: str) -> bool:
    """Say whether a column holds names in another language, as ``name_en``."""
    return column.startswith("name_")


def read_header(header: SheetRow) -> dict[str, int]:
    """Give the places of the columns by what they hold. Raises ``SheetError``.

    An unknown one is refused rather than lost; one without a header may hold nothing.
    """
    places: dict[str, int] = {}
    for place, cell in enumerate(header.cells):
        word = fold_words(cell)
        if not word:
            continue
        column = _aliases("column", COLUMNS).get(word)
        if column is None and _NAME.fullmatch(word):
            column = word
        if column is None:
            raise SheetError("column_unknown", header=cell[:60])
        if column in places:
            raise SheetError("column_twice", column=cell[:60])
        places[column] = place
    for column in NEEDED:
        if column not in places:
            known = " / ".join(label(column, language) for language in LANGUAGES)
            raise SheetError("column_missing", column=known)
    return places


def label(column: str, language: str) -> str:
    """Give the header that a column is written under."""
    return column if is_name(column) else say(f"column.{column}", language).partition("|")[0]


def word(kind: str, language: str) -> str:
    """Give the word that a cell is written with: a condition's, yes or no."""
    return say(f"cell.{kind}", language).partition("|")[0]


def read_word(text: str, kinds: Sequence[str]) -> str | None:
    """Give which of ``kinds`` a cell's word means, in any language; None for none."""
    return _aliases("cell", tuple(kinds)).get(fold_words(text))


def join_options(groups: Sequence[Sequence[str]]) -> str:
    """Write groups of choices: ``ดำ, ขาว / S, M, L``."""
    return " / ".join(", ".join(group) for group in groups)


def split_options(text: str) -> tuple[tuple[str, ...], ...]:
    """Read groups of choices as ``join_options`` writes them."""
    if not text:
        return ()
    return tuple(tuple(choice.strip() for choice in group.split(",")) for group in text.split("/"))


def join_choice(options: Sequence[str]) -> str:
    """Write one choice of each group: ``ดำ / M``."""
    return " / ".join(options)


def split_choice(text: str) -> tuple[str, ...]:
    """Read one choice of each group."""
    return tuple(part.strip() for part in text.split("/"))


@cache
def _aliases(table: str, names: tuple[str, ...]) -> Mapping[str, str]:
    return {
        fold_words(alias): name
        for language in LANGUAGES
        for name in names
        for alias in say(f"{table}.{name}", language).split("|")
    }
