"""A send: what it takes, what the platform answers, and how it can fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.messages.who import Address, Lane


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
    metadata. ``reply_token`` is set on lane REPLY only, ``comment_id`` on
    PRIVATE_REPLY only: the comment says who it is for.
    """

    delivery_id: str
    address: Address
    payload: dict[str, Any]
    lane: Lane
    reply_token: str | None = None
    comment_id: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A platform accepted a send. ``repeated`` says that it had accepted it before.

    ``person_id`` is whom a private reply reached, as messages know them.
    """

    platform_ids: tuple[str, ...] = ()
    repeated: bool = False
    person_id: str | None = None


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
    """The channel's token or permission is dead: hold its messages, tell the shop.

    ``by_token``: the token itself is refused, so asking whose it is tells when
    that is over; a missing permission does not show there.
    """

    outcome = "down"

    def __init__(self, reason: str, *, code: str = "", by_token: bool = False) -> None:
        super().__init__(reason, code=code)
        self.by_token = by_token


class ThreadTaken(SendError):
    """Another app owns the thread: hold this conversation's messages."""

    outcome = "taken"


class BadMessage(SendError):
    """The platform refused the content: our mistake, repeating does not help."""

    outcome = "bad"


class Unknown(SendError):
    """It may have been sent: a lost answer, a reset, a 5xx."""

    outcome = "unknown"
