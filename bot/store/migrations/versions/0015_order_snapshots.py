"""Snapshots of orders, by which a person's change can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Id, Json, Utc

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "order_snapshots",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        sa.Column("order_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kept", Json, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_order_snapshots_shop_id")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_snapshots_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_snapshots")),
        sa.UniqueConstraint(
            "order_id", "version", name=op.f("uq_order_snapshots_order_id_version")
        ),
    )
    op.create_index(op.f("ix_order_snapshots_at"), "order_snapshots", ["at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("order_snapshots")
