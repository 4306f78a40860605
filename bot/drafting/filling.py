"""Fills an order with what is wanted: lines out of the album, ways of sending, the other terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot import catalogue
from bot.catalogue import Keeper, ProductError
from bot.drafting.wanted import KEEP, DraftError, Line, Shipping, Wanted
from bot.ordering import Asker, Desk
from orders.item import Item
from orders.order import Order


def fill(desk: Desk, asker: Asker, order: Order, wanted: Wanted) -> Order:
    """Give the order as it is wanted. Raises ``OrderError``, ``ProductError``, ``DraftError``.

    Discount and deposit are weighed against what the order comes to at last.
    """
    discount = order.discount if wanted.discount is KEEP else wanted.discount
    deposit = order.deposit if wanted.deposit is KEEP else wanted.deposit
    order = order.with_deposit(None).with_discount(None)
    if wanted.items is not KEEP:
        order = replace(order, items=())
        for line in wanted.items:
            order = order.add(_make_item(desk, asker, line))
    for name, put in _TERMS.items():
        value = getattr(wanted, name)
        if value is not KEEP:
            order = put(order, value)
    order = order.with_discount(discount)
    if wanted.shipping is not KEEP:
        order = _ship(desk, order, wanted.shipping)
    return order.with_deposit(deposit)


_TERMS: dict[str, Callable[[Order, Any], Order]] = {
    "tax_mode": Order.with_tax,
    "due_at": Order.with_due,
    "note": Order.with_note,
    "tags": Order.with_tags,
    "phone": Order.with_phone,
    "recipient": lambda order, name: order.with_address(name, order.address),
    "address": lambda order, address: order.with_address(order.recipient, address),
    "payment_method": Order.with_pay_method,
}


def _make_item(desk: Desk, asker: Asker, line: Line) -> Item:
    if line.code is None:
        return _make_one_off(desk, asker, line)
    found = catalogue.find_product(desk.connection, desk.shop, line.code)
    if found is None:
        raise ProductError("unknown", code=line.code)
    product = found[1]
    item = product.item(line.quantity, line.options, price=line.price, discount=line.discount)
    product.check_sale(item.quantity, item.options)
    return item


def _make_one_off(desk: Desk, asker: Asker, line: Line) -> Item:
    if line.price is None:
        raise ProductError("price_missing", code=line.name)
    item = Item(
        code=None,
        name=line.name,
        options=line.options,
        quantity=line.quantity,
        unit_price=line.price,
        discount=line.discount,
    )
    if not line.keep:
        return item
    kept = catalogue.keep_item(Keeper(desk.work, desk.shop, asker.actor), item)
    return replace(item, code=kept.code)


def _ship(desk: Desk, order: Order, shipping: Shipping | None) -> Order:
    """Choose a way at its rule's fee, or at the fee that is named."""
    if shipping is None:
        return order.with_shipping(None)
    way = catalogue.find_way(desk.shop, shipping.way) if shipping.way else None
    if shipping.fee is not None:  # a fee of one's own may have a name of its own
        return order.with_shipping(shipping.fee, shipping.way if way is None else way.name)
    if way is None:
        known = ", ".join(kept["code"] for kept in desk.shop.shipping) or "-"
        raise DraftError("way_unknown", way=shipping.way or "-", known=known)
    fee = catalogue.quote_way(desk.connection, desk.shop.id, way, order)
    return order.with_way(way, fee)
