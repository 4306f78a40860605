"""Use cases around money: transfers told of, payments, slips refused, delivery, refunds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.ordering.asking import Asked, Asker, Desk, Incoming, Made, Notice, Outgoing
from bot.ordering.making import expect, make, make_once, once
from bot.ordering.reading import held_of, load
from bot.store import money
from bot.store import orders as rows
from orders.errors import MoveError
from orders.invoice import Invoice
from orders.money import Money
from orders.moves import find_move
from orders.order import Order
from orders.payment import PayMethod
from orders.states import Role, Status
from orders.totals import totals


def notify_transfer(desk: Desk, row: Any, asker: Asker, notice: Notice) -> Made:
    """Take word of a transfer, from the customer or on their behalf; the order waits to be checked.

    Where it takes no money any more, the slip is kept as evidence and re-opens
    nothing. Raises ``OrderError``, as for a slip that was used before.
    """

    def body(locked: Any) -> Made:
        waits = Status(locked.status) in {Status.UNPAID, Status.EXPIRED}
        name = "notify_transfer" if waits else "keep_slip"
        return make(desk, locked, asker, name, Asked(notice=notice))

    return once(desk, row, asker, ("notify_transfer", notice), body)


def reject_slip(
    desk: Desk, row: Any, asker: Asker, reason: str, *, version: int | None = None
) -> Made:
    """Refuse the slip of an order and tell the customer why; they have half an hour at least."""
    asked = Asked(reason=reason)
    return make_once(desk, row, asker, "reject_slip", asked, version, reason)


def confirm_payment(
    desk: Desk,
    row: Any,
    asker: Asker,
    amount: Money | None = None,
    *,
    method: PayMethod = PayMethod.TRANSFER,
    reference: str = "",
    paid_at: datetime | None = None,
    version: int | None = None,
) -> Made:
    """Confirm money that a person has seen, all of it or a part; accept the slip that tells of it.

    Without an amount it is what the slip says, else what the bill asks for now.
    """
    expected = expect(row, version)

    def body(locked: Any) -> Made:
        slips = money.list_slips(desk.connection, locked.id, money.PENDING)
        slip = slips[-1] if slips else None
        coming = Incoming(
            amount=amount or _asked_for(desk, locked, slip),
            method=method,
            provider="bank" if method is PayMethod.TRANSFER else str(method),
            reference=reference or (slip.reference if slip and slip.reference else ""),
            paid_at=paid_at or (slip.paid_at if slip else None),
            slip_id=slip.id if slip else None,
        )
        return _take(desk, locked, asker, coming, expected)

    said = ("confirm_payment", amount, str(method), reference, paid_at, version)
    return once(desk, row, asker, said, body)


def take_payment(desk: Desk, row: Any, asker: Asker, coming: Incoming) -> Made:
    """Take verified money from a provider, whatever the order's state; each transaction once.

    The same one again changes nothing. Money for an order that is over is kept
    and owed. Raises ``OrderError`` for another currency, and for a transaction
    that is counted on another order.
    """

    def body(locked: Any) -> Made:
        return _take(desk, locked, asker, coming, None)

    return once(desk, row, asker, ("take_payment", coming), body)


def choose_cod(
    desk: Desk,
    row: Any,
    asker: Asker,
    *,
    recipient: str | None = None,
    address: str | None = None,
    phone: str | None = None,
    version: int | None = None,
) -> Made:
    """Let an unpaid order be paid on delivery; it needs an address and a phone number."""

    def change(order: Order) -> Order:
        order = order.with_address(
            order.recipient if recipient is None else recipient,
            order.address if address is None else address,
        )
        if phone is not None:
            order = order.with_phone(phone)
        return order.with_pay_method(PayMethod.COD)

    asked = Asked(change=change)
    return make_once(desk, row, asker, "choose_cod", asked, version, recipient, address, phone)


def refund(
    desk: Desk, row: Any, asker: Asker, outgoing: Outgoing, *, version: int | None = None
) -> Made:
    """Write down money that went back to the customer; ``OrderError`` above what is held."""
    return make_once(desk, row, asker, "refund", Asked(refund=outgoing), version, outgoing)


def note_attempt(desk: Desk, row: Any, *, provider: str, reference: str, until: datetime) -> None:
    """Note that a payment is under way: the order does not expire before ``until`` (UTC)."""
    billed = rows.newest_revision(desk.connection, row.id)
    money.note_attempt(
        desk.connection,
        shop_id=desk.shop.id,
        order_id=row.id,
        invoice_id=billed.id if billed else None,
        provider=provider,
        reference=reference,
        until=until,
        at=desk.now,
    )


def end_attempt(desk: Desk, *, provider: str, reference: str) -> None:
    """Note that a payment is no longer under way: it failed, or was given up."""
    money.end_attempt(desk.connection, desk.shop.id, provider, reference, desk.now)


def _take(desk: Desk, row: Any, asker: Asker, coming: Incoming, expected: int | None) -> Made:
    """Take money by the move that suits the order's state and the amount."""
    if coming.reference:
        known = money.find_payment(desk.connection, row.shop_id, coming.provider, coming.reference)
        if known is not None and known.order_id != row.id:
            raise MoveError("payment_elsewhere", reference=coming.reference)
        if known is not None:
            return Made(row, load(desk.connection, row), {"payment": known.id}, repeated=True)
    status, asked = Status(row.status), Asked(money=coming)
    enough = held_of(row) + coming.amount >= _billed_total(desk, row)
    if status is Status.EXPIRED and enough:
        made = make(desk, row, asker.as_house(), "await_money")
        row, status = made.row, made.order.status
        expected = None if expected is None else expected + 1
    return make(desk, row, asker, _name(status, asker, enough=enough), asked, expected=expected)


def _name(status: Status, asker: Asker, *, enough: bool) -> str:
    if status not in {Status.UNPAID, Status.CHECKING, Status.EXPIRED}:
        return "keep_money"
    if not enough:
        return "take_part"
    house = asker.role is Role.SYSTEM and status is Status.UNPAID
    return "settle" if house else "confirm_payment"


def _billed_total(desk: Desk, row: Any) -> Money:
    """Give what the customer was billed: a later edit that never went out does not count."""
    billed = rows.newest_revision(desk.connection, row.id) if row.revision else None
    if billed is not None:
        return Invoice.from_json(billed.snapshot).total
    return totals(load(desk.connection, row)).total


def _asked_for(desk: Desk, row: Any, slip: Any | None) -> Money:
    """Give what a payment without an amount comes to: the slip's, else what is asked for now."""
    if slip is not None and slip.amount_minor:
        return Money(slip.amount_minor, row.currency)
    billed = rows.newest_revision(desk.connection, row.id) if row.revision else None
    held = held_of(row)
    due = (
        Invoice.from_json(billed.snapshot).as_paid(held).amount_due
        if billed is not None
        else totals(load(desk.connection, row)).amount_due
    )
    if due.minor <= 0:
        find_move(Status(row.status), "confirm_payment")
    return due
