"""Payments, refunds, slips and payments under way: the rows that an order's money is told from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, insert, select, update

from bot.store.changes import upsert
from bot.store.tables import payment_attempts, payments, refunds, slips

PENDING, ACCEPTED, REJECTED, LATE = "pending", "accepted", "rejected", "late"
"""States of a slip; one that is late came when its order took no money any more."""


def insert_payment(connection: Connection, **values: Any) -> int | None:
    """Write a payment and give its id; None where its shop has this transaction already.

    Two at once: the second waits here for the first one's commit.
    """
    statement = upsert(connection, payments).values(**values)
    taken = statement.on_conflict_do_nothing(
        index_elements=["shop_id", "provider", "reference"]
    ).returning(payments.c.id)
    return connection.execute(taken).scalar()


def find_payment(
    connection: Connection, shop_id: int, provider: str, reference: str
) -> Row[Any] | None:
    """Find a provider's transaction in a shop."""
    query = select(payments).where(
        payments.c.shop_id == shop_id,
        payments.c.provider == provider,
        payments.c.reference == reference,
    )
    return connection.execute(query).one_or_none()


def list_payments(connection: Connection, order_id: int) -> list[Row[Any]]:
    """List what came in for an order, oldest first."""
    query = select(payments).where(payments.c.order_id == order_id)
    return list(connection.execute(query.order_by(payments.c.id)))


def insert_refund(connection: Connection, **values: Any) -> int:
    """Write down money that went back, and give the row's id."""
    statement = insert(refunds).values(**values).returning(refunds.c.id)
    return int(connection.execute(statement).scalar_one())


def list_refunds(connection: Connection, order_id: int) -> list[Row[Any]]:
    """List what went back of an order's money, oldest first."""
    query = select(refunds).where(refunds.c.order_id == order_id)
    return list(connection.execute(query.order_by(refunds.c.id)))


# Slips -------------------------------------------------------------------------


def insert_slip(connection: Connection, **values: Any) -> int | None:
    """Write a slip and give its id; None where its reference or its picture is in use.

    Two at once: the second waits here for the first one's commit.
    """
    statement = upsert(connection, slips).values(**values)
    taken = statement.on_conflict_do_nothing().returning(slips.c.id)
    return connection.execute(taken).scalar()


def list_slips(connection: Connection, order_id: int, state: str | None = None) -> list[Row[Any]]:
    """List an order's slips, oldest first, in one state or in all."""
    query = select(slips).where(slips.c.order_id == order_id)
    if state is not None:
        query = query.where(slips.c.state == state)
    return list(connection.execute(query.order_by(slips.c.id)))


def is_slip_used(
    connection: Connection, shop_id: int, reference: str | None, picture_digest: str | None
) -> bool:
    """Say whether a bank reference or a picture counts in this shop already."""
    for column, value in (
        (slips.c.reference, reference),
        (slips.c.picture_digest, picture_digest),
    ):
        query = select(slips.c.id).where(
            slips.c.shop_id == shop_id, column == value, slips.c.state.in_((PENDING, ACCEPTED))
        )
        if value is not None and connection.execute(query.limit(1)).scalar() is not None:
            return True
    return False


def decide_slips(
    connection: Connection,
    order_id: int,
    state: str,
    at: datetime,
    by: str,
    *,
    slip_id: int | None = None,
    reason: str | None = None,
) -> int:
    """Decide about an order's slips that wait, about one or all; give how many did."""
    statement = update(slips).where(slips.c.order_id == order_id, slips.c.state == PENDING)
    if slip_id is not None:
        statement = statement.where(slips.c.id == slip_id)
    values = {"state": state, "decided_at": at, "decided_by": by, "reason": reason}
    return connection.execute(statement.values(**values)).rowcount


# Payments under way ------------------------------------------------------------


def note_attempt(connection: Connection, **values: Any) -> None:
    """Write down that a payment is under way, how long it is now, or that it is again."""
    statement = upsert(connection, payment_attempts).values(**values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["shop_id", "provider", "reference"],
            set_={"until": values["until"], "ended_at": None},
        )
    )


def end_attempt(
    connection: Connection, shop_id: int, provider: str, reference: str, at: datetime
) -> None:
    """Note that a payment is no longer under way, however it ended."""
    connection.execute(
        update(payment_attempts)
        .where(
            payment_attempts.c.shop_id == shop_id,
            payment_attempts.c.provider == provider,
            payment_attempts.c.reference == reference,
            payment_attempts.c.ended_at.is_(None),
        )
        .values(ended_at=at)
    )


def has_attempt(connection: Connection, order_id: int, now: datetime) -> bool:
    """Say whether a payment is under way for an order."""
    query = select(
        exists().where(
            payment_attempts.c.order_id == order_id,
            payment_attempts.c.ended_at.is_(None),
            payment_attempts.c.until > now,
        )
    )
    return bool(connection.execute(query).scalar())
