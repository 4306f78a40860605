"""Stock that an order holds: reserved, committed, gone, and given back; the stock effects.

Draft none, unpaid and checking reserved, paid committed, shipped gone, expired
and cancelled released. What an order holds is told by the ledger alone. Shelves
are taken in the order of their ids, so that two orders never wait for each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.ordering.asking import Desk
from bot.ordering.situation import Situation
from bot.store import products, stock
from orders.errors import ItemError, MoveError
from orders.item import Item
from orders.moves import Guard
from orders.order import Order

COUNTED = "stock"
"""The condition of a product whose pieces are counted; others hold nothing."""


@dataclass
class Wanted:
    """What an order needs of each shelf, what lies there by name, and what has no shelf at all."""

    shelves: Counter[int] = field(default_factory=Counter)
    names: dict[int, str] = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)


def find_wanted(desk: Desk, items: Mapping[int, tuple[Item, int]]) -> Wanted:
    """Count what so many pieces of these lines (line to item and pieces) need of each shelf."""
    wanted = Wanted()
    for item, pieces in items.values():
        product = (
            products.find_product(desk.connection, desk.shop.id, item.code) if item.code else None
        )
        if product is None or product.condition != COUNTED:
            continue
        shelf = stock.find_shelf(desk.connection, product, item.options)
        if shelf is None:
            wanted.lost[str(item)] += pieces
            continue
        wanted.shelves[shelf.id] += pieces
        wanted.names[shelf.id] = str(item) if shelf.key else product.code
    return wanted


def lines_of(order: Order) -> dict[int, tuple[Item, int]]:
    """Give all of an order: line (from 1) to item and pieces."""
    return {place: (item, item.quantity) for place, item in enumerate(order.items, start=1)}


def reserve(situation: Situation) -> None:
    """Hold what the order needs and let go of what it held beyond that.

    Where the table asks for stock, too little of it raises ``ItemError``;
    otherwise money is in, what there is is held, and the rest is missing.
    """
    strict = Guard.STOCK in situation.move.guards
    wanted = find_wanted(situation.desk, lines_of(situation.order))
    if strict and wanted.lost:
        code, quantity = next(iter(wanted.lost.items()))
        raise ItemError("stock_short", code=code, left=0, quantity=quantity)
    held = _held(situation)
    short = wanted.lost.total()
    for shelf_id in sorted(wanted.shelves.keys() | held.keys()):
        more = wanted.shelves[shelf_id] - held[shelf_id]["reserved"]
        if more < 0:
            _move(situation, shelf_id, "release", -more)
        elif more and strict:
            _take(situation, shelf_id, more, wanted)
        elif more:
            short += more - _take_what_is_there(situation, shelf_id, more)
    situation.values["missing"] = 0 if strict else short


def commit(situation: Situation) -> None:
    """Make what the order holds its own; what it lacks is taken if it is there, else missing.

    What is paid is what was billed: an edit that never went out falls away.
    """
    if situation.billed is not None and not situation.billed.bills(situation.order):
        situation.order = situation.billed.restore(situation.order)
        situation.told["edit_dropped"] = True
    wanted = find_wanted(situation.desk, lines_of(situation.order))
    held = _held(situation)
    short = wanted.lost.total()
    for shelf_id in sorted(wanted.shelves.keys() | held.keys()):
        reserved = held[shelf_id]["reserved"]
        mine = held[shelf_id]["committed"] + held[shelf_id]["shipped"]  # a parcel may be out
        need = max(wanted.shelves[shelf_id] - mine, 0)
        own = min(reserved, need)
        _move(situation, shelf_id, "commit", own)
        _move(situation, shelf_id, "release", reserved - own)
        late = _take_what_is_there(situation, shelf_id, need - own)
        _move(situation, shelf_id, "commit", late)
        short += need - own - late
    situation.values["missing"] = short
    if short:
        situation.told["missing"] = short


def release(situation: Situation) -> None:
    """Give everything that the order holds back for sale."""
    for shelf_id, buckets in _held(situation).items():
        _move(situation, shelf_id, "release", buckets["reserved"])
        _move(situation, shelf_id, "uncommit", buckets["committed"])
    situation.values["missing"] = 0


def take_out(situation: Situation) -> None:
    """Let the parcel's pieces leave the house; the last parcel takes all that is left."""
    if situation.row.missing and Guard.ALL_COVERED in situation.move.guards:
        raise MoveError("stock_missing", missing=situation.row.missing)
    held = _held(situation)
    if Guard.ALL_COVERED in situation.move.guards:
        going = {shelf_id: buckets["committed"] for shelf_id, buckets in held.items()}
    else:
        going = dict(_packed(situation))
    for shelf_id in sorted(going):
        lacking = going[shelf_id] - held[shelf_id]["committed"]
        if lacking > 0:
            raise MoveError("stock_missing", missing=max(lacking, situation.row.missing))
        _move(situation, shelf_id, "ship", going[shelf_id])


def put_back(situation: Situation) -> None:
    """Take the parcel's pieces back into the house: committed again, not for sale."""
    packed = _packed(situation)
    last = not any(_still_out(situation).values())
    for shelf_id, buckets in _held(situation).items():
        back = buckets["shipped"] if last else min(packed[shelf_id], buckets["shipped"])
        _move(situation, shelf_id, "unship", back)


def take_return(situation: Situation) -> None:
    """Take returned pieces back for sale where somebody said so; the others are written off."""
    restock = situation.asked.restock
    back: Counter[int] = Counter()
    if isinstance(restock, Mapping):
        back = find_wanted(situation.desk, _some(situation.order, restock)).shelves
    for shelf_id, buckets in _held(situation).items():
        good = buckets["shipped"] if restock is True else min(back[shelf_id], buckets["shipped"])
        _move(situation, shelf_id, "restock", good)
        _move(situation, shelf_id, "write_off", buckets["shipped"] - good)


def can_fill(desk: Desk, row: Any, order: Order) -> bool:
    """Say whether a shelf has something that an order with money in still misses."""
    wanted = find_wanted(desk, lines_of(order)).shelves
    held = stock.held_by(desk.connection, row.id)
    return any(
        pieces > held.get(shelf_id, Counter()).total()
        and stock.find_shelf_by_id(desk.connection, shelf_id).available
        for shelf_id, pieces in wanted.items()
    )


def _held(situation: Situation) -> Mapping[int, Counter[str]]:
    """Give what the order holds by shelf, in the order of their ids; nothing for any other."""
    return _Held(stock.held_by(situation.desk.connection, situation.row.id))


class _Held(dict[int, Counter[str]]):
    """What an order holds by shelf; of a shelf that it does not name, nothing."""

    def __missing__(self, shelf_id: int) -> Counter[str]:
        return Counter()


def _packed(situation: Situation) -> Counter[int]:
    parcel = situation.asked.parcel
    inside = parcel.inside if parcel else {}
    return find_wanted(situation.desk, _some(situation.order, inside)).shelves


def _some(order: Order, pieces: Mapping[int, int]) -> dict[int, tuple[Item, int]]:
    lines = lines_of(order)
    return {place: (lines[place][0], count) for place, count in pieces.items() if place in lines}


def _still_out(situation: Situation) -> Counter[int]:
    """What is in other parcels than the one that comes back."""
    parcel = situation.asked.parcel
    return Counter(situation.shipped) - Counter(parcel.inside if parcel else {})


def _take(situation: Situation, shelf_id: int, pieces: int, wanted: Wanted) -> None:
    """Reserve, or say how many there are."""
    if not _move(situation, shelf_id, "reserve", pieces):
        left = stock.find_shelf_by_id(situation.desk.connection, shelf_id).available
        raise ItemError(
            "stock_short",
            code=wanted.names[shelf_id],
            left=left,
            quantity=wanted.shelves[shelf_id],
        )


def _take_what_is_there(situation: Situation, shelf_id: int, pieces: int) -> int:
    """Reserve as many of these pieces as there are, and give how many."""
    while pieces > 0:
        left = int(stock.find_shelf_by_id(situation.desk.connection, shelf_id).available)
        pieces = min(pieces, left)
        if _move(situation, shelf_id, "reserve", pieces):
            return pieces
    return 0


def _move(situation: Situation, shelf_id: int, kind: str, pieces: int) -> bool:
    """Move pieces of a shelf for the order; False where there are not enough to reserve."""
    desk = situation.desk
    if pieces == 0:
        return True
    shelf = stock.find_shelf_by_id(desk.connection, shelf_id)
    moved = stock.move(desk.connection, shelf, kind, pieces, desk.now, order_id=situation.row.id)
    if not moved and kind != "reserve":
        raise LookupError(f"the ledger and shelf {shelf_id} disagree")
    return moved
