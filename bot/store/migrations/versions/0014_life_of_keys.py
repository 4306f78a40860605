"""How long an idempotency key of a program is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Utc

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("idempotency_keys", sa.Column("until", Utc(), nullable=True))
    op.create_index(op.f("ix_idempotency_keys_until"), "idempotency_keys", ["until"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_idempotency_keys_until"), "idempotency_keys")
    op.drop_column("idempotency_keys", "until")
