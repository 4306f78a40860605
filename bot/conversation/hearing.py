"""Hears events: each has its effects once, in its own transaction, in the order of writing."""

from __future__ import annotations

import time
from typing import Any

import structlog

from bot import keywords, outbox, replies, staff, surfaces
from bot.conversation import amending, commanding, grouping, paging
from bot.conversation.commanding import Heard, answer_staff, link_code, note_staff
from bot.logs import place
from bot.messages import AddressKind
from bot.runtime import Runtime, Work
from bot.store import conversations, events, messages, shops
from bot.store.database import StoreUnavailable

log = structlog.get_logger(__name__)

BUDGET = 15.0
"""Seconds of a drain: half of what a job may take."""

MOST_ATTEMPTS = 5
"""Tries at an event's effects before it is put aside, visibly, so that its neighbours go on."""


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
    if event.kind in amending.CHANGES:
        amending.hear(work, conversation, event)
    elif event.kind in grouping.NOTICES:
        grouping.hear_notice(work, conversation, event)
    elif event.kind in replies.GREETED:
        replies.greet(work, shops.find_shop(work.connection, conversation.shop_id), conversation)
    elif event.kind != "message":
        outbox.settle_by_status(work, conversation.id, event.kind, event.data, event.occurred_at)
    else:
        message = messages.find_message(work.connection, event.message_id)
        if message is not None:
            _hear(runtime, work, conversation, message)


def _hear(runtime: Runtime, work: Work, conversation: Any, message: Any) -> None:
    """Hear one message: a linked member of staff's words may be a command."""
    if message.direction == "out":
        paging.hear(runtime, work, conversation, message)
        return
    if conversation.gone_reason:  # who writes can be reached again
        conversations.mark_gone(work.connection, conversation.id, None)
    outbox.release(work, conversation)
    heard = commanding.hear(runtime, work, conversation, message)
    if conversation.address_kind != AddressKind.USER:
        grouping.hear(heard)
    elif message.kind == "comment":  # said in public: never a command
        surfaces.wake(work, heard.shop)
        keywords.hear(runtime, work, heard.shop, conversation, message)
    elif heard.link is None:
        _hear_customer(heard)
    else:
        note_staff(heard, heard.link.staff_id)
        if heard.text is not None and not _relink(heard) and not answer_staff(heard):
            hello = heard.say("answer.hello", name=heard.link.name)
            outbox.plan_automatic(work, conversation, hello)


def _hear_customer(heard: Heard) -> None:
    """Hear anybody else: a code links an account, all other words are a customer's.

    Staff are shown them; they may order by a keyword, else be answered as the shop chose.
    """
    if _relink(heard):
        return
    surfaces.wake(heard.work, heard.shop)
    said = (heard.runtime, heard.work, heard.shop, heard.conversation, heard.message)
    if heard.text is not None and not keywords.hear(*said):
        replies.hear(*said)


def _relink(heard: Heard) -> bool:
    """Link a chat account by a code; a wrong one is plain words, as from anybody."""
    code = link_code(heard.shop, heard.text)
    sender = heard.message.sender_id
    actor = staff.link(heard.work, heard.conversation, sender, code) if code and sender else None
    if actor is None:
        return False
    note_staff(heard, actor.staff_id)
    heard.answer(heard.say("answer.linked", name=actor.name))
    return True
