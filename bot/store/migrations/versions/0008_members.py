"""Who writes in a group."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Id, Utc

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "members",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        sa.Column("channel_id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("platform_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200)),
        sa.Column("profile_due_at", Utc()),
        sa.Column("profile_at", Utc()),
        sa.Column("profile_attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_members_shop_id")),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_members_channel_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_members_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint(
            "conversation_id", "platform_id", name=op.f("uq_members_conversation_id_platform_id")
        ),
    )
    op.create_index(op.f("ix_members_profile_due_at"), "members", ["profile_due_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("members")
