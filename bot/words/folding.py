"""Text as it is searched: one form for what people type in many, and where a word stands in it.

Folding takes away case, width, composition and what nobody sees: full-width
letters become plain, digits of any script 0 to 9, SARA AM one sign whichever
way it was typed, and zero-width signs, with which Thai writers part words, go.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

GRAM = 3
"""Code points of a gram, the piece that the index knows; SQLite's trigrams have as many."""

MOST_TERMS = 12

_SARA_AM = re.compile("([\u0e4d\u0ecd])([\u0e48-\u0e4b\u0ec8-\u0ecb]*)([\u0e32\u0eb2])")
_OPEN_AM = re.compile("[\u0e4d\u0ecd][\u0e48-\u0e4b\u0ec8-\u0ecb]*$")
_WHOLE = {"\u0e32": "\u0e33", "\u0eb2": "\u0eb3"}


class _Signs(dict[int, "str | None"]):
    """What each code point becomes; worked out when it is first met."""

    def __missing__(self, code: int) -> str | None:
        self[code] = folded = _fold_sign(chr(code))
        return folded


def _fold_sign(sign: str) -> str | None:
    category = unicodedata.category(sign)
    if sign.isspace() or category == "Cc":
        return " "
    # Private signs are left to the index, which marks whose a message is with them.
    if category in ("Cf", "Cs", "Co") or "\ufe00" <= sign <= "\ufe0f" or sign == "\u034f":
        return None
    digit = unicodedata.decimal(sign, None)
    return sign if digit is None else str(digit)


_SIGNS = _Signs()


def fold(text: str) -> str:
    """Fold ``text``: one line, single spaces. Any text will do; nothing is raised."""
    # Compatibility takes SARA AM apart, casefolding may take more: compose again after both.
    plain = unicodedata.normalize("NFKC", text).translate(_SIGNS).casefold()
    joined = _SARA_AM.sub(_join, unicodedata.normalize("NFC", plain)).replace("เเ", "แ")
    return " ".join(joined.split())


def _join(found: re.Match[str]) -> str:
    return found[2] + _WHOLE[found[3]]


def split_terms(query: str) -> tuple[str, ...]:
    """Give the words of a query, folded; each must occur. At most ``MOST_TERMS``, longest first."""
    words = dict.fromkeys(fold(query).split())
    return tuple(sorted(words, key=len, reverse=True)[:MOST_TERMS])


def grams(word: str) -> list[str]:
    """Give every run of three code points of a folded text once; none of a shorter one."""
    pieces = (word[at : at + GRAM] for at in range(len(word) - GRAM + 1))
    return list(dict.fromkeys(pieces))


def mark(clusters: Sequence[str], terms: Iterable[str]) -> list[bool]:
    """Say of each of a text's clusters, in their order, whether it is part of a term."""
    owners: list[int] = []
    joined = ""
    for place, cluster in enumerate(clusters):
        # Folding a space alone leaves nothing of it; between words one stays.
        piece = fold(cluster) or " " * (cluster.isspace() and joined[-1:] not in ("", " "))
        owner = [place] * len(piece)
        if cluster[:1] in _WHOLE and place and _OPEN_AM.search(clusters[place - 1]):
            # A SARA AM in two signs, which lie in two clusters.
            begin = owners.index(place - 1)
            joined, owners = joined[:begin], owners[:begin]
            piece = fold(clusters[place - 1] + cluster)
            owner = [place - 1] * (len(piece) - 1) + [place]
        joined += piece
        owners += owner
    marked = [False] * len(clusters)
    for term in terms:
        at = joined.find(term)
        while at >= 0:
            for place in owners[at : at + len(term)]:
                marked[place] = True
            at = joined.find(term, at + len(term))
    return marked
