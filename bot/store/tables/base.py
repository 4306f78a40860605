"""What every table has: the metadata with its names, a key, a shop."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, MetaData

from bot.store.types import Id

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def make_id() -> Column[int]:
    """Make a table's key."""
    return Column("id", Id, primary_key=True, autoincrement=True)


def make_shop(*, nullable: bool = False) -> Column[int]:
    """Make the column that says whose a row is."""
    return Column("shop_id", Id, ForeignKey("shops.id"), nullable=nullable)


def make_ref(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    """Make a column that refers to another table's row."""
    return Column(name, Id, ForeignKey(f"{target}.id"), nullable=nullable)
