"""Wishes: reads a customer's words by a shop's rule, as what they order or why they order nothing.

A text is cut into pieces once and read from left to right; every look ahead is
bounded, so any text takes linear time. Nothing is raised for any text.
"""

from __future__ import annotations

import re
from dataclasses import replace

from orders.glossary import Glossary, fold_word, squeeze
from orders.keywords import (
    MOST_QUANTITY,
    Effect,
    Match,
    Miss,
    Mode,
    Pick,
    Reason,
    Rule,
    Target,
    sum_picks,
)
from orders.pieces import LONGEST_TEXT, Piece, PieceKind

MOST_PICKS = 20

_TIMES = re.compile(r"x([0-9]+)")
_GLUED_TIMES = re.compile(r"(.+)x([0-9]+)", re.DOTALL)
_COUNTED = re.compile(r"([0-9]+)(\D+)", re.DOTALL)
_NUMERIC = re.compile(r"[0-9].*", re.DOTALL)
# Thai for laughing, and never how many somebody wants.
_LAUGHTER = re.compile(r"5{3,}\+*")


class Reader:
    """A rule made ready to read many texts."""

    def __init__(self, rule: Rule) -> None:
        self._glossary = Glossary(rule)

    def read(self, text: str) -> Match | Miss:
        """Read one text. Never raises; linear in its length."""
        if len(text) > LONGEST_TEXT:
            return Miss(Reason.TOO_LONG, {"limit": f"{LONGEST_TEXT:,}"})
        pieces = self._glossary.cut(text)
        return _Reading(self._glossary, pieces).finish() if pieces else Miss(Reason.EMPTY)


class _Reading:
    """One text on its way from pieces to picks."""

    def __init__(self, glossary: Glossary, pieces: list[Piece]) -> None:
        self.glossary, self.rule, self.pieces = glossary, glossary.rule, pieces
        self.picks: list[Pick] = []
        self.at = 0
        self.prefixed = False
        self.open = False  # the last pick may still be given its quantity
        self.counted = False
        self.beside = self.doubt = ""
        self.code_like = ""
        self.miss: Miss | None = None

    def finish(self) -> Match | Miss:
        while self.at < len(self.pieces) and self.miss is None:
            if len(self.picks) > MOST_PICKS:
                return Miss(Reason.TOO_MANY, {"limit": str(MOST_PICKS)})
            self._step(self.pieces[self.at])
        if self.miss is not None:
            return self.miss
        if not self.picks:
            if self.code_like:
                return Miss(Reason.UNKNOWN_CODE, {"code": self.code_like})
            return Miss(Reason.NO_KEYWORD)
        return self._judge()

    def _judge(self) -> Match | Miss:
        if self.rule.needs_prefix and not self.prefixed:
            return Miss(Reason.PREFIX_MISSING, {"prefixes": ", ".join(self.rule.prefixes)})
        if self.doubt:
            return Miss(Reason.DOUBT, {"words": self.doubt})
        if self.beside and self.rule.mode is not Mode.CONTAINS:
            return Miss(Reason.WORDS_BESIDE, {"words": self.beside})
        picks = sum_picks(self.picks)
        for pick in picks:
            if pick.quantity > MOST_QUANTITY:
                return _out_of_range(str(pick.quantity))
            if self.rule.cap is not None and pick.quantity > self.rule.cap:
                facts = {"code": pick.code, "quantity": str(pick.quantity)}
                return Miss(Reason.OVER_ITEM_CAP, facts | {"cap": str(self.rule.cap)})
        return Match(picks)

    def _step(self, piece: Piece) -> None:
        found = (
            None if self._wants_number(piece) else self.glossary.keyword_at(self.pieces, self.at)
        )
        if found is not None and not self._is_lone_number(piece):
            length, written, target = found
            self.at += length
            self._pick(written, target)
            self._check_glued(piece.text, written)
        elif piece.kind is PieceKind.BREAK:
            self.at += 1
            self.open = False
        elif piece.kind in (PieceKind.WORD, PieceKind.LETTERS):
            self._word(piece)
        elif piece.kind is PieceKind.PHONE:
            self.at += 1
            self.open = False
            if self.rule.mode is Mode.EXACT:
                self.beside = self.beside or piece.shown
        else:
            self._count(piece)

    def _check_glued(self, word: str, written: str) -> None:
        """Ask about a keyword that is also another one and how many: ``A1X2`` where A1 is one."""
        times = _GLUED_TIMES.fullmatch(word)
        shorter = self.glossary.keyword(times[1]) if times else None
        if times and shorter is not None:
            facts = {"first": f"[{written}]", "second": f"{shorter[0]} {times[2]}"}
            self.miss = Miss(Reason.AMBIGUOUS, facts)

    def _wants_number(self, piece: Piece) -> bool:
        """A number right behind a keyword is how many, though it may be a keyword as well."""
        return self.open and not self.counted and piece.kind is PieceKind.NUMBER

    def _is_lone_number(self, piece: Piece) -> bool:
        """In free text a number is a keyword only behind a prefix."""
        lone = piece.kind is PieceKind.NUMBER and self.rule.mode is Mode.CONTAINS
        return lone and not (self.at and self.glossary.is_prefix(self.pieces[self.at - 1].text))

    def _pick(
        self, written: str, target: Target, quantity: int = 1, *, counted: bool = False
    ) -> None:
        self.picks.append(Pick(written, target.code, target.options, quantity, self.rule.effect))
        self.open, self.counted = True, counted
        if counted and self.rule.mode is Mode.EXACT:
            self.miss = Miss(Reason.QUANTITY_NOT_TAKEN, {"code": target.code})

    # Words ------------------------------------------------------------------------

    def _word(self, piece: Piece) -> None:
        self.at += 1
        word = piece.text
        if self.open and not self.counted and (times := _TIMES.fullmatch(word)):
            self._take(times[1], None, word)
        elif self.open and not self.counted and word == "x" and self._next_is_number():
            self.at += 1
            self._take(self.pieces[self.at - 1].text, None, word)
        elif self.glossary.is_prefix(word):
            self.prefixed = True
        elif (
            self._is_beside(word)
            or self._choice(word)
            or self._glued(word)
            or self._counted_unit(word)
        ):
            pass
        elif self.open and not self.counted and _NUMERIC.fullmatch(word):
            self.miss = Miss(Reason.NUMBER_UNREADABLE, {"number": piece.shown})
        else:
            self._leave(piece)

    def _is_beside(self, word: str) -> bool:
        return squeeze(word) in self.glossary.beside or _LAUGHTER.fullmatch(word) is not None

    def _choice(self, word: str) -> bool:
        """Take a word as an option of what was just picked: ``A1 M 2``, ``A1/ดำ``."""
        if not self.open or self.counted:
            return False
        pick = self.picks[-1]
        target = self.rule.keywords.get(pick.keyword)
        for choice in target.choices if target is not None else ():
            if fold_word(choice) == word:
                self.picks[-1] = replace(pick, options=(*pick.options, choice))
                return True
        return False

    def _glued(self, word: str) -> bool:
        """Read ``CFA1``, ``A1x2`` and ``CFA1x2``, where the whole is no keyword itself."""
        for body, prefixed in self.glossary.unglue(word):
            found = self.glossary.keyword(body)
            if found is not None:
                self.prefixed |= prefixed
                self._pick(*found)
                return True
            times = _GLUED_TIMES.fullmatch(body)
            found = self.glossary.keyword(times[1]) if times else None
            if times and found is not None:
                self.prefixed |= prefixed
                self._pick(*found)
                self._take(times[2], None, body)
                return True
        return False

    def _counted_unit(self, word: str) -> bool:
        """Read ``2pcs`` behind a keyword."""
        counted = _COUNTED.fullmatch(word)
        if not counted or not self.open or self.counted:
            return False
        if counted[2] in self.rule.particles.money:
            self.miss = Miss(Reason.PRICE, {"number": word})
            return True
        if squeeze(counted[2]) not in self.glossary.beside:
            return False
        self._take(counted[1], None, word)
        return True

    def _leave(self, piece: Piece) -> None:
        """Leave a word that says nothing to us."""
        self.open = False
        if piece.text in self.rule.particles.doubt:
            self.doubt = self.doubt or piece.shown
        self.beside = self.beside or piece.shown
        if piece.kind is PieceKind.WORD and any(c.isdigit() for c in piece.text):
            self.code_like = self.code_like or piece.shown

    # Numbers ----------------------------------------------------------------------

    def _count(self, piece: Piece) -> None:
        """Read a number or a sign."""
        self.at += 1
        if piece.text == "@":
            self._mention()
        elif not self.open:
            self._stray(piece)
        elif piece.kind is PieceKind.MONEY:
            self.miss = Miss(Reason.PRICE, {"number": self._peek()})
        elif piece.kind is PieceKind.SIGN:
            self._signed(piece)
        elif self.counted:
            self._second(piece)
        elif piece.kind is PieceKind.ODD:
            self.miss = Miss(Reason.NUMBER_UNREADABLE, {"number": piece.shown})
        elif _LAUGHTER.fullmatch(piece.text):
            self.open = False
        else:
            self._take(piece.text, None, piece.text)

    def _signed(self, piece: Piece) -> None:
        """Read a sign: ``+`` adds, ``=`` sets, ``*`` counts; none of them stands for nothing."""
        following = self.pieces[self.at] if self.at < len(self.pieces) else None
        if self._next_is_number():
            self._sign_number(piece.text, self.pieces[self.at].text)
        elif following is None or self.glossary.keyword_at(self.pieces, self.at) is not None:
            if piece.text in "+=" and not self.counted and following is None:
                self.miss = Miss(Reason.NUMBER_MISSING, {"sign": piece.text})
        elif following.kind is PieceKind.ODD or _NUMERIC.fullmatch(following.text):
            self.miss = Miss(Reason.NUMBER_UNREADABLE, {"number": following.shown})
        elif piece.text == "%":
            self.miss = Miss(Reason.NUMBER_UNREADABLE, {"number": piece.text})

    def _sign_number(self, sign: str, number: str) -> None:
        if self.counted:
            self.miss = Miss(Reason.TWO_NUMBERS, {"number": number[:20]})
        elif sign == "-":
            self.miss = Miss(Reason.MINUS, {"number": number[:20]})
        else:
            self.at += 1
            effect = {"+": Effect.ADD, "=": Effect.SET}.get(sign)
            self._take(number, effect, sign + number)

    def _take(self, digits: str, effect: Effect | None, shown: str) -> None:
        """Take digits as how many of the last pick."""
        pick = self.picks[-1]
        if self.rule.mode is Mode.EXACT:
            self.miss = Miss(Reason.QUANTITY_NOT_TAKEN, {"code": pick.code})
        elif self._is_money_next():
            self.miss = Miss(Reason.PRICE, {"number": shown[:20]})
        elif len(digits) > 4 or int(digits) == 0:
            self.miss = _out_of_range(digits)
        elif digits.startswith("0"):
            self.miss = Miss(Reason.NUMBER_UNREADABLE, {"number": shown[:20]})
        else:
            self.picks[-1] = replace(pick, quantity=int(digits), effect=effect or pick.effect)
            self.counted = True

    def _second(self, piece: Piece) -> None:
        """Meet a number where one was already."""
        if _LAUGHTER.fullmatch(piece.text):
            self.open = False
        elif piece.kind is PieceKind.NUMBER and self._is_money_next():
            self.miss = Miss(Reason.PRICE, {"number": piece.shown})
        else:
            self.miss = Miss(Reason.TWO_NUMBERS, {"number": piece.shown})

    def _stray(self, piece: Piece) -> None:
        """Meet a number that belongs to no keyword."""
        if piece.kind is PieceKind.SIGN or _LAUGHTER.fullmatch(piece.text):
            return
        if piece.kind is PieceKind.NUMBER and self._keyword_follows():
            self.miss = Miss(Reason.NUMBER_FIRST, {"number": piece.shown})
            return
        self.beside = self.beside or piece.shown

    def _keyword_follows(self) -> bool:
        """Whether a keyword stands right behind a number, as in ``2 A1`` or ``2x A1``."""
        places = range(self.at, min(self.at + 2, len(self.pieces)))
        return any(
            self.pieces[at].kind is not PieceKind.NUMBER
            and self.glossary.keyword_at(self.pieces, at) is not None
            for at in places
        )

    def _mention(self) -> None:
        """Skip ``@name``; ``@350`` is a price, which customers do not set."""
        if self._next_is_number():
            self.miss = Miss(Reason.PRICE, {"number": self._peek()})
        elif self.at < len(self.pieces):
            self.beside = self.beside or f"@{self._peek()}"
            self.at += 1
            self.open = False

    def _peek(self) -> str:
        return self.pieces[self.at].shown if self.at < len(self.pieces) else ""

    def _next_is_number(self) -> bool:
        return self.at < len(self.pieces) and self.pieces[self.at].kind is PieceKind.NUMBER

    def _is_money_next(self) -> bool:
        if self.at >= len(self.pieces):
            return False
        following = self.pieces[self.at]
        if following.kind is PieceKind.MONEY or following.text == "%":
            return True
        return following.text in self.rule.particles.money


def _out_of_range(digits: str) -> Miss:
    return Miss(Reason.OUT_OF_RANGE, {"number": digits[:20], "limit": f"{MOST_QUANTITY:,}"})
