"""Drafting: puts what a customer's words order into their draft, by moves of the order engine."""

from __future__ import annotations

from typing import Any

from bot import ordering
from bot.keywords.deciding import Taken, Wish
from bot.ordering import Asker, Desk
from bot.store import conversations
from bot.store import keywords as rows
from bot.store import orders as order_rows
from orders.keywords import Effect
from orders.order import Order

SURFACE = "keyword"


def find_taken(connection: Any, conversation: Any, post_id: int | None) -> tuple[Any | None, Taken]:
    """Find the draft that a customer's words go on with, and what else they have."""
    draft = rows.find_draft(connection, conversation.id)
    row = (
        order_rows.find_order(connection, conversation.shop_id, order_id=draft.id, lock=True)
        if draft is not None
        else None
    )
    others = rows.count_taken(
        connection, conversation.contact_id, post_id, row.id if row is not None else None
    )
    order = ordering.load(connection, row) if row is not None else None
    return row, Taken(order, others)


def put(
    desk: Desk, conversation: Any, row: Any | None, *, wishes: tuple[Wish, ...], source: str
) -> Any:
    """Open or extend a draft with wishes, once for each source; give its row.

    Raises ``OrderError``.
    """

    def change(order: Order) -> Order:
        return _grow(order, wishes)

    asker = Asker(None, SURFACE, source, key=source, body=_tell(wishes))
    if row is not None:
        return ordering.edit(desk, row, asker, change).row
    in_use = ordering.order_in_use(desk.connection, conversation)
    opened = ordering.open_order(desk, asker, conversation=conversation, change=change)
    if in_use is not None:  # what staff work on stays what they work on
        conversations.update_conversation(desk.connection, conversation.id, order_id=in_use.id)
    return opened.row


def send(desk: Desk, row: Any, source: str) -> Any:
    """Freeze the draft, reserve its stock and owe the bill, once. Raises ``OrderError``."""
    return ordering.send(desk, row, Asker(None, SURFACE, source, key=f"{source}:send")).row


def _tell(wishes: tuple[Wish, ...]) -> str:
    """Tell what wishes do to a draft, for the key under which they do it."""
    return "; ".join(f"{wish.item} {wish.effect} {wish.item.quantity}" for wish in wishes)


def _grow(order: Order, wishes: tuple[Wish, ...]) -> Order:
    for wish in wishes:
        item = wish.item
        own = [one for one in order.items if (one.code, one.options) == (item.code, item.options)]
        if wish.effect is Effect.SET and own:
            order = order.set_quantity(item.code or "", item.quantity, item.options)
        else:
            order = order.add(item)
    return order
