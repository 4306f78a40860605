"""Why the album could not be changed: each a sentence for whoever wanted it."""

from __future__ import annotations

from bot.words import say


class ProductError(Exception):
    """Something that cannot be done to a product as it stands.

    ``key`` names the sentence, ``facts`` fill it. ``str(error)`` is the key
    alone, so that no log ever holds what people typed.
    """

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts

    def sentence(self, language: str) -> str:
        """What is in the way and what to do."""
        facts = dict(self.facts)
        if "column" in facts:
            facts["column"] = name_column(str(facts["column"]), language)
        return say(f"album.{self.key}", language, **facts)


class ProductUnknown(ProductError, LookupError):
    """The shop has no such product, or the product no such variant or picture."""


class ProductChanged(ProductError):
    """Somebody else was faster: what is to be changed is not what the person saw."""


def name_column(column: str, language: str) -> str:
    """Name a column of the album as that reader knows it: the first of its names."""
    if column.startswith("name_") or not column:
        return column
    return say(f"column.{column}", language).partition("|")[0]
