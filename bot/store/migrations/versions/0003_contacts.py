"""Profiles of contacts, and contacts that were merged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Id, Json, Utc

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("contacts", sa.Column("picture_url", sa.Text(), nullable=True))
    op.add_column("contacts", sa.Column("named_by", Id, nullable=True))
    op.add_column("contacts", sa.Column("merged_into", Id, nullable=True))
    op.add_column("addresses", sa.Column("profile_due_at", Utc(), nullable=True))
    op.add_column("addresses", sa.Column("profile_at", Utc(), nullable=True))
    op.add_column(
        "addresses",
        sa.Column("profile_attempts", sa.Integer(), server_default="0", nullable=False),
    )
    op.create_index("ix_addresses_contact_id", "addresses", ["contact_id"])
    op.create_index("ix_addresses_profile_due_at", "addresses", ["profile_due_at"])
    op.create_index("ix_conversations_contact_id", "conversations", ["contact_id"])
    op.create_index("ix_orders_contact_id", "orders", ["contact_id"])
    # Who wrote before this version has a name too, and nobody need wait for their next message.
    op.execute(sa.text("UPDATE addresses SET profile_due_at = CURRENT_TIMESTAMP"))
    op.create_table(
        "contact_merges",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        sa.Column("kept_id", Id, nullable=False),
        sa.Column("merged_id", Id, nullable=False),
        sa.Column("moved", Json, nullable=False),
        sa.Column("staff_id", Id, nullable=False),
        sa.Column("merged_at", Utc(), nullable=False),
        sa.Column("undone_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["kept_id"], ["contacts.id"], name=op.f("fk_contact_merges_kept_id")
        ),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["contacts.id"], name=op.f("fk_contact_merges_merged_id")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_contact_merges_shop_id")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_contact_merges_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_merges")),
    )
    op.create_index("ix_contact_merges_kept_id", "contact_merges", ["kept_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("contact_merges")
    op.drop_index("ix_orders_contact_id", "orders")
    op.drop_index("ix_conversations_contact_id", "conversations")
    op.drop_index("ix_addresses_profile_due_at", "addresses")
    op.drop_index("ix_addresses_contact_id", "addresses")
    with op.batch_alter_table("addresses") as batch_op:
        batch_op.drop_column("profile_attempts")
        batch_op.drop_column("profile_at")
        batch_op.drop_column("profile_due_at")
    with op.batch_alter_table("contacts") as batch_op:
        batch_op.drop_column("merged_into")
        batch_op.drop_column("named_by")
        batch_op.drop_column("picture_url")
