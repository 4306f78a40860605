"""Ordering: the use cases of an order, each one move in one transaction.

An order is read into the rulebook's ``Order``, changed there, and written back
with a version check, its event and whatever the move brings about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot import invoicing
from bot.runtime import Runtime, Work
from bot.staff import Actor
from bot.store import changes, conversations, products, shops
from bot.store import orders as rows
from bot.store.database import Connection
from bot.store.vault import digest
from orders.errors import ItemError, MoveError
from orders.item import Discount, Item
from orders.money import Money
from orders.moves import check_may, find_move
from orders.order import Order
from orders.payment import PayMethod
from orders.states import EDITABLE, Role, Status
from orders.totals import TaxMode, Totals, totals

OPEN = (Status.DRAFT, Status.UNPAID, Status.CHECKING)
"""States in which an order can be the one in use."""


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


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with everything that a page, a card or the API shows of it."""

    row: Any
    order: Order
    totals: Totals
    bill_url: str | None
    events: tuple[Any, ...]


# Reading ---------------------------------------------------------------------


def load(connection: Connection, row: Any) -> Order:
    """Make the rulebook's order of a row and its items."""
    terms = row.terms
    return Order(
        number=row.number,
        status=Status(row.status),
        version=row.version,
        currency=row.currency,
        paid=Money(row.paid_minor, row.currency),
        items=tuple(_read_item(item, row.currency) for item in rows.list_items(connection, row.id)),
        shipping=_money(terms.get("shipping_minor"), row.currency),
        shipping_name=terms.get("shipping_name", ""),
        discount=_discount(terms.get("discount_minor"), terms.get("discount_bp"), row.currency),
        deposit=_money(terms.get("deposit_minor"), row.currency),
        tax_mode=TaxMode(terms.get("tax_mode", "none")),
        tax_rate_bp=terms.get("tax_rate_bp", 700),
        note=terms.get("note", ""),
        phone=terms.get("phone", ""),
        pay_method=PayMethod(terms["pay_method"]) if terms.get("pay_method") else None,
        due_at=row.due_at,
        tags=tuple(terms.get("tags", ())),
    )


def view(runtime: Runtime, connection: Connection, row: Any) -> OrderView:
    """Give an order as it is shown. A draft that was never issued has no address yet."""
    order = load(connection, row)
    return OrderView(
        row=row,
        order=order,
        totals=totals(order),
        bill_url=runtime.bill_url(row.id, row.link_generation) if row.link_generation else None,
        events=tuple(rows.list_events(connection, row.id)),
    )


def order_in_use(connection: Connection, conversation: Any) -> Any | None:
    """Give the conversation's order in use, if it is still open."""
    if conversation.order_id is None:
        return None
    row = rows.find_order(
        connection, conversation.shop_id, order_id=conversation.order_id, lock=True
    )
    return row if row is not None and row.status in OPEN else None


# Moves -----------------------------------------------------------------------


def open_order(work: Work, shop: Any, conversation: Any, asker: Asker) -> Any:
    """Open a draft for a conversation, make it the one in use, and give its row."""
    check_may(asker.role, find_move(None, "open"))
    number = shops.next_number(work.connection, shop.id, "order")
    order = Order.open(number, shop.currency)
    order_id = rows.insert_order(
        work.connection,
        shop_id=shop.id,
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        number=number,
        status=order.status,
        currency=order.currency,
        terms=_write_terms(order),
        total_minor=0,
        created_at=work.now,
        updated_at=work.now,
    )
    conversations.update_conversation(work.connection, conversation.id, order_id=order_id)
    row = _reload(work, shop.id, order_id)
    _log(work, row, asker, "open", was=None)
    return row


def edit(
    work: Work, row: Any, asker: Asker, change: Callable[[Order], Order], **told: Any
) -> tuple[Any, Order]:
    """Change an order's items or terms; on an unpaid one this prepares the next revision.

    Gives the row and the order as they are then. Raises ``OrderError``.
    """
    order = load(work.connection, row)
    if order.status not in EDITABLE:
        raise MoveError("order_locked", number=order.number, status=order.status)
    check_may(asker.role, find_move(order.status, "edit"))
    changed = change(order)
    return _save(work, row, changed, asker, "edit", told=told)


def send(runtime: Runtime, work: Work, shop: Any, row: Any, asker: Asker) -> tuple[Any, bool]:
    """Freeze the next revision, reserve its stock, and owe it to the customer.

    Gives the row and whether the bill goes with a picture. Raises ``OrderError``.
    """
    order = load(work.connection, row)
    move = find_move(order.status, "send")
    check_may(asker.role, move)
    if not order.items:
        raise MoveError("guard_items")
    sent = order.moved("send")
    generation = row.link_generation or 1
    revision = row.revision + 1
    invoice_id = invoicing.issue(work, shop, row, sent, revision=revision)
    _reserve(work, shop, row)
    after, _ = _save(
        work,
        row,
        sent,
        asker,
        "send",
        told={"revision": revision},
        revision=revision,
        link_generation=generation,
        link_digest=digest(runtime.vault.bill_token(row.id, generation)),
    )
    conversation = conversations.find_conversation(work.connection, shop.id, row.conversation_id)
    if conversation is None:
        raise LookupError("an online order has its conversation")
    staff_id = asker.actor.staff_id if asker.actor else None
    picture = invoicing.owe(runtime, work, conversation, invoice_id, staff_id=staff_id)
    return after, picture


def cancel(work: Work, row: Any, asker: Asker, reason: str) -> Any:
    """Cancel an order, give its stock back, and give its row. Raises ``OrderError``."""
    order = load(work.connection, row)
    move = find_move(order.status, "cancel")
    check_may(asker.role, move, is_author=_opened_by(work, row, asker))
    if order.paid.minor:
        raise MoveError("guard_no_payment")
    for product_id, held in rows_held(work, row):
        product = products.find_product_by_id(work.connection, product_id)
        products.release(work.connection, product, row.id, held, work.now)
    after, _ = _save(work, row, order.moved("cancel"), asker, "cancel", told={"reason": reason})
    return after


def rows_held(work: Work, row: Any) -> list[tuple[int, int]]:
    """List what stock an order holds, in the one sequence in which every order locks products."""
    return sorted(products.reserved_by(work.connection, row.id).items())


def _opened_by(work: Work, row: Any, asker: Asker) -> bool:
    events = rows.list_events(work.connection, row.id)
    return bool(events) and events[0].actor == asker.name


def _reserve(work: Work, shop: Any, row: Any) -> None:
    """Hold what the order's items need, and let go of what an earlier revision held beyond that.

    Products are taken in the order of their ids, so that two orders never
    wait for each other.
    """
    wanted: Counter[int] = Counter()
    for item in rows.list_items(work.connection, row.id):
        if item.product_id is not None:
            wanted[item.product_id] += item.quantity
    held = products.reserved_by(work.connection, row.id)
    for product_id in sorted(wanted.keys() | held.keys()):
        product = products.find_product_by_id(work.connection, product_id)
        counts = product.condition == "stock"
        more = (wanted[product_id] if counts else 0) - held.get(product_id, 0)
        if more > 0 and not products.reserve(work.connection, product, row.id, more, work.now):
            left = products.find_product_by_id(work.connection, product_id).available
            raise ItemError(
                "stock_short", code=product.code, left=left, quantity=wanted[product_id]
            )
        if more < 0:
            products.release(work.connection, product, row.id, -more, work.now)


def _save(
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
        terms=_write_terms(order),
        total_minor=totals(order).total.minor,
        due_at=order.due_at,
        updated_at=work.now,
        **values,
    )
    if moved_on:
        raise MoveError("guard_same_version")
    _write_items(work, row, order)
    after = _reload(work, row.shop_id, row.id)
    _log(work, after, asker, move, was=row.status, **told)
    return after, order


def _reload(work: Work, shop_id: int, order_id: int) -> Any:
    return rows.find_order(work.connection, shop_id, order_id=order_id)


def _log(
    work: Work,
    row: Any,
    asker: Asker,
    move: str,
    *,
    was: str | None,
    **data: Any,
) -> None:
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


# Rows and values -------------------------------------------------------------


def _write_terms(order: Order) -> dict[str, Any]:
    discount = order.discount
    return {
        "shipping_minor": order.shipping.minor if order.shipping is not None else None,
        "shipping_name": order.shipping_name,
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


def _read_item(row: Any, currency: str) -> Item:
    return Item(
        code=row.code,
        name=row.name,
        options=tuple(row.options),
        quantity=row.quantity,
        unit_price=Money(row.unit_price_minor, currency),
        discount=_discount(row.discount_minor, row.discount_bp, currency),
    )


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)


def _discount(minor: int | None, basis_points: int | None, currency: str) -> Discount | None:
    if minor is None and basis_points is None:
        return None
    return Discount(amount=_money(minor, currency), basis_points=basis_points)
