"""The glossary of a rule: its keywords, prefixes and particles, each found in one look."""

from __future__ import annotations

import re

from orders.folding import caseless, fold
from orders.keywords import Rule, Target
from orders.pieces import Piece, cut

MOST_PIECES_OF_KEYWORD = 6
LONGEST_PREFIX = 20

# A repeated letter is a drawl: CFFF, pleaseee, ค่าาา.
_DRAWL = re.compile(r"(.)\1+", re.DOTALL)

_Key = tuple[tuple[str, bool], ...]


class Glossary:
    """A rule made ready to look words up in."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        particles = rule.particles
        self.prefixes = frozenset(squeeze(fold_word(one)) for one in rule.prefixes if one.strip())
        self.beside = frozenset(map(squeeze, particles.polite | particles.asking | particles.units))
        self._keywords: dict[_Key, tuple[str, Target]] = {}
        known = particles.polite | particles.asking | particles.units | particles.money
        known |= particles.doubt
        known |= {fold_word(one) for one in rule.prefixes}
        for written, target in rule.keywords.items():
            pieces = cut(fold_word(written))[:MOST_PIECES_OF_KEYWORD]
            if pieces:
                self._keywords.setdefault(_key(pieces), (written, target))
            known |= {one.text for one in pieces} | set(map(fold_word, target.choices))
        self._known = frozenset(known)
        self._longest = max(map(len, known), default=0)

    def cut(self, text: str) -> list[Piece]:
        """Cut a text into pieces, at the words that are known."""
        return cut(fold_word(text), self._known, self._longest)

    def keyword_at(self, pieces: list[Piece], at: int) -> tuple[int, str, Target] | None:
        """The longest keyword that begins at a piece: how many pieces, its spelling, its target."""
        for length in range(min(MOST_PIECES_OF_KEYWORD, len(pieces) - at), 0, -1):
            found = self._keywords.get(_key(pieces[at : at + length]))
            if found is not None:
                return length, *found
        return None

    def keyword(self, word: str) -> tuple[str, Target] | None:
        """The keyword that is one word, in whatever pieces."""
        pieces = cut(word)
        return self._keywords.get(_key(pieces)) if pieces else None

    def unglue(self, word: str) -> list[tuple[str, bool]]:
        """The word itself, and what follows a prefix glued to it, as in ``CFA1``."""
        lengths = range(1, min(len(word), LONGEST_PREFIX + 1))
        cuts = [word[at:] for at in lengths if squeeze(word[:at]) in self.prefixes]
        return [(word, False), *((rest, True) for rest in cuts)]

    def is_prefix(self, word: str) -> bool:
        """Whether a word is a prefix, drawled or said several times: ``CFFF``, ``cfcf``."""
        small = squeeze(word)
        if small in self.prefixes:
            return True
        return any(small == one * (len(small) // len(one)) for one in self.prefixes)


def fold_word(text: str) -> str:
    """A text in the one spelling in which words are compared."""
    return caseless(fold(text).text).strip()


def squeeze(word: str) -> str:
    """A word without its drawl."""
    return _DRAWL.sub(r"\1", word)


def _key(pieces: list[Piece]) -> _Key:
    """A keyword's pieces as they are compared: what stands before the first is no matter."""
    first, *rest = pieces
    return ((first.text, False), *((one.text, one.gap) for one in rest))
