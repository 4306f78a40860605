"""Measures orders opened, sent and paid a second, all of one product, beside bare transactions.

1 and 4 processes contend for one shelf on SQLite and, with --database, on PostgreSQL too. At the
end the last pieces are fought for, and the stock is checked: exits 1 where a piece was sold twice.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from sqlalchemy import func, select, text

from bench.sellers import BARE, CODE, KINDS, open_runtime, sell_for
from bot import shops
from bot.runtime import Runtime, Work
from bot.store import products, stock
from bot.store.database import Connection
from bot.store.tables import orders, shelves, stock_moves
from tests.support import redis_server

PLENTY, LAST = 1_000_000, 50


@dataclass
class Side:
    """One database with its figures: kind and processes to orders a second, round by round."""

    name: str
    place: tuple[Path, str, str]
    rates: dict[tuple[str, int], list[float]] = field(default_factory=dict)


def main() -> int:
    """Measure and print; the ratios last. 1 where stock was oversold."""
    parser = argparse.ArgumentParser(prog="bench/orders", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="a round's length [4]")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each side [3]")
    parser.add_argument(
        "--database", default="", help="SQLAlchemy's address of an empty PostgreSQL database [none]"
    )
    asked = parser.parse_args()
    redis = redis_server.start()
    with tempfile.TemporaryDirectory(prefix="openbill-bench-") as folder:
        at = Path(folder)
        sides = [Side("SQLite", (at, f"sqlite:///{at / 'orders.db'}", redis))]
        if asked.database:
            sides.append(Side("PostgreSQL", (at, asked.database, redis)))
        for side in sides:
            prepare(side)
        for _ in range(asked.rounds):
            for side in sides:
                press(side, asked.seconds)
        sound = [fight_for_the_last(side) for side in sides]
    show(sides, asked.rounds)
    return 0 if all(sound) else 1


def prepare(side: Side) -> None:
    """Make the tables, the demo's shop with plenty of one product, and the bare twins' tables."""
    runtime = open_runtime(*side.place)
    runtime.store.migrate()
    shops.bring_up_to_date(runtime)
    runtime.store.write(lambda one: [one.execute(text(statement)) for statement in BARE])
    count(runtime, PLENTY)
    runtime.close()


def press(side: Side, seconds: float) -> None:
    """One round of everything, the kinds in turn."""
    for processes in (1, 4):
        for kind in KINDS:
            sold, _ = sell_for(kind, processes, seconds, side.place)
            side.rates.setdefault((kind, processes), []).append(sold / seconds)


def fight_for_the_last(side: Side) -> bool:
    """Let 4 processes sell the last pieces, and see that each was sold once."""
    runtime = open_runtime(*side.place)
    count(runtime, LAST)
    sold, refused = sell_for("ours", 4, 60, side.place)
    with runtime.store.read() as connection:
        wrong = find_wrong(connection)
    runtime.close()
    if sold != LAST:
        wrong.append(f"{sold} of the last {LAST} pieces were sold")
    for sentence in wrong:
        print(f"{side.name}: {sentence}", file=sys.stderr)
    print(f"{side.name}: the last {LAST} pieces went to {sold} buyers, {refused} were turned away")
    return not wrong


def find_wrong(connection: Connection) -> list[str]:
    """Say what the counts, the ledger and the paid orders disagree on."""
    paid = select(func.count()).where(orders.c.status == "paid")
    product = products.find_product(connection, 1, CODE)
    shelf = stock.list_shelves(connection, product.id if product else 0)[0]
    going = select(func.coalesce(func.sum(stock_moves.c.quantity), 0)).where(
        stock_moves.c.shelf_id == shelf.id
    )
    ledger = {
        name: connection.execute(going.where(stock_moves.c.target == name)).scalar_one()
        - connection.execute(going.where(stock_moves.c.source == name)).scalar_one()
        for name in ("available", "reserved", "committed")
    }
    found = [
        f"the shelf has {getattr(shelf, name)} {name}, its ledger says {pieces}"
        for name, pieces in ledger.items()
        if getattr(shelf, name) != pieces
    ]
    if connection.execute(paid).scalar_one() != shelf.committed:
        found.append(f"the paid orders are not the {shelf.committed} pieces that were taken")
    below = select(func.count()).where(shelves.c.available < 0)
    return found + ["a shelf is below zero"] * bool(connection.execute(below).scalar_one())


def count(runtime: Runtime, pieces: int) -> None:
    """Count the product anew."""

    def adjust(work: Work) -> None:
        product = products.find_product(work.connection, 1, CODE)
        shelf = stock.find_shelf(work.connection, product, ())
        if shelf is None or not stock.adjust(
            work.connection, shelf, pieces - shelf.available, work.now
        ):
            raise LookupError(f"{CODE} cannot be counted")

    runtime.transact(adjust)


def show(sides: list[Side], rounds: int) -> None:
    """Print the medians and, last, the ratios to the bare transactions of the same run."""
    print(
        f"orders opened, sent and paid a second (3 transactions each), medians of {rounds} rounds"
    )
    print(f"{'':12}{'processes':>10}{'OpenBill':>10}{'bare':>10}")
    ratios = []
    for side in sides:
        for processes in (1, 4):
            ours, bare = (median(side.rates[kind, processes]) for kind in ("ours", "bare"))
            print(f"{side.name:12}{processes:10}{ours:10.0f}{bare:10.0f}")
            ratios.append(f"{side.name}, {processes} at once: {ours / bare:.3f} of the bare rate")
        ours = median(side.rates["ours", 4]) / median(side.rates["ours", 1])
        ratios.append(f"{side.name}: 4 processes at one product do {ours:.2f} of what 1 does")
    print("\n".join(ratios))


if __name__ == "__main__":
    sys.exit(main())
