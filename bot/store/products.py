"""Products of a shop's album; what there is of them is counted in ``stock``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, insert, select, update

from bot.store.tables import products, shelves


def _product_query() -> Select[Any]:
    """A product, with what is available over all its shelves; None where it is not counted."""
    available = (
        select(func.coalesce(func.sum(shelves.c.available), 0))
        .where(shelves.c.product_id == products.c.id)
        .scalar_subquery()
    )
    counted = case((products.c.condition == "stock", available), else_=None)
    return select(products, counted.label("available"))


def list_products(
    connection: Connection, shop_id: int, *, after: str = "", limit: int = 10_000
) -> list[Row[Any]]:
    """List a shop's products by code, after a code."""
    query = (
        _product_query()
        .where(products.c.shop_id == shop_id, products.c.code > after)
        .order_by(products.c.code)
        .limit(limit)
    )
    return list(connection.execute(query))


def find_product(connection: Connection, shop_id: int, code: str) -> Row[Any] | None:
    """Find a shop's product by its code, whatever its case."""
    query = _product_query().where(
        products.c.shop_id == shop_id, func.upper(products.c.code) == code.upper()
    )
    return connection.execute(query.limit(1)).one_or_none()


def find_product_by_id(connection: Connection, product_id: int) -> Row[Any]:
    """Give a product that is known to exist."""
    return connection.execute(_product_query().where(products.c.id == product_id)).one()


def insert_product(connection: Connection, **values: Any) -> int:
    """Write a product and give its id."""
    written = insert(products).values(**{"active": True, **values}).returning(products.c.id)
    return int(connection.execute(written).scalar_one())


def update_product(connection: Connection, product_id: int, **values: Any) -> None:
    """Change a product's description or price; its stock has moves of its own."""
    connection.execute(update(products).where(products.c.id == product_id).values(**values))
