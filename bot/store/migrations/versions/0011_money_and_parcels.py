"""Payments, refunds, slips and parcels, and what an order keeps for its moves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Id, Utc

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COUNTS = sa.text("state IN ('pending', 'accepted')")
SHORT = sa.text("missing > 0")
COLUMNS = (
    ("stopped_at", Utc()),
    ("origin_id", Id),
    ("merged_into", Id),
    ("deleted_at", Utc()),
)


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=f"fk_{name}_shop_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )


def _order(name: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("order_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=f"fk_{name}_order_id"),
    ]


def _ref(name: str, column: str, target: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(column, Id),
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{name}_{column}"),
    ]


def upgrade() -> None:
    """Apply."""
    _table(
        "slips",
        *_order("slips"),
        *_ref("slips", "invoice_id", "invoices"),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("bank", sa.String(length=40), nullable=False),
        sa.Column("amount_minor", sa.BigInteger()),
        sa.Column("paid_at", Utc),
        sa.Column("reference", sa.String(length=100)),
        sa.Column("picture_digest", sa.String(length=64)),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("received_at", Utc, nullable=False),
        sa.Column("decided_by", sa.String(length=80)),
        sa.Column("decided_at", Utc),
        sa.Column("reason", sa.String(length=500)),
    )
    op.create_index("ix_slips_order_id", "slips", ["order_id"])
    for index, column in (
        ("uq_slips_reference", "reference"),
        ("uq_slips_picture", "picture_digest"),
    ):
        op.create_index(
            index,
            "slips",
            ["shop_id", column],
            unique=True,
            sqlite_where=COUNTS,
            postgresql_where=COUNTS,
        )
    _table(
        "payments",
        *_order("payments"),
        *_ref("payments", "invoice_id", "invoices"),
        *_ref("payments", "slip_id", "slips"),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("provider", sa.String(length=24), nullable=False),
        sa.Column("reference", sa.String(length=100)),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", Utc, nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", Utc, nullable=False),
        sa.UniqueConstraint(
            "shop_id", "provider", "reference", name="uq_payments_shop_id_provider_reference"
        ),
        sa.CheckConstraint("amount_minor > 0", name="ck_payments_amount"),
    )
    op.create_index("ix_payments_order_id", "payments", ["order_id"])
    _table(
        "refunds",
        *_order("refunds"),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("reference", sa.String(length=100)),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_at", Utc, nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name="ck_refunds_amount"),
    )
    op.create_index("ix_refunds_order_id", "refunds", ["order_id"])
    _table(
        "payment_attempts",
        *_order("payment_attempts"),
        *_ref("payment_attempts", "invoice_id", "invoices"),
        sa.Column("provider", sa.String(length=24), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("until", Utc, nullable=False),
        sa.Column("ended_at", Utc),
        sa.Column("at", Utc, nullable=False),
        sa.UniqueConstraint(
            "shop_id",
            "provider",
            "reference",
            name="uq_payment_attempts_shop_id_provider_reference",
        ),
    )
    op.create_index("ix_payment_attempts_order_id", "payment_attempts", ["order_id"])
    _table(
        "parcels",
        *_order("parcels"),
        sa.Column("tracking", sa.String(length=60), nullable=False),
        sa.Column("carrier", sa.String(length=60), nullable=False),
        sa.Column("shipped_at", Utc, nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("undone_at", Utc),
        sa.Column("undone_by", sa.String(length=80)),
        sa.Column("reason", sa.String(length=500)),
    )
    op.create_index("ix_parcels_order_id", "parcels", ["order_id"])
    _table(
        "parcel_items",
        sa.Column("parcel_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.id"], name="fk_parcel_items_parcel_id"),
        sa.UniqueConstraint("parcel_id", "position", name="uq_parcel_items_parcel_id_position"),
        sa.CheckConstraint("quantity > 0", name="ck_parcel_items_quantity"),
    )
    # In place: SQLite's batch mode would drop a table that others refer to.
    op.execute(
        "ALTER TABLE orders ADD COLUMN refunded_minor BIGINT DEFAULT 0 NOT NULL "
        "CONSTRAINT ck_orders_refunded CHECK (refunded_minor BETWEEN 0 AND paid_minor)"
    )
    op.add_column("orders", sa.Column("missing", sa.Integer(), nullable=False, server_default="0"))
    for name, kind in COLUMNS:
        op.add_column("orders", sa.Column(name, kind))
    op.create_index("ix_orders_due", "orders", ["status", "due_at"])
    op.create_index(
        "ix_orders_missing", "orders", ["missing", "id"], sqlite_where=SHORT, postgresql_where=SHORT
    )
    op.create_index("ix_outbox_order_id", "outbox", ["order_id"])
    op.add_column("idempotency_keys", sa.Column("request", sa.String(length=64)))


def downgrade() -> None:
    """Take back."""
    op.drop_column("idempotency_keys", "request")
    op.drop_index("ix_outbox_order_id", "outbox")
    op.drop_index("ix_orders_missing", "orders")
    op.drop_index("ix_orders_due", "orders")
    for name in (*reversed([name for name, _ in COLUMNS]), "missing", "refunded_minor"):
        op.drop_column("orders", name)
    for name in ("parcel_items", "parcels", "payment_attempts", "refunds", "payments", "slips"):
        op.drop_table(name)
