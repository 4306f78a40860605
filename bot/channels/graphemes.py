"""Text measured and cut at the borders of what a reader sees as one character.

A mark must stay on its letter, an emoji family whole and a flag's two halves
together. The rules are a small part of Unicode's UAX 29, enough for Thai, Lao,
Latin, Hangul and emoji.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

Measure = Callable[[str], int]

_JOINER = "\u200d"
# SARA AM of Thai and Lao is a letter to Unicode and half a mark to the eye.
_AM = "\u0e33\u0eb3"
# Thai and Lao vowels that are written before the letter they belong to.
_LEADING = "\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4"
_BREAKS = "\n \u200b"


def utf16_units(text: str) -> int:
    """Count UTF-16 code units, as LINE does."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8_bytes(text: str) -> int:
    """Count bytes of UTF-8, as Instagram does."""
    return len(text.encode("utf-8", "surrogatepass"))


def graphemes(text: str) -> Iterator[str]:
    """Yield ``text`` in clusters; joined together they are ``text`` again."""
    start = 0
    flag_halves = 0
    for index in range(1, len(text)):
        before, here = text[index - 1], text[index]
        flag_halves = flag_halves + 1 if _is_flag_half(before) else 0
        if _joins(before, here) or (_is_flag_half(here) and flag_halves % 2 == 1):
            continue
        yield text[start:index]
        start = index
    if text:
        yield text[start:]


def split(text: str, limit: int, measure: Measure) -> list[str]:
    """Cut ``text`` into pieces of at most ``limit``, at line ends or spaces where one is near.

    Nothing is lost: the pieces joined are ``text``. A cluster longer than
    ``limit`` (a letter under a thousand marks) is cut between its code points.
    """
    pieces: list[str] = []
    clusters: list[str] = []
    size = 0
    for cluster in _bounded(text, limit, measure):
        width = measure(cluster)
        while clusters and size + width > limit:
            rest = _after_break(clusters)
            pieces.append("".join(clusters[: len(clusters) - len(rest)]))
            clusters, size = rest, sum(map(measure, rest))
        clusters.append(cluster)
        size += width
    if clusters:
        pieces.append("".join(clusters))
    return pieces


def cut(text: str, limit: int, measure: Measure = utf16_units) -> str:
    """Shorten ``text`` to at most ``limit``, its last character then being an ellipsis."""
    if measure(text) <= limit:
        return text
    kept: list[str] = []
    room = limit - measure("…")
    for cluster in _bounded(text, room, measure):
        room -= measure(cluster)
        if room < 0:
            break
        kept.append(cluster)
    return "".join(kept).rstrip() + "…"


def _bounded(text: str, limit: int, measure: Measure) -> Iterator[str]:
    for cluster in graphemes(text):
        if len(cluster) == 1 or measure(cluster) <= limit:
            yield cluster
        else:
            yield from cluster


def _after_break(clusters: list[str]) -> list[str]:
    """Give what follows the last break in the second half of ``clusters``, if one is there."""
    for mark in _BREAKS:
        for index in range(len(clusters) - 1, len(clusters) // 2, -1):
            if clusters[index] == mark:
                return clusters[index + 1 :]
    return []


def _joins(before: str, here: str) -> bool:
    if before in "\r\n" or here in "\r\n":
        return before == "\r" and here == "\n"
    if _JOINER in (before, here) or here in _AM:
        return True
    if before in _LEADING:
        return "\u0e01" <= here <= "\u0e2e" or "\u0e81" <= here <= "\u0eae"
    return unicodedata.category(here).startswith("M") or _extends(ord(here))


def _extends(code: int) -> bool:
    return (
        0x1F3FB <= code <= 0x1F3FF  # skin tones
        or 0xE0020 <= code <= 0xE007F  # the tags of a region's flag
        or 0x1160 <= code <= 0x11FF  # the vowels and finals of taken-apart Hangul
    )


def _is_flag_half(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF
