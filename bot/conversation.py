"""The conversation: one message in, answers out; decides who may command.

Effects come after the 200. Each event has its own transaction, under a lock
on its conversation, in the order in which things were written. Only a linked
account's id makes its words commands; a customer who types one sees nothing
unusual.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import structlog

from bot import outbox, staff
from bot.commands.context import (
    Answer,
    CommandError,
    Context,
    Meant,
    find_in_use,
    find_target,
)
from bot.commands.grammar import Command, GrammarError, Unknown, parse
from bot.commands.table import run
from bot.messages import AddressKind, Author, Card, Text
from bot.ordering import Asker
from bot.runtime import Runtime, Work
from bot.staff import Actor
from bot.store import changes, conversations, events, messages, orders, people, shops
from bot.store import outbox as outbox_rows
from bot.store.database import StoreUnavailable
from bot.words import say as word
from orders.errors import OrderError
from orders.money import exponent
from orders.states import Role

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 5
"""Tries at an event's effects before it is put aside, visibly, so that its neighbours go on."""

MAY_WRITE = frozenset({Role.OWNER, Role.MANAGER, Role.SALES, Role.FINANCE, Role.PACKER})


@dataclass(frozen=True, slots=True)
class Said:
    """What became of what staff wrote: a message to the customer, or the answer to a command."""

    message_id: int | None = None
    answer: Card | Text | None = None
    is_error: bool = False


class _TakenBack(Exception):
    """Rolls a preview back."""


# Events ----------------------------------------------------------------------


def drain(runtime: Runtime) -> int:
    """Let every stored event have its effects; give how many had."""
    done = 0
    while True:
        with runtime.store.read() as connection:
            waiting = events.conversations_with_pending_events(connection)
        before = done
        for conversation_id in waiting:
            while handle_next(runtime, conversation_id):
                done += 1
        if done == before:
            return done


def handle_next(runtime: Runtime, conversation_id: int) -> bool:
    """Handle the oldest event of a conversation that waits; False when none does.

    An event whose handling fails is tried again later, five times in all, and
    is then put aside as an error.
    """
    tried: list[int] = []

    def body(work: Work) -> bool:
        conversation = conversations.lock_conversation(
            work.connection, conversation_id, skip_locked=True
        )
        if conversation is None:
            return False
        event = events.next_pending_event(work.connection, conversation_id)
        if event is None:
            return False
        tried[:] = [event.id]
        _handle(runtime, work, conversation, event)
        events.update_event(work.connection, event.id, state="done", processed_at=work.now)
        return True

    try:
        return runtime.transact(body)
    except StoreUnavailable:
        raise
    except Exception as error:
        log.exception("event failed", event=tried, error=type(error).__name__)
        if not tried:
            raise
        event_id, name = tried[0], type(error).__name__
        runtime.transact(lambda work: _count_failure(work, event_id, name))
        return False


def _count_failure(work: Work, event_id: int, name: str) -> None:
    attempts = events.count_attempt(work.connection, event_id)
    if attempts >= MOST_ATTEMPTS:
        events.update_event(
            work.connection,
            event_id,
            state="error",
            error=f"It could not be handled ({name}).",
        )


def _handle(runtime: Runtime, work: Work, conversation: Any, event: Any) -> None:
    if event.kind != "message":
        outbox.settle_by_status(work, conversation.id, event.kind, event.data, event.occurred_at)
        return
    message = messages.find_message(work.connection, event.message_id)
    if message is not None:
        _hear(runtime, work, conversation, message)


def _hear(runtime: Runtime, work: Work, conversation: Any, message: Any) -> None:
    """Hear one message: a linked member of staff's words may be a command."""
    outbox.release(work, conversation)
    if not message.sender_id or message.text is None:
        return
    link = people.find_link(work.connection, conversation.channel_id, message.sender_id)
    shop = shops.find_shop(work.connection, conversation.shop_id)
    if link is None:
        _try_link(work, shop, conversation, message)
        return
    messages.update_message(
        work.connection, message.id, author=Author.STAFF, staff_id=link.staff_id
    )
    conversations.update_conversation(work.connection, conversation.id, unread=0)
    actor = Actor(link.staff_id, shop.id, link.name, Role(link.role))
    asker = Asker(actor, conversation.channel, f"message:{message.id}")
    answer = _answer(
        runtime, work, shop, asker, message.text, link=link, spoken=(conversation, message)
    )
    if answer is None:
        hello = word("answer.hello", shop.locale, name=actor.name)
        answer = Answer(Text(hello))
    outbox.plan_answer(work, conversation, answer.content, answer.order_id)


def _try_link(work: Work, shop: Any, conversation: Any, message: Any) -> None:
    """Link a chat account by a code; anybody else's words are chat and stay unanswered."""
    if conversation.address_kind != AddressKind.USER:
        return
    command = _parse(shop, message.text)
    if not isinstance(command, Command) or command.verb != "link" or not command.body.number:
        return
    actor = staff.link(work, conversation, message.sender_id, command.body.number)
    if actor is None:
        return
    messages.update_message(
        work.connection, message.id, author=Author.STAFF, staff_id=actor.staff_id
    )
    conversations.update_conversation(work.connection, conversation.id, unread=0)
    hello = Text(word("answer.linked", shop.locale, name=actor.name))
    outbox.plan_answer(work, conversation, hello, None)


# Staff on the web and in programs --------------------------------------------


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
    if actor.role not in MAY_WRITE:
        raise PermissionError(actor.role)
    scoped = f"say:{actor.staff_id}:{conversation_id}:{key}"[:200] if key else None

    def body(work: Work) -> Said:
        if scoped and not changes.claim_key(work.connection, actor.shop_id, scoped, work.now):
            return _recall(changes.find_answer(work.connection, actor.shop_id, scoped))
        said = _say(runtime, work, Asker(actor, surface), conversation_id, text)
        if scoped:
            changes.keep_answer(work.connection, actor.shop_id, scoped, _remember(said))
        return said

    return runtime.transact(body)


def preview(runtime: Runtime, actor: Actor, conversation_id: int, text: str) -> Card | Text | None:
    """Tell what a command would answer, and change nothing; None for plain words."""
    seen: list[Card | Text | None] = []

    def body(work: Work) -> None:
        said = _say(runtime, work, Asker(actor, "preview"), conversation_id, text, dry=True)
        seen[:] = [said.answer]
        raise _TakenBack

    with contextlib.suppress(_TakenBack):
        runtime.transact(body)
    return seen[0]


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


def _say(
    runtime: Runtime,
    work: Work,
    asker: Asker,
    conversation_id: int,
    text: str,
    *,
    dry: bool = False,
) -> Said:
    actor = asker.actor
    if actor is None:
        raise AssertionError("only staff say something to customers")
    conversation = conversations.find_conversation(work.connection, actor.shop_id, conversation_id)
    if conversation is None:
        raise LookupError(f"there is no conversation {conversation_id}")
    conversation = conversations.lock_conversation(work.connection, conversation_id)
    shop = shops.find_shop(work.connection, actor.shop_id)
    answer = _answer(runtime, work, shop, asker, text, here=conversation)
    if answer is not None:
        return Said(answer=answer.content, is_error=answer.is_error)
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
    answer = Text(kept["text"]) if kept.get("text") else None
    return Said(kept.get("message_id"), answer, bool(kept.get("is_error")))


# Commands --------------------------------------------------------------------


def _answer(
    runtime: Runtime,
    work: Work,
    shop: Any,
    asker: Asker,
    text: str,
    *,
    here: Any | None = None,
    link: Any | None = None,
    spoken: tuple[Any, Any] | None = None,
) -> Answer | None:
    """Run a text that is a command and give its answer; None for plain words.

    What a refused command did is rolled back, all of it.
    """
    try:
        command = _parse(shop, text)
        if command is None:
            return None
        if isinstance(command, Unknown):
            return _error(_unknown(shop, command))
        with work.connection.begin_nested():
            meant = _find_meant(work, shop, command, here=here, link=link, spoken=spoken)
            context = Context(
                runtime=runtime,
                work=work,
                shop=shop,
                asker=asker,
                text=text,
                subject=meant.conversation,
                order_row=meant.order_row,
                link=link,
            )
            return run(context, command)
    except GrammarError as error:
        return _error(f"{error.sentence(shop.locale)}\n{error.caret(text)}")
    except CommandError as error:
        return _error(str(error))
    except OrderError as error:
        return _error(error.sentence(shop.locale))


def _error(sentence: str) -> Answer:
    return Answer(Text(sentence), is_error=True)


def _parse(shop: Any, text: str) -> Command | Unknown | None:
    return parse(
        text,
        prefixes=tuple(shop.options["prefixes"]),
        decimals=exponent(shop.currency),
        currency=shop.currency,
    )


def _unknown(shop: Any, command: Unknown) -> str:
    hint = (
        word("answer.did_you_mean", shop.locale, suggestion=command.suggestion)
        if command.suggestion
        else word("answer.see_help", shop.locale)
    )
    return word("answer.no_such_verb", shop.locale, verb=command.verb, hint=hint)


def _find_meant(
    work: Work,
    shop: Any,
    command: Command,
    *,
    here: Any | None,
    link: Any | None,
    spoken: tuple[Any, Any] | None,
) -> Meant:
    """Find which conversation and order a command is about: named, quoted, here, or in use."""
    if command.target is not None:
        return find_target(work, shop, command.target)
    if here is not None:
        return Meant(here)
    quoted = _find_quoted(work, spoken) if spoken else None
    if quoted is not None:
        return quoted
    return find_in_use(work, shop, link) if link is not None else Meant(None)


def _find_quoted(work: Work, spoken: tuple[Any, Any]) -> Meant | None:
    """Find what the card is about that a message quotes, by the id which its send returned."""
    conversation, message = spoken
    if not message.quoted_id:
        return None
    found = outbox_rows.find_delivery_by_platform_id(
        work.connection, conversation.id, message.quoted_id
    )
    if found is None or found.conversation_id is None:
        return None
    row = orders.find_order(
        work.connection, conversation.shop_id, order_id=found.order_id, lock=True
    )
    return Meant(conversations.lock_conversation(work.connection, found.conversation_id), row)
