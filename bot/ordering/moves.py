"""The moves of an order that are made so far: open, edit, send, cancel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from bot import invoicing
from bot.ordering.reading import load
from bot.ordering.writing import Asker, log_move, reload, save, write_terms
from bot.runtime import Runtime, Work
from bot.store import conversations, products, shops
from bot.store import orders as rows
from bot.store.vault import digest
from orders.errors import ItemError, MoveError
from orders.moves import check_may, find_move
from orders.order import Order
from orders.states import EDITABLE


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
        terms=write_terms(order),
        total_minor=0,
        created_at=work.now,
        updated_at=work.now,
    )
    conversations.update_conversation(work.connection, conversation.id, order_id=order_id)
    row = reload(work, shop.id, order_id)
    log_move(work, row, asker, "open", was=None)
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
    return save(work, row, changed, asker, "edit", told=told)


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
    after, _ = save(
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
    after, _ = save(work, row, order.moved("cancel"), asker, "cancel", told={"reason": reason})
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
