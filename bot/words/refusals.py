"""A refusal in words: what cannot be done, as a sentence in the reader's language."""

from __future__ import annotations

from typing import Any, ClassVar

from bot.words import say


class Refusal(Exception):
    """Something that cannot be done as it was asked.

    ``key`` names the sentence within the class's ``section`` of the words,
    ``facts`` fill it. ``str(error)`` is the key alone, so that no log ever
    holds what people typed.
    """

    section: ClassVar[str]

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts

    def sentence(self, language: str) -> str:
        """What is in the way and what to do, in ``language``."""
        return say(f"{self.section}.{self.key}", language, **self.told(language))

    def told(self, language: str) -> dict[str, Any]:
        """Give the facts as a reader of that language knows them."""
        return dict(self.facts)
