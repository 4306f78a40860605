"""The lexicon: every word a command may hold, in every language, read from ``words/*.toml``.

One file a language; another language is another file, no code. What a verb or
modifier *does* with its words is the grammar's business; here stands only how
it is called, explained and, when it goes wrong, answered. A form that would
mean two things stops the start: it is a mistake in the data.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from orders.folding import fold_key

FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Entry:
    """A verb or modifier as one language explains it; ``forms`` without prefix, best first."""

    name: str
    forms: tuple[str, ...]
    syntax: str
    example: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Language:
    """One file: entries by canonical name, and the sentences of errors by key."""

    code: str
    verbs: Mapping[str, Entry]
    modifiers: Mapping[str, Entry]
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All languages at once: folded form to canonical name, by kind of word.

    ``currencies`` maps an ISO code to the words and signs that may stand beside
    an amount in it. ``heads`` are the verbs and modifiers of scripts without
    spaces between words, which may touch what follows (``ส่งEMS``).
    """

    verbs: Mapping[str, str]
    modifiers: Mapping[str, str]
    payments: Mapping[str, str]
    answers: Mapping[str, str]
    units: Mapping[str, str]
    free: frozenset[str]
    clock: frozenset[str]
    currencies: Mapping[str, frozenset[str]]
    heads: frozenset[str]


@cache
def languages() -> Mapping[str, Language]:
    """Every language by its code, the fallback first."""
    read = {code: _language(code, data) for code, data in _documents().items()}
    return MappingProxyType(read)


@cache
def lexicon() -> Lexicon:
    """The words of all languages together.

    Raises ValueError where one form means two things.
    """
    verbs = _forms("verbs")
    modifiers = _forms("modifiers")
    return Lexicon(
        verbs=verbs,
        modifiers=modifiers,
        payments=_words("payments"),
        answers=_words("answers"),
        units=_words("units"),
        free=frozenset(_words("free")),
        clock=frozenset(_words("clock")),
        currencies=_currencies(),
        heads=frozenset(word for word in {**verbs, **modifiers} if not word[0].isascii()),
    )


def find_verb(word: str) -> str | None:
    """The canonical verb of any of its forms, in any language, or None."""
    return lexicon().verbs.get(fold_key(word))


def spellings(kind: str, language: str) -> Mapping[str, tuple[str, ...]]:
    """The words of ``kind`` ("payments", "answers") by canonical name, in a language or English."""
    known = _documents()
    own = known.get(language, known[FALLBACK]).get(kind, {})
    return {name: tuple(own.get(name, forms)) for name, forms in known[FALLBACK][kind].items()}


def find_entry(kind: str, name: str, language: str) -> Entry:
    """A verb's or modifier's entry (``kind`` "verbs" or "modifiers"), English where missing."""
    for code in (language, FALLBACK):
        known = languages().get(code)
        if known is not None:
            entries = known.verbs if kind == "verbs" else known.modifiers
            if name in entries:
                return entries[name]
    raise KeyError(f"{kind} has no entry {name}")


def error_sentence(key: str, language: str) -> str:
    """The sentence of an error, with ``{facts}`` to fill in; English where missing."""
    for code in (language, FALLBACK):
        known = languages().get(code)
        if known is not None and key in known.errors:
            return known.errors[key]
    raise KeyError(f"no sentence for the error {key}")


@cache
def _documents() -> Mapping[str, dict[str, Any]]:
    found = {
        entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text("utf-8"))
        for entry in files("bot.commands").joinpath("words").iterdir()
        if entry.name.endswith(".toml")
    }
    return {code: found[code] for code in sorted(found, key=lambda code: (code != FALLBACK, code))}


def _language(code: str, data: Mapping[str, Any]) -> Language:
    return Language(
        code=code,
        verbs=_entries(data["verbs"]),
        modifiers=_entries(data["modifiers"]),
        errors=MappingProxyType(dict(data["errors"])),
    )


def _entries(table: Mapping[str, Any]) -> Mapping[str, Entry]:
    return MappingProxyType(
        {
            name: Entry(
                name=name,
                forms=tuple(row["forms"]),
                syntax=row["syntax"],
                example=row["example"],
                meaning=row["meaning"],
            )
            for name, row in table.items()
        }
    )


def _forms(kind: str) -> Mapping[str, str]:
    return _unique(
        kind,
        (
            (form, name)
            for data in _documents().values()
            for name, row in data[kind].items()
            for form in row["forms"]
        ),
    )


def _words(kind: str) -> Mapping[str, str]:
    return _unique(
        kind,
        (
            (form, name)
            for data in _documents().values()
            for name, forms in data.get(kind, {}).items()
            for form in forms
        ),
    )


def _unique(kind: str, pairs: Iterator[tuple[str, str]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for form, name in pairs:
        if found.setdefault(fold_key(form), name) != name:
            raise ValueError(
                f"words: {form} means two things among {kind}: {found[fold_key(form)]}"
                f" and {name}; take it out of one"
            )
    return MappingProxyType(found)


def _currencies() -> Mapping[str, frozenset[str]]:
    signs: dict[str, set[str]] = {}
    for data in _documents().values():
        for code, forms in data.get("currencies", {}).items():
            signs.setdefault(code, {fold_key(code)}).update(map(fold_key, forms))
    return MappingProxyType({code: frozenset(forms) for code, forms in signs.items()})
