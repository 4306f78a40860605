"""Staff groups, the cards shown there, receipts, and what nobody asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Id, Utc

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "staff_groups",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        sa.Column("channel_id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("claimed_by", Id),
        sa.Column("claimed_at", Utc()),
        sa.Column("explained_at", Utc()),
        sa.Column("due_at", Utc()),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_staff_groups_shop_id")),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_staff_groups_channel_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_staff_groups_conversation_id")
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by"], ["staff.id"], name=op.f("fk_staff_groups_claimed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_groups")),
        sa.UniqueConstraint("conversation_id", name=op.f("uq_staff_groups_conversation_id")),
    )
    op.create_index(
        op.f("ix_staff_groups_shop_id_claimed_at"), "staff_groups", ["shop_id", "claimed_at"]
    )
    op.create_index(op.f("ix_staff_groups_due_at"), "staff_groups", ["due_at"])
    _create_cards()
    no = sa.false()
    for table, column in (
        ("contacts", sa.Column("internal", sa.Boolean(), server_default=no, nullable=False)),
        ("messages", sa.Column("automatic", sa.Boolean(), server_default=no, nullable=False)),
        ("outbox", sa.Column("free_only", sa.Boolean(), server_default=no, nullable=False)),
        ("outbox", sa.Column("about_id", Id)),
        ("outbox", sa.Column("awaits_id", Id)),
    ):
        op.add_column(table, column)
    op.create_index(op.f("ix_outbox_awaits_id"), "outbox", ["awaits_id"])


def _create_cards() -> None:
    op.create_table(
        "staff_cards",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        sa.Column("group_id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("delivery_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("first_message_id", Id, nullable=False),
        sa.Column("last_message_id", Id, nullable=False),
        sa.Column("platform_id", sa.String(length=300)),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_staff_cards_shop_id")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["staff_groups.id"], name=op.f("fk_staff_cards_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_cards")),
    )
    for columns in (
        ["group_id", "conversation_id"],
        ["group_id", "platform_id"],
        ["conversation_id"],
        ["delivery_id"],
    ):
        name = op.f(f"ix_staff_cards_{'_'.join(columns)}")
        op.create_index(name, "staff_cards", columns)


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_outbox_awaits_id"), "outbox")
    for column in ("awaits_id", "about_id", "free_only"):
        op.drop_column("outbox", column)
    op.drop_column("messages", "automatic")
    op.drop_column("contacts", "internal")
    op.drop_table("staff_cards")
    op.drop_table("staff_groups")
