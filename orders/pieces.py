"""Pieces of what a customer wrote: words, numbers, signs, telephone numbers; cut in linear time.

The text is folded already (``orders.folding``). Emoji, brackets and full stops
part pieces and are none themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Set
from dataclasses import dataclass
from enum import StrEnum

from orders.folding import is_digit, is_latin

LONGEST_TEXT = 2_000
LONGEST_SHOWN = 40
_LEAST_DIGITS, _LEAST_ALONE, _MOST_DIGITS = 7, 9, 15

# A number of more than four digits, or with a nought before, counts nothing.
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
_DIGITS = re.compile(r"[0-9]+")
_DECIMALS = re.compile(r"[.,][0-9]+(?![0-9])")
_SIGNS = frozenset("+=*-@%")
_BREAKS = frozenset(",;\n")
_MONEY_SIGNS = frozenset("฿₱$€£¥₫")


class PieceKind(StrEnum):
    """What a piece is."""

    WORD = "word"  # Latin letters and digits: a code, or a word
    LETTERS = "letters"  # of a script that writes no blanks between words, or of another
    NUMBER = "number"
    ODD = "odd"  # a number that counts nothing: 1.5, ², 007
    PHONE = "phone"
    SIGN = "sign"
    MONEY = "money"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, folded; ``gap`` says that a blank or a mark stood before it."""

    kind: PieceKind
    text: str
    gap: bool

    @property
    def shown(self) -> str:
        """The piece as a sentence may repeat it."""
        return self.text[:LONGEST_SHOWN]


def cut(folded: str, vocabulary: Set[str] = frozenset(), longest: int = 0) -> list[Piece]:
    """Cut a folded text into pieces.

    Letters that stand together are parted where a word of ``vocabulary``
    (each at most ``longest`` long) is found among them.
    """
    return _find_phones(list(_cut(folded, vocabulary, longest)))


def _cut(text: str, vocabulary: Set[str], longest: int) -> Iterator[Piece]:
    at, gap = 0, False
    while at < len(text):
        end, kind = _piece_at(text, at)
        if kind is None:
            gap = True
        elif kind is PieceKind.LETTERS:
            yield from _part(text[at:end], gap, vocabulary, longest)
            gap = False
        else:
            whole = text[at:end]
            yield Piece(kind, whole.replace(",", "") if kind is PieceKind.NUMBER else whole, gap)
            gap = kind is PieceKind.BREAK
        at = end


def _piece_at(text: str, at: int) -> tuple[int, PieceKind | None]:
    char = text[at]
    if is_digit(char) or is_latin(char) or char == "_":
        return _word_at(text, at)
    if char in _BREAKS:
        return at + 1, PieceKind.BREAK
    if char in _SIGNS:
        return at + 1, PieceKind.SIGN
    if char in _MONEY_SIGNS:
        return at + 1, PieceKind.MONEY
    category = unicodedata.category(char)
    if category == "No":
        return at + 1, PieceKind.ODD
    if category[0] == "L" or category in ("Mn", "Mc"):
        end = at + 1
        while end < len(text) and _is_letter(text[end]):
            end += 1
        return end, PieceKind.LETTERS
    return at + 1, None


def _is_letter(char: str) -> bool:
    category = unicodedata.category(char)
    return (category[0] == "L" or category in ("Mn", "Mc")) and not is_latin(char)


def _word_at(text: str, at: int) -> tuple[int, PieceKind]:
    """A number where there is one, else the letters, digits, ``-`` and ``_`` of a word."""
    number = _THOUSANDS.match(text, at) or _DIGITS.match(text, at)
    if number is not None and not _goes_on(text, number.end()):
        decimals = _DECIMALS.match(text, number.end())
        if decimals is not None and decimals[0][0] == "." and "," not in number[0]:
            return decimals.end(), PieceKind.ODD
        if decimals is not None and 1 < len(decimals[0]) < 4 and _is_split(text, decimals):
            return decimals.end(), PieceKind.ODD
        return number.end(), PieceKind.NUMBER
    end = at + 1
    while end < len(text) and _continues(text, end):
        end += 1
    return end, PieceKind.WORD


def _is_split(text: str, decimals: re.Match[str]) -> bool:
    """Whether what follows a comma is the rest of a number, as in ``1,00``, and no next item."""
    return decimals[0].startswith(",0") and not _goes_on(text, decimals.end())


def _goes_on(text: str, at: int) -> bool:
    return at < len(text) and _continues(text, at)


def _continues(text: str, at: int) -> bool:
    char = text[at]
    if char == "-":
        following = text[at + 1 : at + 2]
        return bool(following) and (is_digit(following) or is_latin(following))
    return is_digit(char) or is_latin(char) or char == "_" or unicodedata.combining(char) != 0


def _part(letters: str, gap: bool, vocabulary: Set[str], longest: int) -> Iterator[Piece]:
    """Part letters at the known words among them, always the longest that begins at a place."""
    at = start = 0
    first = True
    while at < len(letters):
        for length in range(min(longest, len(letters) - at), 0, -1):
            if letters[at : at + length] in vocabulary:
                if at > start:
                    yield Piece(PieceKind.LETTERS, letters[start:at], gap and first)
                    first = False
                yield Piece(PieceKind.LETTERS, letters[at : at + length], gap and first)
                first = False
                at = start = _drawl_end(letters, at + length)
                break
        else:
            at += 1
    if at > start:
        yield Piece(PieceKind.LETTERS, letters[start:], gap and first)


def _drawl_end(letters: str, at: int) -> int:
    """Where the last letter of a word stops being repeated: ``ค่าาา``."""
    end = at
    while end < len(letters) and letters[end] == letters[at - 1]:
        end += 1
    return end


def _find_phones(pieces: list[Piece]) -> list[Piece]:
    """Make one piece of a telephone number, however it is grouped: ``+66 81-234 5678``."""
    kept: list[Piece] = []
    at = 0
    while at < len(pieces):
        end = _phone_end(pieces, at)
        if end is None:
            kept.append(pieces[at])
            at += 1
        else:
            text = "".join(one.text for one in pieces[at:end])
            kept.append(Piece(PieceKind.PHONE, text, pieces[at].gap))
            at = end
    return kept


def _phone_end(pieces: list[Piece], at: int) -> int | None:
    """Where a telephone number ends that begins at a piece, None where none does.

    It has 7 to 15 digits after a nought, or 9 to 15 after ``+`` or in one group.
    """
    plus = pieces[at].kind is PieceKind.SIGN and pieces[at].text == "+"
    first = at + plus
    digits, end = 0, first
    # Fifteen digits are the longest number there is: that bounds the look ahead.
    while end < len(pieces) and end - first < 15 and _is_group(pieces[end]):
        digits += sum(map(is_digit, pieces[end].text))
        end += 1
    if not _LEAST_DIGITS <= digits <= _MOST_DIGITS:
        return None
    lead = pieces[first].text
    if lead.startswith("0"):
        return end
    whole = plus or sum(map(is_digit, lead)) >= _LEAST_ALONE
    return end if whole and digits >= _LEAST_ALONE else None


def _is_group(piece: Piece) -> bool:
    if piece.kind is PieceKind.NUMBER:
        return True
    return piece.kind is PieceKind.WORD and all(is_digit(c) or c == "-" for c in piece.text)
