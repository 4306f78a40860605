"""What came with messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Id, Utc

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "media",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        sa.Column("channel_id", Id, nullable=False),
        sa.Column("message_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("content_id", sa.String(length=512)),
        sa.Column("url", sa.Text()),
        sa.Column("name", sa.String(length=200)),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=300)),
        sa.Column("mime", sa.String(length=130)),
        sa.Column("size", sa.Integer()),
        sa.Column("has_thumb", sa.Boolean(), nullable=False),
        sa.Column("on_disk", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("lease", sa.String(length=36)),
        sa.Column("lease_until", Utc()),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("forget_at", Utc()),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_media_shop_id")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_media_channel_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_media_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("token", name=op.f("uq_media_token")),
        sa.UniqueConstraint("message_id", "position", name=op.f("uq_media_message_id_position")),
    )
    op.create_index(op.f("ix_media_state_due_at"), "media", ["state", "due_at"])
    op.create_index(op.f("ix_media_on_disk_forget_at"), "media", ["on_disk", "forget_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("media")
