"""Keyword orders, private replies to comments, and what a shop says by itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Id, Json, Utc

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _make_posts_and_rules()
    _make_hits_and_commenters()
    _make_replies()
    with op.batch_alter_table("outbox") as batch:
        batch.alter_column(
            "lane",
            existing_type=sa.String(length=12),
            type_=sa.String(length=16),
            existing_nullable=False,
        )
        batch.add_column(sa.Column("comment_id", sa.String(length=300)))
    op.create_index("ix_outbox_comment", "outbox", ["channel_id", "comment_id"], unique=True)
    op.add_column("conversations", sa.Column("joined_into", Id))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("conversations") as batch:
        batch.drop_column("joined_into")
    op.drop_index("ix_outbox_comment", "outbox")
    op.execute("UPDATE outbox SET lane = 'none' WHERE lane = 'private_reply'")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_column("comment_id")
        batch.alter_column(
            "lane",
            existing_type=sa.String(length=16),
            type_=sa.String(length=12),
            existing_nullable=False,
        )
    for table in (
        *("status_templates", "saved_replies", "auto_answers"),
        *("commenters", "keyword_hits", "keyword_rules", "posts"),
    ):
        op.drop_table(table)


def _own(table: str) -> list[sa.schema.SchemaItem]:
    """What every table has: its key, and whose a row is."""
    return [
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f(f"fk_{table}_shop_id")),
    ]


def _refer(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _make_posts_and_rules() -> None:
    op.create_table(
        "posts",
        *_own("posts"),
        sa.Column("channel_id", Id, nullable=False),
        sa.Column("platform_id", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("first_at", Utc(), nullable=False),
        sa.Column("last_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc()),
        _refer("posts", "channel_id", "channels"),
        sa.UniqueConstraint(
            "channel_id", "platform_id", name=op.f("uq_posts_channel_id_platform_id")
        ),
    )
    op.create_index("ix_posts_newest", "posts", ["shop_id", "last_at"])
    op.create_table(
        "keyword_rules",
        *_own("keyword_rules"),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("terms", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.UniqueConstraint("shop_id", "scope", name=op.f("uq_keyword_rules_shop_id_scope")),
    )


def _make_hits_and_commenters() -> None:
    op.create_table(
        "keyword_hits",
        *_own("keyword_hits"),
        sa.Column("message_id", Id, nullable=False),
        sa.Column("post_id", Id),
        sa.Column("order_id", Id),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        _refer("keyword_hits", "message_id", "messages"),
        _refer("keyword_hits", "post_id", "posts"),
        _refer("keyword_hits", "order_id", "orders"),
        sa.UniqueConstraint("message_id", name=op.f("uq_keyword_hits_message_id")),
    )
    op.create_index(op.f("ix_keyword_hits_post_id_id"), "keyword_hits", ["post_id", "id"])
    op.create_index(op.f("ix_keyword_hits_order_id"), "keyword_hits", ["order_id"])
    op.create_table(
        "commenters",
        *_own("commenters"),
        sa.Column("channel_id", Id, nullable=False),
        sa.Column("commenter_id", sa.String(length=200), nullable=False),
        sa.Column("address_id", Id, nullable=False),
        sa.Column("met_at", Utc(), nullable=False),
        _refer("commenters", "channel_id", "channels"),
        _refer("commenters", "address_id", "addresses"),
        sa.UniqueConstraint(
            "channel_id", "commenter_id", name=op.f("uq_commenters_channel_id_commenter_id")
        ),
    )


def _make_replies() -> None:
    op.create_table(
        "auto_answers",
        *_own("auto_answers"),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("terms", Json, nullable=False),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.UniqueConstraint("shop_id", "kind", name=op.f("uq_auto_answers_shop_id_kind")),
    )
    op.create_table(
        "saved_replies",
        *_own("saved_replies"),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.UniqueConstraint("shop_id", "name", name=op.f("uq_saved_replies_shop_id_name")),
    )
    op.create_table(
        "status_templates",
        *_own("status_templates"),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.UniqueConstraint(
            "shop_id",
            "status",
            "language",
            name=op.f("uq_status_templates_shop_id_status_language"),
        ),
    )
