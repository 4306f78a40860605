"""What came with messages and can be fetched: one row is one file, wanted, kept or over."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from bot.store.tables.base import make_id, make_ref, make_shop, metadata
from bot.store.types import Utc

media = Table(
    "media",
    metadata,
    make_id(),
    make_shop(),
    make_ref("channel_id", "channels"),
    make_ref("message_id", "messages"),
    Column("position", Integer, nullable=False),  # among the message's attachments, from 0
    Column("token", String(43), nullable=False),  # random: its address here, and its file's name
    Column("kind", String(24), nullable=False),
    # Where the platform has it; emptied as soon as it is of no more use.
    Column("content_id", String(512)),
    Column("url", Text),
    Column("name", String(200)),
    Column("state", String(16), nullable=False),  # fetching | stored | gone | too_big | refused
    Column("reason", String(300)),
    Column("mime", String(130)),
    Column("size", Integer),
    Column("has_thumb", Boolean, nullable=False),
    Column("on_disk", Boolean, nullable=False),  # a file of it may exist
    Column("attempts", Integer, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("lease", String(36)),
    Column("lease_until", Utc),
    Column("created_at", Utc, nullable=False),
    Column("forget_at", Utc),
    UniqueConstraint("token"),
    UniqueConstraint("message_id", "position"),
    Index(None, "state", "due_at"),
    Index(None, "on_disk", "forget_at"),
)
