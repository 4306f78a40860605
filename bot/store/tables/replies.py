"""What a shop says by itself: automatic answers, saved replies, words of an order's states."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, String, Table, Text, UniqueConstraint

from bot.store.tables.base import make_id, make_shop, metadata
from bot.store.types import Json, Utc

auto_answers = Table(
    "auto_answers",
    metadata,
    make_id(),
    make_shop(),
    Column("kind", String(12), nullable=False),  # greeting | away | where
    Column("enabled", Boolean, nullable=False),
    Column("terms", Json, nullable=False),  # {"texts": {"th": "", "en": ""}, "hours": …}
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("shop_id", "kind"),
)

saved_replies = Table(
    "saved_replies",
    metadata,
    make_id(),
    make_shop(),
    Column("name", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("shop_id", "name"),
)

status_templates = Table(
    "status_templates",
    metadata,
    make_id(),
    make_shop(),
    Column("status", String(12), nullable=False),
    Column("language", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("shop_id", "status", "language"),
)
