"""Reads the album: a shop's products as the rulebook, pages and programs know them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.store import album, products, stock
from bot.store.database import Connection
from orders.album import Entry, fold_words
from orders.money import Money
from orders.product import Condition, Product, Variant

PICKED = 20
"""What a picker shows at most."""
MOST_WORDS = 8
LONGEST_SOUGHT = 100


@dataclass(frozen=True, slots=True)
class ProductView:
    """A product with all that is shown of it; ``pictures`` are tokens, in order."""

    row: Any
    entry: Entry
    product: Product
    pictures: tuple[str, ...]


def find_product(connection: Connection, shop: Any, code: str) -> tuple[int, Product] | None:
    """Find a shop's product by its code, whatever its case; with its row's id."""
    row = products.find_product(connection, shop.id, code)
    return (row.id, read_product(connection, row, shop.currency)) if row else None


def read_product(connection: Connection, row: Any, currency: str) -> Product:
    """Make the rulebook's product of a row, its variants and its counts."""
    return _make_product(
        row,
        currency,
        stock.list_variants(connection, row.id),
        stock.list_shelves(connection, row.id),
    )


def read_entry(connection: Connection, row: Any, currency: str) -> Entry:
    """Make of a row and its variants what the album says of a product."""
    return make_entry(row, currency, stock.list_variants(connection, row.id))


def make_entry(row: Any, currency: str, variants: Sequence[Any]) -> Entry:
    """Make what the album says of a product out of rows that were read already."""
    return Entry(
        code=row.code,
        name=row.name,
        price=Money(row.price_minor, currency),
        names=row.names,
        options=tuple(tuple(choices) for choices in row.options),
        variants=_make_variants(currency, variants, {}),
        condition=Condition(row.condition),
        category=row.category,
        description=row.description,
        weight=row.weight_grams,
        active=row.active,
    )


def view(connection: Connection, row: Any, currency: str) -> ProductView:
    """Give a product as it is shown."""
    return views(connection, [row], currency)[0]


def views(connection: Connection, rows: Sequence[Any], currency: str) -> list[ProductView]:
    """Give products as they are shown, in few questions however many they are."""
    ids = [row.id for row in rows]
    variants = stock.list_variants_of(connection, ids)
    shelves = stock.list_shelves_of(connection, ids)
    pictures = album.list_pictures(connection, ids)
    return [
        ProductView(
            row=row,
            entry=make_entry(row, currency, variants.get(row.id, [])),
            product=_make_product(row, currency, variants.get(row.id, []), shelves.get(row.id, [])),
            pictures=tuple(picture.token for picture in pictures.get(row.id, [])),
        )
        for row in rows
    ]


def pick(connection: Connection, shop_id: int, text: str, limit: int = PICKED) -> list[Any]:
    """List the rows of products for sale whose code, name or category has every word of ``text``.

    Whole codes come before beginnings of codes, and these before the rest.
    """
    return products.pick_products(connection, shop_id, split_words(text), min(limit, PICKED))


def list_page(
    connection: Connection,
    shop_id: int,
    *,
    text: str = "",
    category: str | None = None,
    active: bool | None = None,
    low_stock: int | None = None,
    archived: bool | None = False,
    after: str = "",
    limit: int,
) -> list[Any]:
    """List rows of a shop's products by code, after a code, that meet every filter."""
    return products.list_products(
        connection,
        shop_id,
        words=split_words(text),
        category=category,
        active=active,
        low_stock=low_stock,
        archived=archived,
        after=after,
        limit=limit,
    )


def list_codes(connection: Connection, shop_id: int) -> tuple[str, ...]:
    """List a shop's product codes, for "did you mean"."""
    return tuple(row.code for row in products.list_products(connection, shop_id))


def split_words(text: str) -> list[str]:
    """Give the words of a search as they are compared; what is beyond bounds is left out."""
    return fold_words(text[:LONGEST_SOUGHT]).split()[:MOST_WORDS]


def _make_product(
    row: Any, currency: str, variants: Sequence[Any], shelves: Sequence[Any]
) -> Product:
    counts = {shelf.key: shelf.available for shelf in shelves}
    counted = row.condition == Condition.STOCK
    return Product(
        code=row.code,
        name=row.name,
        price=Money(row.price_minor, currency),
        options=tuple(tuple(choices) for choices in row.options),
        stock=counts.get("", 0) if counted else None,
        condition=Condition(row.condition),
        active=row.active,
        variants=_make_variants(currency, variants, counts if counted else {}),
    )


def _make_variants(
    currency: str, variants: Sequence[Any], counts: Mapping[str, int]
) -> tuple[Variant, ...]:
    return tuple(
        Variant(
            options=tuple(variant.options),
            price=None if variant.price_minor is None else Money(variant.price_minor, currency),
            stock=counts.get(variant.key),
            active=variant.active,
        )
        for variant in variants
    )
