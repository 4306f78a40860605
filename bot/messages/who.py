"""Who and where: addresses, authors, and the lanes between us and them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    PRIVATE_REPLY = "private_reply"
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


@dataclass(frozen=True, slots=True)
class Profile:
    """What a platform tells of a person or a group, as it told it: not cleaned, not checked.

    ``picture_url`` is the platform's address, which may soon expire;
    ``language`` a tag such as ``th``. None is what it does not tell.
    """

    name: str | None = None
    picture_url: str | None = None
    language: str | None = None
