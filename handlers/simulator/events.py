"""Webhook bodies as the platforms write them: pure builders, without state.

Sources: the webhook references of the LINE Messaging API, the Messenger Platform and the
Instagram Messaging API.
"""

from __future__ import annotations

import secrets
from typing import Any

from handlers.simulator.config import SimAccount

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# LINE gives a reply token with these (Messaging API reference, "Webhook event objects").
REPLIABLE = frozenset(
    {
        "message",
        "follow",
        "join",
        "memberJoined",
        "postback",
        "videoPlayComplete",
        "beacon",
        "accountLink",
        "membership",
    }
)
# Only these of a person's doings open Meta's 24-hour window.
OPENING = frozenset({"message", "postback", "reaction"})


def make_line_message_id() -> str:
    """A message's id as LINE makes it: eighteen digits."""
    return str(10**17 + secrets.randbelow(9 * 10**17))


def make_mid(kind: str) -> str:
    """A message's id as Meta makes it."""
    return ("m_" if kind == "messenger" else "aWdfZAG") + secrets.token_urlsafe(40)


def make_reply_token() -> str:
    """A reply token: 32 hex digits, as LINE's are."""
    return secrets.token_hex(16)


def line_event(
    kind: str, at: float, source: dict[str, Any], fields: dict[str, Any]
) -> dict[str, Any]:
    """One LINE event; a None in ``fields`` takes a property away, for LINE omits absent ones."""
    base = {
        "type": kind,
        "mode": "active",
        "timestamp": int(at * 1000),
        "source": source,
        "webhookEventId": _make_ulid(at),
        "deliveryContext": {"isRedelivery": False},
    }
    return _merge(base, fields)


def line_body(account: SimAccount, *events: dict[str, Any]) -> dict[str, Any]:
    """The body of a LINE webhook."""
    return {"destination": account.account_id, "events": list(events)}


def line_text(text: str) -> dict[str, Any]:
    """A text message inside a LINE event."""
    return {
        "id": make_line_message_id(),
        "type": "text",
        "quoteToken": secrets.token_urlsafe(24),
        "text": text,
    }


def messaging(
    account: SimAccount, person_id: str, at: float, fields: dict[str, Any]
) -> dict[str, Any]:
    """One item of Meta's ``messaging``, from the person to the account."""
    base = {
        "sender": {"id": person_id},
        "recipient": {"id": account.account_id},
        "timestamp": int(at * 1000),
    }
    return _merge(base, fields)


def meta_body(account: SimAccount, at: float, *items: dict[str, Any]) -> dict[str, Any]:
    """The body of a Messenger or Instagram webhook with one entry."""
    return {
        "object": "page" if account.kind == "messenger" else "instagram",
        "entry": [
            {"time": int(at * 1000), "id": account.account_id, "messaging": list(items)},
        ],
    }


def echo(
    account: SimAccount, person_id: str, at: float, mid: str, message: dict[str, Any]
) -> dict[str, Any]:
    """The echo of a message that the account sent: sender and recipient swapped."""
    told: dict[str, Any] = {"mid": mid, "is_echo": True}
    if account.app_id.isdigit():
        told["app_id"] = int(account.app_id)
    told |= {key: message[key] for key in ("metadata", "text") if key in message}
    attachment = message.get("attachment")
    if isinstance(attachment, dict):
        told["attachments"] = [
            {"type": attachment.get("type"), "payload": attachment.get("payload")}
        ]
    return {
        "sender": {"id": account.account_id},
        "recipient": {"id": person_id},
        "timestamp": int(at * 1000),
        "message": told,
    }


def _merge(base: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in (base | fields).items() if value is not None}


def _make_ulid(at: float) -> str:
    number = (int(at * 1000) << 80) | secrets.randbits(80)
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))
