"""Applies an import: one transaction, against the very preview that was looked at, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.catalogue.errors import ProductChanged, ProductError, ProductUnknown
from bot.catalogue.keeper import Keeper
from bot.catalogue.plain import read_back
from bot.catalogue.writing import settle, write_new
from bot.store import album, changes, products, stock
from orders.album import AlbumRight

REASON = "import"


@dataclass(frozen=True, slots=True)
class Moved:
    """A count that moved between preview and import; the difference was kept."""

    name: str
    seen: int
    was: int
    now: int


@dataclass(frozen=True, slots=True)
class Applied:
    """What an import did; ``again``: it had been done before, and nothing was done now."""

    new: int = 0
    changed: int = 0
    moved: tuple[Moved, ...] = ()
    again: bool = False


def apply(keeper: Keeper, digest: str) -> Applied:
    """Do what a preview said, all of it or nothing.

    A count is moved by the difference that the preview showed, so that a sale
    meanwhile stays sold. Raises ``OrderError`` where the actor may not,
    ``ProductUnknown`` for a preview that is over, ``ProductChanged`` where a
    product is not what it was, ``ProductError`` where a count would fall below zero.
    """
    keeper.check_may(AlbumRight.CHANGE)
    work = keeper.work
    kept = album.find_import(work.connection, keeper.shop.id, digest)
    if kept is None:
        raise ProductUnknown("import_unknown")
    if kept.applied_at is not None:
        return Applied(again=True)
    new, waiting = 0, []
    for part in kept.plan:
        row = _write(keeper, part)
        new += part["version"] is None
        if part["version"] is not None:
            waiting += [(row, count) for count in part["counts"]]
    moved = _count(keeper, waiting)
    album.end_import(work.connection, kept.id, work.now)
    done = Applied(new, len(kept.plan) - new, moved)
    changes.record(
        work.connection,
        work.now,
        keeper.name,
        "products imported",
        f"import:{kept.id}",
        shop_id=keeper.shop.id,
        digest=digest,
        new=done.new,
        changed=done.changed,
    )
    return done


def _write(keeper: Keeper, part: dict[str, Any]) -> Any:
    """Write one product as planned, and a new one's counts with it; give its row."""
    entry = read_back(part["entry"], keeper.shop.currency)
    if part["version"] is None:
        counts = {tuple(count["options"]): count["count"] for count in part["counts"]}
        try:
            return write_new(keeper, entry, counts, "product created")
        except ProductError:
            raise ProductChanged("import_overtaken", code=entry.code) from None
    row = products.find_product(keeper.work.connection, keeper.shop.id, entry.code, lock=True)
    if row is None or row.version != part["version"]:
        raise ProductChanged("import_overtaken", code=entry.code)
    return settle(keeper, row, entry)


def _count(keeper: Keeper, waiting: list[tuple[Any, dict[str, Any]]]) -> tuple[Moved, ...]:
    """Move the counts; those that are there already in the order of their ids."""
    connection, now = keeper.work.connection, keeper.work.now
    moved = []
    for row, count in sorted(waiting, key=lambda one: (one[1]["seen"] or [0])[0]):
        key = stock.make_key(count["options"])
        if count["seen"] is None:
            # Writing the product has begun a count of nothing, where it had none at all.
            known = {shelf.key: shelf for shelf in stock.list_shelves(connection, row.id)}
            if key not in known:
                stock.add_shelf(connection, row, key, count["count"], now)
                continue
            shelf, seen, version = known[key], 0, 0
        else:
            shelf_id, seen, version = count["seen"]
            shelf = stock.find_shelf_by_id(connection, shelf_id)
        name = "/".join(part for part in (row.code, key) if part)
        newest, by = stock.newest_move(connection, shelf.id), count["count"] - seen
        if not stock.adjust(connection, shelf, by, now, reason=REASON):
            raise ProductError("stock_below_zero", code=name, left=shelf.available, by=-by)
        keeper.record("stock adjusted", row, shelf=key, by=by, reason=REASON)
        if newest != version:
            after = stock.find_shelf_by_id(connection, shelf.id).available
            moved.append(Moved(name, seen, after - by, after))
    return tuple(moved)
