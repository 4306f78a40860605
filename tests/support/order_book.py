"""What orders should come to: a plain model beside the house, for the machine that moves them.

It knows no rows, no tables and nothing of ``bot``: statuses, money and pieces in
dictionaries, each move written out from the rules of orders. A move that is
refused raises ``Refused``; the caller throws the half-changed book away.
Times are whole minutes, money is whole baht.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

BILL_WAITS = 120
"""For how many minutes a bill of these shops waits where nobody says."""
SECOND_CHANCE = 30
DAY = 24 * 60
OPEN = ("unpaid", "checking")


class Refused(Exception):
    """The rules forbid it."""


@dataclass(frozen=True)
class Good:
    """Something to sell; ``shelf`` is None where nobody counts it."""

    code: str | None
    name: str
    options: tuple[str, ...]
    price: int
    shelf: str | None


GOODS = (
    Good("T1", "tea", (), 100, "T1"),
    Good("V1", "shirt", ("S",), 150, "V1/s"),
    Good("V1", "shirt", ("M",), 150, "V1/m"),
    Good("P1", "to come", (), 200, None),
    Good("U1", "without end", (), 50, None),
    Good(None, "wrapping", (), 30, None),
)
STOCK = {"T1": 5, "V1/s": 3, "V1/m": 2}


@dataclass(repr=False)
class Known:
    """One order as it should be. ``lines`` and ``billed``: good to pieces, in their sequence."""

    shop: int
    number: int
    contact: int | None
    status: str = "draft"
    version: int = 1
    revision: int = 0
    lines: dict[int, int] = field(default_factory=dict)
    billed: dict[int, int] | None = None
    paid: int = 0
    refunded: int = 0
    missing: int = 0
    due: int | None = None
    stopped: int | None = None
    on_delivery: bool = False
    held: dict[str, Counter[str]] = field(default_factory=dict)
    parcels: list[tuple[int, dict[int, int]]] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<{self.status} v{self.version} r{self.revision} {self.lines} of shop {self.shop}>"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        printer.text(repr(self))

    @property
    def net(self) -> int:
        return self.paid - self.refunded

    @property
    def asked(self) -> int:
        """What the customer was billed, else what the lines come to."""
        return worth(self.lines if self.billed is None else self.billed)

    @property
    def left(self) -> dict[int, int]:
        """Line (from 1) to pieces that are in no parcel."""
        left = Counter(dict(enumerate(self.lines.values(), start=1)))
        left.subtract(self.out)
        return dict(+left)

    @property
    def out(self) -> Counter[int]:
        out: Counter[int] = Counter()
        for _, inside in self.parcels:
            out.update(inside)
        return out

    def on(self, shelf: str) -> Counter[str]:
        return self.held.setdefault(shelf, Counter())

    def wanted(self) -> Counter[str]:
        return pack(self.lines, dict(enumerate(self.lines.values(), start=1)))

    def need(self, *statuses: str) -> None:
        if self.status not in statuses:
            raise Refused(f"{self.status} is none of {statuses}")


def worth(lines: dict[int, int]) -> int:
    """What lines come to, in baht."""
    return sum(GOODS[good].price * pieces for good, pieces in lines.items())


def pack(lines: dict[int, int], pieces: dict[int, int]) -> Counter[str]:
    """Line (from 1) to pieces, as pieces by shelf."""
    goods = list(lines)
    found: Counter[str] = Counter()
    for place, count in pieces.items():
        shelf = GOODS[goods[place - 1]].shelf if 1 <= place <= len(goods) else None
        if shelf is not None:
            found[shelf] += count
    return found


@dataclass
class Book:
    """All orders of both shops, what is for sale, and which references count."""

    now: int = 0
    orders: list[Known] = field(default_factory=list)
    stock: dict[tuple[int, str], int] = field(default_factory=dict)
    payments: dict[tuple[int, str, str], int] = field(default_factory=dict)
    slips: set[tuple[int, str]] = field(default_factory=set)
    attempts: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)

    def move(self, order: Known, shelf: str, source: str, target: str, pieces: int) -> bool:
        """Move pieces between buckets; False where so many are not for sale."""
        if source == "available":
            if self.stock[order.shop, shelf] < pieces:
                return False
            self.stock[order.shop, shelf] -= pieces
        else:
            order.on(shelf)[source] -= pieces
            assert order.on(shelf)[source] >= 0
        if target == "available":
            self.stock[order.shop, shelf] += pieces
        elif target != "outside":
            order.on(shelf)[target] += pieces
        return True

    def take_what_is_there(self, order: Known, shelf: str, pieces: int) -> int:
        there = min(pieces, self.stock[order.shop, shelf])
        self.move(order, shelf, "available", "reserved", there)
        return there

    def reserve(self, order: Known, *, strict: bool) -> None:
        """Hold what the lines need, no more and no less."""
        wanted, short = order.wanted(), 0
        for shelf in sorted(wanted.keys() | order.held.keys()):
            more = wanted[shelf] - order.on(shelf)["reserved"]
            if more < 0:
                self.move(order, shelf, "reserved", "available", -more)
            elif not strict:
                short += more - self.take_what_is_there(order, shelf, more)
            elif not self.move(order, shelf, "available", "reserved", more):
                raise Refused(f"too little of {shelf}")
        order.missing = short

    def commit(self, order: Known) -> None:
        """Make what was billed the customer's own; an edit that never went out is gone."""
        if order.billed is not None:
            order.lines = dict(order.billed)
        wanted, order.missing = order.wanted(), 0
        for shelf in sorted(wanted.keys() | order.held.keys()):
            held = order.on(shelf)
            need = wanted[shelf] - held["committed"] - held["shipped"]
            own = min(held["reserved"], need)
            self.move(order, shelf, "reserved", "available", held["reserved"] - own)
            late = self.take_what_is_there(order, shelf, need - own)
            self.move(order, shelf, "reserved", "committed", own + late)
            order.missing += need - own - late

    def release(self, order: Known) -> None:
        for shelf, held in order.held.items():
            for bucket in ("reserved", "committed"):
                self.move(order, shelf, bucket, "available", held[bucket])
        order.missing = 0

    def freeze(self, order: Known) -> None:
        order.revision += 1
        order.billed = dict(order.lines)

    def settle_if_covered(self, order: Known) -> None:
        if order.net >= worth(order.lines):
            self.commit(order)
            order.status = "paid"
            order.version += 1

    def start_clock(self, order: Known) -> None:
        if order.due is not None:
            stood = self.now - order.stopped if order.stopped is not None else 0
            order.due = max(order.due + stood, self.now + SECOND_CHANCE)
        order.stopped = None
