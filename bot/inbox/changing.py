"""Changes messages: an edit keeps the history, an unsend leaves nothing, whichever comes first.

An unsend wins over everything: what the message said goes from the thread, its
history, the list and the raw deliveries, and a late original does not bring it
back. Of edits the newest by the platform's clock counts.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

from bot import media
from bot.channels import CHANNELS
from bot.messages import MessageChange
from bot.runtime import Work
from bot.store import events, groups, messages, versions
from bot.store.keywords import note_source


def change(work: Work, owner: Any, conversation_id: int, raw_id: int, event: MessageChange) -> None:
    """Apply a change to its message, or keep it until that comes."""
    message = messages.find_message_by_platform_id(
        work.connection, conversation_id, event.platform_id
    )
    if event.change == "reaction":
        if message is not None and not message.redacted:
            who = event.sender_id or event.address.id
            versions.react(work.connection, message, who, event.text, event.sent_at)
        return
    versions.note_change(
        work.connection,
        shop_id=owner.shop_id,
        channel_id=owner.id,
        platform_id=event.platform_id,
        delivery_id=raw_id,
        change=event.change,
        text=event.text if event.change == "edit" else None,
        at=event.sent_at,
    )
    if message is not None:
        _apply(work, owner, message)
    elif "unsend" in versions.find_changes(work.connection, owner.id, event.platform_id):
        _strip_changes(work, owner, event.platform_id)


def catch_up(work: Work, owner: Any, message_id: int, platform_id: str) -> None:
    """Apply to a message that has just come what happened to it before."""
    if versions.find_changes(work.connection, owner.id, platform_id):
        _apply(work, owner, messages.find_message(work.connection, message_id))


def _apply(work: Work, owner: Any, message: Any) -> None:
    known = versions.find_changes(work.connection, owner.id, message.platform_id)
    if "unsend" in known:
        _unsend(work, owner, message)
    elif "edit" in known and not message.redacted:
        _edit(work, message, known["edit"])


def _edit(work: Work, message: Any, edit: Any) -> None:
    since = message.edited_at or message.sent_at
    if edit.at <= since or edit.text == message.text:
        return
    versions.keep_version(
        work.connection,
        shop_id=message.shop_id,
        message_id=message.id,
        text=message.text,
        at=since,
    )
    messages.update_message(work.connection, message.id, text=edit.text, edited_at=edit.at)
    note_source(work.connection, message.id, "edited", work.now)
    versions.renew_preview(work.connection, message.conversation_id)


def _unsend(work: Work, owner: Any, message: Any) -> None:
    for delivery_id in versions.deliveries_of(work.connection, owner.id, message.id):
        _strip(work, owner, delivery_id, message.platform_id)
    _strip_changes(work, owner, message.platform_id)
    versions.redact(work.connection, message)
    if not message.redacted:
        note_source(work.connection, message.id, "unsent", work.now)
    groups.forget_words(work.connection, message.conversation_id, message.id)
    media.forget(work, message.id)


def _strip_changes(work: Work, owner: Any, platform_id: str) -> None:
    for delivery_id in versions.redact_changes(work.connection, owner.id, platform_id):
        _strip(work, owner, delivery_id, platform_id)


def _strip(work: Work, owner: Any, delivery_id: int, platform_id: str) -> None:
    """Take a message's words out of a raw delivery; the rest of it stays for a replay."""
    raw = events.find_raw(work.connection, delivery_id)
    if raw is None:
        return
    try:
        decoded = orjson.loads(raw.body)
    except orjson.JSONDecodeError:
        decoded = json.loads(raw.body)
    stripped = CHANNELS[owner.kind].redact(decoded, platform_id)
    body = json.dumps(stripped).encode()
    events.update_raw(work.connection, delivery_id, body=body)
