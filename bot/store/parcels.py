"""Parcels of orders, and what lies in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from bot.store.tables import parcel_items, parcels


def insert_parcel(connection: Connection, inside: Mapping[int, int], **values: Any) -> int:
    """Write a parcel with its pieces by the order's lines, and give its id."""
    statement = insert(parcels).values(**values).returning(parcels.c.id)
    parcel_id = int(connection.execute(statement).scalar_one())
    rows = [
        {
            "shop_id": values["shop_id"],
            "parcel_id": parcel_id,
            "position": position,
            "quantity": quantity,
        }
        for position, quantity in sorted(inside.items())
    ]
    connection.execute(insert(parcel_items), rows)
    return parcel_id


def list_parcels(connection: Connection, order_id: int) -> list[Row[Any]]:
    """List an order's parcels that were not taken back, oldest first."""
    query = select(parcels).where(parcels.c.order_id == order_id, parcels.c.undone_at.is_(None))
    return list(connection.execute(query.order_by(parcels.c.id)))


def list_inside(connection: Connection, parcel_id: int) -> dict[int, int]:
    """Give what lies in a parcel: the order's line to pieces."""
    query = select(parcel_items.c.position, parcel_items.c.quantity).where(
        parcel_items.c.parcel_id == parcel_id
    )
    return {int(row.position): int(row.quantity) for row in connection.execute(query)}


def count_shipped(connection: Connection, order_id: int) -> Counter[int]:
    """Count what of each of an order's lines is in a parcel."""
    query = (
        select(parcel_items.c.position, func.sum(parcel_items.c.quantity))
        .join(parcels, parcels.c.id == parcel_items.c.parcel_id)
        .where(parcels.c.order_id == order_id, parcels.c.undone_at.is_(None))
        .group_by(parcel_items.c.position)
    )
    return Counter({place: int(pieces) for place, pieces in connection.execute(query)})


def undo_parcel(connection: Connection, parcel_id: int, at: datetime, by: str, reason: str) -> bool:
    """Take a parcel back; False when it was already."""
    statement = (
        update(parcels)
        .where(parcels.c.id == parcel_id, parcels.c.undone_at.is_(None))
        .values(undone_at=at, undone_by=by, reason=reason)
    )
    return connection.execute(statement).rowcount == 1
