"""Writes orders back: with a version check, its event, and word to open pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.runtime import Work
from bot.staff import Actor
from bot.store import changes, products
from bot.store import orders as rows
from orders.errors import MoveError
from orders.order import Order
from orders.states import Role
from orders.totals import totals


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a move, where, and by which message or request."""

    actor: Actor | None
    surface: str
    source: str | None = None

    @property
    def name(self) -> str:
        """Name the asker as events and audit rows do."""
        return f"staff:{self.actor.staff_id}" if self.actor else "system"

    @property
    def role(self) -> Role:
        """Give the role that the move is judged by."""
        return self.actor.role if self.actor else Role.SYSTEM


def save(
    work: Work,
    row: Any,
    order: Order,
    asker: Asker,
    move: str,
    *,
    told: dict[str, Any],
    **values: Any,
) -> tuple[Any, Order]:
    """Write an order back, if nobody was faster, with its event; give its row and itself."""
    moved_on = not rows.update_order(
        work.connection,
        row.id,
        row.version,
        status=order.status,
        terms=write_terms(order),
        total_minor=totals(order).total.minor,
        due_at=order.due_at,
        updated_at=work.now,
        **values,
    )
    if moved_on:
        raise MoveError("guard_same_version")
    _write_items(work, row, order)
    after = reload(work, row.shop_id, row.id)
    log_move(work, after, asker, move, was=row.status, **told)
    return after, order


def reload(work: Work, shop_id: int, order_id: int) -> Any:
    """Give an order's row as it is now."""
    return rows.find_order(work.connection, shop_id, order_id=order_id)


def log_move(
    work: Work,
    row: Any,
    asker: Asker,
    move: str,
    *,
    was: str | None,
    **data: Any,
) -> None:
    """Append what happened to an order, and tell open pages."""
    rows.insert_order_event(
        work.connection,
        shop_id=row.shop_id,
        order_id=row.id,
        version=row.version,
        move=move,
        from_status=was,
        to_status=row.status,
        actor=asker.name,
        surface=asker.surface,
        source=asker.source,
        at=work.now,
        data=data,
    )
    changes.announce(
        work.connection,
        row.shop_id,
        work.now,
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
    }


def _write_items(work: Work, row: Any, order: Order) -> None:
    written = []
    for position, item in enumerate(order.items, start=1):
        product = (
            products.find_product(work.connection, row.shop_id, item.code) if item.code else None
        )
        discount = item.discount
        written.append(
            {
                "shop_id": row.shop_id,
                "order_id": row.id,
                "product_id": product.id if product else None,
                "position": position,
                "code": item.code,
                "name": item.name,
                "options": list(item.options),
                "quantity": item.quantity,
                "unit_price_minor": item.unit_price.minor,
                "discount_minor": discount.amount.minor if discount and discount.amount else None,
                "discount_bp": discount.basis_points if discount else None,
            }
        )
    rows.replace_items(work.connection, row.id, written)
