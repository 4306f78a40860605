"""Snapshots of orders: what stood in one before a person's change, for as long as it is wanted.

They hold what customers gave (a telephone number, an address), so they are
dropped as soon as nothing can be taken back by them any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from bot.store.tables import order_events, order_snapshots, orders


def keep_snapshot(connection: Connection, **values: Any) -> None:
    """Keep what an order held at a version: shop_id, order_id, version, kept, at."""
    connection.execute(insert(order_snapshots).values(**values))


def find_snapshot(connection: Connection, order_id: int, version: int) -> Mapping[str, Any] | None:
    """Give what an order held at a version; None where it was not kept, or not so long."""
    query = select(order_snapshots.c.kept).where(
        order_snapshots.c.order_id == order_id, order_snapshots.c.version == version
    )
    return connection.execute(query).scalar()


def list_recent_events(
    connection: Connection,
    shop_id: int,
    since: datetime,
    *,
    conversation_id: int | None = None,
    order_id: int | None = None,
    limit: int = 200,
) -> list[Row[Any]]:
    """List what happened since then to one order, or to all of a conversation; newest first."""
    query = (
        select(order_events)
        .join(orders, orders.c.id == order_events.c.order_id)
        .where(
            orders.c.shop_id == shop_id,
            orders.c.deleted_at.is_(None),
            order_events.c.at >= since,
        )
        .order_by(order_events.c.id.desc())
        .limit(limit)
    )
    if order_id is not None:
        query = query.where(orders.c.id == order_id)
    else:
        query = query.where(orders.c.conversation_id == conversation_id)
    return list(connection.execute(query))


def forget_snapshots(connection: Connection, before: datetime) -> int:
    """Drop snapshots of changes that are older; give how many."""
    return connection.execute(delete(order_snapshots).where(order_snapshots.c.at < before)).rowcount
