"""Why the album could not be changed: each a sentence for whoever wanted it."""

from __future__ import annotations

from typing import Any, ClassVar

from bot.words import say
from bot.words.refusals import Refusal


class ProductError(Refusal):
    """Something that cannot be done to a product as it stands."""

    section: ClassVar[str] = "album"

    def told(self, language: str) -> dict[str, Any]:
        """Give the facts, with a column by its name."""
        facts = super().told(language)
        if "column" in facts:
            facts["column"] = name_column(str(facts["column"]), language)
        return facts


class ProductUnknown(ProductError, LookupError):
    """The shop has no such product, or the product no such variant or picture."""


class ProductChanged(ProductError):
    """Somebody else was faster: what is to be changed is not what the person saw."""


def name_column(column: str, language: str) -> str:
    """Name a column of the album as that reader knows it: the first of its names."""
    if column.startswith("name_") or not column:
        return column
    return say(f"column.{column}", language).partition("|")[0]
