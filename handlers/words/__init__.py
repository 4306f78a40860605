"""The words of the pages themselves, in Thai and English; what the house says is in ``bot.words``.

One TOML file a language lies beside this module, with the same keys and facts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from bot.words import choose_language


def phrase(key: str, language: str, **facts: object) -> str:
    """Return the words ``key`` (as ``login.title``) in ``language``, with ``facts`` in them.

    KeyError: there are no such words, or they lack a fact.
    """
    return table(choose_language(language))[key].format(**facts)


def has_phrase(key: str, language: str) -> bool:
    """Say whether there are words for ``key``."""
    return key in table(choose_language(language))


@cache
def table(language: str) -> Mapping[str, str]:
    """Give every phrase of a language of ours by its key."""
    text = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            f"{section}.{name}": words
            for section, phrases in tomllib.loads(text).items()
            for name, words in phrases.items()
        }
    )
