"""Writes products: the version check, what configuration gives, variants, and the audit row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.catalogue.errors import ProductError
from bot.catalogue.keeper import Keeper
from bot.catalogue.plain import write_entry
from bot.catalogue.reading import read_entry
from bot.store import products, stock
from orders.album import MOST_STOCK, Entry
from orders.product import Condition, Variant


def write_new(
    keeper: Keeper,
    entry: Entry,
    counts: Mapping[tuple[str, ...], int],
    action: str,
    **given: Any,
) -> Any:
    """Write a product that was not there and give its row. Raises ``ProductError``."""
    entry = with_counted(entry, counts)
    product_id = products.insert_product(
        keeper.work.connection,
        shop_id=keeper.shop.id,
        code=entry.code,
        **_values(keeper, entry),
        **{"managed": False, **given},
    )
    if product_id is None:
        taken = products.find_product(keeper.work.connection, keeper.shop.id, entry.code)
        archived = taken is not None and taken.archived_at is not None
        raise ProductError("code_archived" if archived else "code_taken", code=entry.code)
    row = products.find_product_by_id(keeper.work.connection, product_id)
    stock.write_variants(keeper.work.connection, row, entry.variants)
    if entry.condition is Condition.STOCK and not counts:
        counts = {(): 0}
    for options, count in sorted(counts.items()):
        check_count(count)
        stock.add_shelf(
            keeper.work.connection, row, stock.make_key(options), count, keeper.work.now
        )
    keeper.record(action, row, now=write_entry(entry))
    return products.find_product_by_id(keeper.work.connection, product_id)


def settle(keeper: Keeper, row: Any, entry: Entry, **given: Any) -> Any:
    """Make ``entry`` what is said of a product that is held; give its row as it is then.

    ``given`` is what configuration alone may say. Raises ``ProductError``.
    """
    current = read_entry(keeper.work.connection, row, keeper.shop.currency)
    if entry == current and all(getattr(row, name) == value for name, value in given.items()):
        return row
    if not given:
        check_given(row, current, entry)
    shelves = stock.list_shelves(keeper.work.connection, row.id)
    check_counted(row.code, shelves, entry)
    values = {**_values(keeper, entry), **given}
    if not products.update_product(
        keeper.work.connection, row.id, at_version=row.version, **values
    ):
        raise keeper.overtaken(row)
    if entry.variants != current.variants:
        stock.write_variants(keeper.work.connection, row, entry.variants)
    if entry.condition is Condition.STOCK and not shelves:
        stock.add_shelf(keeper.work.connection, row, "", 0, keeper.work.now)
    was, now = write_entry(current), write_entry(entry)
    fields = [name for name in now if now[name] != was[name]]
    keeper.record(
        "product changed",
        row,
        was={name: was[name] for name in fields},
        now={name: now[name] for name in fields},
    )
    return products.find_product_by_id(keeper.work.connection, row.id)


def check_given(row: Any, current: Entry, entry: Entry) -> None:
    """Raise ``ProductError`` for a change of what the configuration gives.

    A variant that only has a count is the shop's own: counts are not given for good.
    """
    for column in row.given if row.managed else ():
        was, now = getattr(current, column), getattr(entry, column)
        if column == "variants":
            was, now = (
                {one.options: one for one in told if one.price is not None or not one.active}
                for told in (was, now)
            )
        if was != now:
            raise ProductError("given", code=row.code, column=column)


def with_counted(entry: Entry, counts: Mapping[tuple[str, ...], int]) -> Entry:
    """Give the entry with a variant for each choice that has a count of its own.

    Raises ``ProductError`` where nothing is counted of such a product.
    """
    if counts and entry.condition is not Condition.STOCK:
        raise ProductError("not_counted", code=entry.code)
    known = {one.options for one in entry.variants}
    more = tuple(Variant(options) for options in counts if options and options not in known)
    return replace(entry, variants=(*entry.variants, *more)) if more else entry


def check_count(count: int) -> int:
    """Give a count back that can be one. Raises ``ProductError``."""
    if not 0 <= count <= MOST_STOCK:
        raise ProductError("count_range", limit=f"{MOST_STOCK:,}")
    return count


def check_counted(code: str, shelves: Iterable[Any], entry: Entry) -> None:
    """Refuse to let go of a variant of which something is counted, or that could still be ordered.

    A shelf that is empty and whose choice is no longer offered is history.
    """
    kept = {stock.make_key(one.options) for one in entry.variants}
    offered = [{word.casefold() for word in group} for group in entry.options]
    for shelf in shelves:
        if not shelf.key or shelf.key in kept:
            continue
        words = shelf.key.split("/")
        can_be = len(words) == len(offered) and all(
            word in group for word, group in zip(words, offered, strict=True)
        )
        if can_be or shelf.available or shelf.reserved or shelf.committed:
            raise ProductError("variant_counted", code=code, variant=shelf.key)


def _values(keeper: Keeper, entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "names": dict(entry.names),
        "price_minor": entry.price.minor,
        "options": [list(group) for group in entry.options],
        "condition": str(entry.condition),
        "category": entry.category,
        "description": entry.description,
        "weight_grams": entry.weight,
        "active": entry.active,
        "sought": entry.sought(),
        "changed_by": keeper.name,
        "changed_at": keeper.work.now,
    }
