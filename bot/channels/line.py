"""LINE: the Messaging API's signature, events, lanes, limits and calls.

Facts are from https://developers.line.biz/en/reference/messaging-api/ unless a
comment says otherwise.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.channels import flex
from bot.channels.attachments import Fetched, Source
from bot.channels.fields import (
    digest,
    header,
    identifier,
    kept,
    label,
    mapping,
    moment,
    readable,
)
from bot.channels.graphemes import split, utf16_units
from bot.messages import (
    Account,
    Address,
    AddressKind,
    Author,
    Bill,
    Card,
    Content,
    Entry,
    Event,
    Guarantee,
    InboundMessage,
    Lane,
    OtherEvent,
    Picture,
    Receipt,
    Route,
    SendRequest,
    Text,
    Window,
)

TEXT_UNITS = 5000
MESSAGES_A_REQUEST = 5
# The console's verify button once sent events that carried these as reply tokens.
_DUMMY_TOKENS = frozenset({"0" * 32, "f" * 32})
_GUARANTEES = {Lane.PUSH: Guarantee.KEYED, Lane.REPLY: Guarantee.TOKEN}


class Line:
    """LINE Official Accounts."""

    kind = "line"
    name = "LINE"
    webhook = "line"

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> bool:
        """Check ``x-line-signature``: base64 of HMAC-SHA256 over the raw body."""
        given = (header(headers, "x-line-signature") or "").encode("utf-8", "surrogatepass")
        genuine = False
        for secret in filter(None, secrets):  # an empty secret would let anybody sign
            signed = hmac.digest(secret.encode(), body, hashlib.sha256)
            genuine |= hmac.compare_digest(base64.b64encode(signed), given)
        return genuine

    def owns(self, body: Any) -> bool:
        """Say whether ``body`` is an object with ``events``."""
        return isinstance(body, dict) and "events" in body

    def parse(self, body: Any) -> list[Entry]:
        """Read ``{"destination", "events"}``; anything else is one malformed event."""
        events = mapping(body).get("events")
        if not isinstance(events, list):
            return [Entry(None, (_malformed(body, None, "The delivery has no list of events."),))]
        account_id = identifier(body.get("destination"))
        return [Entry(account_id, tuple(_event(event) for event in events))]

    def route(self, window: Window, now: datetime, *, billing: bool) -> Route:
        """Push a bill, because only a push has a retry key; answer free while a token lives."""
        if not billing and window.reply_until is not None and window.reply_until > now:
            return Route(Lane.REPLY, window.reply_until)
        return Route(Lane.PUSH)

    def guarantee(self, lane: Lane) -> Guarantee:
        """A push has the retry key, a reply its token."""
        return _GUARANTEES.get(lane, Guarantee.ECHO)

    def bill_parts(self, *, picture: bool) -> tuple[str, ...]:
        """One request: it holds the picture and the card."""
        return ("bill",)

    def compose(self, content: Content) -> list[dict[str, Any]]:
        """Lay out requests of up to five messages each; a blank text takes none."""
        messages = _messages(content)
        step = MESSAGES_A_REQUEST
        return [{"messages": messages[at : at + step]} for at in range(0, len(messages), step)]

    def compose_bill(self, bill: Bill, part: str) -> dict[str, Any]:
        """Lay the whole bill out; ``part`` is always ``bill`` here."""
        return {"messages": _messages(bill)}

    def send(self, account: Account, request: SendRequest) -> Receipt:
        """Reply or push. The SDK takes 1.2 s and 70 MB to load, so only senders load it."""
        from bot.channels import line_client  # noqa: PLC0415 - loads the SDK

        return line_client.send(account, request)

    def fetch(
        self, account: Account, source: Source, limit: int, write: Callable[[bytes], None]
    ) -> Fetched:
        """Download a message's content by its id. Raises a ``FetchError``."""
        from bot.channels import line_content  # noqa: PLC0415 - loads requests

        return line_content.fetch(account, source, limit, write)

    def check(self, account: Account) -> str:
        """Ask LINE whose token this is: the account's name. Raises a ``SendError``."""
        from bot.channels import line_client  # noqa: PLC0415 - loads the SDK

        return line_client.check(account)


def _event(event: Any) -> Event:
    """Read one event; whatever is wrong with it stays with it."""
    kind = label(mapping(event).get("type"))
    if kind is None:
        return _malformed(event, None, "The event has no type.")
    sent_at = moment(event.get("timestamp"))
    address = _address(mapping(event.get("source")))
    if kind != "message":
        return OtherEvent(_key(event), kind, sent_at, address, _subject(event, kind), raw=event)
    if sent_at is None:
        return _malformed(event, address, "The message has no likely time.")
    if address is None:
        return _malformed(event, None, "The message does not say where it was written.")
    return _message(event, address, sent_at)


def _message(event: dict[str, Any], address: Address, sent_at: datetime) -> Event:
    message = event.get("message")
    if not isinstance(message, dict):
        return _malformed(event, address, "The message event has no message.")
    text = message.get("text") if message.get("type") == "text" else None
    token = identifier(event.get("replyToken"))
    return InboundMessage(
        event_key=_key(event),
        address=address,
        author=Author.CUSTOMER,
        kind="text" if isinstance(text, str) else "unsupported",
        text=readable(text) if isinstance(text, str) else None,
        platform_id=identifier(message.get("id")),
        sent_at=sent_at,
        sender_id=identifier(mapping(event.get("source")).get("userId")),
        reply_token=None if token in _DUMMY_TOKENS else token,
        quoted_id=identifier(message.get("quotedMessageId")),
        # Any mode but "active" means that another module holds the chat.
        standby=event.get("mode", "active") != "active",
        raw=event,
    )


def _address(source: dict[str, Any]) -> Address | None:
    """A group's or room's id comes before the user's, which there only says who wrote."""
    for name, kind in (
        ("groupId", AddressKind.GROUP),
        ("roomId", AddressKind.ROOM),
        ("userId", AddressKind.USER),
    ):
        found = identifier(source.get(name))
        if found is not None:
            return Address(found, kind)
    return None


def _subject(event: dict[str, Any], kind: str) -> str | None:
    """The message that an event is about: the withdrawn one, or the edited one."""
    if kind == "unsend":
        return identifier(mapping(event.get("unsend")).get("messageId"))
    return identifier(mapping(event.get("message")).get("id"))


def _key(event: dict[str, Any]) -> str:
    """Name an event for ever. Older bodies have no ``webhookEventId``."""
    given = identifier(event.get("webhookEventId"))
    if given is not None:
        return given
    message_id = identifier(mapping(event.get("message")).get("id"))
    if message_id is not None and event.get("type") == "message":
        return f"message:{message_id}"
    # A redelivery differs from its original in these two, so they do not count.
    volatile = ("deliveryContext", "replyToken")
    return "digest:" + digest({key: event[key] for key in event if key not in volatile})


def _malformed(event: Any, address: Address | None, error: str) -> OtherEvent:
    raw = kept(event)
    kind = label(raw.get("type")) or "malformed"
    return OtherEvent(_key(raw), kind, moment(raw.get("timestamp")), address, error=error, raw=raw)


def _messages(content: Content) -> list[dict[str, Any]]:
    match content:
        case Text():
            return _text(content)
        case Card():
            return [flex.card(content)]
        case Bill():
            picture = [flex.image(content.image_url)] if content.image_url else []
            return [*picture, flex.bill(content)]
        case Picture():
            return [flex.image(content.url)]


def _text(content: Text) -> list[dict[str, Any]]:
    pieces = split(readable(content.text), TEXT_UNITS, utf16_units)
    messages: list[dict[str, Any]] = [
        {"type": "text", "text": piece} for piece in pieces if piece.strip()
    ]
    links = flex.links(content.buttons)
    if links is not None:
        messages.append(links)
    replies = flex.quick_replies(content.buttons)
    if messages and replies is not None:
        messages[-1]["quickReply"] = replies
    return messages
