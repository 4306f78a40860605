"""The errors of the rulebook: each one a sentence for the person who caused it.

An error carries a key and facts. ``str(error)`` is the key alone, so that a log
or a traceback never holds what a customer wrote; ``sentence`` puts the facts in.
"""

from __future__ import annotations

from enum import Enum

from orders.sentences import SENTENCES, WORDS

LONGEST_FACT = 60


class OrderError(Exception):
    """A rule refused something. ``key`` names the rule, ``facts`` fill its sentence."""

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts
        self._forms = SENTENCES[key]

    def sentence(self, language: str) -> str:
        """What happened, why, and what to do, in ``language`` (``th``; any other reads English)."""
        if language not in self._forms:
            language = "en"
        shown = {name: _show(fact, language) for name, fact in self.facts.items()}
        return self._forms[language].format(**shown)


class AmountError(OrderError):
    """A number, an amount or a currency that cannot be taken."""


class ItemError(OrderError):
    """An item, an option, a discount or another part of an order that does not fit."""


class MoveError(OrderError):
    """A move that the order's state, the person's role or a guard forbids."""


def _show(fact: object, language: str) -> str:
    if isinstance(fact, tuple | list):
        return ", ".join(_show(part, language) for part in fact)
    if isinstance(fact, Enum):
        words = WORDS.get(str(fact.value), {})
        return words.get(language, str(fact.value))
    text = str(fact)
    return text if len(text) <= LONGEST_FACT else text[: LONGEST_FACT - 1] + "…"
