"""The moves of an order that are made so far: open, edit, send, cancel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from bot import invoicing
from bot.catalogue import follow_shipping
from bot.ordering.reading import load
from bot.ordering.writing import Asker, log_move, reload, save, write_terms
from bot.runtime import Runtime, Work
from bot.store import conversations, products, shops, stock
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
    changed = follow_shipping(work.connection, row.shop_id, change(order))
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
    _reserve(work, row)
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
    for shelf_id, held in stock.held_by(work.connection, row.id).items():
        shelf = stock.find_shelf_by_id(work.connection, shelf_id)
        stock.move(work.connection, shelf, "release", held["reserved"], work.now, order_id=row.id)
    after, _ = save(work, row, order.moved("cancel"), asker, "cancel", told={"reason": reason})
    return after


def _opened_by(work: Work, row: Any, asker: Asker) -> bool:
    events = rows.list_events(work.connection, row.id)
    return bool(events) and events[0].actor == asker.name


def _reserve(work: Work, row: Any) -> None:
    """Hold what the order's items need, and let go of what an earlier revision held beyond that.

    Shelves are taken in the order of their ids, so that two orders never
    wait for each other.
    """
    wanted, names = _find_wanted(work, row)
    held = stock.held_by(work.connection, row.id)
    for shelf_id in sorted(wanted.keys() | held.keys()):
        shelf = stock.find_shelf_by_id(work.connection, shelf_id)
        more = wanted[shelf_id] - held.get(shelf_id, Counter())["reserved"]
        kind = "reserve" if more > 0 else "release"
        if more and not stock.move(
            work.connection, shelf, kind, abs(more), work.now, order_id=row.id
        ):
            left = stock.find_shelf_by_id(work.connection, shelf_id).available
            raise ItemError(
                "stock_short", code=names[shelf_id], left=left, quantity=wanted[shelf_id]
            )


def _find_wanted(work: Work, row: Any) -> tuple[Counter[int], dict[int, str]]:
    """Count what the order's items need of each shelf, with the name of what lies there."""
    wanted: Counter[int] = Counter()
    names: dict[int, str] = {}
    for item in rows.list_items(work.connection, row.id):
        if item.product_id is None:
            continue
        product = products.find_product_by_id(work.connection, item.product_id)
        if product.condition != "stock":
            continue
        shelf = stock.find_shelf(work.connection, product, item.options)
        if shelf is None:
            raise ItemError("stock_short", code=product.code, left=0, quantity=item.quantity)
        wanted[shelf.id] += item.quantity
        names[shelf.id] = "/".join((product.code, *item.options)) if shelf.key else product.code
    return wanted, names
