"""What comes in: messages, their changes, statuses, and everything else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.messages.who import Address, Author


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that came with a message: a picture, a file, a place, a sticker, a shared post.

    ``kind`` is ``image``, ``video``, ``audio``, ``file``, ``sticker``,
    ``location``, ``share``, ``story``, ``reel``, ``template`` or
    ``unsupported``. What can be fetched has ``content_id`` (asked for by id) or
    ``url`` (a platform's address that soon expires). ``facts`` holds what else
    was said of it: name, size in bytes, duration in ms, title, latitude, …
    """

    kind: str
    content_id: str | None = None
    url: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message that a platform told us of.

    ``event_key`` is unique per channel for ever. ``author`` is CUSTOMER, or
    STAFF for an echo that a person typed in the platform's own inbox.
    ``kind`` is ``text``, an attachment's kind, ``postback``, ``comment`` or
    ``unsupported``. ``sender_id`` is None where the platform hides who wrote
    it. ``opens_window`` is False for what gives no right to answer in private.
    ``facts`` holds what is shown or used beside the text: mentions, a tapped
    button's payload, the story that was answered.
    """

    event_key: str
    address: Address
    author: Author
    kind: str
    text: str | None
    platform_id: str | None
    sent_at: datetime
    sender_id: str | None = None
    reply_token: str | None = None
    quoted_id: str | None = None
    standby: bool = False
    opens_window: bool = True
    attachments: tuple[Attachment, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageChange:
    """A message was edited, taken back, or reacted to by who wrote or read it.

    ``change`` is ``edit`` (``text`` is the new one), ``unsend`` (nothing of the
    message may be seen or used any more) or ``reaction`` (``text`` is the
    emoji, None when it was taken off). ``platform_id`` names the message,
    which may not have come yet.
    """

    event_key: str
    address: Address
    change: str
    platform_id: str
    sent_at: datetime
    text: str | None = None
    sender_id: str | None = None
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """A platform's word about something we sent: its echo, its delivery, its reading.

    ``delivery_id`` is our own id, brought back in an echo's metadata.
    ``platform_id`` is None for a watermark: everything sent until ``sent_at``.
    """

    event_key: str
    address: Address
    status: str  # "echo" | "delivered" | "read"
    sent_at: datetime
    delivery_id: str | None = None
    platform_id: str | None = None
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """An event that is kept and shown, but says nothing: followed, joined, or unknown to us.

    ``kind`` is the platform's own word. ``error`` is a sentence about what is
    wrong with a malformed one. ``address`` is None where none could be read.
    ``reply_token`` and ``opens_window``: some give the right to answer.
    ``quiet`` ones (a feed change, a delivery report) are kept but not shown in
    the conversation.
    """

    event_key: str
    kind: str
    sent_at: datetime | None
    address: Address | None = None
    platform_id: str | None = None
    error: str | None = None
    reply_token: str | None = None
    opens_window: bool = False
    quiet: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)


Event = InboundMessage | MessageChange | StatusUpdate | OtherEvent


@dataclass(frozen=True, slots=True)
class Entry:
    """The events of one account in one raw delivery.

    ``account_id`` routes the entry to a channel: a Page or Instagram account
    id, or LINE's ``destination``; None where the body has none.
    """

    account_id: str | None
    events: tuple[Event, ...]
