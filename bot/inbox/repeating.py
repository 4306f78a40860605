"""Meets an event that was heard before: mends what could not be read then, and sees a conflict."""

from __future__ import annotations

from typing import Any

from bot.inbox.contents import NOTICES, facts_of, note_media
from bot.messages import Event, InboundMessage, OtherEvent
from bot.runtime import Work
from bot.store import changes, events, messages, versions


def meet_again(work: Work, owner: Any, raw_id: int, event: Event) -> bool:
    """Mend what an earlier version could not read; a plain redelivery changes nothing.

    Says whether another delivery tells the same event with other words.
    """
    known = events.find_event_by_key(work.connection, owner.id, event.event_key)
    if known is None:
        return False
    if events.retry_event(work.connection, known.id):
        work.ring("inbound")
    message = messages.find_message(work.connection, known.message_id) if known.message_id else None
    if message is None or message.redacted:
        return False
    if message.kind != "unsupported":
        return raw_id != known.delivery_id and _contradicts(message, event)
    _mend(work, owner, message, event)
    return False


def _contradicts(message: Any, event: Event) -> bool:
    """Say whether an event tells its message with other words than it came with."""
    if not isinstance(event, InboundMessage) or message.edited_at is not None:
        return False
    return bool((event.kind, event.text) != (message.kind, message.text))


def _mend(work: Work, owner: Any, message: Any, event: Event) -> None:
    """Write a message that was shown as unsupported anew, if it can be read now."""
    if isinstance(event, InboundMessage) and event.kind != "unsupported":
        read = {"kind": event.kind, "text": event.text, "facts": facts_of(event), "reason": None}
    elif isinstance(event, OtherEvent) and event.kind in NOTICES and not event.error:
        read = {"kind": "notice", "facts": event.facts}
    else:
        return
    messages.update_message(work.connection, message.id, **read)
    if isinstance(event, InboundMessage):
        note_media(work, owner, message.id, event)
    versions.renew_preview(work.connection, message.conversation_id)
    changes.announce(
        work.connection, owner.shop_id, work.now, conversation_id=message.conversation_id
    )
