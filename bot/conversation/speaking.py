"""Speaks for staff on the web and in programs: words go to the customer, commands are run."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

from bot import outbox
from bot.channels.fields import readable
from bot.conversation.answering import answer
from bot.messages import Author, Card, Route, Text
from bot.ordering import Asker
from bot.runtime import Runtime, Work
from bot.staff import MAY_WRITE, Actor
from bot.store import changes, conversations, shops
from bot.store import outbox as deliveries
from bot.store.vault import digest
from bot.words import say as word

PREVIEW_PATIENCE = 2.0
"""Seconds that a preview waits for a lock; the next letter asks again."""


@dataclass(frozen=True, slots=True)
class Said:
    """What became of what staff wrote: a message to the customer, or the answer to a command."""

    message_id: int | None = None
    answer: Card | Text | None = None
    is_error: bool = False


class _TakenBack(Exception):
    """Rolls a preview back."""


def say(
    runtime: Runtime,
    actor: Actor,
    conversation_id: int,
    text: str,
    *,
    surface: str,
    key: str | None,
) -> Said:
    """Say something as a member of staff: words go to the customer, a command is run.

    ``key`` makes a repeat harmless: it gets the first one's result. Raises
    ``LookupError`` when the shop has no such conversation, ``PermissionError``
    for a role that may not write.
    """
    _check(actor)
    scoped = f"say:{actor.staff_id}:{conversation_id}:{digest(key)}" if key else None

    def body(work: Work) -> Said:
        if scoped and not changes.claim_key(work.connection, actor.shop_id, scoped, work.now):
            return _recall(changes.find_answer(work.connection, actor.shop_id, scoped))
        said = _say(runtime, work, Asker(actor, surface), conversation_id, text)
        if scoped:
            changes.keep_answer(work.connection, actor.shop_id, scoped, _remember(said))
        return said

    return runtime.transact(body)


def say_within(
    runtime: Runtime, work: Work, actor: Actor, conversation_id: int, text: str, *, surface: str
) -> Said:
    """Say something in the caller's transaction, which sees to repeats. Raises as ``say`` does."""
    _check(actor)
    return _say(runtime, work, Asker(actor, surface), conversation_id, text)


@dataclass(frozen=True, slots=True)
class Preview:
    """What words would do: the ``answer`` to a command, and what would go to whom by which way.

    ``answer`` is None for plain words. ``sends`` is what would be owed to
    ``customer``, a conversation: ``text`` or ``bill``, None where nothing is.
    """

    answer: Card | Text | None = None
    is_error: bool = False
    sends: str | None = None
    customer: Any | None = None
    route: Route | None = None


def preview(runtime: Runtime, actor: Actor, conversation_id: int, text: str) -> Preview:
    """Run a command for real in a transaction that is rolled back, and tell what it did.

    Nothing stays: no number is used up, nothing is owed, no bell is rung, no
    page is told. Plain words are only looked at. Raises ``LookupError`` where
    the shop has no such conversation, ``StoreUnavailable`` where somebody has
    the lock for longer than a person who types would wait.
    """
    seen: list[Preview] = []

    def body(work: Work) -> None:
        asker = Asker(actor, "preview")
        said = _say(runtime, work, asker, conversation_id, text, dry=True)
        seen[:] = [_look(work, actor, conversation_id, said)]
        raise _TakenBack

    with contextlib.suppress(_TakenBack):
        runtime.transact(body, patience=PREVIEW_PATIENCE)
    return seen[0]


def _look(work: Work, actor: Actor, conversation_id: int, said: Said) -> Preview:
    """See what a command that is about to be rolled back would have sent."""
    connection = work.connection
    owed = deliveries.list_owed_at(connection, actor.shop_id, work.now)
    if said.answer is not None and not owed:
        return Preview(said.answer, said.is_error)
    about = owed[0].conversation_id if owed else conversation_id
    sends = "bill" if any(one.kind == "bill" for one in owed) else "text"
    customer = conversations.find_conversation(connection, actor.shop_id, about)
    route = outbox.route_now(connection, customer, work.now, billing=sends == "bill")
    return Preview(said.answer, said.is_error, sends, customer, route)


def mark_read(runtime: Runtime, actor: Actor, conversation_id: int) -> None:
    """Note that staff have seen a conversation."""

    def body(work: Work) -> None:
        conversation = conversations.find_conversation(
            work.connection, actor.shop_id, conversation_id
        )
        if conversation is not None and conversation.unread:
            conversations.update_conversation(work.connection, conversation_id, unread=0)
            changes.announce(
                work.connection, actor.shop_id, work.now, conversation_id=conversation_id
            )

    runtime.transact(body)


def _check(actor: Actor) -> None:
    if actor.role not in MAY_WRITE:
        raise PermissionError(actor.role)


def _say(
    runtime: Runtime,
    work: Work,
    asker: Asker,
    conversation_id: int,
    text: str,
    *,
    dry: bool = False,
) -> Said:
    actor, text = asker.actor, readable(text)
    if actor is None:
        raise AssertionError("only staff say something to customers")
    conversation = conversations.find_conversation(work.connection, actor.shop_id, conversation_id)
    if conversation is None:
        raise LookupError(f"there is no conversation {conversation_id}")
    conversation = conversations.lock_conversation(work.connection, conversation_id)
    shop = shops.find_shop(work.connection, actor.shop_id)
    reply = answer(runtime, work, shop, asker, text, here=conversation)
    if reply is not None:
        return Said(answer=reply.content, is_error=reply.is_error)
    if not text.strip():
        return Said(answer=Text(word("answer.empty", shop.locale)), is_error=True)
    if dry:
        return Said()
    message_id = outbox.plan_text(
        work, conversation, text, author=Author.STAFF, staff_id=actor.staff_id
    )
    conversations.update_conversation(work.connection, conversation_id, unread=0)
    return Said(message_id=message_id)


def _remember(said: Said) -> dict[str, Any]:
    """Keep of a result what a repeat needs; a card is words that may be stale by then."""
    text = outbox.plain(said.answer) if said.answer is not None else None
    return {"message_id": said.message_id, "text": text, "is_error": said.is_error}


def _recall(kept: Any) -> Said:
    kept = kept or {}
    answered = Text(kept["text"]) if kept.get("text") else None
    return Said(kept.get("message_id"), answered, bool(kept.get("is_error")))
