"""The sellers: processes that open, send and settle orders of one product, and their bare twins.

Both do three durable writes for each order, in three transactions, on the same database. The
bare ones insert a row, take a piece from the stock by a conditional update and mark both paid.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot import ordering, settings
from bot.ordering import Asker, Desk, Incoming, Made
from bot.runtime import Runtime, Work, build
from bot.settings import DatabaseSettings
from bot.store import shops
from bot.store.database import Connection
from orders.errors import OrderError
from orders.item import Item
from orders.money import Money
from orders.payment import PayMethod

CODE = "A1"
HOUSE = Asker(None, "system")
BARE = (
    "CREATE TABLE bare_orders (id VARCHAR(40) PRIMARY KEY, status VARCHAR(12) NOT NULL)",
    "CREATE TABLE bare_stock (id INTEGER PRIMARY KEY, available BIGINT, committed BIGINT)",
    "INSERT INTO bare_stock VALUES (1, 100000000, 0)",
)


def open_runtime(folder: Path, url: str, redis: str) -> Runtime:
    """The demo's runtime on a database."""
    config = folder / "config.toml"
    config.touch()
    environ = {
        "OPENBILL_BASE_URL": "http://127.0.0.1:1",
        "OPENBILL_REDIS__URL": redis,
        "OPENBILL_OPERATOR__PASSWORD": "night-watch-lamp-77",
    }
    given = settings.load(config, folder, environ, demo=True)
    return build(replace(given, database=DatabaseSettings(url)))


def sell(runtime: Runtime, seller: str, number: int) -> bool:
    """Open, send and settle one order; False where the product is sold out."""
    price = Money(12_000, "THB")
    made = _move(
        runtime,
        lambda desk: ordering.open_order(
            desk, HOUSE, change=lambda order: order.add(Item(CODE, "tea", (), 1, price))
        ),
    )
    try:
        sent = _move(runtime, lambda desk: ordering.send(desk, made.row, HOUSE))
    except OrderError as refused:
        if refused.key != "stock_short":
            raise
        return False
    coming = Incoming(price, PayMethod.CARD, "gateway", f"{seller}-{number}")
    paid = _move(runtime, lambda desk: ordering.take_payment(desk, sent.row, HOUSE, coming))
    return str(paid.row.status) == "paid"


def _move(runtime: Runtime, body: Callable[[Desk], Made]) -> Made:
    def run(work: Work) -> Made:
        return body(Desk(runtime, work, shops.find_shop(work.connection, 1)))

    return runtime.transact(run)


def sell_bare(runtime: Runtime, seller: str, number: int) -> bool:
    """The same number of transactions with nothing in them but what cannot be left out."""
    order = f"{seller}-{number}"

    def insert(connection: Connection) -> None:
        connection.execute(text("INSERT INTO bare_orders VALUES (:id, 'draft')"), {"id": order})

    def reserve(connection: Connection) -> bool:
        taken = connection.execute(
            text("UPDATE bare_stock SET available = available - 1 WHERE id = 1 AND available >= 1")
        )
        return taken.rowcount == 1

    def pay(connection: Connection) -> None:
        paid = "UPDATE bare_orders SET status = 'paid' WHERE id = :id AND status = 'draft'"
        connection.execute(text(paid), {"id": order})
        connection.execute(text("UPDATE bare_stock SET committed = committed + 1 WHERE id = 1"))

    runtime.store.write(insert)
    if not runtime.store.write(reserve):
        return False
    runtime.store.write(pay)
    return True


KINDS: dict[str, Callable[[Runtime, str, int], bool]] = {"ours": sell, "bare": sell_bare}


def sell_for(
    kind: str, processes: int, seconds: float, place: tuple[Path, str, str]
) -> tuple[int, int]:
    """Let so many processes sell until the time or the stock is over: sold, and turned away."""
    context = multiprocessing.get_context("spawn")
    ready, told = context.Barrier(processes), context.Queue()
    sellers = [
        context.Process(target=_sell_until, args=(kind, seconds, place, ready, told))
        for _ in range(processes)
    ]
    for seller in sellers:
        seller.start()
    counts = [told.get(timeout=seconds + 120) for _ in sellers]
    for seller in sellers:
        seller.join()
    return sum(sold for sold, _ in counts), sum(refused for _, refused in counts)


def _sell_until(
    kind: str, seconds: float, place: tuple[Path, str, str], ready: Any, told: Any
) -> None:
    runtime = open_runtime(*place)
    name, sold, refused = f"{os.getpid()}-{time.time_ns()}", 0, 0
    runtime.store.now()
    ready.wait()
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end and refused < 3:
        number += 1
        if KINDS[kind](runtime, name, number):
            sold += 1
        else:
            refused += 1
    told.put((sold, refused))
    runtime.close()
