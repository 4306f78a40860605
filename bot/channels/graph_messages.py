"""Meta's messages: what people write and tap, and the echoes of what we and others send."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.fields import (
    PERSON_ID_LENGTH,
    digest,
    event_key,
    identifier,
    link,
    mapping,
    moment,
    picked,
    readable,
    stated,
    words,
)
from bot.channels.graph_attachments import read_attachments
from bot.messages import (
    Address,
    Author,
    Event,
    InboundMessage,
    MessageChange,
    OtherEvent,
    StatusUpdate,
)

# Marks the payload of a quick reply of ours, whose rest is what the person says by it.
SAY = "say:"


@dataclass(frozen=True, slots=True)
class Head:
    """What every event of a conversation has around what it says.

    ``person`` is the customer, whichever side of the event they stand on;
    ``is_ours`` says that the account itself wrote it.
    """

    account_id: str | None
    person: Address | None
    sender_id: str | None
    sent_at: datetime
    is_ours: bool
    standby: bool
    raw: dict[str, Any]

    def key(self, kind: str, platform_id: str | None) -> str:
        """Name the event for ever: by its message, else by its whole content."""
        if platform_id is None:
            return f"{kind}:digest:{digest(self.account_id, self.raw)}"
        return event_key(kind, platform_id)


def read_head(
    item: dict[str, Any], account_id: str | None, otherwise: datetime, *, standby: bool
) -> Head:
    """Read who stands on which side; ``otherwise`` is the time of an event that has none."""
    sender = identifier(mapping(item.get("sender")).get("id"), PERSON_ID_LENGTH)
    recipient = identifier(mapping(item.get("recipient")).get("id"), PERSON_ID_LENGTH)
    echo = mapping(item.get("message")).get("is_echo") is True
    # An echo has the two swapped; what the account itself sent is one, flagged or not.
    is_ours = echo or (sender is not None and sender == account_id)
    person = recipient if is_ours else sender
    return Head(
        account_id=account_id,
        person=Address(person) if person else None,
        sender_id=sender,
        sent_at=moment(item.get("timestamp")) or otherwise,
        is_ours=is_ours,
        standby=standby,
        raw=item,
    )


def read_message(head: Head, person: Address) -> Event:
    """Read a ``message``: written, withdrawn, or the echo of one that we or others sent."""
    said: dict[str, Any] = mapping(head.raw.get("message"))
    mid = identifier(said.get("mid"))
    # An account that writes to itself has no customer.
    if said.get("is_self") is True or (head.is_ours and person.id == head.account_id):
        return OtherEvent(head.key("self", mid), "self", head.sent_at, None, mid, raw=head.raw)
    if said.get("is_deleted") is True:
        return _withdrawal(head, person, mid)
    ours = _delivery_id(said.get("metadata")) if head.is_ours else None
    if ours is not None:
        return StatusUpdate(
            head.key("echo", mid), person, "echo", head.sent_at, ours, mid, head.raw
        )
    return _written(head, person, mid, said)


def read_postback(head: Head, person: Address) -> Event:
    """Read a tap on a button: its title is what the person said by it."""
    tap = mapping(head.raw.get("postback"))
    mid = identifier(tap.get("mid"))
    return InboundMessage(
        event_key=head.key("postback", mid),
        address=person,
        author=Author.STAFF if head.is_ours else Author.CUSTOMER,
        kind="postback",
        text=words(tap.get("title")),
        platform_id=mid,
        sent_at=head.sent_at,
        sender_id=head.sender_id,
        standby=head.standby,
        facts=stated(
            payload=words(tap.get("payload")), referral=read_referral(tap.get("referral"))
        ),
        raw=head.raw,
    )


def read_referral(value: Any) -> dict[str, Any]:
    """Keep where a person came from: a link's ``ref``, an advertisement, a product."""
    product = picked(mapping(value).get("product"), "id")
    return picked(value, "ref", "source", "type", "ad_id") | stated(product_id=product.get("id"))


def _withdrawal(head: Head, person: Address, mid: str | None) -> Event:
    if mid is None:
        error = "The deletion does not say which message."
        key = head.key("unsend", None)
        return OtherEvent(key, "unsend", head.sent_at, person, error=error, raw=head.raw)
    return MessageChange(
        head.key("unsend", mid), person, "unsend", mid, head.sent_at, None, head.sender_id, head.raw
    )


def _written(head: Head, person: Address, mid: str | None, said: dict[str, Any]) -> InboundMessage:
    text = _text(said)
    attachments = read_attachments(said)
    shown = attachments[0].kind if attachments else "unsupported"
    return InboundMessage(
        event_key=head.key("mid", mid),
        address=person,
        author=Author.STAFF if head.is_ours else Author.CUSTOMER,
        kind="text" if text else shown,
        text=text,
        platform_id=mid,
        sent_at=head.sent_at,
        sender_id=head.sender_id,
        quoted_id=identifier(mapping(said.get("reply_to")).get("mid")),
        standby=head.standby,
        attachments=attachments,
        facts=_facts(said),
        raw=head.raw,
    )


def _text(said: dict[str, Any]) -> str | None:
    """The words of a message; a tap on a quick reply of ours says what the button promised."""
    payload = mapping(said.get("quick_reply")).get("payload")
    if isinstance(payload, str) and payload.startswith(SAY):
        return readable(payload[len(SAY) :]) or None
    text = said.get("text")
    return readable(text) if isinstance(text, str) and text else None


def _facts(said: dict[str, Any]) -> dict[str, Any]:
    story = mapping(mapping(said.get("reply_to")).get("story"))
    is_echo = said.get("is_echo") is True
    return stated(
        app_id=identifier(said.get("app_id")) if is_echo else None,
        payload=words(mapping(said.get("quick_reply")).get("payload")),
        story=stated(id=identifier(story.get("id")), url=link(story.get("url"))),
        referral=read_referral(said.get("referral")),
    )


def _delivery_id(metadata: Any) -> str | None:
    """Read our delivery id out of an echo; another app's metadata is none."""
    if not isinstance(metadata, str) or len(metadata) != 36:
        return None
    try:
        return str(uuid.UUID(metadata))
    except ValueError:
        return None
