"""The catalogue: a shop's products as the rulebook knows them."""

from __future__ import annotations

from typing import Any

from bot.store import products, stock
from bot.store.database import Connection
from orders.money import Money
from orders.product import Condition, Product, Variant


def find_product(connection: Connection, shop: Any, code: str) -> tuple[int, Product] | None:
    """Find a shop's product by its code, whatever its case; with its row's id."""
    row = products.find_product(connection, shop.id, code)
    return (row.id, read_product(connection, row, shop.currency)) if row else None


def read_product(connection: Connection, row: Any, currency: str) -> Product:
    """Make the rulebook's product of a row, its variants and its counts."""
    counts = {shelf.key: shelf.available for shelf in stock.list_shelves(connection, row.id)}
    return Product(
        code=row.code,
        name=row.name,
        price=Money(row.price_minor, currency),
        options=tuple(tuple(choices) for choices in row.options),
        stock=counts.get("", 0) if row.condition == Condition.STOCK else None,
        condition=Condition(row.condition),
        active=row.active,
        variants=tuple(
            Variant(
                options=tuple(variant.options),
                price=None if variant.price_minor is None else Money(variant.price_minor, currency),
                stock=counts.get(variant.key) if row.condition == Condition.STOCK else None,
                active=variant.active,
            )
            for variant in stock.list_variants(connection, row.id)
        ),
    )


def list_codes(connection: Connection, shop_id: int) -> tuple[str, ...]:
    """List a shop's product codes, for "did you mean"."""
    return tuple(row.code for row in products.list_products(connection, shop_id))
