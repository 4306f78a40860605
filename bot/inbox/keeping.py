"""Keeps events: each becomes a row and, where it says something, a message; once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.inbox import changing
from bot.inbox.contents import NOTICES, facts_of, note_media
from bot.inbox.repeating import meet_again
from bot.messages import (
    Address,
    AddressKind,
    Author,
    Event,
    InboundMessage,
    MessageChange,
    OtherEvent,
    StatusUpdate,
)
from bot.runtime import Work
from bot.store import changes, conversations, events, members, messages
from bot.store.commenters import find_met, find_private_conversation
from bot.store.database import is_passing
from bot.store.vault import digest

log = structlog.get_logger(__name__)

REPLY_TOKEN_LIFE = timedelta(seconds=50)
"""LINE promises one minute from the delivery; the rest is for the way back."""

EFFECTIVE = frozenset({"join", "leave", "edit", "unsend", "follow", "optin"})
"""Events beside messages that something follows from."""

GOING = {
    "unfollow": "They blocked or removed the shop's account.",
    "leave": "The shop's account is not in this chat any more.",
    "follow": None,
    "join": None,
}
"""Events after which an address cannot be written to, and why; or can be again."""


def keep_carefully(work: Work, owner: Any, raw_id: int, event: Event) -> bool:
    """Keep one event in a savepoint; what does not fit is kept as an error, visibly.

    Says what ``keep`` says.
    """
    try:
        with work.connection.begin_nested():
            return keep(work, owner, raw_id, event)
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
        return keep(work, owner, raw_id, misfit)


def keep(work: Work, owner: Any, raw_id: int, event: Event) -> bool:
    """Write one event down, unless its key has been seen before.

    Says whether it contradicts the one that was: then the first counts.
    """
    if isinstance(event, InboundMessage):
        fresh = _keep_message(work, owner, raw_id, event)
    elif isinstance(event, MessageChange):
        fresh = _keep_change(work, owner, raw_id, event)
    elif isinstance(event, StatusUpdate):
        fresh = _keep_status(work, owner, raw_id, event)
    else:
        fresh = _keep_other(work, owner, raw_id, event)
    return not fresh and meet_again(work, owner, raw_id, event)


def _keep_message(work: Work, owner: Any, raw_id: int, event: InboundMessage) -> bool:
    conversation_id = _open(work, owner, _find_writer(work, owner, event))
    from_customer = event.author == Author.CUSTOMER
    # What a person typed in a Page's own inbox may be an order in a customer's words.
    has_effect = not event.standby and (from_customer or event.kind == "text")
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
        facts=facts_of(event),
    )
    events.name_message(work.connection, event_id, message_id)
    _meet_member(work, owner, conversation_id, event)
    _show(work, owner, conversation_id, event)
    _keep_reply_token(work, owner, conversation_id, event.reply_token)
    note_media(work, owner, message_id, event)
    if event.platform_id:
        changing.catch_up(work, owner, message_id, event.platform_id)
    if has_effect:
        work.ring("inbound")
    return True


def _keep_change(work: Work, owner: Any, raw_id: int, event: MessageChange) -> bool:
    conversation_id = _open(work, owner, _find_writer(work, owner, event))
    has_effect = event.change in EFFECTIVE
    event_id = _insert_event(
        work,
        owner,
        raw_id,
        event,
        kind=event.change[:40],
        state="pending" if has_effect else "done",
        occurred_at=event.sent_at,
        conversation_id=conversation_id,
        data={"platform_id": event.platform_id},
    )
    if event_id is None:
        return False
    if has_effect:
        work.ring("inbound")
    changing.change(work, owner, conversation_id, raw_id, event)
    if event.change == "reaction" and event.sender_id == event.address.id:
        # A customer's tap opens Meta's window as words do.
        messages.open_window(work.connection, conversation_id, event.sent_at)
    changes.announce(work.connection, owner.shop_id, work.now, conversation_id=conversation_id)
    return True


def _show(work: Work, owner: Any, conversation_id: int, event: InboundMessage) -> None:
    messages.touch_conversation(
        work.connection,
        conversation_id,
        at=event.sent_at,
        # What has no words is named by its kind, which pages put into words.
        text=event.text if event.text is not None else f"[{event.kind}]",
        author=event.author,
        customer_wrote=event.author == Author.CUSTOMER,
        standby=event.standby,
        opens_window=event.opens_window,
    )
    changes.announce(work.connection, owner.shop_id, work.now, conversation_id=conversation_id)


def _keep_status(work: Work, owner: Any, raw_id: int, event: StatusUpdate) -> bool:
    known = conversations.find_address(work.connection, owner.id, event.address.id)
    if known is None and event.delivery_id:  # the echo of a private reply names a new person
        known = find_private_conversation(work.connection, owner.id, event.delivery_id)
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
        data={
            "delivery_id": event.delivery_id,
            "platform_id": event.platform_id,
            "person_id": event.address.id,
        },
    )
    if event_id is None:
        return False
    if known:
        work.ring("inbound")
    return True


def _keep_other(work: Work, owner: Any, raw_id: int, event: OtherEvent) -> bool:
    """Keep what says nothing; where it names a conversation and is not quiet, it is shown there."""
    at = event.sent_at or work.now
    shown = event.address is not None and not event.quiet
    conversation_id = _open(work, owner, event.address) if shown and event.address else None
    has_effect = conversation_id is not None and event.kind in EFFECTIVE
    event_id = _insert_event(
        work,
        owner,
        raw_id,
        event,
        kind=event.kind[:40],
        state="error" if event.error else "pending" if has_effect else "done",
        error=event.error[:300] if event.error else None,
        occurred_at=at,
        conversation_id=conversation_id,
        # What no conversation shows is shown to the operator.
        data={} if shown else {"facts": event.facts},
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
            kind="notice" if event.kind in NOTICES and not event.error else "unsupported",
            platform_id=event.platform_id,
            sent_at=at,
            received_at=work.now,
            state="received",
            reason=event.kind[:300],
            facts=event.facts,
        )
        events.name_message(work.connection, event_id, message_id)
        if event.opens_window:
            messages.open_window(work.connection, conversation_id, at)
        _note_going(work, conversation_id, event.kind, at)
        _keep_reply_token(work, owner, conversation_id, event.reply_token)
        changes.announce(work.connection, owner.shop_id, work.now, conversation_id=conversation_id)
    if has_effect:
        work.ring("inbound")
    return True


def _find_writer(work: Work, owner: Any, event: InboundMessage | MessageChange) -> Address:
    """Give where who wrote a comment is known in messages, once that is known."""
    if isinstance(event, InboundMessage) and event.kind != "comment":
        return event.address
    met = find_met(work.connection, owner.id, event.address.id)
    return Address(met) if met else event.address


def _note_going(work: Work, conversation_id: int, kind: str, at: datetime) -> None:
    """Note who left us, or came back; what is older than their newest word says nothing."""
    if kind in GOING and not messages.is_heard_since(work.connection, conversation_id, at):
        conversations.mark_gone(work.connection, conversation_id, GOING[kind])


def _open(work: Work, owner: Any, address: Address) -> int:
    return conversations.open_conversation(
        work.connection,
        shop_id=owner.shop_id,
        channel_id=owner.id,
        platform_id=address.id,
        kind=address.kind,
        at=work.now,
        ring=work.ring,
    )


def _meet_member(work: Work, owner: Any, conversation_id: int, event: InboundMessage) -> None:
    """Have who wrote in a group be asked for by name; a chat of two is named by its address."""
    if event.address.kind == AddressKind.USER or event.sender_id is None:
        return
    if members.meet_member(
        work.connection,
        at=work.now,
        shop_id=owner.shop_id,
        channel_id=owner.id,
        conversation_id=conversation_id,
        platform_id=event.sender_id,
    ):
        work.ring("upkeep")


def _keep_reply_token(work: Work, owner: Any, conversation_id: int, token: str | None) -> None:
    if token:
        messages.keep_reply_token(
            work.connection,
            shop_id=owner.shop_id,
            conversation_id=conversation_id,
            token=token,
            expires_at=work.now + REPLY_TOKEN_LIFE,
        )


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
