"""Reads orders: rows into the rulebook's order, and into what pages and programs show of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.runtime import Runtime
from bot.store import orders as rows
from bot.store.database import Connection
from bot.store.order_parts import Parts, read_parts
from orders.item import Discount, Item
from orders.money import Money
from orders.order import Order
from orders.payment import PayMethod
from orders.states import (
    FulfilmentState,
    PaymentState,
    Status,
    fulfilment_state,
    payment_state,
)
from orders.totals import TaxMode, Totals, totals

IN_USE = frozenset(Status) - {Status.CANCELLED, Status.COMPLETED, Status.RETURNED}
"""States in which an order can be the one in use: there is still something to do about it."""


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with everything that a page, a card or the API shows of it.

    ``parcels`` are those that were not taken back, and ``inside`` tells of each
    by its id which line (from 1) has how many pieces in it. ``billed`` is the
    revision that counts, None where none was issued. Payment and fulfilment
    states are derived from the rows each time and stored nowhere.
    """

    row: Any
    order: Order
    totals: Totals
    bill_url: str | None
    events: tuple[Any, ...]
    payment_state: PaymentState
    fulfilment_state: FulfilmentState
    payments: tuple[Any, ...]
    refunds: tuple[Any, ...]
    slips: tuple[Any, ...]
    parcels: tuple[Any, ...]
    inside: Mapping[int, Mapping[int, int]]
    billed: Any | None


def load(connection: Connection, row: Any) -> Order:
    """Make the rulebook's order of a row and its items."""
    return _make(row, rows.list_items(connection, row.id))


def view(runtime: Runtime, connection: Connection, row: Any) -> OrderView:
    """Give an order as it is shown. A draft that was never issued has no address yet."""
    return views(runtime, connection, [row])[0]


def views(runtime: Runtime, connection: Connection, found: Sequence[Any]) -> list[OrderView]:
    """Give orders as they are shown, in few questions however many they are."""
    parts = read_parts(connection, [row.id for row in found])
    return [_view(runtime, parts, row) for row in found]


def order_in_use(connection: Connection, conversation: Any) -> Any | None:
    """Give the conversation's order in use, locked, unless it has come to its end."""
    if conversation.order_id is None:
        return None
    row = rows.find_order(
        connection, conversation.shop_id, order_id=conversation.order_id, lock=True
    )
    return row if row is not None and row.status in IN_USE else None


def held_of(row: Any) -> Money:
    """Give what the shop holds of an order's money: what came in less what went back."""
    return Money(row.paid_minor - row.refunded_minor, row.currency)


def _make(row: Any, items: Iterable[Any]) -> Order:
    return Order(
        number=row.number,
        status=Status(row.status),
        version=row.version,
        currency=row.currency,
        paid=held_of(row),
        items=tuple(_read_item(item._asdict(), row.currency) for item in items),
        due_at=row.due_at,
        **_read_terms(row.terms, row.currency),
    )


def restore(order: Order, kept: Mapping[str, Any]) -> Order:
    """Give an order with the items and terms that a snapshot kept."""
    return replace(
        order,
        items=tuple(_read_item(item, order.currency) for item in kept["items"]),
        due_at=datetime.fromisoformat(kept["due_at"]) if kept["due_at"] else None,
        **_read_terms(kept["terms"], order.currency),
    )


def _view(runtime: Runtime, parts: Parts, row: Any) -> OrderView:
    order = _make(row, parts.items.get(row.id, ()))
    sums = totals(order)
    sent = parts.parcels.get(row.id, [])
    return OrderView(
        row=row,
        order=order,
        totals=sums,
        bill_url=runtime.bill_url(row.id, row.link_generation) if row.link_generation else None,
        events=tuple(parts.events.get(row.id, ())),
        payment_state=payment_state(
            order.status,
            total=sums.total,
            paid=Money(row.paid_minor, row.currency),
            refunded=Money(row.refunded_minor, row.currency),
            cod=order.pay_method is PayMethod.COD,
        ),
        fulfilment_state=fulfilment_state(
            order.status, ordered=order.pieces, shipped=parts.count_shipped(row.id).total()
        ),
        payments=tuple(parts.payments.get(row.id, ())),
        refunds=tuple(parts.refunds.get(row.id, ())),
        slips=tuple(parts.slips.get(row.id, ())),
        parcels=tuple(sent),
        inside={parcel.id: parts.inside.get(parcel.id, {}) for parcel in sent},
        billed=parts.newest.get(row.id),
    )


def _read_terms(terms: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {
        "shipping": _money(terms.get("shipping_minor"), currency),
        "shipping_name": terms.get("shipping_name", ""),
        "shipping_code": terms.get("shipping_code", ""),
        "discount": _discount(terms.get("discount_minor"), terms.get("discount_bp"), currency),
        "deposit": _money(terms.get("deposit_minor"), currency),
        "tax_mode": TaxMode(terms.get("tax_mode", "none")),
        "tax_rate_bp": terms.get("tax_rate_bp", 700),
        "note": terms.get("note", ""),
        "phone": terms.get("phone", ""),
        "pay_method": PayMethod(terms["pay_method"]) if terms.get("pay_method") else None,
        "tags": tuple(terms.get("tags", ())),
        "recipient": terms.get("recipient", ""),
        "address": terms.get("address", ""),
    }


def _read_item(kept: Mapping[str, Any], currency: str) -> Item:
    return Item(
        code=kept["code"],
        name=kept["name"],
        options=tuple(kept["options"]),
        quantity=kept["quantity"],
        unit_price=Money(kept["unit_price_minor"], currency),
        discount=_discount(kept["discount_minor"], kept["discount_bp"], currency),
    )


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)


def _discount(minor: int | None, basis_points: int | None, currency: str) -> Discount | None:
    if minor is None and basis_points is None:
        return None
    return Discount(amount=_money(minor, currency), basis_points=basis_points)
