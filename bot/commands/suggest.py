"""Suggestions: the nearest known word to a mistyped one, and the verbs that a text may become."""

from __future__ import annotations

from collections.abc import Iterable

from bot.commands.lexicon import FALLBACK, languages
from orders.folding import fold_key

# Longer words are compared by nobody: two words of this length that are close are the same word.
LONGEST = 64


def nearest(word: str, candidates: Iterable[str], most: int | None = None) -> str | None:
    """The candidate that ``word`` most likely was meant to be, or None where none is near.

    Near is an edit distance (a letter added, lost, changed, or two swapped) of
    at most ``most``; by default 1 for a word of up to four letters, else 2. Of
    equally near ones the one with the longest common beginning wins, then the
    first by name, so the answer does not hang on the order of ``candidates``.
    """
    key = fold_key(word[: LONGEST + 1])
    if not key or len(key) > LONGEST:
        return None
    limit = most if most is not None else (1 if len(key) <= 4 else 2)
    best: tuple[int, int, str] | None = None
    for candidate in candidates:
        other = fold_key(candidate)
        if abs(len(other) - len(key)) > limit:
            continue
        distance = _distance(key, other, limit)
        if distance <= limit:
            rank = (distance, -_common(key, other), candidate)
            best = rank if best is None or rank < best else best
    return best[2] if best else None


def complete(text: str, language: str, prefixes: tuple[str, ...] = ("/", "#")) -> tuple[str, ...]:
    """What a text of a prefix and the beginning of a verb may become, prefix included.

    The forms of ``language`` stand before the English ones. A text that has
    gone past its verb, or is no command, completes to nothing.
    """
    prefix = next((prefix for prefix in prefixes if text.startswith(prefix)), None)
    if prefix is None or any(char.isspace() for char in text):
        return ()
    begun = fold_key(text[len(prefix) :])
    found: dict[str, None] = {}
    for code in dict.fromkeys((language, FALLBACK)):
        known = languages().get(code)
        for entry in known.verbs.values() if known else ():
            for form in entry.forms:
                if fold_key(form).startswith(begun):
                    found[prefix + form] = None
    return tuple(found)


def _common(one: str, other: str) -> int:
    count = 0
    while count < min(len(one), len(other)) and one[count] == other[count]:
        count += 1
    return count


def _distance(one: str, other: str, limit: int) -> int:
    """Edit distance with swaps of neighbours; any number above ``limit`` stands for "more"."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, char in enumerate(one, 1):
        line = [row]
        for column, match in enumerate(other, 1):
            cost = min(above[column] + 1, line[column - 1] + 1, above[column - 1] + (char != match))
            swapped = row > 1 and column > 1 and char == other[column - 2] and one[row - 2] == match
            if swapped:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > limit:
            return limit + 1
        before, above = above, line
    return above[-1]
