"""What there is of each product: its variants, its counts, and the ledger of every change."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from bot.store.tables.base import make_id, make_ref, make_shop, metadata
from bot.store.types import Json, Utc

# A choice of options that has a price or a count of its own.
variants = Table(
    "variants",
    metadata,
    make_id(),
    make_shop(),
    make_ref("product_id", "products"),
    Column("key", String(400), nullable=False),  # the options, small, joined by "/"; never ""
    Column("options", Json, nullable=False),
    Column("price_minor", BigInteger),  # None: the product's
    Column("active", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    UniqueConstraint("product_id", "key"),
)

# One count. What is committed is paid for and here; what is shipped has left the house.
shelves = Table(
    "shelves",
    metadata,
    make_id(),
    make_shop(),
    make_ref("product_id", "products"),
    Column("key", String(400), nullable=False),  # "": the whole product, else a variant's key
    Column("available", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    Column("committed", BigInteger, nullable=False),
    Column("shipped", BigInteger, nullable=False),
    Column("given_stock", BigInteger),  # what configuration gave last
    UniqueConstraint("product_id", "key"),
    CheckConstraint("available >= 0", name="available"),
    CheckConstraint("reserved >= 0", name="reserved"),
    CheckConstraint("committed >= 0", name="committed"),
    CheckConstraint("shipped >= 0", name="shipped"),
)

stock_moves = Table(
    "stock_moves",
    metadata,
    make_id(),
    make_shop(),
    make_ref("product_id", "products"),
    make_ref("shelf_id", "shelves"),
    make_ref("order_id", "orders", nullable=True),
    Column("kind", String(12), nullable=False),
    # available | reserved | committed | shipped | outside
    Column("source", String(12), nullable=False),
    Column("target", String(12), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("at", Utc, nullable=False),
    Column("reason", String(200)),  # why somebody adjusted it
    CheckConstraint("quantity > 0", name="quantity"),
    Index(None, "order_id"),
    Index(None, "shelf_id"),
)
