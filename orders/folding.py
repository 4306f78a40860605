"""Folding: one spelling for all ways to type the same thing, each character's origin kept.

NFKC makes full-width and decorated letters plain, but does two things a shop
must not suffer: it tears Thai SARA AM (U+0E33) into U+0E4D U+0E32, so that
``มัดจำ`` and ``ดำ`` never match, and it turns ``²`` and ``①`` into digits. So
SARA AM stays or is put back together, decimal digits of every script become
ASCII digits, and a character that only NFKC would make a digit stays what it is.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

# What phones put in place of the plain sign.
SIGNS = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
    **dict.fromkeys("\u00d7\u2715\u2716\u2217", "*"),
    "\u066a": "%",
    "\u066b": ".",
    "\u066c": ",",
    "\u060c": ",",
    "\u3001": ",",
    "\u061b": ";",
}
LINE_ENDS = "\n\r\v\f\x85\u2028\u2029"
# NIKHAHIT and SARA AA make SARA AM, in Thai and in Lao; a tone mark may stand between.
SARA_AM = {"\u0e4d\u0e32": "\u0e33", "\u0ecd\u0eb2": "\u0eb3"}
TONES = "\u0e48\u0e49\u0e4a\u0e4b\u0ec8\u0ec9\u0eca\u0ecb"
# A letter with more marks than this is no writing; composing all of it would take quadratic time.
MOST_MARKS = 30
# One character can stand for a whole prayer (U+FDFA, 18 letters): that is no way to write a code.
MOST_PIECES = 4


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded ``text``, and for each of its characters the ``(start, end)`` it came from."""

    text: str
    origins: tuple[tuple[int, int], ...]
    original: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of the folded characters ``start`` to ``end``."""
        begin = self.origins[start][0] if start < len(self.origins) else len(self.original)
        return begin, self.origins[end - 1][1] if end > start else begin

    def raw(self, start: int, end: int) -> str:
        """The original words of the folded characters ``start`` to ``end``, trimmed."""
        begin, stop = self.span(start, end)
        return self.original[begin:stop].strip()


def fold(original: str) -> Folded:
    """Fold ``original`` in linear time. Any text will do; nothing is raised."""
    chars: list[str] = []
    origins: list[tuple[int, int]] = []
    at = 0
    while at < len(original):
        end = _cluster_end(original, at)
        for char in _fold_cluster(original[at:end]):
            chars.append(char)
            origins.append((at, end))
            _join_sara_am(chars, origins)
        at = end
    return Folded("".join(chars), tuple(origins), original)


def fold_key(word: str) -> str:
    """``word`` as the lexicon compares it: folded, caseless, and ``เเ`` typed for ``แ`` read so."""
    return caseless(fold(word).text)


def caseless(folded: str) -> str:
    """The comparing form of text that is folded already."""
    return folded.casefold().replace("เเ", "แ")


def is_digit(char: str) -> bool:
    """An ASCII digit, the only kind that folding leaves as a number."""
    return "0" <= char <= "9"


def is_word(char: str) -> bool:
    """A letter or mark of any script, a digit, or "_"."""
    return char == "_" or is_digit(char) or unicodedata.category(char)[0] in "LM"


def is_latin(char: str) -> bool:
    """A Latin letter, accents or none."""
    if char.isascii():
        return char.isalpha()
    return unicodedata.name(char, "").startswith("LATIN ")


def _cluster_end(text: str, at: int) -> int:
    """Where the character at ``at`` and the marks that compose with it end."""
    end = at + 1
    while end < len(text) and end - at <= MOST_MARKS and _composes(text[end]):
        end += 1
    return end


def _composes(char: str) -> bool:
    # Conjoining jamo are letters, yet NFKC makes one syllable of two or three.
    return unicodedata.combining(char) != 0 or "\u1160" <= char <= "\u11ff"


def _fold_cluster(cluster: str) -> str:
    kept = "".join(char for char in cluster if not _unseen(char))
    if len(kept) == 1:
        return _fold_char(kept)
    plain = "".join(_fold_char(char) for char in kept)
    return unicodedata.normalize("NFC", plain)


def _unseen(char: str) -> bool:
    """Zero-width: format characters, variation selectors, the grapheme joiner."""
    if char.isascii():
        return False
    return unicodedata.category(char) == "Cf" or "\ufe00" <= char <= "\ufe0f" or char == "\u034f"


def _fold_char(char: str) -> str:
    if char in LINE_ENDS:
        return "\n"
    if char.isspace() or unicodedata.category(char) == "Cc":
        return " "
    if char.isascii() or char in SARA_AM.values():
        return char
    if char in SIGNS:
        return SIGNS[char]
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    compatible = unicodedata.normalize("NFKC", char)
    if len(compatible) > MOST_PIECES or any(is_digit(piece) for piece in compatible):
        return char
    return compatible


def _join_sara_am(chars: list[str], origins: list[tuple[int, int]]) -> None:
    """Make SARA AM of a NIKHAHIT and the SARA AA just appended, a tone mark before both."""
    toned = len(chars) > 2 and chars[-2] in TONES
    first = -3 if toned else -2
    if len(chars) < -first:
        return
    whole = SARA_AM.get(chars[first] + chars[-1])
    if whole is None:
        return
    origin = (origins[first][0], origins[-1][1])
    chars[first:] = [chars[-2], whole] if toned else [whole]
    origins[first:] = [origin, origin] if toned else [origin]
