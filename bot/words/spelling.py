"""Spelling: one form for all the ways to write a name, and the terms that find a part of it.

A name has two forms. The *plain* one forgives what nobody means: case, width,
invisible signs, SARA AM in two pieces, punctuation. The *bare* one forgives also
what people leave out when they type in a hurry: Thai and Lao tone marks and the
accents of Latin letters. A search compares bare forms and puts plain matches first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import combinations

LONGEST_PART = 12
"""Letters of a name that a part term holds; a longer part is compared with the whole name."""

SHORTEST_TYPO = 4
"""Words with fewer letters are so alike that a typing error in one would find everybody."""

LONGEST_TYPO = 24
"""No word that people type is longer; it would have more terms than it is worth."""

# NIKHAHIT and SARA AA make SARA AM, in Thai and in Lao; a tone mark may stand between.
_TORN_AM = (
    (re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32"), "\\1\u0e33"),
    (re.compile("\u0ecd([\u0ec8-\u0ecb]?)\u0eb2"), "\\1\u0eb3"),
)
# Accents; MAITAIKHU, tone marks, THANTHAKHAT and YAMAKKAN, and their Lao sisters.
_LEFT_OUT = re.compile("[\u0300-\u036f\u0e47-\u0e4c\u0e4e\u0ec8-\u0ecc]")
# Latin letters that Unicode does not take apart.
_STROKES = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae"})
# What Thai people put before a name, without a space: Khun, sister, aunt, Mr. In bare spelling.
_HONORIFIC = re.compile("(?:คุณ|พี|นองสาว|นอง|นางสาว|นาง|นาย|นา|ปา|ลุง|แม|พอ|เจ|เฮีย)(?=.{2})")
# One character can stand for a whole prayer (U+FDFA, 18 letters).
_MOST_PIECES = 4


def write_plain(text: str) -> str:
    """Give the plain form: words of letters, marks, digits and symbols, one space between."""
    folded = "".join(_fold(sign) for sign in unicodedata.normalize("NFC", text))
    for torn, whole in _TORN_AM:
        folded = torn.sub(whole, folded)
    composed = unicodedata.normalize("NFC", folded.replace("เเ", "แ"))
    return " ".join(composed.split())


def write_bare(plain: str) -> str:
    """Give the bare form of a plain one: without tone marks and accents."""
    apart = _LEFT_OUT.sub("", unicodedata.normalize("NFD", plain)).translate(_STROKES)
    return " ".join(unicodedata.normalize("NFC", apart).split())


def list_parts(bare: str) -> Iterator[tuple[bool, str]]:
    """Give each place of a bare name from which a part may begin: whether a word does, the part.

    Parts run on over the spaces, which Thai writers set or leave out as they like.
    """
    starts, compact = set(), ""
    for word in bare.split():
        starts.add(len(compact))
        compact += word
    for at in range(len(compact)):
        yield at in starts, compact[at : at + LONGEST_PART]


def list_words(bare: str) -> list[str]:
    """Give a bare name's words, each also without the honorific that it may begin with."""
    words = bare.split()
    return words + [rest for word in words if (rest := drop_honorific(word)) != word]


def drop_honorific(word: str) -> str:
    """Give a bare word without what may be an honorific at its begin: ``คุณมะลิ`` is ``มะลิ``."""
    return _HONORIFIC.sub("", word, count=1) if _HONORIFIC.match(word) else word


def list_typos(word: str) -> set[str]:
    """Give a bare word and what is left of it without any one letter; nothing for short words.

    Two words that differ by one letter more, less or other, or by two that changed
    places, have one of these in common.
    """
    if not SHORTEST_TYPO <= len(word) <= LONGEST_TYPO:
        return set()
    return {word, *map("".join, combinations(word, len(word) - 1))}


def list_terms(name: str | None, phones: Iterable[str]) -> set[tuple[str, str]]:
    """Give the terms of a customer, each with its kind, from the name and phones' digits.

    ``w`` a part from a word's begin on, ``n`` a part from within a word, ``t`` a word
    or what a typing error leaves of it, ``p`` a phone from some digit on.
    """
    bare = write_bare(write_plain(name or ""))
    terms = {("w" if begins else "n", part) for begins, part in list_parts(bare)}
    terms |= {("t", left) for word in list_words(bare) for left in list_typos(word)}
    return terms | {("p", digits[at:]) for digits in phones for at in range(len(digits) - 2)}


def write_search_text(name: str | None, phones: Iterable[str]) -> str:
    """Give the bare name without spaces, and after spaces each phone's digits."""
    return " ".join((write_bare(write_plain(name or "")).replace(" ", ""), *phones))


def _fold(sign: str) -> str:
    if sign.isascii():
        return sign.lower() if sign.isalnum() or sign in "$+<=>^`|~" else " "
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    compatible = unicodedata.normalize("NFKC", sign)
    if len(compatible) > _MOST_PIECES:
        compatible = sign
    return "".join(map(_fold_piece, compatible.casefold()))


def _fold_piece(sign: str) -> str:
    category = unicodedata.category(sign)
    # Variation selectors and the grapheme joiner are marks, and yet seen by nobody.
    if category == "Cf" or "\ufe00" <= sign <= "\ufe0f" or sign == "\u034f":
        return ""
    return " " if category[0] in "ZCP" else sign
