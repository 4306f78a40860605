"""Products, orders and their events, invoices."""

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
    Text,
    UniqueConstraint,
    text,
)

from bot.store.tables.base import make_id, make_ref, make_shop, metadata
from bot.store.types import Id, Json, Utc

products = Table(
    "products",
    metadata,
    make_id(),
    make_shop(),
    Column("code", String(32), nullable=False),
    Column("name", String(300), nullable=False),
    Column("price_minor", BigInteger, nullable=False),
    Column("options", Json, nullable=False),
    Column("condition", String(12), nullable=False),  # stock | preorder | unlimited
    Column("active", Boolean, nullable=False),
    Column("managed", Boolean, nullable=False),
    Column("given", Json, nullable=False, server_default="[]"),  # what configuration says of it
    Column("names", Json, nullable=False, server_default="{}"),  # in other languages: {"en": …}
    Column("category", String(100), nullable=False, server_default=""),
    Column("description", String(1000), nullable=False, server_default=""),
    Column("weight_grams", Integer),  # None: unknown
    Column("sought", Text, nullable=False, server_default=""),  # code, names, category, folded
    Column("version", Integer, nullable=False, server_default="1"),
    Column("changed_by", String(80), nullable=False, server_default="system"),
    Column("changed_at", Utc),
    Column("archived_at", Utc),
    UniqueConstraint("shop_id", "code"),
    Index("ix_products_category", "shop_id", "category", "code"),
)

_SHORT = text("missing > 0")

orders = Table(
    "orders",
    metadata,
    make_id(),
    make_shop(),
    make_ref("conversation_id", "conversations", nullable=True),
    make_ref("contact_id", "contacts", nullable=True),
    Column("number", BigInteger, nullable=False),
    Column("status", String(12), nullable=False),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),  # 0: never issued
    Column("currency", String(3), nullable=False),
    Column("terms", Json, nullable=False),  # shipping, discount, deposit, tax, note, phone, …
    Column("total_minor", BigInteger, nullable=False),
    Column("paid_minor", BigInteger, nullable=False),  # all that ever came in
    Column("refunded_minor", BigInteger, nullable=False, server_default="0"),
    Column("missing", Integer, nullable=False, server_default="0"),  # paid pieces without stock
    Column("due_at", Utc),
    Column("stopped_at", Utc),  # since when its clock stands: a slip is being looked at
    Column("link_generation", Integer, nullable=False),
    Column("link_digest", String(64), unique=True),
    Column("origin_id", Id),  # the order that it was copied from
    Column("merged_into", Id),  # the order that it became a part of
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("deleted_at", Utc),  # a draft that was dropped: its number and history stay
    UniqueConstraint("shop_id", "number"),
    Index("ix_orders_conversation", "conversation_id", "id"),
    Index("ix_orders_due", "status", "due_at"),
    Index("ix_orders_missing", "missing", "id", sqlite_where=_SHORT, postgresql_where=_SHORT),
    Index(None, "contact_id"),
    Index("ix_orders_status", "shop_id", "status", "number"),
    CheckConstraint("total_minor >= 0", name="total"),
    CheckConstraint("refunded_minor BETWEEN 0 AND paid_minor", name="refunded"),
)

order_items = Table(
    "order_items",
    metadata,
    make_id(),
    make_shop(),
    make_ref("order_id", "orders"),
    make_ref("product_id", "products", nullable=True),  # None: a one-off
    Column("position", Integer, nullable=False),
    Column("code", String(32)),
    Column("name", String(300), nullable=False),
    Column("options", Json, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_price_minor", BigInteger, nullable=False),
    Column("discount_minor", BigInteger),
    Column("discount_bp", Integer),
    UniqueConstraint("order_id", "position"),
)

order_events = Table(
    "order_events",
    metadata,
    make_id(),
    make_shop(),
    make_ref("order_id", "orders"),
    Column("version", Integer, nullable=False),
    Column("move", String(24), nullable=False),
    Column("from_status", String(12)),
    Column("to_status", String(12), nullable=False),
    Column("actor", String(80), nullable=False),  # staff:7 | customer:12 | system
    Column("surface", String(16), nullable=False),  # web | line | api | …
    Column("source", String(80)),  # the message or request that asked
    Column("at", Utc, nullable=False),
    Column("data", Json, nullable=False),
    UniqueConstraint("order_id", "version"),
)

invoices = Table(
    "invoices",
    metadata,
    make_id(),
    make_shop(),
    make_ref("order_id", "orders"),
    Column("number", BigInteger, nullable=False),  # without gaps in a shop
    Column("revision", Integer, nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("previous_digest", String(64)),
    Column("issued_at", Utc, nullable=False),
    UniqueConstraint("shop_id", "number"),
    UniqueConstraint("order_id", "revision"),
)
