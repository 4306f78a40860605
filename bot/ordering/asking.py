"""Who asks for a move, where it is made, what it is asked with, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from bot.runtime import Runtime, Work
from bot.staff import Actor
from bot.store.database import Connection
from bot.store.vault import digest
from orders.money import Money
from orders.order import Order
from orders.payment import PayMethod
from orders.states import Role


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a move, where, and by which message or request.

    ``contact_id`` is the customer who asks, 0 for one without a contact; with
    neither it nor an actor the house itself asks. ``key`` makes a repeat
    harmless, and ``body`` is all that was asked with it, where the use case's
    own arguments do not say it.
    """

    actor: Actor | None
    surface: str
    source: str | None = None
    contact_id: int | None = None
    key: str | None = None
    body: str = ""

    @property
    def name(self) -> str:
        """Name the asker as events and audit rows do."""
        if self.actor is not None:
            return f"staff:{self.actor.staff_id}"
        return "system" if self.contact_id is None else f"customer:{self.contact_id}"

    @property
    def role(self) -> Role:
        """Give the role that the move is judged by."""
        if self.actor is not None:
            return self.actor.role
        return Role.SYSTEM if self.contact_id is None else Role.CUSTOMER

    def as_house(self) -> Asker:
        """Give the house itself, asking because of the same message or request."""
        return replace(self, actor=None, contact_id=None, key=None)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an order's moves are made: one transaction in one shop."""

    runtime: Runtime
    work: Work
    shop: Any

    @property
    def connection(self) -> Connection:
        """Give the transaction's connection."""
        return self.work.connection

    @property
    def now(self) -> datetime:
        """Give the transaction's time, UTC."""
        return self.work.now


@dataclass(frozen=True, slots=True)
class Incoming:
    """Money that came in. ``provider`` is who gave the reference: ``bank``, ``cash``, a gateway.

    ``reference`` is "" where nobody gave one. ``paid_at`` None: now.
    ``invoice_id`` names the revision that it pays, None: the newest.
    """

    amount: Money
    method: PayMethod = PayMethod.TRANSFER
    provider: str = "bank"
    reference: str = ""
    paid_at: datetime | None = None
    slip_id: int | None = None
    invoice_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Money that went back to the customer."""

    amount: Money
    method: PayMethod = PayMethod.TRANSFER
    reference: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Word of a transfer: a slip, or what the customer or staff say of one.

    ``reference`` is the bank's own, ``picture_digest`` the slip's SHA-256.
    """

    amount: Money | None = None
    bank: str = ""
    paid_at: datetime | None = None
    reference: str = ""
    picture_digest: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Pieces on their way: line of the order (from 1) to pieces."""

    tracking: str
    carrier: str
    inside: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a move is asked with; each of its effects takes what is its own.

    ``change`` is applied to the order first. ``restock`` says which pieces of a
    return go back for sale: all, none, or by the order's lines. ``other`` is
    the other order's row in a merge. ``told`` is kept in the event.
    """

    change: Callable[[Order], Order] | None = None
    due_at: datetime | None = None
    reason: str = ""
    money: Incoming | None = None
    refund: Outgoing | None = None
    notice: Notice | None = None
    parcel: Parcel | None = None
    restock: bool | Mapping[int, int] = False
    other: Any = None
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a move: the order's row and itself as they are now, and what the event tells.

    ``repeated``: this had been made before, and nothing was done now.
    """

    row: Any
    order: Order
    told: Mapping[str, Any]
    repeated: bool = False


def digest_request(*said: Any) -> str:
    """Give the digest of what is asked, by which another request with the same key is known."""
    return digest(json.dumps([_plain(part) for part in said], sort_keys=True))


def _plain(value: Any) -> Any:
    """Write a value so that equal ones read the same."""
    if isinstance(value, Money):
        return [value.minor, value.currency]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Incoming | Outgoing | Notice | Parcel):
        return [_plain(getattr(value, part.name)) for part in fields(value)]
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
