"""Writes orders back: with a version check, its event, its audit row, and word to open pages."""

from __future__ import annotations

from typing import Any

from bot.ordering.asking import Asker, Desk
from bot.ordering.situation import Situation
from bot.store import changes, products, snapshots
from bot.store import orders as rows
from orders.errors import MoveError
from orders.item import Item
from orders.order import Order
from orders.states import Status
from orders.totals import totals

DELETED = "deleted"
"""What an event says of a draft that was dropped."""

TAKEN_BACK = frozenset({"edit"})
"""Moves that are taken back by writing what stood there before."""


def save(situation: Situation) -> Any:
    """Write an order back, if nobody was faster, with what was done to it; give its row."""
    desk, row, order = situation.desk, situation.row, situation.order
    written = rows.update_order(
        desk.connection,
        row.id,
        row.version,
        status=order.status,
        terms=write_terms(order),
        total_minor=totals(order).total.minor,
        due_at=order.due_at,
        updated_at=desk.now,
        **situation.values,
    )
    if not written:
        raise MoveError("guard_same_version")
    if order.items != situation.before.items:
        write_items(desk, row, order)
    if situation.asker.actor is not None and situation.move.name in TAKEN_BACK:
        # What a person changed can be taken back for a while; the house's own doings cannot.
        snapshots.keep_snapshot(
            desk.connection,
            shop_id=row.shop_id,
            order_id=row.id,
            version=row.version,
            kept=write_snapshot(situation.before),
            at=desk.now,
        )
    after = rows.find_order(desk.connection, row.shop_id, order_id=row.id) or row
    log_move(
        desk,
        row,
        situation.asker,
        situation.move.name,
        version=row.version + 1,
        was=row.status,
        now=DELETED if situation.move.target is None else order.status,
        told=situation.told,
    )
    return after


def insert(desk: Desk, order: Order, **values: Any) -> Any:
    """Write a new order with its items, and give its row."""
    order_id = rows.insert_order(
        desk.connection,
        shop_id=desk.shop.id,
        number=order.number,
        status=order.status,
        currency=order.currency,
        terms=write_terms(order),
        total_minor=totals(order).total.minor,
        due_at=order.due_at,
        created_at=desk.now,
        updated_at=desk.now,
        **values,
    )
    row = rows.find_order(desk.connection, desk.shop.id, order_id=order_id)
    if order.items:
        write_items(desk, row, order)
    return row


def log_move(
    desk: Desk,
    row: Any,
    asker: Asker,
    move: str,
    *,
    version: int,
    was: str | None,
    now: Status | str,
    told: dict[str, Any],
) -> None:
    """Append what happened to an order to its history and the audit, and tell open pages."""
    rows.insert_order_event(
        desk.connection,
        shop_id=row.shop_id,
        order_id=row.id,
        version=version,
        move=move,
        from_status=was,
        to_status=str(now),
        actor=asker.name,
        surface=asker.surface,
        source=asker.source,
        at=desk.now,
        data=told,
    )
    changes.record(
        desk.connection,
        desk.now,
        asker.name,
        f"order {move}",
        f"order:{row.number}",
        shop_id=row.shop_id,
        version=version,
    )
    changes.announce(
        desk.connection,
        row.shop_id,
        desk.now,
        conversation_id=row.conversation_id,
        order_id=row.id,
    )


def write_terms(order: Order) -> dict[str, Any]:
    """Give an order's terms as they are stored."""
    discount = order.discount
    return {
        "shipping_minor": order.shipping.minor if order.shipping is not None else None,
        "shipping_name": order.shipping_name,
        "shipping_code": order.shipping_code,
        "discount_minor": discount.amount.minor if discount and discount.amount else None,
        "discount_bp": discount.basis_points if discount else None,
        "deposit_minor": order.deposit.minor if order.deposit is not None else None,
        "tax_mode": order.tax_mode,
        "tax_rate_bp": order.tax_rate_bp,
        "note": order.note,
        "phone": order.phone,
        "pay_method": order.pay_method,
        "tags": list(order.tags),
        "recipient": order.recipient,
        "address": order.address,
    }


def write_snapshot(order: Order) -> dict[str, Any]:
    """Give an order's items and terms as a snapshot keeps them; ``restore`` reads them."""
    due = order.due_at
    return {
        "items": [write_item(item) for item in order.items],
        "terms": write_terms(order),
        "due_at": due.isoformat() if due is not None else None,
    }


def write_item(item: Item) -> dict[str, Any]:
    """Give a line as it is stored."""
    discount = item.discount
    return {
        "code": item.code,
        "name": item.name,
        "options": list(item.options),
        "quantity": item.quantity,
        "unit_price_minor": item.unit_price.minor,
        "discount_minor": discount.amount.minor if discount and discount.amount else None,
        "discount_bp": discount.basis_points if discount else None,
    }


def write_items(desk: Desk, row: Any, order: Order) -> None:
    """Write an order's lines anew, each with the product that it is of."""
    written = []
    for position, item in enumerate(order.items, start=1):
        product = (
            products.find_product(desk.connection, row.shop_id, item.code) if item.code else None
        )
        place = {
            "shop_id": row.shop_id,
            "order_id": row.id,
            "product_id": product.id if product else None,
            "position": position,
        }
        written.append(place | write_item(item))
    rows.replace_items(desk.connection, row.id, written)
