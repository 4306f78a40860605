"""What is known of a channel's health: its token, its quota, and when it is usually heard."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, String, Table, UniqueConstraint, false

from bot.store.tables.base import make_id, make_ref, make_shop, metadata
from bot.store.types import Json, Utc

# One row a channel, apart from it: every webhook reads the channel, and only that.
watches = Table(
    "watches",
    metadata,
    make_id(),
    make_shop(),
    make_ref("channel_id", "channels"),
    Column("token_state", String(12)),  # ok | bad | unreachable; None: never asked
    Column("token_reason", String(300)),
    Column("token_at", Utc),
    Column("probe_due_at", Utc),  # None: at once
    Column("probe_failures", Integer, nullable=False, server_default="0"),
    Column("probe_by_hand", Boolean, nullable=False, server_default=false()),
    Column("down_by_token", Boolean, nullable=False, server_default=false()),  # a probe may end it
    Column("resumed_at", Utc),  # when a probe last brought the channel up
    Column("relapses", Integer, nullable=False, server_default="0"),  # how often it fell since
    Column("token_ends_at", Utc),
    Column("renew_due_at", Utc),  # None: its first time is not set yet
    Column("renew_failures", Integer, nullable=False, server_default="0"),
    Column("quota_used", Integer),
    Column("quota_limit", Integer),
    Column("quota_at", Utc),
    Column("quota_due_at", Utc),  # None: at once
    Column("quota_failures", Integer, nullable=False, server_default="0"),
    Column("usual_hours", Integer),  # in how many of a day's hours something is heard
    Column("usual_silence", Integer),  # seconds
    Column("silent_after", Utc),  # when silence will be unusual; None: too little is known
    Column("alarms", Json, nullable=False, server_default="[]"),  # those that were raised
    UniqueConstraint("channel_id"),
)

heard_hours = Table(
    "heard_hours",
    metadata,
    make_id(),
    make_shop(),
    make_ref("channel_id", "channels"),
    Column("hour", Utc, nullable=False),  # its beginning; a row says that something came in it
    UniqueConstraint("channel_id", "hour"),
)
