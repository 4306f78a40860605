"""Snapshots of orders, by which a person's change can be taken back."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint

from bot.store.tables.base import make_id, make_ref, make_shop, metadata
from bot.store.types import Json, Utc

order_snapshots = Table(
    "order_snapshots",
    metadata,
    make_id(),
    make_shop(),
    make_ref("order_id", "orders"),
    Column("version", Integer, nullable=False),  # what the order held at this version
    Column("kept", Json, nullable=False),  # items, terms, due_at
    Column("at", Utc, nullable=False),
    UniqueConstraint("order_id", "version"),
    Index(None, "at"),
)
