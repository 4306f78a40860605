"""Keyword orders: the posts, the rules, what each text did; and who wrote comments."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, UniqueConstraint

from bot.store.tables.base import make_id, make_ref, make_shop, metadata
from bot.store.types import Json, Utc

posts = Table(
    "posts",
    metadata,
    make_id(),
    make_shop(),
    make_ref("channel_id", "channels"),
    Column("platform_id", String(300), nullable=False),
    Column("title", String(120), nullable=False),  # what staff call it; "" for nothing
    Column("live", Boolean, nullable=False),
    Column("first_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("ended_at", Utc),  # when staff said that its broadcast or sale was over
    UniqueConstraint("channel_id", "platform_id"),
    Index("ix_posts_newest", "shop_id", "last_at"),
)

keyword_rules = Table(
    "keyword_rules",
    metadata,
    make_id(),
    make_shop(),
    Column("scope", String(40), nullable=False),  # chat | comments | post:12
    Column("enabled", Boolean, nullable=False),
    Column("terms", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("shop_id", "scope"),
)

keyword_hits = Table(
    "keyword_hits",
    metadata,
    make_id(),
    make_shop(),
    make_ref("message_id", "messages"),
    make_ref("post_id", "posts", nullable=True),
    make_ref("order_id", "orders", nullable=True),
    Column("outcome", String(24), nullable=False),  # ordered, or the reason why not
    Column("facts", Json, nullable=False),
    Column("at", Utc, nullable=False),
    UniqueConstraint("message_id"),
    Index(None, "post_id", "id"),
    Index(None, "order_id"),
)

# A comment names its writer by an id that may differ from the one they have in messages.
commenters = Table(
    "commenters",
    metadata,
    make_id(),
    make_shop(),
    make_ref("channel_id", "channels"),
    Column("commenter_id", String(200), nullable=False),
    make_ref("address_id", "addresses"),
    Column("met_at", Utc, nullable=False),
    UniqueConstraint("channel_id", "commenter_id"),
)
