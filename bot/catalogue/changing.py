"""Changes the album: products created, changed, archived, and kept from one-off items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.catalogue.errors import ProductError
from bot.catalogue.keeper import Keeper
from bot.catalogue.reading import read_entry
from bot.catalogue.writing import settle, write_new
from bot.store import products, shops
from orders.album import AlbumRight, Entry
from orders.item import Item
from orders.money import Money
from orders.product import Variant

Counts = Mapping[tuple[str, ...], int]
"""How many there are: of the whole product under ``()``, of a variant under its options."""


def create(keeper: Keeper, entry: Entry, counts: Counts | None = None) -> Any:
    """Put a product into the album and give its row.

    Raises ``OrderError`` where the actor may not, and ``ProductError`` for a
    code that is taken and for counts of what is not counted.
    """
    keeper.check_may(AlbumRight.CHANGE)
    return write_new(keeper, entry, counts or {}, "product created")


def change(keeper: Keeper, code: str, version: int, entry: Entry) -> Any:
    """Make ``entry`` what the album says of a product that is still at ``version``; give its row.

    The code stays. What is so already is no change and no new version. Raises
    ``OrderError``, ``ProductUnknown``, ``ProductChanged``, and ``ProductError``
    for what the configuration gives and for a variant that is counted and would go.
    """
    keeper.check_may(AlbumRight.CHANGE)
    row = keeper.hold(code, version)
    return settle(keeper, row, replace(entry, code=row.code))


def set_price(
    keeper: Keeper,
    code: str,
    version: int,
    price: Money | None,
    options: tuple[str, ...] = (),
) -> Any:
    """Set a product's price, or with ``options`` a variant's (None: the product's); give the row.

    Raises as ``change`` does, and ``ProductError`` for a product without a price.
    """
    keeper.check_may(AlbumRight.CHANGE)
    row = keeper.hold(code, version)
    entry = read_entry(keeper.work.connection, row, keeper.shop.currency)
    if options:
        chosen = entry.product().choose(options)
        entry = _with_variant(entry, chosen, price)
    elif price is None:
        raise ProductError("price_missing", code=row.code)
    else:
        entry = replace(entry, price=price)
    return settle(keeper, row, entry)


def archive(keeper: Keeper, code: str, version: int) -> Any:
    """Take a product out of the album and give its row; nothing that was sold is ever deleted.

    Its code stays taken. Raises as ``change`` does.
    """
    keeper.check_may(AlbumRight.CHANGE)
    row = keeper.hold(code, version)
    if row.managed:
        raise ProductError("managed_archive", code=row.code)
    return _shelve(keeper, row, "product archived", archived_at=keeper.work.now, active=False)


def restore(keeper: Keeper, code: str, version: int) -> Any:
    """Put an archived product back into the album, for sale, and give its row."""
    keeper.check_may(AlbumRight.CHANGE)
    row = keeper.hold(code, version, archived=True)
    return _shelve(keeper, row, "product restored", archived_at=None, active=True)


def keep_item(keeper: Keeper, item: Item) -> Any:
    """Keep a one-off item of an order in the album, under the next free code; give its row.

    Where a product has that name and price already it is that one, so that
    asking twice keeps one. It is sold without a limit until somebody counts it.
    Raises ``OrderError`` where the actor may not.
    """
    keeper.check_may(AlbumRight.KEEP)
    if item.code is not None:
        raise ProductError("kept_already", code=item.code)
    code = _next_code(keeper)  # and with it the lock that lets nobody else keep one now
    name, minor = item.name.strip(), item.unit_price.minor
    known = products.find_same(keeper.work.connection, keeper.shop.id, name, minor)
    if known is not None:
        return known
    entry = Entry(code=code, name=name, price=item.unit_price)
    return write_new(keeper, entry, {}, "product kept")


def _next_code(keeper: Keeper) -> str:
    while True:
        code = f"P{shops.next_number(keeper.work.connection, keeper.shop.id, 'product')}"
        if products.find_product(keeper.work.connection, keeper.shop.id, code) is None:
            return code


def _with_variant(entry: Entry, options: tuple[str, ...], price: Money | None) -> Entry:
    if any(one.options == options for one in entry.variants):
        variants = tuple(
            replace(one, price=price) if one.options == options else one for one in entry.variants
        )
    else:
        variants = (*entry.variants, Variant(options, price))
    return replace(entry, variants=variants)


def _shelve(keeper: Keeper, row: Any, action: str, **values: Any) -> Any:
    changed = products.update_product(
        keeper.work.connection,
        row.id,
        at_version=row.version,
        changed_by=keeper.name,
        changed_at=keeper.work.now,
        **values,
    )
    if not changed:
        raise keeper.overtaken(row)
    keeper.record(action, row)
    return products.find_product_by_id(keeper.work.connection, row.id)
