"""Hears events: each has its effects once, in its own transaction, in the order of writing."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import structlog

from bot import keywords, outbox, replies, staff
from bot.commands.context import (
    Answer,
)
from bot.commands.grammar import Command, GrammarError
from bot.conversation.answering import answer, read
from bot.logs import place
from bot.messages import AddressKind, Author, Text
from bot.ordering import Asker
from bot.runtime import Runtime, Work
from bot.staff import Actor
from bot.store import conversations, events, messages, people, shops
from bot.store.database import StoreUnavailable
from bot.words import say as word
from orders.states import Role

log = structlog.get_logger(__name__)

BUDGET = 15.0
"""Seconds of a drain: half of what a job may take."""

MOST_ATTEMPTS = 5
"""Tries at an event's effects before it is put aside, visibly, so that its neighbours go on."""


MOST_ANSWERS = 20
A_MINUTE = timedelta(minutes=1)
"""So many answers a minute are one person's; more are two machines talking to each other."""

CHATTER = "There were too many answers here within a minute; this one was left out."


def drain(runtime: Runtime, *, seconds: float = BUDGET) -> int:
    """Let every stored event have its effects; give how many had.

    After ``seconds`` the rest is left to the next job, which is rung for.
    """
    end = time.monotonic() + seconds
    done = 0
    while True:
        with runtime.store.read() as connection:
            waiting = events.conversations_with_pending_events(connection)
        before = done
        for conversation_id in waiting:
            while handle_next(runtime, conversation_id):
                done += 1
                if time.monotonic() >= end:
                    runtime.bell.ring("inbound")
                    return done
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
        if not tried:
            raise
        event_id, name = tried[0], type(error).__name__
        # No traceback: the words of an error may be a customer's.
        log.error("event failed", event_id=event_id, error=name, where=place(error))  # noqa: TRY400
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
    if event.kind in replies.GREETED:
        shop = shops.find_shop(work.connection, conversation.shop_id)
        replies.greet(work, shop, conversation)
        return
    if event.kind != "message":
        outbox.settle_by_status(work, conversation.id, event.kind, event.data, event.occurred_at)
        return
    message = messages.find_message(work.connection, event.message_id)
    if message is not None:
        _hear(runtime, work, conversation, message)


def _hear(runtime: Runtime, work: Work, conversation: Any, message: Any) -> None:
    """Hear one message: a linked member of staff's words may be a command."""
    if conversation.gone_reason:  # who writes can be reached again
        conversations.mark_gone(work.connection, conversation.id, None)
    outbox.release(work, conversation)
    if not message.sender_id or message.text is None:
        return
    shop = shops.find_shop(work.connection, conversation.shop_id)
    if message.kind == "comment":  # said in public: never a command
        keywords.hear(runtime, work, shop, conversation, message)
        return
    link = people.find_link(work.connection, conversation.channel_id, message.sender_id)
    if link is None:
        if not _try_link(work, shop, conversation, message):
            _hear_customer(runtime, work, shop, conversation, message)
        return
    messages.update_message(
        work.connection, message.id, author=Author.STAFF, staff_id=link.staff_id
    )
    conversations.update_conversation(work.connection, conversation.id, unread=0)
    said = messages.count_answers(work.connection, conversation.id, work.now - A_MINUTE)
    if said >= MOST_ANSWERS:
        messages.update_message(work.connection, message.id, reason=CHATTER)
        return
    actor = Actor(link.staff_id, shop.id, link.name, Role(link.role))
    asker = Asker(actor, conversation.channel, f"message:{message.id}")
    reply = answer(
        runtime, work, shop, asker, message.text, link=link, spoken=(conversation, message)
    )
    if reply is None and conversation.address_kind != AddressKind.USER:
        return  # in a group, words that are no command are meant for the others
    if reply is None:
        hello = word("answer.hello", shop.locale, name=actor.name)
        reply = Answer(Text(hello))
    outbox.plan_answer(work, conversation, reply.content, reply.order_id)


def _hear_customer(
    runtime: Runtime, work: Work, shop: Any, conversation: Any, message: Any
) -> None:
    """Let a customer's words order by a keyword, else be answered as the shop chose."""
    if not keywords.hear(runtime, work, shop, conversation, message):
        replies.hear(runtime, work, shop, conversation, message)


def _try_link(work: Work, shop: Any, conversation: Any, message: Any) -> bool:
    """Link a chat account by a code; anybody else's words are chat, and False."""
    if conversation.address_kind != AddressKind.USER:
        return False
    try:
        command = read(shop, message.text)
    except GrammarError:
        return False
    if not isinstance(command, Command) or command.verb != "link" or not command.body.number:
        return False
    actor = staff.link(work, conversation, message.sender_id, command.body.number)
    if actor is None:
        return False
    messages.update_message(
        work.connection, message.id, author=Author.STAFF, staff_id=actor.staff_id
    )
    conversations.update_conversation(work.connection, conversation.id, unread=0)
    hello = Text(word("answer.linked", shop.locale, name=actor.name))
    outbox.plan_answer(work, conversation, hello, None)
    return True
