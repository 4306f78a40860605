"""The words that customers and staff read, in Thai and English, and how amounts and times look.

The sentences lie in one TOML file a language beside this module; another
language is another file. Amounts go through Babel; money stays an integer of
minor units until here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from bot.words.formats import (
    format_money,
    format_percent,
    format_sign,
    format_when,
    parse_money,
)

__all__ = [
    "LANGUAGES",
    "choose_language",
    "format_money",
    "format_percent",
    "format_sign",
    "format_when",
    "parse_money",
    "say",
]

LANGUAGES = ("th", "en")


def say(key: str, language: str, **facts: object) -> str:
    """Return the sentence ``key`` (as ``status.unpaid``) in ``language``, with ``facts`` in it.

    ``language`` is a language or locale (``th``, ``th-TH``); one that we have
    no words for is answered in English. Facts are values only: braces in them
    stay as they are. KeyError: there is no such sentence, or it lacks a fact.
    """
    return _catalogue(choose_language(language))[key].format(**facts)


def choose_language(locale: str) -> str:
    """Return the language of ours that suits a locale such as ``th``, ``th_TH`` or ``en-GB``."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else "en"


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    text = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return MappingProxyType(dict(_flatten(tomllib.loads(text))))


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value
