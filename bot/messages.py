"""The vocabulary of the house: what comes in, what goes out, and how a send can end.

Plain frozen values, no I/O. Channels translate between these and a platform's
JSON; everything else in the house speaks only these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class AddressKind(StrEnum):
    """What an address names: one person, or a chat of several."""

    USER = "user"
    GROUP = "group"
    ROOM = "room"


class Author(StrEnum):
    """Whose words a message holds."""

    CUSTOMER = "customer"
    STAFF = "staff"
    BOT = "bot"
    SYSTEM = "system"


class Lane(StrEnum):
    """The legal way to reach a person now, and so what it costs."""

    REPLY = "reply"
    PUSH = "push"
    RESPONSE = "response"
    HUMAN_AGENT = "human_agent"
    UTILITY = "utility"
    NONE = "none"


class Guarantee(StrEnum):
    """What a lane promises when the answer to a send is lost.

    ``KEYED``: the platform knows the request's key, so the same request may be
    repeated. ``TOKEN``: the request carries a token that works once.
    ``ECHO``: nothing stops a second copy; only an echo tells that it arrived.
    """

    KEYED = "keyed"
    TOKEN = "token"
    ECHO = "echo"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a conversation lives on its channel: a platform's user, group or room id."""

    id: str
    kind: AddressKind = AddressKind.USER


# What comes in ---------------------------------------------------------------


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


# What goes out ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Button:
    """A button: it opens ``url``, or sends ``text`` as the person's own message."""

    label: str
    url: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words."""

    text: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A label and a value, set left and right."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A compact card for staff: what the order looks like after a command."""

    title: str
    subtitle: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice as chat can show it; every amount and date is already worded.

    ``image_url`` is the PNG's address, None when it could not be rendered or
    may not be shown to the platform. ``text`` is the whole bill as plain words
    with its link, useful alone.
    """

    shop: str
    title: str
    subtitle: str
    items: tuple[Row, ...]
    totals: tuple[Row, ...]
    amount: str
    pay: Button
    text: str
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by its public address; ``alt`` is said where it cannot be shown."""

    url: str
    alt: str


Content = Text | Card | Bill | Picture


@dataclass(frozen=True, slots=True)
class Account:
    """What a channel needs to speak for a shop. Never logged: it holds the token.

    ``api_url`` is "" for the platform's own hosts. ``app_secret`` is Meta's,
    for ``appsecret_proof``; ``login`` tells which of Meta's hosts Instagram wants.
    """

    kind: str
    key: str
    account_id: str | None
    access_token: str = field(repr=False)
    api_url: str = ""
    api_version: str = ""
    app_secret: str = field(default="", repr=False)
    login: str = "page"


@dataclass(frozen=True, slots=True)
class SendRequest:
    """One call to a platform, wholly decided: who, what, which way, under which id.

    ``payload`` is the channel's own JSON as ``compose`` made it, frozen in the
    outbox row. ``delivery_id`` is the row's UUID: LINE's retry key, Meta's
    metadata. ``reply_token`` is set on lane REPLY only.
    """

    delivery_id: str
    address: Address
    payload: dict[str, Any]
    lane: Lane
    reply_token: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A platform accepted a send. ``repeated`` says that it had accepted it before."""

    platform_ids: tuple[str, ...] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """What a platform tells of a person or a group, as it told it: not cleaned, not checked.

    ``picture_url`` is the platform's address, which may soon expire;
    ``language`` a tag such as ``th``. None is what it does not tell.
    """

    name: str | None = None
    picture_url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """What a conversation's history allows now, for ``Channel.lane``.

    ``last_inbound_at`` is the last customer event of the kind that opens a
    window; ``reply_until`` the end of the newest unspent reply token.
    """

    last_inbound_at: datetime | None
    reply_until: datetime | None


@dataclass(frozen=True, slots=True)
class Route:
    """The lane to take now and, where it closes, when (UTC)."""

    lane: Lane
    until: datetime | None = None


class SendError(Exception):
    """A send that did not succeed; the class says what to do, ``reason`` says why to a person.

    ``code`` is the platform's own, for the operator. Neither ever holds a token
    or a customer's words.
    """

    outcome = "unknown"

    def __init__(self, reason: str, *, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Retry(SendError):
    """Surely not sent; try again, not before ``after`` seconds where the platform said so."""

    outcome = "retry"

    def __init__(self, reason: str, *, code: str = "", after: float | None = None) -> None:
        super().__init__(reason, code=code)
        self.after = after


class QuotaUsedUp(SendError):
    """The month's messages are used up; a person must decide."""

    outcome = "quota"


class WindowClosed(SendError):
    """The platform forbids this send now; a person must find another way."""

    outcome = "closed"


class TokenSpent(SendError):
    """The reply token is used or too old."""

    outcome = "spent"


class PersonGone(SendError):
    """The person left, blocked the shop, or does not exist."""

    outcome = "gone"


class ChannelDown(SendError):
    """The channel's token or permission is dead: hold its messages, tell the shop."""

    outcome = "down"


class ThreadTaken(SendError):
    """Another app owns the thread: hold this conversation's messages."""

    outcome = "taken"


class BadMessage(SendError):
    """The platform refused the content: our mistake, repeating does not help."""

    outcome = "bad"


class Unknown(SendError):
    """It may have been sent: a lost answer, a reset, a 5xx."""

    outcome = "unknown"
