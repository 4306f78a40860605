"""Money and slips of an order: the effects that write them down, once each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.ordering.asking import Notice
from bot.ordering.situation import Situation
from bot.store import money as rows
from orders.errors import ItemError, MoveError
from orders.item import check_length
from orders.states import Status

CLOCKS_DIFFER: Final = timedelta(minutes=10)
"""How far ahead of ours a bank's clock may be."""

LONGEST_REFERENCE: Final = 100
LONGEST_BANK: Final = 40
LONGEST_REASON: Final = 500


def record_money(situation: Situation) -> None:
    """Write down the money that came in, if any did, with the slip that tells of it.

    A transaction counts once in its shop: one that is told for a second order
    raises ``MoveError``.
    """
    coming, desk, row = situation.asked.money, situation.desk, situation.row
    if coming is None:
        return
    held = situation.held + coming.amount
    if coming.amount.minor <= 0:
        raise MoveError("guard_part")
    check_length("reference", coming.reference, LONGEST_REFERENCE)
    billed = situation.billed_row
    payment_id = rows.insert_payment(
        desk.connection,
        shop_id=row.shop_id,
        order_id=row.id,
        invoice_id=coming.invoice_id or (billed.id if billed else None),
        slip_id=coming.slip_id,
        method=coming.method,
        provider=coming.provider,
        reference=coming.reference or None,
        amount_minor=coming.amount.minor,
        paid_at=_past(situation, coming.paid_at),
        actor=situation.asker.name,
        recorded_at=desk.now,
    )
    if payment_id is None:
        raise MoveError("payment_elsewhere", reference=coming.reference)
    _decide(situation, coming.slip_id)
    if coming.reference:
        rows.end_attempt(desk.connection, row.shop_id, coming.provider, coming.reference, desk.now)
    situation.order = situation.order.with_paid(held)
    situation.values["paid_minor"] = row.paid_minor + coming.amount.minor
    situation.told.update(payment=payment_id, amount=coming.amount.minor)


def record_refund(situation: Situation) -> None:
    """Write down money that went back to the customer."""
    refund, desk, row = situation.asked.refund, situation.desk, situation.row
    if refund is None:
        raise MoveError("guard_held")
    check_length("reference", refund.reference, LONGEST_REFERENCE)
    check_length("reason", refund.reason, LONGEST_REASON)
    refund_id = rows.insert_refund(
        desk.connection,
        shop_id=row.shop_id,
        order_id=row.id,
        method=refund.method,
        reference=refund.reference or None,
        amount_minor=refund.amount.minor,
        refunded_at=desk.now,
        actor=situation.asker.name,
        reason=refund.reason,
    )
    situation.order = situation.order.with_paid(situation.held - refund.amount)
    situation.values["refunded_minor"] = row.refunded_minor + refund.amount.minor
    situation.told.update(refund=refund_id, amount=refund.amount.minor, reason=refund.reason)


def keep_slip(situation: Situation) -> None:
    """Keep a slip or a notice: to be looked at, or as evidence where the order takes no money.

    Evidence is kept whatever its reference says, and re-opens nothing.
    """
    notice = situation.asked.notice or Notice()
    desk, row, billed = situation.desk, situation.row, situation.billed_row
    _check(notice)
    state = rows.PENDING if situation.move.target is Status.CHECKING else rows.LATE
    slip_id = rows.insert_slip(
        desk.connection,
        shop_id=row.shop_id,
        order_id=row.id,
        invoice_id=billed.id if billed else None,
        state=state,
        bank=notice.bank,
        amount_minor=notice.amount.minor if notice.amount else None,
        paid_at=_past(situation, notice.paid_at) if notice.paid_at else None,
        reference=notice.reference or None,
        picture_digest=notice.picture_digest or None,
        note=notice.note,
        actor=situation.asker.name,
        received_at=desk.now,
    )
    if slip_id is None:
        raise MoveError("guard_fresh_slip")
    situation.told.update(slip=slip_id, slip_state=state)


def refuse_slip(situation: Situation) -> None:
    """Refuse what waits for a decision, and keep why."""
    desk, reason = situation.desk, situation.asked.reason
    check_length("reason", reason, LONGEST_REASON)
    refused = rows.decide_slips(
        desk.connection,
        situation.row.id,
        rows.REJECTED,
        desk.now,
        situation.asker.name,
        reason=reason,
    )
    situation.told.update(reason=reason, slips=refused)


def _decide(situation: Situation, slip_id: int | None) -> None:
    """Accept the slip that told of this money; others that wait are evidence from now on."""
    desk, by = situation.desk, situation.asker.name
    if slip_id is not None:
        taken = rows.decide_slips(
            desk.connection, situation.row.id, rows.ACCEPTED, desk.now, by, slip_id=slip_id
        )
        if not taken:
            raise MoveError("slip_missing")
    rows.decide_slips(desk.connection, situation.row.id, rows.LATE, desk.now, by)


def _check(notice: Notice) -> None:
    check_length("bank", notice.bank, LONGEST_BANK)
    check_length("reference", notice.reference, LONGEST_REFERENCE)
    check_length("note", notice.note, LONGEST_REASON)
    if notice.amount is not None and notice.amount.minor <= 0:
        raise MoveError("guard_part")


def _past(situation: Situation, at: datetime | None) -> datetime:
    """Give a payment's time, now where nobody said; ``ItemError`` for one that is yet to come."""
    now = situation.desk.now
    if at is not None and at > now + CLOCKS_DIFFER:
        raise ItemError("time_ahead")
    return at or now
