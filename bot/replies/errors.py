"""The errors of replies: each a sentence for the person who filled a form."""

from __future__ import annotations

from bot.words import say


class ReplyError(Exception):
    """Words or hours that cannot be kept. ``key`` names the sentence, ``facts`` fill it."""

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts

    def sentence(self, language: str) -> str:
        """What is wrong and what to do, in ``language``."""
        return say(f"reply_error.{self.key}", language, **self.facts)
