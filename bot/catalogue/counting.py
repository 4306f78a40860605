"""Counts stock by hand: more or fewer, or a new count, each with its reason and its ledger row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.catalogue.errors import ProductError
from bot.catalogue.keeper import Keeper
from bot.catalogue.reading import read_product
from bot.catalogue.writing import check_count
from bot.store import stock
from orders.album import AlbumRight, check_text
from orders.product import Condition

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of a count; ``moved`` says that it had, since it was seen."""

    was: int
    now: int
    moved: bool = False


def adjust_stock(
    keeper: Keeper,
    code: str,
    by: int,
    reason: str,
    options: tuple[str, ...] = (),
) -> Counted:
    """Add ``by`` pieces to what is available, or take them off, and say why.

    What is counted for the whole product is adjusted there, whichever
    ``options`` are named. Raises ``OrderError`` where the actor may not, and
    ``ProductError`` where nothing is counted or fewer than zero would be left.
    """
    keeper.check_may(AlbumRight.STOCK)
    row, shelf = _find_shelf(keeper, code, options)
    return _adjust(keeper, row, shelf, by, _read_reason(reason))


def set_stock(
    keeper: Keeper,
    code: str,
    *,
    count: int,
    seen: int,
    reason: str,
    options: tuple[str, ...] = (),
) -> Counted:
    """Make what was ``seen`` to be available ``count``: the difference is what is adjusted.

    So a sale between the look and the count is not undone. With ``options``
    that have no count of their own yet, theirs begins. Raises as ``adjust_stock`` does.
    """
    keeper.check_may(AlbumRight.STOCK)
    check_count(count)
    row, shelf = _find_shelf(keeper, code, options, own=True)
    counted = _adjust(keeper, row, shelf, count - seen, _read_reason(reason))
    return Counted(counted.was, counted.now, moved=counted.was != seen)


def _find_shelf(
    keeper: Keeper, code: str, words: tuple[str, ...], *, own: bool = False
) -> tuple[Any, Any]:
    """Find the product and the count that is meant; ``own``: begin one for that very choice."""
    row = keeper.hold(code, None)
    if row.condition != Condition.STOCK:
        raise ProductError("not_counted", code=row.code)
    product = read_product(keeper.work.connection, row, keeper.shop.currency)
    options = product.choose(words) if words else ()
    shelf = stock.find_shelf(keeper.work.connection, row, options)
    key = stock.make_key(options)
    if shelf is None or (own and shelf.key != key):
        if options:
            stock.ensure_variant(keeper.work.connection, row, options)
        shelf = stock.add_shelf(keeper.work.connection, row, key, 0, keeper.work.now)
    return row, shelf


def _adjust(keeper: Keeper, row: Any, shelf: Any, by: int, reason: str) -> Counted:
    name = "/".join(part for part in (row.code, shelf.key) if part)
    check_count(max(shelf.available + by, 0))
    if not stock.adjust(keeper.work.connection, shelf, by, keeper.work.now, reason=reason):
        left = stock.find_shelf_by_id(keeper.work.connection, shelf.id).available
        raise ProductError("stock_below_zero", code=name, left=left, by=-by)
    now = stock.find_shelf_by_id(keeper.work.connection, shelf.id).available
    if by:
        keeper.record("stock adjusted", row, shelf=shelf.key, by=by, now=now, reason=reason)
    return Counted(now - by, now)


def _read_reason(reason: str) -> str:
    told = reason.strip()
    if not told:
        raise ProductError("reason_missing")
    check_text("reason", told, LONGEST_REASON)
    return told
