"""The watch over channels: tokens, quotas, and when each is usually heard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Id, Json, Utc

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# What came before this version is history too; four weeks of it are enough.
_HOURS = {
    "sqlite": (
        "strftime('%Y-%m-%d %H:00:00.000000', received_at)",
        "datetime('now', '-28 days')",
    ),
    "postgresql": (
        "date_trunc('hour', received_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'",
        "now() - interval '28 days'",
    ),
}


def upgrade() -> None:
    """Apply."""
    op.add_column("channels", sa.Column("given", Json, nullable=True))
    op.create_table(
        "watches",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        sa.Column("channel_id", Id, nullable=False),
        sa.Column("token_state", sa.String(length=12)),
        sa.Column("token_reason", sa.String(length=300)),
        sa.Column("token_at", Utc()),
        sa.Column("probe_due_at", Utc()),
        sa.Column("probe_failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("probe_by_hand", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("down_by_token", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("resumed_at", Utc()),
        sa.Column("relapses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("token_ends_at", Utc()),
        sa.Column("renew_due_at", Utc()),
        sa.Column("renew_failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quota_used", sa.Integer()),
        sa.Column("quota_limit", sa.Integer()),
        sa.Column("quota_at", Utc()),
        sa.Column("quota_due_at", Utc()),
        sa.Column("quota_failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("usual_hours", sa.Integer()),
        sa.Column("usual_silence", sa.Integer()),
        sa.Column("silent_after", Utc()),
        sa.Column("alarms", Json, server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_watches_shop_id")),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_watches_channel_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
        sa.UniqueConstraint("channel_id", name=op.f("uq_watches_channel_id")),
    )
    op.create_table(
        "heard_hours",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        sa.Column("channel_id", Id, nullable=False),
        sa.Column("hour", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_heard_hours_shop_id")),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_heard_hours_channel_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heard_hours")),
        sa.UniqueConstraint("channel_id", "hour", name=op.f("uq_heard_hours_channel_id_hour")),
    )
    # A channel that is down already fell by a call: a good probe may bring it up again.
    op.execute(
        sa.text(
            "INSERT INTO watches (shop_id, channel_id, down_by_token) "
            "SELECT shop_id, id, state = 'down' FROM channels"
        )
    )
    hour, since = _HOURS[op.get_bind().dialect.name]
    op.execute(
        sa.text(
            "INSERT INTO heard_hours (shop_id, channel_id, hour) "  # noqa: S608 our own words
            f"SELECT DISTINCT shop_id, channel_id, {hour} FROM events WHERE received_at > {since}"
        )
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("heard_hours")
    op.drop_table("watches")
    with op.batch_alter_table("channels") as batch_op:
        batch_op.drop_column("given")
