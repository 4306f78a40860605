"""The automatic answers that a shop chose: whether, in which words, at which hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.replies.errors import ReplyError
from bot.replies.hours import DAYS, Span
from bot.runtime import Runtime, Work
from bot.staff import Actor
from bot.store import changes
from bot.store import replies as rows
from bot.store.database import Connection
from bot.words import LANGUAGES, say
from bot.words.filling import find_placeholders, show_placeholder
from orders.states import Role

KINDS = ("greeting", "away", "where")
MAY_SET = frozenset({Role.OWNER, Role.MANAGER})
PLACEHOLDERS = frozenset({"name", "shop"})
LONGEST_TEXT = 1_000
LONGEST_WORD = 40
MOST_WORDS = 40
OFFICE: Mapping[str, tuple[Span, ...]] = dict.fromkeys(DAYS, ((9 * 60, 18 * 60),))


@dataclass(frozen=True, slots=True)
class Answer:
    """One automatic answer. ``texts`` by language, empty for the house's words.

    ``hours`` are of ``away``, ``words`` (what customers ask with) of ``where``.
    """

    enabled: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)
    hours: Mapping[str, tuple[Span, ...]] = field(default_factory=lambda: dict(OFFICE))
    words: tuple[str, ...] = ()

    def text(self, kind: str, language: str) -> str:
        """Give its words in a language."""
        return self.texts.get(language) or default_text(kind, language)


def default_text(kind: str, language: str) -> str:
    """Give the house's words, their placeholders open."""
    open_ = {name: show_placeholder(name) for name in PLACEHOLDERS}
    return say(f"auto.{kind}", language, **open_)


def read_answer(connection: Connection, shop_id: int, kind: str) -> Answer:
    """Give a shop's automatic answer, off where it never chose."""
    row = rows.find_answer(connection, shop_id, kind)
    if row is None:
        return Answer()
    hours = row.terms.get("hours", {})
    return Answer(
        enabled=row.enabled,
        texts=row.terms.get("texts", {}),
        hours={day: tuple((start, end) for start, end in hours.get(day, ())) for day in DAYS},
        words=tuple(row.terms.get("words", ())),
    )


def save_answer(runtime: Runtime, actor: Actor, kind: str, answer: Answer) -> None:
    """Write an automatic answer. Raises ``ReplyError``, ``PermissionError``."""
    if actor.role not in MAY_SET:
        raise PermissionError(actor.role)
    if kind not in KINDS:
        raise LookupError(f"there is no automatic answer {kind}")
    _check(answer)

    def body(work: Work) -> None:
        terms: dict[str, Any] = {"texts": {k: v for k, v in answer.texts.items() if v}}
        if kind == "away":
            terms["hours"] = {day: [list(span) for span in answer.hours[day]] for day in DAYS}
        if kind == "where":
            terms["words"] = list(answer.words)
        rows.save_answer(
            work.connection,
            actor.shop_id,
            kind,
            enabled=answer.enabled,
            terms=terms,
            updated_at=work.now,
        )
        record(work, actor, "automatic answer saved", f"answer:{kind}", enabled=answer.enabled)

    runtime.transact(body)


def check_placeholders(text: str, known: frozenset[str]) -> None:
    """Raise ``ReplyError`` for a placeholder that nobody fills."""
    unknown = find_placeholders(text) - known
    if unknown:
        shown = ", ".join(show_placeholder(one) for one in sorted(known))
        raise ReplyError("placeholder", word=show_placeholder(min(unknown)), known=shown)


def record(work: Work, actor: Actor, action: str, subject: str, **data: Any) -> None:
    """Write down who changed what a shop says."""
    by = f"staff:{actor.staff_id}"
    changes.record(work.connection, work.now, by, action, subject, shop_id=actor.shop_id, **data)


def _check(answer: Answer) -> None:
    for language, text in answer.texts.items():
        if language not in LANGUAGES:
            raise LookupError(f"there are no words in {language}")
        if len(text) > LONGEST_TEXT:
            raise ReplyError("text_length", limit=f"{LONGEST_TEXT:,}")
        check_placeholders(text, PLACEHOLDERS)
    if len(answer.words) > MOST_WORDS or any(len(one) > LONGEST_WORD for one in answer.words):
        raise ReplyError("words", limit=MOST_WORDS, length=LONGEST_WORD)
