"""Orders as a sheet: one row an item, with the order's own terms and sums on each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bot.ordering.reading import load
from bot.store import orders as rows
from bot.store.database import Connection
from bot.words import say
from orders.item import Item
from orders.money import Money
from orders.order import Order
from orders.payment import PayMethod
from orders.states import payment_state
from orders.totals import Totals, totals

Cell = str | int | Decimal | None

OF_ORDER = (
    *("number", "status", "payment_state", "created_at", "due_at"),
    *("customer_code", "customer_name", "phone"),
)
OF_ITEM = (
    *("item_code", "item_name", "item_options", "quantity", "unit_price"),
    *("line_discount", "line_total"),
)
OF_SUMS = (
    *("subtotal", "discount", "shipping", "shipping_name", "tax", "total", "paid", "balance"),
    *("currency", "payment_method", "note", "tags"),
)
PAGE = 200


def export_orders(
    connection: Connection,
    shop: Any,
    *,
    since: date | None = None,
    until: date | None = None,
    status: str | None = None,
) -> Iterator[list[Cell]]:
    """Give a shop's orders as rows, the header first, the newest order first.

    ``since`` and ``until`` are days of the shop's own calendar, both included.
    An order without items has a row too. Amounts are plain, in the order's currency.
    """
    language = str(shop.locale)
    columns = (*OF_ORDER, *OF_ITEM, *OF_SUMS)
    yield [say(f"column.{column}", language).partition("|")[0] for column in columns]
    zone = ZoneInfo(shop.timezone)
    for row in _find(connection, shop.id, _begin(since, zone), _end(until, zone), status):
        order = load(connection, row)
        sums = totals(order)
        own, after = _own(row, order, sums, language, zone), _sums(order, sums, language)
        items = [_item(*pair) for pair in zip(order.items, sums.items, strict=True)]
        for item in items or [[None] * len(OF_ITEM)]:
            yield [*own, *item, *after]


def _find(
    connection: Connection,
    shop_id: int,
    begin: datetime | None,
    end: datetime | None,
    status: str | None,
) -> Iterator[Any]:
    """Give a shop's orders page by page; numbers rise with time."""
    before: int | None = None
    while page := rows.list_orders(connection, shop_id, status=status, before=before, limit=PAGE):
        for row in page:
            if begin is not None and row.created_at < begin:
                return
            if end is None or row.created_at < end:
                yield row
        before = page[-1].number


def _begin(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), tzinfo=zone)


def _end(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else _begin(day + timedelta(days=1), zone)


def _own(row: Any, order: Order, sums: Totals, language: str, zone: ZoneInfo) -> list[Cell]:
    is_cod = order.pay_method is PayMethod.COD
    paid = payment_state(order.status, total=sums.total, paid=sums.paid, cod=is_cod)
    return [
        order.number,
        say(f"status.{order.status}", language),
        say(f"payment_state.{paid}", language),
        _when(row.created_at, zone),
        _when(order.due_at, zone),
        None if row.customer_code is None else f"C{row.customer_code}",
        row.customer_name,
        order.phone or None,
    ]


def _item(item: Item, total: Money) -> list[Cell]:
    return [
        item.code,
        item.name,
        " / ".join(item.options),
        item.quantity,
        _amount(item.unit_price),
        _amount(item.gross - total),
        _amount(total),
    ]


def _sums(order: Order, sums: Totals, language: str) -> list[Cell]:
    return [
        _amount(sums.subtotal),
        _amount(sums.discount),
        _amount(sums.shipping),
        order.shipping_name,
        _amount(sums.tax),
        _amount(sums.total),
        _amount(sums.paid),
        _amount(sums.balance),
        order.currency,
        say(f"method.{order.pay_method}", language) if order.pay_method else None,
        order.note,
        ", ".join(order.tags),
    ]


def _amount(amount: Money) -> Decimal:
    return Decimal(amount.plain())


def _when(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return None if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
