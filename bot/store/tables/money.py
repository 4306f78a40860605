"""What was paid for orders, what went back, which slips came, and which payments are under way."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    String,
    Table,
    UniqueConstraint,
    text,
)

from bot.store.tables.base import make_id, make_ref, make_shop, metadata
from bot.store.types import Utc

_COUNTS = text("state IN ('pending', 'accepted')")

slips = Table(
    "slips",
    metadata,
    make_id(),
    make_shop(),
    make_ref("order_id", "orders"),
    make_ref("invoice_id", "invoices", nullable=True),  # the revision it is for
    # pending | accepted | rejected | late: came when the order took no money any more
    Column("state", String(8), nullable=False),
    Column("bank", String(40), nullable=False),
    Column("amount_minor", BigInteger),  # as told; None where nobody said
    Column("paid_at", Utc),
    Column("reference", String(100)),  # the bank's own
    Column("picture_digest", String(64)),
    Column("note", String(500), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("decided_by", String(80)),
    Column("decided_at", Utc),
    Column("reason", String(500)),
    Index(None, "order_id"),
    # One bank reference and one picture count once in a shop, unless they were refused.
    Index(
        "uq_slips_reference",
        "shop_id",
        "reference",
        unique=True,
        sqlite_where=_COUNTS,
        postgresql_where=_COUNTS,
    ),
    Index(
        "uq_slips_picture",
        "shop_id",
        "picture_digest",
        unique=True,
        sqlite_where=_COUNTS,
        postgresql_where=_COUNTS,
    ),
)

payments = Table(
    "payments",
    metadata,
    make_id(),
    make_shop(),
    make_ref("order_id", "orders"),
    make_ref("invoice_id", "invoices", nullable=True),  # the revision that it paid
    make_ref("slip_id", "slips", nullable=True),
    Column("method", String(12), nullable=False),
    Column("provider", String(24), nullable=False),  # bank | cash | … ; who gave the reference
    Column("reference", String(100)),  # None: nobody gave one
    Column("amount_minor", BigInteger, nullable=False),
    Column("paid_at", Utc, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("recorded_at", Utc, nullable=False),
    # A provider's transaction counts once in a shop, whatever order it is told for.
    UniqueConstraint("shop_id", "provider", "reference"),
    CheckConstraint("amount_minor > 0", name="amount"),
    Index(None, "order_id"),
)

refunds = Table(
    "refunds",
    metadata,
    make_id(),
    make_shop(),
    make_ref("order_id", "orders"),
    Column("method", String(12), nullable=False),
    Column("reference", String(100)),
    Column("amount_minor", BigInteger, nullable=False),
    Column("refunded_at", Utc, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("reason", String(500), nullable=False),
    CheckConstraint("amount_minor > 0", name="amount"),
    Index(None, "order_id"),
)

payment_attempts = Table(
    "payment_attempts",
    metadata,
    make_id(),
    make_shop(),
    make_ref("order_id", "orders"),
    make_ref("invoice_id", "invoices", nullable=True),
    Column("provider", String(24), nullable=False),
    Column("reference", String(100), nullable=False),  # the provider's name for the attempt
    Column("until", Utc, nullable=False),  # how long it keeps the order from expiring
    Column("ended_at", Utc),
    Column("at", Utc, nullable=False),
    UniqueConstraint("shop_id", "provider", "reference"),
    Index(None, "order_id"),
)
