"""Counts of stock on shelves of their own, and variants of products."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Id, Json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SHELVE = """
INSERT INTO shelves
  (shop_id, product_id, key, available, reserved, committed, shipped, given_stock)
SELECT shop_id, id, '', COALESCE(available, 0), reserved, 0, 0, given_stock
FROM products
WHERE available IS NOT NULL OR reserved > 0
   OR EXISTS (SELECT 1 FROM stock_moves WHERE stock_moves.product_id = products.id)
"""

_PLACE = """
UPDATE stock_moves SET
  shelf_id = (SELECT shelves.id FROM shelves WHERE shelves.product_id = stock_moves.product_id),
  source = CASE
    WHEN kind = 'release' THEN 'reserved'
    WHEN kind = 'reserve' OR quantity < 0 THEN 'available'
    ELSE 'outside' END,
  target = CASE
    WHEN kind = 'reserve' THEN 'reserved'
    WHEN kind <> 'release' AND quantity < 0 THEN 'outside'
    ELSE 'available' END,
  quantity = ABS(quantity)
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "variants",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        sa.Column("product_id", Id, nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("price_minor", sa.BigInteger()),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_variants_shop_id")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_variants_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variants")),
        sa.UniqueConstraint("product_id", "key", name=op.f("uq_variants_product_id_key")),
    )
    op.create_table(
        "shelves",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        sa.Column("product_id", Id, nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("committed", sa.BigInteger(), nullable=False),
        sa.Column("shipped", sa.BigInteger(), nullable=False),
        sa.Column("given_stock", sa.BigInteger()),
        sa.CheckConstraint("available >= 0", name=op.f("ck_shelves_available")),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_shelves_reserved")),
        sa.CheckConstraint("committed >= 0", name=op.f("ck_shelves_committed")),
        sa.CheckConstraint("shipped >= 0", name=op.f("ck_shelves_shipped")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_shelves_shop_id")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_shelves_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelves")),
        sa.UniqueConstraint("product_id", "key", name=op.f("uq_shelves_product_id_key")),
    )
    op.execute(_SHELVE)
    with op.batch_alter_table("stock_moves") as table:
        table.add_column(sa.Column("shelf_id", Id))
        table.add_column(sa.Column("source", sa.String(length=12)))
        table.add_column(sa.Column("target", sa.String(length=12)))
    op.execute("DELETE FROM stock_moves WHERE quantity = 0")
    op.execute(_PLACE)
    with op.batch_alter_table("stock_moves") as table:
        for name, kind in (("shelf_id", Id), ("source", sa.String(12)), ("target", sa.String(12))):
            table.alter_column(name, existing_type=kind, nullable=False)
        table.create_foreign_key(op.f("fk_stock_moves_shelf_id"), "shelves", ["shelf_id"], ["id"])
        table.create_check_constraint(op.f("ck_stock_moves_quantity"), "quantity > 0")
        table.create_index(op.f("ix_stock_moves_shelf_id"), ["shelf_id"])
    with op.batch_alter_table("products") as table:
        table.drop_constraint(op.f("ck_products_available"), type_="check")
        table.drop_constraint(op.f("ck_products_reserved"), type_="check")
        for column in ("available", "reserved", "sold", "given_stock"):
            table.drop_column(column)


def downgrade() -> None:
    """Take back; what variants counted for themselves comes together in their product."""
    with op.batch_alter_table("products") as table:
        table.add_column(sa.Column("available", sa.BigInteger()))
        table.add_column(sa.Column("given_stock", sa.BigInteger()))
        for column in ("reserved", "sold"):
            table.add_column(sa.Column(column, sa.BigInteger(), server_default="0", nullable=False))
        table.create_check_constraint(
            op.f("ck_products_available"), "available IS NULL OR available >= 0"
        )
        table.create_check_constraint(op.f("ck_products_reserved"), "reserved >= 0")
    for column, counted in (
        ("available", "SUM(available)"),
        ("reserved", "COALESCE(SUM(reserved), 0)"),
        ("sold", "COALESCE(SUM(committed + shipped), 0)"),
        ("given_stock", "SUM(given_stock)"),
    ):
        op.execute(
            f"UPDATE products SET {column} = "  # noqa: S608  names of ours, no one's words
            f"(SELECT {counted} FROM shelves WHERE shelves.product_id = products.id)"
        )
    op.execute("UPDATE products SET available = NULL WHERE condition <> 'stock'")
    op.execute(
        "DELETE FROM stock_moves WHERE kind NOT IN ('initial', 'adjust', 'reserve', 'release')"
    )
    with op.batch_alter_table("stock_moves") as table:
        table.drop_constraint(op.f("ck_stock_moves_quantity"), type_="check")
    op.execute("UPDATE stock_moves SET quantity = -quantity WHERE target = 'outside'")
    with op.batch_alter_table("stock_moves") as table:
        table.drop_index(op.f("ix_stock_moves_shelf_id"))
        table.drop_constraint(op.f("fk_stock_moves_shelf_id"), type_="foreignkey")
        for column in ("shelf_id", "source", "target"):
            table.drop_column(column)
    op.drop_table("shelves")
    op.drop_table("variants")
