"""Keeps events: each becomes a row and, where it says something, a message; once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog

from bot.messages import Author, Event, InboundMessage, OtherEvent, StatusUpdate
from bot.runtime import Work
from bot.store import changes, conversations, events, messages
from bot.store.database import is_passing
from bot.store.vault import digest

log = structlog.get_logger(__name__)

REPLY_TOKEN_LIFE = timedelta(seconds=50)
"""LINE promises one minute from the delivery; the rest is for the way back."""


def keep_carefully(work: Work, owner: Any, raw_id: int, event: Event) -> None:
    """Keep one event in a savepoint; what does not fit is kept as an error, visibly."""
    try:
        with work.connection.begin_nested():
            keep(work, owner, raw_id, event)
    except Exception as error:
        if is_passing(error):  # a busy database says nothing against the event
            raise
        log.warning("event does not fit", delivery=raw_id, error=type(error).__name__)
        misfit = OtherEvent(
            event_key=f"misfit:{digest(event.event_key)}",
            kind="misfit",
            sent_at=None,
            error=f"The event does not fit the inbox ({type(error).__name__}).",
        )
        keep(work, owner, raw_id, misfit)


def keep(work: Work, owner: Any, raw_id: int, event: Event) -> None:
    """Write one event down, unless its key has been seen before."""
    if isinstance(event, InboundMessage):
        fresh = _keep_message(work, owner, raw_id, event)
    elif isinstance(event, StatusUpdate):
        fresh = _keep_status(work, owner, raw_id, event)
    else:
        fresh = _keep_other(work, owner, raw_id, event)
    if not fresh:
        known = events.find_event_by_key(work.connection, owner.id, event.event_key)
        # Only a replay meets an event in error: what was mended since may work now.
        if known is not None and events.retry_event(work.connection, known.id):
            work.ring("inbound")


def _keep_message(work: Work, owner: Any, raw_id: int, event: InboundMessage) -> bool:
    conversation_id = conversations.open_conversation(
        work.connection,
        shop_id=owner.shop_id,
        channel_id=owner.id,
        platform_id=event.address.id,
        kind=event.address.kind,
        at=work.now,
        ring=work.ring,
    )
    from_customer = event.author == Author.CUSTOMER
    has_effect = from_customer and not event.standby
    event_id = _insert_event(
        work,
        owner,
        raw_id,
        event,
        kind="message",
        state="pending" if has_effect else "done",
        occurred_at=event.sent_at,
        conversation_id=conversation_id,
    )
    if event_id is None:
        return False
    message_id = messages.insert_message(
        work.connection,
        shop_id=owner.shop_id,
        conversation_id=conversation_id,
        direction="in" if from_customer else "out",
        author=event.author,
        sender_id=event.sender_id,
        kind=event.kind,
        text=event.text,
        platform_id=event.platform_id,
        quoted_id=event.quoted_id,
        sent_at=event.sent_at,
        received_at=work.now,
        state="received" if from_customer else "sent",
    )
    events.name_message(work.connection, event_id, message_id)
    _show(work, owner, conversation_id, event)
    if event.reply_token:
        messages.keep_reply_token(
            work.connection,
            shop_id=owner.shop_id,
            conversation_id=conversation_id,
            token=event.reply_token,
            expires_at=work.now + REPLY_TOKEN_LIFE,
        )
    if has_effect:
        work.ring("inbound")
    return True


def _show(work: Work, owner: Any, conversation_id: int, event: InboundMessage) -> None:
    messages.touch_conversation(
        work.connection,
        conversation_id,
        at=event.sent_at,
        text=event.text,
        author=event.author,
        customer_wrote=event.author == Author.CUSTOMER,
        standby=event.standby,
    )
    changes.announce(work.connection, owner.shop_id, work.now, conversation_id=conversation_id)


def _keep_status(work: Work, owner: Any, raw_id: int, event: StatusUpdate) -> bool:
    known = conversations.find_address(work.connection, owner.id, event.address.id)
    event_id = _insert_event(
        work,
        owner,
        raw_id,
        event,
        kind=event.status,
        # A status of somebody we never wrote to has nothing to settle.
        state="pending" if known else "done",
        occurred_at=event.sent_at,
        conversation_id=known.conversation_id if known else None,
        data={"delivery_id": event.delivery_id, "platform_id": event.platform_id},
    )
    if event_id is None:
        return False
    if known:
        work.ring("inbound")
    return True


def _keep_other(work: Work, owner: Any, raw_id: int, event: OtherEvent) -> bool:
    """Keep what moves nothing; where it names a conversation, it is shown there."""
    at = event.sent_at or work.now
    conversation_id = None
    if event.address is not None:
        conversation_id = conversations.open_conversation(
            work.connection,
            shop_id=owner.shop_id,
            channel_id=owner.id,
            platform_id=event.address.id,
            kind=event.address.kind,
            at=work.now,
            ring=work.ring,
        )
    event_id = _insert_event(
        work,
        owner,
        raw_id,
        event,
        kind=event.kind[:40],
        state="error" if event.error else "done",
        error=event.error[:300] if event.error else None,
        occurred_at=at,
        conversation_id=conversation_id,
    )
    if event_id is None:
        return False
    if conversation_id is not None:
        message_id = messages.insert_message(
            work.connection,
            shop_id=owner.shop_id,
            conversation_id=conversation_id,
            direction="in",
            author=Author.SYSTEM,
            kind="unsupported",
            platform_id=event.platform_id,
            sent_at=at,
            received_at=work.now,
            state="received",
            reason=event.kind[:300],
        )
        events.name_message(work.connection, event_id, message_id)
        changes.announce(work.connection, owner.shop_id, work.now, conversation_id=conversation_id)
    return True


def _insert_event(work: Work, owner: Any, raw_id: int, event: Event, **values: Any) -> int | None:
    return events.insert_event(
        work.connection,
        shop_id=owner.shop_id,
        channel_id=owner.id,
        delivery_id=raw_id,
        event_key=event.event_key,
        received_at=work.now,
        **{"data": {}, **values},
    )
