"""What belongs to the album beside its products: pictures, and imports that were looked at."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from bot.store.tables.base import make_id, make_ref, make_shop, metadata
from bot.store.types import Json, Utc

product_pictures = Table(
    "product_pictures",
    metadata,
    make_id(),
    make_shop(),
    make_ref("product_id", "products"),
    Column("token", String(43), nullable=False, unique=True),  # its address, and its file's name
    Column("position", Integer, nullable=False),
    Column("mime", String(130), nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_at", Utc, nullable=False),
    # When its files are removed, and this row after them: set until the files are there, and
    # again as soon as the picture is taken out.
    Column("forget_at", Utc),
    Index(None, "product_id"),
    Index(None, "forget_at"),
)

# A preview that has no fault, as it may be applied: once, and while it is true.
product_imports = Table(
    "product_imports",
    metadata,
    make_id(),
    make_shop(),
    Column("digest", String(64), nullable=False),
    Column("plan", Json, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("applied_at", Utc),
    UniqueConstraint("shop_id", "digest"),
    Index(None, "created_at"),
)
