"""Shops, their channels, and the people who run them."""

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
    UniqueConstraint,
)

from bot.store.tables.base import make_id, make_ref, make_shop, metadata
from bot.store.types import Id, Json, Utc

shops = Table(
    "shops",
    metadata,
    make_id(),
    Column("slug", String(64), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("locale", String(16), nullable=False),
    Column(
        "payment", Json, nullable=False
    ),  # {"promptpay_id": "", "banks": [{bank, account, holder}]}
    Column("shipping", Json, nullable=False),  # [{"code", "name", "fee_minor", …}]
    Column("options", Json, nullable=False),  # {"prefixes": ["/", "#"], "resend_text": false}
    Column("managed", Boolean, nullable=False),  # given by configuration
    Column("created_at", Utc, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    make_id(),
    make_shop(),
    Column("name", String(32), nullable=False),  # order | invoice | customer
    Column("value", BigInteger, nullable=False),
    UniqueConstraint("shop_id", "name"),
)

channels = Table(
    "channels",
    metadata,
    make_id(),
    make_shop(),
    Column("kind", String(16), nullable=False),
    Column("key", String(64), nullable=False, unique=True),
    Column("account_id", String(64)),
    Column("login", String(12), nullable=False),  # page | instagram: which of Meta's hosts
    Column("sealed", LargeBinary, nullable=False),  # {"channel_secret", "access_token"}, encrypted
    Column("given", Json),  # marks of the secrets that configuration gave last
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
    make_id(),
    make_shop(),
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
    make_id(),
    make_shop(nullable=True),
    make_ref("staff_id", "staff", nullable=True),  # None: the operator
    Column("digest", String(64), nullable=False, unique=True),
    Column("stamp", String(64), nullable=False),  # of the credentials it was opened with
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False, index=True),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    make_id(),
    Column("key", String(64), nullable=False, unique=True),  # digest of an account or an address
    Column("failures", Integer, nullable=False),
    Column("last_at", Utc, nullable=False),
)

staff_links = Table(
    "staff_links",
    metadata,
    make_id(),
    make_shop(),
    make_ref("staff_id", "staff"),
    make_ref("channel_id", "channels"),
    Column("platform_user_id", String(200), nullable=False),
    Column("conversation_id", Id),  # in use
    Column("order_id", Id),  # in use
    Column("linked_at", Utc, nullable=False),
    UniqueConstraint("channel_id", "platform_user_id"),
)

link_codes = Table(
    "link_codes",
    metadata,
    make_id(),
    make_shop(),
    make_ref("staff_id", "staff"),
    Column("digest", String(64), nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
    Index(None, "shop_id", "digest"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    make_id(),
    make_shop(),
    make_ref("staff_id", "staff", nullable=True),
    Column("scope", String(8), nullable=False),  # read | write
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_at", Utc, nullable=False),
    Column("revoked_at", Utc),
)
