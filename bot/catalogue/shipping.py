"""A shop's ways of sending: read from its row, quoted for an order, and followed as it changes."""

from __future__ import annotations

from typing import Any

from bot.store import products, shops
from bot.store.database import Connection
from orders.money import Money
from orders.order import Order
from orders.shipping import Basis, ShippingWay, Tier, Weight, quote, weigh
from orders.totals import totals


def read_way(kept: Any, currency: str) -> ShippingWay:
    """Make the rulebook's way of what a shop's row keeps of one."""
    basis = next((one for one in (Basis.WEIGHT, Basis.AMOUNT) if kept.get(one)), Basis.FLAT)
    steps = kept[basis] if basis is not Basis.FLAT else ()
    return ShippingWay(
        code=kept["code"],
        name=kept["name"],
        currency=currency,
        fee=_money(kept.get("fee_minor"), currency),
        basis=basis,
        tiers=tuple(Tier(limit, Money(fee, currency)) for limit, fee in steps),
        free_above=_money(kept.get("free_above_minor"), currency),
    )


def write_way(way: ShippingWay) -> dict[str, Any]:
    """Give what a shop's row keeps of a way; ``read_way`` makes the same of it again."""
    kept: dict[str, Any] = {"code": way.code, "name": way.name}
    if way.fee is not None:
        kept["fee_minor"] = way.fee.minor
    if way.free_above is not None:
        kept["free_above_minor"] = way.free_above.minor
    if way.basis is not Basis.FLAT:
        kept[str(way.basis)] = [[tier.limit, tier.fee.minor] for tier in way.tiers]
    return kept


def find_way(shop: Any, word: str) -> ShippingWay | None:
    """Find a shop's way by its code or its name, whatever the case."""
    wanted = word.strip().casefold()
    for kept in shop.shipping:
        if wanted in (kept["code"].casefold(), kept["name"].casefold()):
            return read_way(kept, shop.currency)
    return None


def weigh_order(connection: Connection, shop_id: int, order: Order) -> Weight:
    """Weigh an order by what the album says of each piece."""
    codes = {item.code for item in order.items if item.code is not None}
    return weigh(order.items, products.find_weights(connection, shop_id, codes))


def quote_way(connection: Connection, shop_id: int, way: ShippingWay, order: Order) -> Money:
    """Reckon what a way asks for an order. Raises ``ItemError`` for what it does not take."""
    sums = totals(order)
    return quote(way, sums.subtotal - sums.discount, weigh_order(connection, shop_id, order))


def follow_shipping(connection: Connection, shop_id: int, order: Order) -> Order:
    """Give the order with the fee that its way asks now, where nobody typed the fee by hand.

    A way that the shop has no more leaves the fee as it is.
    """
    if not order.shipping_code:
        return order
    way = find_way(shops.find_shop(connection, shop_id), order.shipping_code)
    if way is None:
        return order
    return order.with_way(way, quote_way(connection, shop_id, way, order))


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)
