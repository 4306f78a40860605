"""Search: folded words of messages and names, and indexes for lists of any length.

Nothing is read here: the worker fills the index afterwards, batch by batch, so
that an upgrade of a full inbox takes no longer than that of an empty one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Id

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "message_words",
        sa.Column("place", Id, autoincrement=False, nullable=False),
        sa.Column("message_id", Id, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        sa.Column("channel_id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("grams", sa.ARRAY(sa.Integer()).with_variant(sa.Text(), "sqlite")),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_message_words")),
        sa.UniqueConstraint("message_id", name=op.f("uq_message_words_message_id")),
    )
    op.create_index(op.f("ix_message_words_shop_id_place"), "message_words", ["shop_id", "place"])
    op.create_index(
        op.f("ix_message_words_conversation_id_place"),
        "message_words",
        ["conversation_id", "place"],
    )
    op.create_table(
        "search_marks",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_search_marks")),
    )
    op.execute(sa.text("INSERT INTO search_marks (name, value) VALUES ('messages', 0)"))
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            sa.text(
                "CREATE VIRTUAL TABLE message_fts USING fts5(words, content='', columnsize=0, "
                "detail=none, tokenize='trigram case_sensitive 1')"
            )
        )
    else:
        op.execute(
            sa.text("CREATE INDEX ix_message_words_grams ON message_words USING gin (grams)")
        )
    op.create_index(
        "ix_conversations_channel_newest",
        "conversations",
        ["channel_id", "last_message_at", "id"],
    )
    op.create_index(op.f("ix_reply_tokens_expires_at"), "reply_tokens", ["expires_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_reply_tokens_expires_at"), "reply_tokens")
    op.drop_index("ix_conversations_channel_newest", "conversations")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(sa.text("DROP TABLE message_fts"))
    op.drop_table("search_marks")
    op.drop_table("message_words")
