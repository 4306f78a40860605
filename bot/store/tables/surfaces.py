"""Staff groups: chats of several in which staff command, and the cards that were shown there."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from bot.store.tables.base import make_id, make_ref, make_shop, metadata
from bot.store.types import Id, Utc

staff_groups = Table(
    "staff_groups",
    metadata,
    make_id(),
    make_shop(),
    make_ref("channel_id", "channels"),
    make_ref("conversation_id", "conversations"),  # the group's own
    make_ref("claimed_by", "staff", nullable=True),
    Column("claimed_at", Utc),  # None: nobody's, and nothing is said there
    Column("explained_at", Utc),  # when it was told how to claim it
    Column("due_at", Utc),  # when cards are posted; None: no customer waits
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("conversation_id"),
    Index(None, "shop_id", "claimed_at"),
    Index(None, "due_at"),
)

# Conversations without a foreign key: a card must not wait for a customer's conversation,
# whose holder may be waiting to wake this very group.
staff_cards = Table(
    "staff_cards",
    metadata,
    make_id(),
    make_shop(),
    make_ref("group_id", "staff_groups"),
    Column("conversation_id", Id, nullable=False),  # the customer's
    Column("delivery_id", String(36), nullable=False),
    Column("position", Integer, nullable=False),  # among the messages of its delivery
    Column("first_message_id", Id, nullable=False),  # the words that it shows
    Column("last_message_id", Id, nullable=False),
    Column("platform_id", String(300)),  # what a quote of it names
    Index(None, "group_id", "conversation_id"),
    Index(None, "group_id", "platform_id"),
    Index(None, "conversation_id"),
    Index(None, "delivery_id"),
)
