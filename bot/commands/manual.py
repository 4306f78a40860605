"""The manual: what staff can type, as rows for help and as tables for the documentation.

``python -m bot.commands.manual docs/commands.md`` renews the tables of that
page, between the marks that name them; a test sees that they are fresh.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.commands.lexicon import FALLBACK, Entry, find_entry, languages

OPEN = "<!-- table "
CLOSE = "<!-- end -->"
HEADS = {
    "en": ("write", "after it", "example", "meaning"),
    "th": ("พิมพ์", "ตามด้วย", "ตัวอย่าง", "ความหมาย"),
}


@dataclass(frozen=True, slots=True)
class HelpRow:
    """One verb or modifier explained; ``forms`` in the asked language first, then English."""

    name: str
    forms: tuple[str, ...]
    syntax: str
    example: str
    meaning: str


def help_table(language: str) -> tuple[HelpRow, ...]:
    """Every verb in ``language``, in the order of the English file."""
    return _rows("verbs", language)


def modifier_table(language: str) -> tuple[HelpRow, ...]:
    """Every modifier in ``language``, in the order of the English file."""
    return _rows("modifiers", language)


def renew_tables(page: str) -> str:
    """``page`` with each table between ``<!-- table verbs en -->`` and its end written anew."""
    kept: list[str] = []
    lines = iter(page.splitlines())
    for line in lines:
        kept.append(line)
        if line.startswith(OPEN):
            kind, language = line.removeprefix(OPEN).removesuffix("-->").split()
            kept += _markdown(kind, language)
            _skip_old(lines)
            kept.append(CLOSE)
    return "\n".join(kept) + "\n"


def _rows(kind: str, language: str) -> tuple[HelpRow, ...]:
    english = languages()[FALLBACK]
    entries = english.verbs if kind == "verbs" else english.modifiers
    return tuple(_row(find_entry(kind, name, language), entry) for name, entry in entries.items())


def _row(entry: Entry, english: Entry) -> HelpRow:
    forms = tuple(dict.fromkeys((*entry.forms, *english.forms)))
    return HelpRow(entry.name, forms, entry.syntax, entry.example, entry.meaning)


def _markdown(kind: str, language: str) -> Iterator[str]:
    yield "| " + " | ".join(HEADS.get(language, HEADS[FALLBACK])) + " |"
    yield "|---|---|---|---|"
    prefix = "/" if kind == "verbs" else ""
    for row in _rows(kind, language):
        forms = " ".join(f"`{prefix}{form}`" for form in row.forms)
        syntax = row.syntax.replace("|", "\\|")
        yield f"| {forms} | {syntax} | `{row.example}` | {row.meaning} |"


def _skip_old(lines: Iterator[str]) -> None:
    for line in lines:
        if line == CLOSE:
            return
    raise ValueError(f"a table is not closed: write {CLOSE} after it")


def renew_page(path: Path) -> None:
    """Renew the tables of the file at ``path``."""
    path.write_text(renew_tables(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    renew_page(Path(sys.argv[1]))
