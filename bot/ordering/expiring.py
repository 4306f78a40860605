"""What time and stock bring: bills that expire, and paid orders whose missing stock came back.

Each order has its own transaction, in which everything is looked at again: a
payment, a slip or an edit may have come since the list was read.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog

from bot.logs import place
from bot.ordering.asking import Asker, Desk
from bot.ordering.holding import can_fill
from bot.ordering.making import lock, make
from bot.ordering.reading import load
from bot.runtime import Runtime, Work
from bot.store import orders as rows
from bot.store import shops
from bot.store.database import StoreUnavailable
from orders.errors import OrderError
from orders.states import Status

log = structlog.get_logger(__name__)

HOUSE = Asker(None, "upkeep")

BUDGET = 5
"""Seconds for one sweep: other things of the same job take their time as well."""


def expire_due(runtime: Runtime, *, seconds: int = BUDGET) -> int:
    """Let unpaid orders expire whose time is over; give how many did."""
    with runtime.store.read() as connection:
        due = rows.list_due(connection, runtime.store.now(connection))
    return _each(runtime, due, _expire, seconds)


def fill_missing(runtime: Runtime, *, seconds: int = BUDGET) -> int:
    """Give orders whose money is in the stock that they missed, the oldest first; give how many."""
    with runtime.store.read() as connection:
        missing = rows.list_missing(connection)
    return _each(runtime, missing, _fill, seconds)


def _expire(desk: Desk, row: Any) -> bool:
    if Status(row.status) is not Status.UNPAID or row.due_at is None or row.due_at > desk.now:
        return False
    make(desk, row, HOUSE, "expire")
    return True


def _fill(desk: Desk, row: Any) -> bool:
    if not row.missing or not can_fill(desk, row, load(desk.connection, row)):
        return False
    make(desk, row, HOUSE, "fill_stock")
    return True


def _each(
    runtime: Runtime, found: list[Any], body: Callable[[Desk, Any], bool], seconds: int
) -> int:
    """Do one thing to each order in its own transaction. No order's trouble costs another."""
    end = time.monotonic() + seconds
    done = 0
    for known in found:
        if time.monotonic() >= end:
            break
        try:
            done += runtime.transact(partial(_one, runtime, known, body))
        except OrderError as refused:
            log.info("order left as it is", order=known.id, why=refused.key)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 whatever it is, the others must not wait for it
            log.error(  # noqa: TRY400 no traceback: its words may be a customer's
                "order failed", order=known.id, error=type(error).__name__, where=place(error)
            )
    return done


def _one(runtime: Runtime, known: Any, body: Callable[[Desk, Any], bool], work: Work) -> bool:
    shop = shops.find_shop(work.connection, known.shop_id)
    desk = Desk(runtime, work, shop)
    row = rows.find_order(work.connection, known.shop_id, order_id=known.id)
    return row is not None and body(desk, lock(desk, row))
