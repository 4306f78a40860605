"""The tables that carry the promises: one row is one fact, and every fact has its shop.

Times are UTC, money is an integer of minor units in the row's or the shop's
currency. The rows of ``events``, ``outbox``, ``invoices`` and
``order_events`` are the installation's memory of what it promised; none of
them is ever deleted.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.store.types import Id, Json, Utc

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _shop(*, nullable: bool = False) -> Column[int]:
    return Column("shop_id", Id, ForeignKey("shops.id"), nullable=nullable)


def _ref(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Id, ForeignKey(f"{target}.id"), nullable=nullable)


# Shops and the people who run them -------------------------------------------

shops = Table(
    "shops",
    metadata,
    _id(),
    Column("slug", String(64), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("locale", String(16), nullable=False),
    Column(
        "payment", Json, nullable=False
    ),  # {"promptpay_id": "", "banks": [{bank, account, holder}]}
    Column("shipping", Json, nullable=False),  # [{"code", "name", "fee_minor"}]
    Column("options", Json, nullable=False),  # {"prefixes": ["/", "#"], "resend_text": false}
    Column("managed", Boolean, nullable=False),  # given by configuration
    Column("created_at", Utc, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    _id(),
    _shop(),
    Column("name", String(32), nullable=False),  # order | invoice | customer
    Column("value", BigInteger, nullable=False),
    UniqueConstraint("shop_id", "name"),
)

channels = Table(
    "channels",
    metadata,
    _id(),
    _shop(),
    Column("kind", String(16), nullable=False),
    Column("key", String(64), nullable=False, unique=True),
    Column("account_id", String(64)),
    Column("login", String(12), nullable=False),  # page | instagram: which of Meta's hosts
    Column("sealed", LargeBinary, nullable=False),  # {"channel_secret", "access_token"}, encrypted
    Column("state", String(8), nullable=False),  # up | down
    Column("reason", String(300)),
    Column("last_webhook_at", Utc),
    Column("managed", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("kind", "account_id"),
)

staff = Table(
    "staff",
    metadata,
    _id(),
    _shop(),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("role", String(16), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("given_hash", String(200)),  # the password that configuration gave last
    Column("managed", Boolean, nullable=False),
    Column("disabled_at", Utc),
    Column("created_at", Utc, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    _id(),
    _shop(nullable=True),
    _ref("staff_id", "staff", nullable=True),  # None: the operator
    Column("digest", String(64), nullable=False, unique=True),
    Column("stamp", String(64), nullable=False),  # of the credentials it was opened with
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False, index=True),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    _id(),
    Column("key", String(64), nullable=False, unique=True),  # digest of an account or an address
    Column("failures", Integer, nullable=False),
    Column("last_at", Utc, nullable=False),
)

staff_links = Table(
    "staff_links",
    metadata,
    _id(),
    _shop(),
    _ref("staff_id", "staff"),
    _ref("channel_id", "channels"),
    Column("platform_user_id", String(200), nullable=False),
    Column("conversation_id", Id),  # in use
    Column("order_id", Id),  # in use
    Column("linked_at", Utc, nullable=False),
    UniqueConstraint("channel_id", "platform_user_id"),
)

link_codes = Table(
    "link_codes",
    metadata,
    _id(),
    _shop(),
    _ref("staff_id", "staff"),
    Column("digest", String(64), nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
    Index(None, "shop_id", "digest"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    _id(),
    _shop(),
    _ref("staff_id", "staff", nullable=True),
    Column("scope", String(8), nullable=False),  # read | write
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_at", Utc, nullable=False),
    Column("revoked_at", Utc),
)

# What came in ----------------------------------------------------------------

raw_deliveries = Table(
    "raw_deliveries",
    metadata,
    _id(),
    # A Meta delivery may hold the entries of several shops: then it belongs to none.
    _shop(nullable=True),
    _ref("channel_id", "channels", nullable=True),
    Column("webhook", String(16), nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False, index=True),  # read | parse_error | quarantine
    Column("reason", String(300)),
)

events = Table(
    "events",
    metadata,
    _id(),
    _shop(),
    _ref("channel_id", "channels"),
    _ref("delivery_id", "raw_deliveries"),
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
    _id(),
    _shop(),
    Column("code", BigInteger, nullable=False),  # 123 of C123
    Column("name", String(200)),
    Column("language", String(16)),
    Column("phone", String(32)),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("shop_id", "code"),
)

addresses = Table(
    "addresses",
    metadata,
    _id(),
    _shop(),
    _ref("channel_id", "channels"),
    _ref("contact_id", "contacts"),
    Column("kind", String(8), nullable=False),
    Column("platform_id", String(200), nullable=False),
    Column("gone_reason", String(300)),
    UniqueConstraint("channel_id", "platform_id"),
)

conversations = Table(
    "conversations",
    metadata,
    _id(),
    _shop(),
    _ref("channel_id", "channels"),
    _ref("address_id", "addresses"),
    _ref("contact_id", "contacts"),
    Column("order_id", Id),  # the order in use
    Column("last_message_at", Utc, nullable=False),
    Column("last_inbound_at", Utc),
    Column("last_text", String(200)),
    Column("last_author", String(8)),
    Column("unread", Integer, nullable=False),
    Column("standby", Boolean, nullable=False),  # another app owns the thread
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("address_id"),
    Index("ix_conversations_newest", "shop_id", "last_message_at", "id"),
)

reply_tokens = Table(
    "reply_tokens",
    metadata,
    _id(),
    _shop(),
    _ref("conversation_id", "conversations"),
    Column("token", String(300), nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("delivery_id", String(36)),  # the outbox row that took it
    UniqueConstraint("conversation_id", "token"),
)

messages = Table(
    "messages",
    metadata,
    _id(),
    _shop(),
    _ref("conversation_id", "conversations"),
    Column("direction", String(3), nullable=False),  # in | out
    Column("author", String(8), nullable=False),
    _ref("staff_id", "staff", nullable=True),
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
    Index("ix_messages_thread", "conversation_id", "sent_at", "id"),
    Index(None, "conversation_id", "platform_id"),
    Index(None, "delivery_id"),
)

# Products, orders, invoices --------------------------------------------------

products = Table(
    "products",
    metadata,
    _id(),
    _shop(),
    Column("code", String(32), nullable=False),
    Column("name", String(300), nullable=False),
    Column("price_minor", BigInteger, nullable=False),
    Column("options", Json, nullable=False),
    Column("condition", String(12), nullable=False),  # stock | preorder | unlimited
    Column("available", BigInteger),  # None: no stock control
    Column("reserved", BigInteger, nullable=False),
    Column("sold", BigInteger, nullable=False),
    Column("given_stock", BigInteger),  # what configuration gave last
    Column("active", Boolean, nullable=False),
    Column("managed", Boolean, nullable=False),
    UniqueConstraint("shop_id", "code"),
    CheckConstraint("available IS NULL OR available >= 0", name="available"),
    CheckConstraint("reserved >= 0", name="reserved"),
)

stock_moves = Table(
    "stock_moves",
    metadata,
    _id(),
    _shop(),
    _ref("product_id", "products"),
    _ref("order_id", "orders", nullable=True),
    Column("kind", String(12), nullable=False),  # initial | adjust | reserve | release
    Column("quantity", BigInteger, nullable=False),
    Column("at", Utc, nullable=False),
    Index(None, "order_id"),
)

orders = Table(
    "orders",
    metadata,
    _id(),
    _shop(),
    _ref("conversation_id", "conversations", nullable=True),
    _ref("contact_id", "contacts", nullable=True),
    Column("number", BigInteger, nullable=False),
    Column("status", String(12), nullable=False),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),  # 0: never issued
    Column("currency", String(3), nullable=False),
    Column("terms", Json, nullable=False),  # shipping, discount, deposit, tax, note, phone, …
    Column("total_minor", BigInteger, nullable=False),
    Column("paid_minor", BigInteger, nullable=False),
    Column("due_at", Utc),
    Column("link_generation", Integer, nullable=False),
    Column("link_digest", String(64), unique=True),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("shop_id", "number"),
    Index("ix_orders_conversation", "conversation_id", "id"),
    Index("ix_orders_status", "shop_id", "status", "number"),
    CheckConstraint("total_minor >= 0", name="total"),
)

order_items = Table(
    "order_items",
    metadata,
    _id(),
    _shop(),
    _ref("order_id", "orders"),
    _ref("product_id", "products", nullable=True),  # None: a one-off
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
    _id(),
    _shop(),
    _ref("order_id", "orders"),
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
    _id(),
    _shop(),
    _ref("order_id", "orders"),
    Column("number", BigInteger, nullable=False),  # without gaps in a shop
    Column("revision", Integer, nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("previous_digest", String(64)),
    Column("issued_at", Utc, nullable=False),
    UniqueConstraint("shop_id", "number"),
    UniqueConstraint("order_id", "revision"),
)

# What goes out ---------------------------------------------------------------

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    _shop(),
    _ref("channel_id", "channels"),
    _ref("conversation_id", "conversations"),
    _ref("message_id", "messages", nullable=True),
    _ref("order_id", "orders", nullable=True),
    _ref("invoice_id", "invoices", nullable=True),
    Column("kind", String(8), nullable=False),  # text | card | bill
    Column("part", String(8), nullable=False),
    Column("content", Json),  # what to say; None for a bill, which its invoice tells
    Column("payload", Json),  # what is sent; frozen before the first attempt
    Column("state", String(12), nullable=False),
    Column("lane", String(12), nullable=False),
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
    Index("ix_outbox_due", "state", "due_at", "deadline"),
    Index("ix_outbox_conversation", "conversation_id", "seq"),
)

# What everybody should be able to see ----------------------------------------

audit = Table(
    "audit",
    metadata,
    _id(),
    _shop(nullable=True),
    Column("actor", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("at", Utc, nullable=False),
    Column("data", Json, nullable=False),
)

feed = Table(
    "feed",
    metadata,
    _id(),
    _shop(),
    Column("conversation_id", Id),
    Column("order_id", Id),
    Column("at", Utc, nullable=False, index=True),
    Index(None, "shop_id", "id"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    _id(),
    _shop(),
    Column("key", String(200), nullable=False),
    Column("answer", Json, nullable=False),
    Column("at", Utc, nullable=False),
    UniqueConstraint("shop_id", "key"),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("beat_at", Utc, nullable=False),
)
