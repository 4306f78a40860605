"""The one error of the grammar: what is wrong, where, and what to write instead.

The sentences stand with the other words in ``bot/commands/words``; the error
carries a key, the place in the text as typed, and the facts to fill in. Its
``str`` and ``repr`` hold the key and the place only, never what was typed, so a
log line or a traceback cannot carry a customer's words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from bot.commands.lexicon import error_sentence

# So much of a long line is shown on each side of the place pointed at.
AROUND = 24


class GrammarError(ValueError):
    """A command that cannot be read; ``start`` and ``end`` are positions in the text as typed."""

    def __init__(
        self, key: str, start: int, end: int, facts: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{key} at {start}-{end}")
        self.key = key
        self.start = start
        self.end = end
        self.facts = dict(facts or {})

    def sentence(self, language: str) -> str:
        """What happened and what to write instead, in ``language`` (English where unknown)."""
        return error_sentence(self.key, language).format_map(self.facts)

    def caret(self, text: str) -> str:
        """Two lines: the line of ``text`` that holds the mistake, and carets under it.

        Columns are display cells: a Thai vowel or tone mark above or below its
        consonant takes none, a wide East Asian letter takes two.
        """
        start = min(self.start, len(text))
        first = text.rfind("\n", 0, start) + 1
        last = text.find("\n", start)
        last = len(text) if last < 0 else last
        end = max(min(self.end, last), start)
        left = _whole_left(text, max(first, start - AROUND), first)
        right = _whole_right(text, min(last, end + AROUND), last)
        head = "…" if left > first else ""
        tail = "…" if right < last else ""
        shown = _visible(text[left:right])
        offset = len(head) + _cells(text[left:start])
        return f"{head}{shown}{tail}\n{' ' * offset}{'^' * max(_cells(text[start:end]), 1)}"


def _cells(text: str) -> int:
    """How many display cells ``text`` takes in a fixed-width font."""
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _visible(text: str) -> str:
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)


def _whole_left(text: str, at: int, floor: int) -> int:
    """``at`` moved left until it does not part a letter from its marks."""
    while at > floor and at < len(text) and _width(text[at]) == 0:
        at -= 1
    return at


def _whole_right(text: str, at: int, ceiling: int) -> int:
    while at < ceiling and _width(text[at]) == 0:
        at += 1
    return at
