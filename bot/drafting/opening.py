"""Opens and changes orders as they are wanted: in a conversation, or offline for a customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot import contacts, ordering
from bot.contacts import CustomerUnknown, Draft
from bot.drafting.filling import fill
from bot.drafting.wanted import KEEP, DraftError, Wanted
from bot.ordering import Asker, Desk, Made
from bot.ordering.making import lock
from bot.store import conversations
from bot.store import orders as rows
from orders.errors import ItemError, MoveError
from orders.order import Order


@dataclass(frozen=True, slots=True)
class Buyer:
    """Whom an order is for: who is in a conversation, a customer by code, or one to create."""

    conversation_id: int | None = None
    code: int | None = None
    new: Draft | None = None


def open_order(desk: Desk, asker: Asker, buyer: Buyer, wanted: Wanted) -> Made:
    """Open a draft as wanted. An offline one has its customer's phone unless another is named.

    Raises ``OrderError``, ``ProductError``, ``CustomerError``, and ``DraftError``
    for a conversation that the shop has not.
    """
    conversation = None
    if buyer.conversation_id is not None:
        conversation = conversations.find_conversation(
            desk.connection, desk.shop.id, buyer.conversation_id
        )
        if conversation is None:
            raise DraftError("conversation_unknown")
        conversation = conversations.lock_conversation(desk.connection, conversation.id)
    customer = None if conversation is not None else _find_customer(desk, asker, buyer)

    def change(order: Order) -> Order:
        filled = fill(desk, asker, order, wanted)
        return filled if customer is None else _take_phone(filled, customer, wanted)

    return ordering.open_order(
        desk,
        asker,
        conversation=conversation,
        contact_id=customer.row.id if customer is not None else None,
        change=change,
    )


def change_order(desk: Desk, row: Any, asker: Asker, wanted: Wanted, version: int) -> Made:
    """Change an order that is still at ``version``; tags alone, whatever its state.

    Raises ``OrderError``, ``ProductError``, ``DraftError``.
    """
    if wanted.named == ("tags",) and wanted.tags is not KEEP:
        return ordering.tag(desk, row, asker, wanted.tags, version=version)
    return ordering.edit(
        desk,
        row,
        asker,
        lambda order: fill(desk, asker, order, wanted),
        version=version,
        changed=list(wanted.named),
    )


def find_row(desk: Desk, number: int) -> Any:
    """Find an order of the desk's shop by its number. Raises ``MoveError``."""
    row = rows.find_order(desk.connection, desk.shop.id, number=number)
    if row is None:
        raise MoveError("order_missing")
    return row


def hold_row(desk: Desk, number: int) -> Any:
    """Find an order and hold it until the commit: nobody comes between look and move.

    Raises ``MoveError``.
    """
    return lock(desk, find_row(desk, number))


def _find_customer(desk: Desk, asker: Asker, buyer: Buyer) -> contacts.Customer:
    """Find the customer whom an offline order is for, created now where they are new."""
    code = buyer.code
    if buyer.new is not None and asker.actor is not None:
        code = contacts.create(desk.work, asker.actor, buyer.new).code
    found = (
        contacts.find_customer(desk.connection, desk.shop.id, code) if code is not None else None
    )
    if found is None:
        raise CustomerUnknown("unknown", code=f"C{code}" if code is not None else "-")
    return found


def _take_phone(order: Order, customer: contacts.Customer, wanted: Wanted) -> Order:
    if wanted.phone is not KEEP or not customer.phones:
        return order
    try:
        return order.with_phone(customer.phones[0])
    except ItemError:  # as it was typed, it is more than a number: nobody named it for this order
        return order
