"""The catalogue: a shop's products as the rulebook knows them."""

from __future__ import annotations

from typing import Any

from bot.store import products
from bot.store.database import Connection
from orders.money import Money
from orders.product import Condition, Product


def find_product(connection: Connection, shop: Any, code: str) -> tuple[int, Product] | None:
    """Find a shop's product by its code, whatever its case; with its row's id."""
    row = products.find_product(connection, shop.id, code)
    return (row.id, read_product(row, shop.currency)) if row else None


def read_product(row: Any, currency: str) -> Product:
    """Make the rulebook's product of a row."""
    return Product(
        code=row.code,
        name=row.name,
        price=Money(row.price_minor, currency),
        options=tuple(tuple(choices) for choices in row.options),
        stock=row.available,
        condition=Condition(row.condition),
        active=row.active,
    )


def list_codes(connection: Connection, shop_id: int) -> tuple[str, ...]:
    """List a shop's product codes, for "did you mean"."""
    return tuple(row.code for row in products.list_products(connection, shop_id))
