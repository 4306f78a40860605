"""LINE's events, read one by one: each becomes the house's own word for it.

Facts are from https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects.
A property without a value is absent there, never null.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.fields import (
    PERSON_ID_LENGTH,
    digest,
    event_key,
    identifier,
    kept,
    label,
    listing,
    mapping,
    moment,
    readable,
    scalar,
    stated,
    words,
)
from bot.channels.line_messages import read_contents
from bot.channels.redaction import slimmed
from bot.messages import (
    Address,
    AddressKind,
    Attachment,
    Author,
    Event,
    InboundMessage,
    MessageChange,
    OtherEvent,
)

# The console's verify button once sent events that carried these as reply tokens.
_DUMMY_TOKENS = frozenset({"0" * 32, "f" * 32})
# A redelivery differs from its original in these two.
_VOLATILE = ("deliveryContext", "replyToken")
# Which block of an event says something, and which of its fields are worth keeping. An account
# link's nonce is not: it is a secret.
_FACTS = {
    "follow": ("follow", {"is_unblocked": "isUnblocked"}),
    "accountLink": ("link", {"result": "result"}),
    "beacon": ("beacon", {"type": "type", "hwid": "hwid"}),
    "membership": ("membership", {"type": "type", "membership_id": "membershipId"}),
    "module": ("module", {"type": "type", "bot_id": "botId"}),
    "activated": ("chatControl", {"expire_at": "expireAt"}),
    "videoPlayComplete": ("videoPlayComplete", {"tracking_id": "trackingId"}),
    "things": ("things", {"type": "type", "device_id": "deviceId"}),
}
_MEMBERS = {"memberJoined": "joined", "memberLeft": "left"}
# Reports on what was sent to telephone numbers; nobody needs to see them.
_QUIET = frozenset({"delivery"})
_KEPT = frozenset({"id", "type", "quotedMessageId"})
_KEPT_AROUND = frozenset(
    {"type", "mode", "timestamp", "source", "webhookEventId", "deliveryContext", "replyToken"}
)


@dataclass(frozen=True, slots=True)
class _Head:
    """What every event has around what it says."""

    kind: str
    key: str
    sent_at: datetime
    address: Address | None
    sender_id: str | None
    reply_token: str | None
    standby: bool
    raw: dict[str, Any]


def read(event: Any, received_at: datetime) -> Event:
    """Read one event; whatever is wrong with it stays with it. Never raises.

    An event without a likely time counts as sent when it was received.
    """
    head = _head(event, received_at)
    if not head.kind:
        return _malformed(head, "The event has no type.")
    match head.kind:
        case "message":
            return _message(head)
        case "postback":
            return _postback(head)
        case "unsend":
            return _unsend(head)
        case "messageEdited":
            return _edit(head)
    return _other(head)


def redact(event: Any, platform_id: str) -> Any:
    """Give the event without what the message ``platform_id`` said, if it says it."""
    message = mapping(mapping(event).get("message"))
    if identifier(message.get("id")) != platform_id:
        return event
    around = {name: event[name] for name in event if name in _KEPT_AROUND}
    return {**around, "message": slimmed(message, _KEPT)}


def _head(event: Any, received_at: datetime) -> _Head:
    raw = kept(event)
    source = mapping(raw.get("source"))
    address = _address(source)
    # Any mode but "active" means that another module holds the chat: then nothing is answered.
    standby = raw.get("mode", "active") != "active"
    token = identifier(raw.get("replyToken"))
    kind = label(raw.get("type")) or ""
    return _Head(
        kind=kind,
        key=_key(raw, kind, address),
        sent_at=moment(raw.get("timestamp")) or received_at,
        address=address,
        sender_id=identifier(source.get("userId"), PERSON_ID_LENGTH),
        reply_token=None if standby or token in _DUMMY_TOKENS else token,
        standby=standby,
        raw=raw,
    )


def _address(source: dict[str, Any]) -> Address | None:
    """A group's or room's id comes before the user's, which there only says who wrote."""
    for name, kind in (
        ("groupId", AddressKind.GROUP),
        ("roomId", AddressKind.ROOM),
        ("userId", AddressKind.USER),
    ):
        found = identifier(source.get(name), PERSON_ID_LENGTH)
        if found is not None:
            return Address(found, kind)
    return None


def _key(event: dict[str, Any], kind: str, address: Address | None) -> str:
    """Name an event for ever. Older bodies have no ``webhookEventId``.

    Test sends and samples give one id to many events, so what the event is about
    and where it happened are named too; a redelivery is the same in all of it.
    """
    given = identifier(event.get("webhookEventId"))
    message = mapping(event.get("message"))
    subject = identifier(message.get("id"))
    subject = subject or identifier(mapping(event.get("unsend")).get("messageId"))
    if given is not None:
        where = address.id if address else None
        return event_key(given, kind, label(message.get("type")), subject, where)
    if subject is not None and kind in ("message", "unsend"):
        return event_key(kind, subject)
    if subject is not None and kind == "messageEdited":
        return event_key(kind, subject, digest(event.get("timestamp")))
    return "digest:" + digest({name: event[name] for name in event if name not in _VOLATILE})


def _message(head: _Head) -> Event:
    message = head.raw.get("message")
    if not isinstance(message, dict):
        return _malformed(head, "The message event has no message.")
    contents = read_contents(message)
    return _said(head, contents.kind, contents.text, contents.facts, *contents.attachments)


def _postback(head: _Head) -> Event:
    postback = head.raw.get("postback")
    if not isinstance(postback, dict):
        return _malformed(head, "The postback event has no postback.")
    params = {
        name: held
        for name, value in list(mapping(postback.get("params")).items())[:10]
        if (held := scalar(value)) is not None and label(name) == name
    }
    facts = stated(payload=words(postback.get("data")), params=params)
    return _said(head, "postback", words(postback.get("displayText")), facts)


def _said(
    head: _Head, kind: str, text: str | None, facts: dict[str, Any], *attachments: Attachment
) -> Event:
    if head.address is None:
        return _malformed(head, f"The {head.kind} does not say where it was written.")
    message = mapping(head.raw.get("message"))
    return InboundMessage(
        event_key=head.key,
        address=head.address,
        author=Author.CUSTOMER,
        kind=kind,
        text=text,
        platform_id=identifier(message.get("id")),
        sent_at=head.sent_at,
        sender_id=head.sender_id,
        reply_token=head.reply_token,
        quoted_id=identifier(message.get("quotedMessageId")),
        standby=head.standby,
        attachments=attachments,
        facts=facts,
        raw=head.raw,
    )


def _unsend(head: _Head) -> Event:
    message_id = identifier(mapping(head.raw.get("unsend")).get("messageId"))
    if head.address is None or message_id is None:
        return _malformed(head, "The unsend does not say which message, or where.")
    return MessageChange(
        head.key, head.address, "unsend", message_id, head.sent_at, None, head.sender_id, head.raw
    )


def _edit(head: _Head) -> Event:
    message = mapping(head.raw.get("message"))
    message_id, text = identifier(message.get("id")), message.get("text")
    if head.address is None or message_id is None or not isinstance(text, str):
        return _malformed(head, "The edit does not say which message, where, or its new words.")
    return MessageChange(
        head.key,
        head.address,
        "edit",
        message_id,
        head.sent_at,
        readable(text),
        head.sender_id,
        head.raw,
    )


def _other(head: _Head) -> OtherEvent:
    block, names = _FACTS.get(head.kind, ("", {}))
    told = mapping(head.raw.get(block))
    facts = stated(**{name: scalar(told.get(field)) for name, field in names.items()})
    if head.kind in _MEMBERS:
        members = listing(mapping(head.raw.get(_MEMBERS[head.kind])).get("members"))
        ids = [identifier(mapping(one).get("userId"), PERSON_ID_LENGTH) for one in members]
        facts = stated(members=[one for one in ids if one])
    return OtherEvent(
        event_key=head.key,
        kind=head.kind,
        sent_at=head.sent_at,
        address=head.address,
        platform_id=identifier(mapping(head.raw.get("message")).get("id")),
        reply_token=head.reply_token,
        opens_window=head.reply_token is not None,
        quiet=head.kind in _QUIET,
        facts=facts,
        raw=head.raw,
    )


def _malformed(head: _Head, error: str) -> OtherEvent:
    return OtherEvent(
        event_key=head.key,
        kind=head.kind or "malformed",
        sent_at=head.sent_at,
        address=head.address,
        error=error,
        raw=head.raw,
    )
