"""What everybody should be able to see: audit, feed, heartbeats, repeats."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    String,
    Table,
    UniqueConstraint,
)

from bot.store.tables.base import make_id, make_shop, metadata
from bot.store.types import Id, Json, Utc

audit = Table(
    "audit",
    metadata,
    make_id(),
    make_shop(nullable=True),
    Column("actor", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("at", Utc, nullable=False),
    Column("data", Json, nullable=False),
)

feed = Table(
    "feed",
    metadata,
    make_id(),
    make_shop(),
    Column("conversation_id", Id),
    Column("order_id", Id),
    Column("at", Utc, nullable=False, index=True),
    Index(None, "shop_id", "id"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    make_id(),
    make_shop(),
    Column("key", String(200), nullable=False),
    Column("request", String(64)),  # digest of what was asked; another with this key is refused
    Column("answer", Json, nullable=False),
    Column("at", Utc, nullable=False),
    Column("until", Utc, index=True),  # None: kept for ever
    UniqueConstraint("shop_id", "key"),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("beat_at", Utc, nullable=False),
)
