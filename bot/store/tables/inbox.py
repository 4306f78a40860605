"""What came in: raw deliveries, events, contacts, conversations, messages."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from bot.store.tables.base import make_id, make_ref, make_shop, metadata
from bot.store.types import Id, Json, Utc

raw_deliveries = Table(
    "raw_deliveries",
    metadata,
    make_id(),
    # A Meta delivery may hold the entries of several shops: then it belongs to none.
    make_shop(nullable=True),
    make_ref("channel_id", "channels", nullable=True),
    Column("webhook", String(16), nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False, index=True),  # see bot.inbox
    Column("reason", String(300)),
)

events = Table(
    "events",
    metadata,
    make_id(),
    make_shop(),
    make_ref("channel_id", "channels"),
    make_ref("delivery_id", "raw_deliveries"),
    Column("event_key", String(300), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("state", String(12), nullable=False),  # pending | done | error
    Column("error", String(300)),
    Column("occurred_at", Utc, nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("processed_at", Utc),
    Column("attempts", Integer, nullable=False),
    Column("conversation_id", Id),
    Column("message_id", Id),
    Column("data", Json, nullable=False),
    UniqueConstraint("channel_id", "event_key"),
    Index("ix_events_state_conversation", "state", "conversation_id", "occurred_at", "id"),
    Index(None, "delivery_id"),
)

contacts = Table(
    "contacts",
    metadata,
    make_id(),
    make_shop(),
    Column("code", BigInteger, nullable=False),  # 123 of C123
    Column("name", String(200)),
    Column("language", String(16)),
    Column("picture_url", Text),
    Column("named_by", Id),  # the address whose profile gave name, picture and language
    Column(
        "name_given", Boolean, nullable=False, server_default=false()
    ),  # by staff: it and language stay
    Column("merged_into", Id),  # the contact that stands for this one now
    # a group of the shop's own staff: nobody's customer, in no list
    Column("internal", Boolean, nullable=False, server_default=false()),
    Column("default_address_id", Id),  # of its postal addresses; another's counts for nothing
    Column("search_text", Text, nullable=False, server_default=""),  # bare name, then phones
    Column("version", Integer, nullable=False, server_default="1"),
    Column("changed_by", Id),  # the member of staff who did last
    Column("changed_at", Utc),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("shop_id", "code"),
)

contact_merges = Table(
    "contact_merges",
    metadata,
    make_id(),
    make_shop(),
    make_ref("kept_id", "contacts"),
    make_ref("merged_id", "contacts"),
    # {table: the ids that moved, which an undo puts back}
    Column("moved", Json, nullable=False),
    Column("former", Json),  # what the kept one went by, where it took the other's name
    make_ref("staff_id", "staff"),
    Column("merged_at", Utc, nullable=False),
    Column("undone_at", Utc),
    Index(None, "kept_id"),
)

addresses = Table(
    "addresses",
    metadata,
    make_id(),
    make_shop(),
    make_ref("channel_id", "channels"),
    make_ref("contact_id", "contacts"),
    Column("kind", String(8), nullable=False),
    Column("platform_id", String(200), nullable=False),
    Column("gone_reason", String(300)),
    Column("profile_due_at", Utc),  # when the platform is asked who this is; None: not now
    Column("profile_at", Utc),  # when asking came to an end last, with a profile or without
    Column("profile_attempts", Integer, nullable=False, server_default="0"),
    UniqueConstraint("channel_id", "platform_id"),
    Index(None, "contact_id"),
    Index(None, "profile_due_at"),
)

# Who writes in a group or a room; the group itself is a contact's address.
members = Table(
    "members",
    metadata,
    make_id(),
    make_shop(),
    make_ref("channel_id", "channels"),
    make_ref("conversation_id", "conversations"),
    Column("platform_id", String(200), nullable=False),
    Column("name", String(200)),
    Column("profile_due_at", Utc),
    Column("profile_at", Utc),
    Column("profile_attempts", Integer, nullable=False),
    UniqueConstraint("conversation_id", "platform_id"),
    Index(None, "profile_due_at"),
)

conversations = Table(
    "conversations",
    metadata,
    make_id(),
    make_shop(),
    make_ref("channel_id", "channels"),
    make_ref("address_id", "addresses"),
    make_ref("contact_id", "contacts"),
    Column("order_id", Id),  # the order in use
    Column("last_message_at", Utc, nullable=False),
    Column("last_inbound_at", Utc),
    Column("last_text", String(200)),
    Column("last_author", String(8)),
    Column("unread", Integer, nullable=False),
    Column("standby", Boolean, nullable=False),  # another app owns the thread
    Column("joined_into", Id),  # the conversation in which this one goes on
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("address_id"),
    Index(None, "contact_id"),
    Index("ix_conversations_newest", "shop_id", "last_message_at", "id"),
    Index("ix_conversations_channel_newest", "channel_id", "last_message_at", "id"),
)

reply_tokens = Table(
    "reply_tokens",
    metadata,
    make_id(),
    make_shop(),
    make_ref("conversation_id", "conversations"),
    Column("token", String(300), nullable=False),
    Column("expires_at", Utc, nullable=False, index=True),
    Column("delivery_id", String(36)),  # the outbox row that took it
    UniqueConstraint("conversation_id", "token"),
)

messages = Table(
    "messages",
    metadata,
    make_id(),
    make_shop(),
    make_ref("conversation_id", "conversations"),
    Column("direction", String(3), nullable=False),  # in | out
    Column("author", String(8), nullable=False),
    make_ref("staff_id", "staff", nullable=True),
    Column("sender_id", String(200)),
    Column("kind", String(24), nullable=False),
    Column("text", Text),
    Column("platform_id", String(300)),
    Column("quoted_id", String(300)),
    Column("sent_at", Utc, nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(300)),
    Column("lane", String(16)),
    Column("redacted", Boolean, nullable=False),
    Column("edited_at", Utc),
    Column("delivery_id", String(36)),
    Column("invoice_id", Id),
    Column("automatic", Boolean, nullable=False, server_default=false()),  # nobody asked for it
    Column("facts", Json, nullable=False, server_default="{}"),
    Column("reactions", Json, nullable=False, server_default="{}"),  # who: emoji
    Index("ix_messages_thread", "conversation_id", "sent_at", "id"),
    Index(None, "conversation_id", "platform_id"),
    Index(None, "delivery_id"),
)

message_versions = Table(
    "message_versions",
    metadata,
    make_id(),
    make_shop(),
    make_ref("message_id", "messages"),
    Column("text", Text),  # what it said until then
    Column("at", Utc, nullable=False),
    Index(None, "message_id"),
)

# An edit or an unsend may come before its message; the unsend then still wins.
message_changes = Table(
    "message_changes",
    metadata,
    make_id(),
    make_shop(),
    make_ref("channel_id", "channels"),
    Column("platform_id", String(300), nullable=False),
    make_ref("delivery_id", "raw_deliveries"),  # where its words stand
    Column("change", String(8), nullable=False),  # edit | unsend
    Column("text", Text),
    Column("at", Utc, nullable=False),
    UniqueConstraint("channel_id", "platform_id", "change", "at"),
)
