"""Meta's conversation items: each element of ``messaging`` becomes an event, or several."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.channels.fields import (
    digest,
    event_key,
    identifier,
    label,
    listing,
    malformed,
    mapping,
    moment,
    picked,
    readable,
)
from bot.channels.graph_messages import (
    Head,
    read_head,
    read_message,
    read_postback,
    read_referral,
)
from bot.messages import Address, Event, MessageChange, OtherEvent, StatusUpdate

# What an item may be of; the first that it holds counts.
_KNOWN = ("message", "message_edit", "postback", "reaction", "delivery", "read")
_AROUND = frozenset({"sender", "recipient", "timestamp", "hop_context"})
# Consents to later notices. They give the right to that notice, and not to an answer.
_CONSENTS = frozenset({"notification_messages", "one_time_notif_req"})
# What is worth keeping of an item that is none of the known; an opt-in's tokens and an account
# link's code are not: they are secrets.
_FACTS = {
    "optin": ("type", "ref", "title", "payload"),
    "account_linking": ("status",),
    "pass_thread_control": ("new_owner_app_id", "previous_owner_app_id"),
    "take_thread_control": ("new_owner_app_id", "previous_owner_app_id"),
    "request_thread_control": ("requested_owner_app_id",),
    "policy-enforcement": ("action", "reason"),
    "policy_enforcement": ("action", "reason"),
    "game_play": ("game_id",),
    "response_feedback": ("feedback",),
}


def read_item(
    item: Any, account_id: str | None, otherwise: datetime, *, standby: bool
) -> Iterator[Event]:
    """Read one item; a receipt for several messages is several events. Never raises.

    ``otherwise`` is the time of an item that has no likely one.
    """
    if not isinstance(item, dict):
        yield malformed(item, "The event is not an object.", otherwise)
        return
    head = read_head(item, account_id, otherwise, standby=standby)
    kind = _kind(item)
    if kind is None:
        yield malformed(item, "The event has no content that can be read.", otherwise)
    elif kind not in _KNOWN:
        yield _other(head, kind)
    elif head.person is None:
        yield malformed(item, f"The {kind} does not name its person.", otherwise)
    elif kind in ("delivery", "read"):
        yield from _receipts(head, head.person, kind)
    else:
        readers = {
            "message": read_message,
            "postback": read_postback,
            "message_edit": _edit,
            "reaction": _reaction,
        }
        yield readers[kind](head, head.person)


def _kind(item: dict[str, Any]) -> str | None:
    for name in _KNOWN:
        if isinstance(item.get(name), dict):
            return name
    first = label(next((name for name in item if name not in _AROUND), None))
    return None if first in _KNOWN else first


def _edit(head: Head, person: Address) -> Event:
    edit = mapping(head.raw.get("message_edit"))
    mid, text = identifier(edit.get("mid")), edit.get("text")
    # An edit has no id of its own. What it says does not count: it may be taken out of the body.
    key = event_key("edit", mid, digest(head.raw.get("timestamp"), edit.get("num_edit")))
    if mid is None or not isinstance(text, str):
        error = "The edit does not say which message, or its new words."
        return OtherEvent(key, "message_edit", head.sent_at, person, mid, error, raw=head.raw)
    return MessageChange(
        key, person, "edit", mid, head.sent_at, readable(text), head.sender_id, head.raw
    )


def _reaction(head: Head, person: Address) -> Event:
    told = mapping(head.raw.get("reaction"))
    mid, key = identifier(told.get("mid")), head.key("reaction", None)
    if mid is None:
        error = "The reaction does not say to which message."
        return OtherEvent(key, "reaction", head.sent_at, person, error=error, raw=head.raw)
    emoji = label(told.get("emoji")) or label(told.get("reaction"))
    text = None if told.get("action") == "unreact" else emoji
    return MessageChange(key, person, "reaction", mid, head.sent_at, text, head.sender_id, head.raw)


def _receipts(head: Head, person: Address, kind: str) -> Iterator[Event]:
    """Messenger names messages, or a time up to which everything counts; Instagram one message."""
    receipt = mapping(head.raw.get(kind))
    status = "delivered" if kind == "delivery" else "read"
    named = [receipt.get("mid"), *listing(receipt.get("mids"))]
    mids = dict.fromkeys(mid for one in named if (mid := identifier(one)))
    for mid in mids:
        yield StatusUpdate(
            event_key(status, mid), person, status, head.sent_at, None, mid, head.raw
        )
    until = moment(receipt.get("watermark"))
    if until is not None or not mids:
        key = f"{status}:" + digest(head.account_id, person.id, head.raw)
        yield StatusUpdate(key, person, status, until or head.sent_at, raw=head.raw)


def _other(head: Head, kind: str) -> OtherEvent:
    block = mapping(head.raw.get(kind))
    return OtherEvent(
        event_key=head.key("event", None),
        kind=kind,
        sent_at=head.sent_at,
        address=head.person,
        platform_id=identifier(block.get("mid")),
        opens_window=not head.is_ours and not head.standby and _opens_window(kind, block),
        facts=read_referral(block) if kind == "referral" else picked(block, *_FACTS.get(kind, ())),
        raw=head.raw,
    )


def _opens_window(kind: str, block: dict[str, Any]) -> bool:
    """Say whether this is one of the acts after which Meta lets a business answer for 24 hours."""
    if kind == "optin":
        return block.get("type") not in _CONSENTS
    return kind == "referral"
