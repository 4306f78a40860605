"""What goes out: one row for each call that we owe a platform."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    false,
)

from bot.store.tables.base import make_ref, make_shop, metadata
from bot.store.types import Id, Json, Utc

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    make_shop(),
    make_ref("channel_id", "channels"),
    make_ref("conversation_id", "conversations"),
    make_ref("message_id", "messages", nullable=True),
    make_ref("order_id", "orders", nullable=True),
    make_ref("invoice_id", "invoices", nullable=True),
    Column("kind", String(8), nullable=False),  # text | card | bill | cards | receipt | private
    Column("part", String(8), nullable=False),
    Column("about_id", Id),  # the customer's conversation that an answer to staff is about
    Column("awaits_id", Id),  # the message whose fate a receipt tells
    Column("free_only", Boolean, nullable=False, server_default=false()),  # rather not than paid
    Column("content", Json),  # what to say; None for a bill, which its invoice tells
    Column("payload", Json),  # what is sent; frozen before the first attempt
    Column("state", String(12), nullable=False),
    Column("lane", String(16), nullable=False),
    Column("comment_id", String(300)),  # the comment that this answers in private
    Column("reply_token", String(300)),
    Column("lease", String(36)),
    Column("lease_until", Utc),
    Column("attempts", Integer, nullable=False),
    Column("unknowns", Integer, nullable=False),  # attempts whose outcome nobody knows
    Column("due_at", Utc, nullable=False),
    Column("offered_at", Utc),
    Column("first_attempt_at", Utc),
    Column("deadline", Utc, nullable=False),
    Column("reason", String(300)),
    Column("code", String(80)),
    Column("platform_ids", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("settled_at", Utc),
    # A platform takes one private reply to a comment, for ever.
    Index("ix_outbox_comment", "channel_id", "comment_id", unique=True),
    Index("ix_outbox_due", "state", "due_at", "deadline"),
    Index("ix_outbox_conversation", "conversation_id", "seq"),
    Index(None, "order_id"),
    Index(None, "awaits_id"),
)
