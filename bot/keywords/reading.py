"""Reading: a customer's words by a shop's terms and its catalogue."""

from __future__ import annotations

from typing import Any

from bot.keywords.particles import read_particles
from bot.keywords.terms import Terms
from bot.store import keywords as rows
from bot.store.database import Connection
from orders.glossary import fold_word
from orders.keywords import Match, Miss, Rule, Target
from orders.wishes import Reader


class Words:
    """A shop's terms and the codes of its catalogue, read once for many texts."""

    def __init__(self, connection: Connection, shop_id: int, terms: Terms) -> None:
        self.terms = terms
        self._products = {
            row.code.casefold(): (row.code, row.options)
            for row in rows.list_codes(connection, shop_id)
        }
        self._own = {one.keyword: self._target(one.code, one.options) for one in terms.keywords}

    def read(self, text: str) -> Match | Miss:
        """Read one text."""
        return Reader(self._rule(text)).read(text)

    def _rule(self, text: str) -> Rule:
        """Make the rule with the codes that a text could mean: of a large catalogue, few."""
        terms = self.terms
        keywords: dict[str, Target] = {}
        if terms.own_codes:
            said = "".join(fold_word(text).split())
            keywords = {
                code: self._target(code, ())
                for key, (code, _) in self._products.items()
                if _squeeze(key) in said
            }
        return Rule(
            keywords={**keywords, **self._own},
            particles=read_particles(),
            prefixes=terms.prefixes,
            needs_prefix=terms.needs_prefix,
            mode=terms.mode,
            effect=terms.effect,
            cap=terms.cap_item,
        )

    def _target(self, code: str, options: tuple[str, ...]) -> Target:
        known: tuple[str, Any] = self._products.get(code.casefold(), (code, []))
        choices = tuple(choice for group in known[1] for choice in group)
        return Target(known[0], tuple(options), choices)


def _squeeze(key: str) -> str:
    """A code as it would stand in a text without blanks."""
    return "".join((key if key.isascii() else fold_word(key)).split())
