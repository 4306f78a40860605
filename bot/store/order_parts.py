"""The parts of many orders at once: one question for each kind, however many orders there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from bot.store.tables import (
    invoices,
    order_events,
    order_items,
    parcel_items,
    parcels,
    payments,
    refunds,
    slips,
)

Rows = dict[int, list[Row[Any]]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What belongs to orders, by their ids; what an order has none of is not there.

    ``newest`` are the revisions that count now, ``inside`` is what lies in each
    parcel by its id: the order's line (from 1) to pieces.
    """

    items: Rows
    events: Rows
    payments: Rows
    refunds: Rows
    slips: Rows
    parcels: Rows
    inside: dict[int, dict[int, int]]
    newest: dict[int, Row[Any]]

    def count_shipped(self, order_id: int) -> Counter[int]:
        """Count what of each of an order's lines is in a parcel."""
        shipped: Counter[int] = Counter()
        for parcel in self.parcels.get(order_id, ()):
            shipped.update(self.inside.get(parcel.id, {}))
        return shipped


def read_parts(connection: Connection, order_ids: Sequence[int]) -> Parts:
    """Read the parts of these orders; parcels that were taken back are left out."""

    def read(table: Table, order: Any = None, *only: Any) -> Rows:
        query = select(table).where(table.c.order_id.in_(order_ids), *only)
        ordered = connection.execute(query.order_by(table.c.id if order is None else order))
        return _group(ordered, lambda row: int(row.order_id))

    sent = read(parcels, None, parcels.c.undone_at.is_(None))
    return Parts(
        items=read(order_items, order_items.c.position),
        events=read(order_events),
        payments=read(payments),
        refunds=read(refunds),
        slips=read(slips),
        parcels=sent,
        inside=_read_inside(connection, [row.id for rows in sent.values() for row in rows]),
        newest=_read_newest(connection, order_ids),
    )


def _read_inside(connection: Connection, parcel_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    if not parcel_ids:
        return {}
    query = select(parcel_items).where(parcel_items.c.parcel_id.in_(parcel_ids))
    found = _group(connection.execute(query), lambda row: int(row.parcel_id))
    return {
        parcel: {int(row.position): int(row.quantity) for row in rows}
        for parcel, rows in found.items()
    }


def _read_newest(connection: Connection, order_ids: Sequence[int]) -> dict[int, Row[Any]]:
    last = (
        select(invoices.c.order_id, func.max(invoices.c.revision).label("revision"))
        .where(invoices.c.order_id.in_(order_ids))
        .group_by(invoices.c.order_id)
        .subquery()
    )
    query = select(invoices).join(
        last,
        (last.c.order_id == invoices.c.order_id) & (last.c.revision == invoices.c.revision),
    )
    return {int(row.order_id): row for row in connection.execute(query)}


def _group(found: Any, by: Callable[[Row[Any]], int]) -> Rows:
    grouped: Rows = {}
    for row in found:
        grouped.setdefault(by(row), []).append(row)
    return grouped
