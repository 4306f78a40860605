"""A move under way: what its guards look at and its effects change, until it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bot.ordering.asking import Asked, Asker, Desk
from bot.ordering.policy import Policy, read_policy
from bot.ordering.reading import held_of
from bot.store import money, parcels
from bot.store import orders as rows
from orders.invoice import Invoice
from orders.money import Money
from orders.moves import Move
from orders.order import Order


@dataclass
class Situation:
    """One move of one order, inside its transaction.

    ``before`` is the order as it stands, ``order`` as it will be; ``values``
    are further columns to write and ``told`` is what the event keeps.
    ``expected`` is the version that the asker knows, None where the move does
    not ask. ``conversation`` is None for an offline order.
    """

    desk: Desk
    asker: Asker
    move: Move
    row: Any
    before: Order
    order: Order
    asked: Asked
    expected: int | None
    conversation: Any | None
    values: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    invoice_id: int | None = None

    @cached_property
    def policy(self) -> Policy:
        """The shop's own rules."""
        return read_policy(self.desk.shop)

    @cached_property
    def billed_row(self) -> Any | None:
        """The row of the revision that the customer has; None before the first."""
        return (
            rows.newest_revision(self.desk.connection, self.row.id) if self.row.revision else None
        )

    @cached_property
    def billed(self) -> Invoice | None:
        """The revision that the customer has; None before the first."""
        return Invoice.from_json(self.billed_row.snapshot) if self.billed_row else None

    @cached_property
    def has_pending_slip(self) -> bool:
        """Whether a slip of this order waits for a decision."""
        return bool(money.list_slips(self.desk.connection, self.row.id, money.PENDING))

    @cached_property
    def shipped(self) -> dict[int, int]:
        """What of each line (from 1) is in a parcel already."""
        return parcels.count_shipped(self.desk.connection, self.row.id)

    @property
    def held(self) -> Money:
        """What the shop holds of the order's money before the move."""
        return held_of(self.row)

    @property
    def is_author(self) -> bool:
        """Whether who asks is who opened the order."""
        return rows.first_actor(self.desk.connection, self.row.id) == self.asker.name
