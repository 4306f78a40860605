"""Products and their stock; every change of stock is one conditional update and one ledger row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, func, insert, select, update

from bot.store.tables import products, stock_moves


def list_products(
    connection: Connection, shop_id: int, *, after: str = "", limit: int = 10_000
) -> list[Row[Any]]:
    """List a shop's products by code, after a code."""
    query = (
        select(products)
        .where(products.c.shop_id == shop_id, products.c.code > after)
        .order_by(products.c.code)
        .limit(limit)
    )
    return list(connection.execute(query))


def find_product(connection: Connection, shop_id: int, code: str) -> Row[Any] | None:
    """Find a shop's product by its code, whatever its case."""
    query = select(products).where(
        products.c.shop_id == shop_id, func.upper(products.c.code) == code.upper()
    )
    return connection.execute(query.limit(1)).one_or_none()


def insert_product(connection: Connection, at: datetime, **values: Any) -> int:
    """Write a product and, where its stock is counted, the ledger row it starts with."""
    row = {"reserved": 0, "sold": 0, "active": True, **values}
    written = insert(products).values(**row).returning(products.c.id, products.c.shop_id)
    product = connection.execute(written).one()
    if row["available"] is not None:
        _log(connection, product, "initial", row["available"], at=at)
    return int(product.id)


def update_product(connection: Connection, product_id: int, **values: Any) -> None:
    """Change a product's description or price; its stock has moves of its own."""
    connection.execute(update(products).where(products.c.id == product_id).values(**values))


def reserve(
    connection: Connection, product: Any, order_id: int, quantity: int, at: datetime
) -> bool:
    """Take ``quantity`` out of what is available; False when there is not enough."""
    statement = (
        update(products)
        .where(products.c.id == product.id, products.c.available >= quantity)
        .values(available=products.c.available - quantity, reserved=products.c.reserved + quantity)
    )
    if connection.execute(statement).rowcount != 1:
        return False
    _log(connection, product, "reserve", quantity, at=at, order_id=order_id)
    return True


def release(
    connection: Connection, product: Any, order_id: int, quantity: int, at: datetime
) -> None:
    """Give reserved stock back."""
    connection.execute(
        update(products)
        .where(products.c.id == product.id)
        .values(available=products.c.available + quantity, reserved=products.c.reserved - quantity)
    )
    _log(connection, product, "release", quantity, at=at, order_id=order_id)


def begin_counting(connection: Connection, product: Any, available: int, at: datetime) -> None:
    """Begin to count a product's stock."""
    update_product(connection, product.id, available=available)
    _log(connection, product, "initial", available, at=at)


def adjust(connection: Connection, product: Any, by: int, at: datetime) -> bool:
    """Add to what is available, or take off; False where that would go below zero."""
    statement = (
        update(products)
        .where(products.c.id == product.id, products.c.available + by >= 0)
        .values(available=products.c.available + by)
    )
    if connection.execute(statement).rowcount != 1:
        return False
    _log(connection, product, "adjust", by, at=at)
    return True


def reserved_by(connection: Connection, order_id: int) -> dict[int, int]:
    """Give what an order holds now: product id to quantity, from the ledger."""
    signed = func.sum(
        case(
            (stock_moves.c.kind == "reserve", stock_moves.c.quantity), else_=-stock_moves.c.quantity
        )
    )
    query = (
        select(stock_moves.c.product_id, signed)
        .where(stock_moves.c.order_id == order_id)
        .group_by(stock_moves.c.product_id)
    )
    return {product_id: int(held) for product_id, held in connection.execute(query) if held}


def find_product_by_id(connection: Connection, product_id: int) -> Row[Any]:
    """Give a product that is known to exist."""
    return connection.execute(select(products).where(products.c.id == product_id)).one()


def _log(
    connection: Connection,
    product: Any,
    kind: str,
    quantity: int,
    *,
    at: datetime,
    order_id: int | None = None,
) -> None:
    connection.execute(
        insert(stock_moves).values(
            shop_id=product.shop_id,
            product_id=product.id,
            order_id=order_id,
            kind=kind,
            quantity=quantity,
            at=at,
        )
    )
