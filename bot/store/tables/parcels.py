"""Parcels: what of an order left the house, when, and by whom it is carried."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, UniqueConstraint

from bot.store.tables.base import make_id, make_ref, make_shop, metadata
from bot.store.types import Utc

parcels = Table(
    "parcels",
    metadata,
    make_id(),
    make_shop(),
    make_ref("order_id", "orders"),
    Column("tracking", String(60), nullable=False),
    Column("carrier", String(60), nullable=False),
    Column("shipped_at", Utc, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("undone_at", Utc),
    Column("undone_by", String(80)),
    Column("reason", String(500)),
    Index(None, "order_id"),
)

parcel_items = Table(
    "parcel_items",
    metadata,
    make_id(),
    make_shop(),
    make_ref("parcel_id", "parcels"),
    Column("position", Integer, nullable=False),  # the order's line
    Column("quantity", Integer, nullable=False),
    UniqueConstraint("parcel_id", "position"),
    CheckConstraint("quantity > 0", name="quantity"),
)
