"""Brings about what the configuration says of products; what it does not say is the shop's own."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bot.catalogue.errors import ProductError
from bot.catalogue.keeper import Keeper
from bot.catalogue.reading import read_entry
from bot.catalogue.writing import settle, write_new
from bot.settings import ProductSettings
from bot.settings.album import counts_of, make_entry
from bot.store import products, stock
from orders.album import Entry
from orders.errors import OrderError
from orders.product import Product, Variant

ALWAYS = ("name", "price", "options")
ASKED = ("names", "category", "description", "weight", "variants")


def bring_products(keeper: Keeper, given: tuple[ProductSettings, ...]) -> None:
    """Bring a shop's products up to date with the configuration. Raises ``ProductError``.

    A product that it names no more stays, and is the shop's own again.
    """
    for product in given:
        _bring(keeper, product)
    codes = [product.code.upper() for product in given]
    products.release_managed(keeper.work.connection, keeper.shop.id, codes)


def _bring(keeper: Keeper, given: ProductSettings) -> None:
    entry = make_entry(given, keeper.shop.currency)
    counts = counts_of(given)
    counted = {options: count for options, count in counts.items() if count is not None}
    fields = [*ALWAYS, *(name for name in ASKED if name in given.model_fields_set)]
    if given.preorder or counted:
        fields.append("condition")
    row = products.find_product(keeper.work.connection, keeper.shop.id, entry.code, lock=True)
    if row is None:
        row = write_new(keeper, entry, counted, "product given", managed=True, given=fields)
        for shelf in stock.list_shelves(keeper.work.connection, row.id):
            stock.note_given(keeper.work.connection, shelf.id, shelf.available)
        return
    was_counted = _bring_counts(keeper, row, counts)
    current = read_entry(keeper.work.connection, row, keeper.shop.currency)
    settle(
        keeper,
        row,
        _merge(current, entry, fields, was_given=was_counted or "condition" in row.given),
        managed=True,
        given=fields,
        archived_at=None,
    )


def _merge(current: Entry, entry: Entry, fields: list[str], *, was_given: bool) -> Entry:
    """Give what is said of a product, with what the configuration says in its place.

    ``was_given``: until now it said how stock limits a sale.
    """
    told = {name: getattr(entry, name) for name in fields if name != "variants"}
    if "condition" not in fields and was_given:
        told["condition"] = entry.condition
    given = {one.options for one in entry.variants}
    bare = replace(entry, variants=()).product()
    own = tuple(one for one in current.variants if one.options not in given and _fits(bare, one))
    return replace(current, **told, variants=(*entry.variants, *own))


def _fits(product: Product, variant: Variant) -> bool:
    with suppress(OrderError):
        return bool(product.choose(variant.options) == variant.options)
    return False


def _bring_counts(keeper: Keeper, row: Any, counts: Mapping[tuple[str, ...], int | None]) -> bool:
    """Bring about what the configuration changed of counts since it was read last.

    Stock lives in the database: what was sold meanwhile stays sold, and what
    the configuration never counted is the shop's to count. Gives whether it
    counted anything until now.
    """
    shelves = {shelf.key: shelf for shelf in stock.list_shelves(keeper.work.connection, row.id)}
    before = any(shelf.given_stock is not None for shelf in shelves.values())
    wanted = {stock.make_key(options): count for options, count in counts.items()}
    for key in sorted(wanted.keys() | shelves.keys()):
        _bring_count(keeper, row, key, shelves.get(key), wanted.get(key))
    return before


def _bring_count(keeper: Keeper, row: Any, key: str, shelf: Any, given: int | None) -> None:
    last = shelf.given_stock if shelf else None
    if given == last:
        return
    if shelf is None:
        stock.add_shelf(
            keeper.work.connection, row, key, given or 0, keeper.work.now, given_stock=given
        )
        return
    # Where counting begins or ends, what lies there is none of the new count.
    by = (given or 0) - (shelf.available if given is None or last is None else last)
    if not stock.adjust(keeper.work.connection, shelf, by, keeper.work.now, reason="config"):
        name = "/".join(part for part in (row.code, key) if part)
        raise ProductError("stock_below_zero", code=name, left=shelf.available, by=-by)
    stock.note_given(keeper.work.connection, shelf.id, given)
