"""The lexer: cuts folded text into tokens, one at a time, as the grammar asks for them.

Written by hand and strictly forward: each character is looked at a bounded
number of times, whatever the text, so reading is linear. It is asked token by
token because a note's words, and the words of ``/reply``, are no tokens at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Never

from bot.commands.grammar.errors import GrammarError
from orders.folding import Folded, caseless, is_digit, is_latin, is_word

SEPARATORS = ";,\n"
# So much of a word is repeated in an error's sentence.
CLIP = 40


class Kind(Enum):
    """What a token is. SIGN is any single character without a meaning of its own here."""

    WORD = auto()
    NUMBER = auto()
    BRACKET = auto()
    QUOTE = auto()
    SIGN = auto()
    BREAK = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of folded text from ``start`` to ``end``.

    ``text`` is the folded text; of a BRACKET or QUOTE what is inside; of a
    NUMBER without thousands commas. A WORD is one run of letters, marks,
    digits, "_" and inner "-".
    """

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """The text as the lexicon compares it."""
        return caseless(self.text)

    def sign(self, signs: str) -> bool:
        """Whether this is one of ``signs``."""
        return self.kind is Kind.SIGN and self.text in signs


class Lexer:
    """Reads tokens from ``position`` of folded text.

    ``heads``: words of scripts without spaces that may touch a Latin word
    (``ส่งEMS``). ``currency``: words that may touch a number (``350THB``).
    """

    def __init__(
        self,
        folded: Folded,
        position: int = 0,
        heads: frozenset[str] = frozenset(),
        currency: frozenset[str] = frozenset(),
    ) -> None:
        self.folded = folded
        self.text = folded.text
        self.position = position
        self._heads = heads
        self._currency = tuple(word for word in sorted(currency) if is_latin(word[0]))
        self._ahead: Token | None = None
        # Up to here the run of word characters holds no Latin letter: known, not looked up again.
        self._plain_until = 0

    def peek(self) -> Token:
        """The next token, not taken."""
        if self._ahead is None:
            self._ahead = self._read()
        return self._ahead

    def take(self) -> Token:
        """The next token; the position moves behind it."""
        token = self.peek()
        self._ahead = None
        self.position = token.end
        return token

    def seek(self, position: int) -> None:
        """Go on reading at ``position`` of the folded text."""
        self._ahead = None
        if position < self.position:
            self._plain_until = 0
        self.position = position

    def ends(self) -> bool:
        """Whether only blanks and empty lines are left. Looks at all of them: not for loops."""
        return not self.text[self.position :].strip()

    def skip_sign(self, signs: str) -> None:
        """Go behind one of ``signs`` where one stands next; what follows is not read."""
        at = self._skip_blanks(self.position)
        if self.text[at : at + 1] in tuple(signs):
            self.seek(at + 1)

    def skip_blanks(self) -> None:
        """Go on at the next character that is no blank and no line's end."""
        self.seek(_while(self.text, self.position, lambda char: char in " \n"))

    def next_char(self) -> str:
        """The next character that is no blank, or ""; it is not read as a token."""
        at = self._skip_blanks(self.position)
        return self.text[at : at + 1]

    def rest(self) -> str:
        """All words from here on as typed, trimmed."""
        return self.folded.raw(self.position, len(self.text))

    def raw(self, start: int, end: int) -> str:
        """The words from ``start`` to ``end`` of the folded text, as typed and trimmed."""
        return self.folded.raw(start, end)

    def clip(self, token: Token) -> str:
        """The token as typed, short enough for a sentence."""
        words = self.raw(token.start, token.end)
        return words if len(words) <= CLIP else words[:CLIP] + "…"

    def fail(self, key: str, at: Token, **facts: str) -> Never:
        """Raise the error ``key`` that points at ``at``; ``{word}`` is the token as typed."""
        self.fail_span(key, at.start, at.end, **{"word": self.clip(at), **facts})

    def fail_span(self, key: str, start: int, end: int, **facts: str) -> Never:
        """Raise the error ``key`` that points at the folded characters ``start`` to ``end``."""
        begin, stop = self.folded.span(start, end)
        raise GrammarError(key, begin, stop, facts)

    def fail_original(self, key: str, span: tuple[int, int], **facts: str) -> Never:
        """Raise the error ``key`` that points at ``span`` of the text as typed."""
        raise GrammarError(key, *span, facts)

    def take_option(self) -> Token:
        """What stands right here: a name in brackets or quotes, or a run with "-" and "."."""
        if self.position < len(self.text) and self.text[self.position] in '["':
            return self.take()
        token = self.run()
        self.seek(token.end)
        return token

    def run(self) -> Token:
        """The word characters, with inner "-" and ".", right at the position; not taken."""
        end = self._run_end(self.position, "-.")
        return Token(Kind.WORD, self.text[self.position : end], self.position, end)

    def _read(self) -> Token:
        start = self._skip_blanks(self.position)
        if start == len(self.text):
            return Token(Kind.END, "", start, start)
        char = self.text[start]
        if char in SEPARATORS:
            return Token(Kind.BREAK, char, start, start + 1)
        if char == "[":
            return self._read_closed(Kind.BRACKET, start, "]", "bracket_open")
        if char == '"':
            return self._read_closed(Kind.QUOTE, start, '"', "quote_open")
        if is_word(char):
            return self._read_run(start)
        return Token(Kind.SIGN, char, start, start + 1)

    def _skip_blanks(self, at: int) -> int:
        return _while(self.text, at, lambda char: char == " ")

    def _read_closed(self, kind: Kind, start: int, closer: str, error: str) -> Token:
        end = _while(self.text, start + 1, lambda char: char not in (closer, "\n"))
        if end == len(self.text) or self.text[end] == "\n":
            self.fail_span(error, start, start + 1)
        inside = " ".join(self.text[start + 1 : end].split())
        return Token(kind, inside, start, end + 1)

    def _run_end(self, start: int, inner: str) -> int:
        """The end of word characters from ``start``; ``inner`` signs count between two of them."""
        end = start
        while end < len(self.text):
            char = self.text[end]
            joins = char in inner and end > start and self._word_at(end + 1)
            if not joins and not is_word(char):
                break
            end += 1
        return end

    def _word_at(self, at: int) -> bool:
        return at < len(self.text) and is_word(self.text[at])

    def _read_run(self, start: int) -> Token:
        if start >= self._plain_until:
            end = self._run_end(start, "-")
            run = self.text[start:end]
            if any(is_latin(char) for char in run):
                return self._read_latin(start, end)
            self._plain_until = end
        return self._read_plain(start)

    def _read_latin(self, start: int, end: int) -> Token:
        """A run with a Latin letter: one word, but for a head before it or a currency behind."""
        digits = _while(self.text, start, is_digit)
        if digits > start and caseless(self.text[digits:end]) in self._currency:
            return self._read_number(start, digits)
        head = _while(self.text, start, lambda char: not char.isascii())
        if start < head < end and caseless(self.text[start:head]) in self._heads:
            end = head
        return Token(Kind.WORD, self.text[start:end], start, end)

    def _read_plain(self, start: int) -> Token:
        """A piece of a run without Latin letters: digits, or letters up to the next digit."""
        if is_digit(self.text[start]):
            end = _while(self.text, start, is_digit)
            if not self.text.startswith("_", end):
                return self._read_number(start, end)
            end = _while(self.text, start, lambda char: char == "_" or is_digit(char))
        else:
            end = _while(self.text, start, lambda char: is_word(char) and not is_digit(char))
        return Token(Kind.WORD, self.text[start:end], start, end)

    def _read_number(self, start: int, end: int) -> Token:
        """Digits from ``start`` to ``end``, their thousands groups and decimals."""
        if end - start <= 3 and self.text[start] != "0":
            while self._is_thousands(end):
                end += 4
        if self.text.startswith(".", end):
            end = max(end, _while(self.text, end + 1, is_digit))
            end -= self.text[end - 1] == "."
        return Token(Kind.NUMBER, self.text[start:end].replace(",", ""), start, end)

    def _is_thousands(self, comma: int) -> bool:
        """Whether a comma and exactly three digits stand here, and no code such as ``,100A``."""
        group = self.text[comma : comma + 4]
        if len(group) < 4 or group[0] != "," or not all(map(is_digit, group[1:])):
            return False
        after = self.text[comma + 4 : comma + 5]
        if not after or not (after == "_" or is_digit(after) or is_latin(after)):
            return True
        return any(
            caseless(self.text[comma + 4 : comma + 4 + len(word)]) == word
            and not self._word_at(comma + 4 + len(word))
            for word in self._currency
        )


def _while(text: str, at: int, holds: Callable[[str], bool]) -> int:
    while at < len(text) and holds(text[at]):
        at += 1
    return at
