"""The states of an order, who may ask for a change, and what a state means for money and parcel.

Payment and fulfilment states are derived here from facts and never stored.
Which state may follow which stands in ``orders.moves``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from orders.money import Money


class Status(StrEnum):
    """Where an order stands; what the tabs show."""

    DRAFT = "draft"
    UNPAID = "unpaid"
    CHECKING = "checking"
    PAID = "paid"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    RETURNED = "returned"


EDITABLE: Final = frozenset({Status.DRAFT, Status.UNPAID})
_CONFIRMED: Final = frozenset({Status.PAID, Status.SHIPPED, Status.COMPLETED})
_ENDED: Final = frozenset({Status.CANCELLED, Status.RETURNED})


class Role(StrEnum):
    """Who asks for a move: a member of a shop's staff, the customer, or the house itself."""

    OWNER = "owner"
    MANAGER = "manager"
    SALES = "sales"
    FINANCE = "finance"
    PACKER = "packer"
    VIEWER = "viewer"
    CUSTOMER = "customer"
    SYSTEM = "system"

    @property
    def rank(self) -> int:
        """How far a role reaches: owner 4, manager 3, the three crafts 2, viewer 1, no staff 0."""
        return _RANKS[self]


_RANKS: Final = {
    Role.OWNER: 4,
    Role.MANAGER: 3,
    Role.SALES: 2,
    Role.FINANCE: 2,
    Role.PACKER: 2,
    Role.VIEWER: 1,
    Role.CUSTOMER: 0,
    Role.SYSTEM: 0,
}


class PaymentState(StrEnum):
    """What an order's state and its money come to."""

    NONE = "none"
    PENDING_REVIEW = "pending_review"
    PARTIAL = "partial"
    PAID = "paid"
    OVERPAID = "overpaid"
    COD_DUE = "cod_due"
    REFUND_DUE = "refund_due"
    REFUNDED = "refunded"


class FulfilmentState(StrEnum):
    """How far an order's goods have come."""

    UNFULFILLED = "unfulfilled"
    PARTIAL = "partial"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    RETURNED = "returned"


def payment_state(
    status: Status,
    *,
    total: Money,
    paid: Money,
    refunded: Money | None = None,
    cod: bool = False,
) -> PaymentState:
    """The payment state. ``paid`` is all that ever came in, ``refunded`` what went back of it.

    Money on an order that has ended is owed back, whatever its total.
    """
    back = refunded or Money.zero(total.currency)
    held = paid - back
    if held.minor > 0 and status in _ENDED:
        return PaymentState.REFUND_DUE
    if back.minor > 0 and held.minor <= 0:
        return PaymentState.REFUNDED
    if status is Status.CHECKING:
        return PaymentState.PENDING_REVIEW
    if status in _ENDED:
        return PaymentState.NONE
    return _open_payment_state(status, total=total, held=held, cod=cod)


def _open_payment_state(status: Status, *, total: Money, held: Money, cod: bool) -> PaymentState:
    if held > total:
        return PaymentState.OVERPAID
    if held == total:
        nothing_asked = status is Status.DRAFT and total.minor == 0
        return PaymentState.NONE if nothing_asked else PaymentState.PAID
    if cod and status in _CONFIRMED:
        return PaymentState.COD_DUE
    return PaymentState.PARTIAL if held.minor > 0 else PaymentState.NONE


def fulfilment_state(
    status: Status, *, ordered: int, shipped: int, delivered: bool = False
) -> FulfilmentState:
    """The fulfilment state; ``ordered`` and ``shipped`` count pieces over all items."""
    if status is Status.RETURNED:
        return FulfilmentState.RETURNED
    if status is Status.COMPLETED or delivered:
        return FulfilmentState.DELIVERED
    if status is Status.SHIPPED or (shipped >= ordered > 0):
        return FulfilmentState.SHIPPED
    return FulfilmentState.PARTIAL if shipped > 0 else FulfilmentState.UNFULFILLED
