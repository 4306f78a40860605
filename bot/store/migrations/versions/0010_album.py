"""The album: what is said of products, their pictures, and imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Id, Json, Utc

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for column in (
        sa.Column("given", Json, server_default="[]", nullable=False),
        sa.Column("names", Json, server_default="{}", nullable=False),
        sa.Column("category", sa.String(length=100), server_default="", nullable=False),
        sa.Column("description", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("weight_grams", sa.Integer()),
        sa.Column("sought", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_by", sa.String(length=80), server_default="system", nullable=False),
        sa.Column("changed_at", Utc()),
        sa.Column("archived_at", Utc()),
    ):
        op.add_column("products", column)
    op.add_column("stock_moves", sa.Column("reason", sa.String(length=200)))
    op.create_index("ix_products_category", "products", ["shop_id", "category", "code"])
    op.execute(
        "UPDATE products SET sought = LOWER(code) || CHR(10) || LOWER(name)"
        if op.get_bind().dialect.name == "postgresql"
        else "UPDATE products SET sought = LOWER(code) || CHAR(10) || LOWER(name)"
    )
    op.create_table(
        "product_pictures",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        sa.Column("product_id", Id, nullable=False),
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("mime", sa.String(length=130), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("forget_at", Utc()),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_product_pictures_shop_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_product_pictures_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_pictures")),
        sa.UniqueConstraint("token", name=op.f("uq_product_pictures_token")),
    )
    op.create_index(op.f("ix_product_pictures_product_id"), "product_pictures", ["product_id"])
    op.create_index(op.f("ix_product_pictures_forget_at"), "product_pictures", ["forget_at"])
    op.create_table(
        "product_imports",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("plan", Json, nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("applied_at", Utc()),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_product_imports_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_imports")),
        sa.UniqueConstraint("shop_id", "digest", name=op.f("uq_product_imports_shop_id_digest")),
    )
    op.create_index(op.f("ix_product_imports_created_at"), "product_imports", ["created_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("product_imports")
    op.drop_table("product_pictures")
    with op.batch_alter_table("stock_moves") as table:
        table.drop_column("reason")
    op.drop_index("ix_products_category", "products")
    with op.batch_alter_table("products") as table:
        for column in (
            *("archived_at", "changed_at", "changed_by", "version", "sought"),
            *("weight_grams", "description", "category", "names", "given"),
        ):
            table.drop_column(column)
