"""The words around a keyword, in every language that ``particles.toml`` has."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from orders.glossary import fold_word
from orders.keywords import Particles


@cache
def read_particles() -> Particles:
    """Read the words of all languages: customers mix them in one line."""
    text = files(__package__).joinpath("particles.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text).values()

    def gather(name: str) -> frozenset[str]:
        return frozenset(fold_word(word) for table in tables for word in table[name])

    return Particles(
        polite=gather("polite"),
        asking=gather("asking"),
        units=gather("units"),
        money=gather("money"),
        doubt=gather("doubt"),
    )
