"""Terms: what a shop chose for keyword orders in its chats, in comments, or under one post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.keywords.errors import KeywordError
from bot.words import LANGUAGES
from bot.words.filling import find_placeholders, show_placeholder
from orders.keywords import LONGEST_KEYWORD, MOST_QUANTITY, Effect, Mode

TEXTS = ("ordered", "sold_out", "refused", "late")
"""What may be answered: each can be switched off, and said in the shop's own words."""

PLACEHOLDERS = frozenset({"name", "shop", "order_no", "items", "total", "bill_url", "code", "left"})
DEFAULT_PREFIXES = ("CF", "F", "MINE")
MOST_KEYWORDS = 300
MOST_PREFIXES = 12
MOST_LATE_MINUTES = 7 * 24 * 60
LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word that stands for a product, and for some of its options."""

    keyword: str
    code: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """A shop's choice. ``own_codes``: every product's code is a keyword.

    ``cap_item`` and ``cap_customer`` count pieces, None for no cap.
    ``late_minutes`` is how long after a post has ended words still order.
    ``answers`` names what is answered, ``texts`` the shop's own words for it
    by language.
    """

    mode: Mode = Mode.QUANTITY
    effect: Effect = Effect.SET
    prefixes: tuple[str, ...] = DEFAULT_PREFIXES
    needs_prefix: bool = False
    own_codes: bool = True
    keywords: tuple[Keyword, ...] = ()
    cap_item: int | None = None
    cap_customer: int | None = None
    late_minutes: int = 0
    answers: tuple[str, ...] = ("ordered", "sold_out")
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    send_at_once: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give the terms as they are stored."""
        return asdict(self)


def read_terms(stored: Mapping[str, Any]) -> Terms:
    """Read what ``to_json`` gave; what an older version did not know has its default."""
    known = {name: stored[name] for name in Terms.__dataclass_fields__ if name in stored}
    terms = Terms(**known)
    return Terms(
        **{
            **known,
            "mode": Mode(terms.mode),
            "effect": Effect(terms.effect),
            "prefixes": tuple(terms.prefixes),
            "keywords": tuple(_read_keyword(one) for one in known.get("keywords", ())),
            "answers": tuple(terms.answers),
        }
    )


def check_terms(terms: Terms) -> Terms:
    """Give the terms back where they can be kept. Raises ``KeywordError``."""
    _check_length("prefixes", terms.prefixes, MOST_PREFIXES)
    _check_length("keywords", terms.keywords, MOST_KEYWORDS)
    for word in (*terms.prefixes, *(one.keyword for one in terms.keywords)):
        if not word.strip() or len(word) > LONGEST_KEYWORD:
            raise KeywordError("word_length", word=word[:20], limit=LONGEST_KEYWORD)
    if terms.needs_prefix and not terms.prefixes:
        raise KeywordError("no_prefix")
    for cap in (terms.cap_item, terms.cap_customer):
        if cap is not None and not 1 <= cap <= MOST_QUANTITY:
            raise KeywordError("cap", limit=f"{MOST_QUANTITY:,}")
    if not 0 <= terms.late_minutes <= MOST_LATE_MINUTES:
        raise KeywordError("late_minutes", limit=f"{MOST_LATE_MINUTES:,}")
    for name, said in terms.texts.items():
        for language, text in said.items():
            _check_text(name, language, text)
    return terms


def _check_length(what: str, held: tuple[Any, ...], limit: int) -> None:
    if len(held) > limit:
        raise KeywordError(f"too_many_{what}", limit=limit)


def _check_text(name: str, language: str, text: str) -> None:
    if name not in TEXTS or language not in LANGUAGES:
        raise KeywordError("unknown_text", name=name[:20])
    if len(text) > LONGEST_TEXT:
        raise KeywordError("text_length", limit=LONGEST_TEXT)
    unknown = find_placeholders(text) - PLACEHOLDERS
    if unknown:
        known = ", ".join(show_placeholder(one) for one in sorted(PLACEHOLDERS))
        raise KeywordError("placeholder", word=show_placeholder(min(unknown)), known=known)


def _read_keyword(stored: Any) -> Keyword:
    return Keyword(stored["keyword"], stored["code"], tuple(stored.get("options", ())))
