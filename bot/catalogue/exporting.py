"""The album as a sheet: one row a product and one a variant, in the shape that an import reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from bot.catalogue import columns
from bot.catalogue.reading import make_entry
from bot.store import products, stock
from bot.store.database import Connection
from orders.album import Entry
from orders.money import Money
from orders.product import Condition

Cell = str | int | Decimal | None
Cells = dict[str, Cell]

MOST_PRODUCTS = 100_000


def export_products(connection: Connection, shop: Any) -> Iterator[list[Cell]]:
    """Give a shop's whole album as rows, the header first, in the shop's language.

    What is archived is left out. Read again by an import, it changes nothing.
    """
    language = str(shop.locale)
    rows = products.list_products(connection, shop.id, limit=MOST_PRODUCTS)
    variants, shelves = stock.list_album(connection, shop.id)
    names = sorted({f"name_{code}" for row in rows for code in row.names})
    order = list(columns.COLUMNS)
    order[order.index("name") + 1 : order.index("name") + 1] = names
    yield [columns.label(column, language) for column in order]
    for row in rows:
        entry = make_entry(row, shop.currency, variants.get(row.id, []))
        counts = {shelf.key: shelf.available for shelf in shelves.get(row.id, [])}
        for cells in write_cells(entry, counts, language).values():
            yield [cells.get(column) for column in order]


def write_cells(
    entry: Entry, counts: Mapping[str, int], language: str
) -> dict[tuple[str, ...], Cells]:
    """Give a product's rows: its own under ``()``, then each variant's under its options.

    ``counts`` are what is available, by the keys of shelves.
    """
    counted: Mapping[str, int] = counts if entry.condition is Condition.STOCK else {}
    own: Cells = {
        "code": entry.code,
        "variant": None,
        "name": entry.name,
        **{f"name_{code}": name for code, name in entry.names.items()},
        "category": entry.category,
        "price": _amount(entry.price),
        "stock": counted.get(""),
        "condition": columns.word(str(entry.condition), language),
        "options": columns.join_options(entry.options),
        "weight": entry.weight,
        "active": _flag(entry.active, language),
        "description": entry.description,
    }
    rows: dict[tuple[str, ...], Cells] = {(): own}
    for one in entry.variants:
        rows[one.options] = {
            "code": entry.code,
            "variant": columns.join_choice(one.options),
            "price": _amount(one.price),
            "stock": counted.get(stock.make_key(one.options)),
            "active": _flag(one.active, language),
        }
    return rows


def _amount(price: Money | None) -> Decimal | None:
    return None if price is None else Decimal(price.plain())


def _flag(value: bool, language: str) -> str:
    return columns.word("yes" if value else "no", language)
