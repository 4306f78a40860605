"""Use cases around a bill: open, edit, send, renew, draft, cancel, delete, copy, merge, tag."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.catalogue import follow_shipping
from bot.ordering.asking import Asked, Asker, Desk, Made
from bot.ordering.making import expect, lock, make, make_once, once, once_new
from bot.ordering.policy import read_policy
from bot.ordering.reading import held_of, load
from bot.ordering.writing import insert, log_move
from bot.store import contacts, conversations, shops
from bot.store import orders as rows
from orders.item import check_length
from orders.moves import Guard, find_move, moves_from
from orders.order import Order
from orders.states import Status
from orders.totals import totals

LONGEST_REASON = 500

Change = Callable[[Order], Order]


def open_order(
    desk: Desk,
    asker: Asker,
    *,
    conversation: Any | None = None,
    contact_id: int | None = None,
    change: Change | None = None,
) -> Made:
    """Open a draft: online for a conversation, which has it in use then, or offline for a contact.

    ``change`` fills it; with an idempotency key the asker's ``body`` says what
    it does. Raises ``OrderError``, ``LookupError`` where the shop has no such contact.
    """

    def body() -> Made:
        policy = read_policy(desk.shop)
        policy.check_may(asker.role, find_move(None, "open"), is_author=False)
        buyer = conversation.contact_id if conversation is not None else contact_id
        if buyer is not None and not contacts.lock_contacts(
            desk.connection, desk.shop.id, (buyer,)
        ):
            raise LookupError(f"there is no contact {buyer}")
        order = Order.open(
            shops.next_number(desk.connection, desk.shop.id, "order"),
            desk.shop.currency,
            tax_mode=policy.tax_mode,
            tax_rate_bp=policy.tax_rate_bp,
        )
        return _open(
            desk,
            asker,
            order if change is None else _following(desk, change)(order),
            conversation,
            buyer,
        )

    place = conversation.id if conversation is not None else None
    return once_new(desk, asker, ("open", place, contact_id), body)


def edit(
    desk: Desk,
    row: Any,
    asker: Asker,
    change: Change,
    *,
    version: int | None = None,
    **told: Any,
) -> Made:
    """Change an order's items or terms; on an unpaid one this prepares the next revision.

    With an idempotency key the asker's ``body`` says what ``change`` does.
    """
    asked = Asked(change=_following(desk, change), told=told)
    return make_once(desk, row, asker, "edit", asked, version)


def tag(
    desk: Desk, row: Any, asker: Asker, tags: tuple[str, ...], *, version: int | None = None
) -> Made:
    """Give an order these tags and no others, in whatever state it is."""
    asked = Asked(change=lambda order: order.with_tags(tags), told={"tags": list(tags)})
    return make_once(desk, row, asker, "tag", asked, version, tags)


def send(desk: Desk, row: Any, asker: Asker, *, version: int | None = None) -> Made:
    """Freeze the next revision, reserve its stock, and owe its bill to the customer.

    What there is nothing to pay for is paid at once. ``told`` has the
    ``revision`` and, where the bill goes out in a conversation, whether with a ``picture``.
    """
    expected = expect(row, version)

    def body(locked: Any) -> Made:
        made = make(desk, locked, asker, "send", expected=expected)
        return _settle_if_covered(desk, made, asker)

    return once(desk, row, asker, ("send", version), body)


def renew(
    desk: Desk,
    row: Any,
    asker: Asker,
    due_at: datetime | None = None,
    *,
    version: int | None = None,
) -> Made:
    """Let a bill wait until ``due_at`` (UTC; None: as long as the shop's bills do), sent anew."""
    expected = expect(row, version)

    def body(locked: Any) -> Made:
        made = make(desk, locked, asker, "renew", Asked(due_at=due_at), expected=expected)
        return _settle_if_covered(desk, made, asker)

    return once(desk, row, asker, ("renew", due_at, version), body)


def draft(desk: Desk, row: Any, asker: Asker, *, version: int | None = None) -> Made:
    """Take an unpaid order back to a draft; its bill's page says that it is being edited."""
    return make_once(desk, row, asker, "draft", Asked(), version)


def cancel(
    desk: Desk, row: Any, asker: Asker, reason: str = "", *, version: int | None = None
) -> Made:
    """Cancel an order and give its stock back; money that is in shows as owed from then on."""
    expected = expect(row, version)
    check_length("reason", reason, LONGEST_REASON)

    def body(locked: Any) -> Made:
        plain = any(
            move.name == "cancel" and Guard.NO_PAYMENT in move.guards
            for move in moves_from(Status(locked.status))
        )
        name = "cancel_with_money" if plain and held_of(locked).minor else "cancel"
        return make(desk, locked, asker, name, Asked(reason=reason), expected=expected)

    return once(desk, row, asker, ("cancel", reason, version), body)


def delete(desk: Desk, row: Any, asker: Asker, *, version: int | None = None) -> Made:
    """Drop a draft that was never issued: it is in no list any more, its number is used up."""
    return make_once(desk, row, asker, "delete", Asked(), version)


def copy(desk: Desk, row: Any, asker: Asker) -> Made:
    """Open a draft with a cancelled order's items and terms; give the new order.

    Each has the other's number in its history.
    """

    def body(locked: Any) -> Made:
        find_move(Status(locked.status), "copy")
        number = shops.next_number(desk.connection, desk.shop.id, "order")
        make(desk, locked, asker, "copy", Asked(told={"copied_to": number}))
        order = load(desk.connection, locked).copied(number)
        conversation = (
            conversations.find_conversation(desk.connection, desk.shop.id, locked.conversation_id)
            if locked.conversation_id is not None
            else None
        )
        return _open(
            desk,
            asker,
            order,
            conversation,
            locked.contact_id,
            origin_id=locked.id,
            told={"copied_from": locked.number},
        )

    return once(desk, row, asker, ("copy",), body)


def merge(desk: Desk, row: Any, other: Any, asker: Asker, *, version: int | None = None) -> Made:
    """Make two unpaid orders or drafts of one customer one: give ``row``'s with the other's items.

    The other is cancelled and names this one; this one's terms stay, and where
    it was issued it holds the stock of both until ``send`` bills it anew.
    """
    expected, others = expect(row, version), int(other.version)

    def body() -> Made:
        both = sorted((row, other), key=lambda one: int(one.id))
        locked = {one.id: lock(desk, one) for one in both}
        kept, joining = locked[row.id], locked[other.id]
        added = load(desk.connection, joining)
        into = Asked(other=kept, told={"merged_into": kept.number})
        make(desk, joining, asker, "join", into, expected=others)
        rows.link_merged(desk.connection, joining.id, kept.id)
        taking = Asked(
            other=joining,
            change=_following(desk, lambda order: order.merged(added)),
            told={"merged": joining.number},
        )
        return make(desk, kept, asker, "merge", taking, expected=expected)

    return once_new(desk, asker, (row.id, "merge", other.id, version), body, row)


def _following(desk: Desk, change: Change) -> Change:
    """Let the fee of a way of sending follow what a change makes of the items."""
    return lambda order: follow_shipping(desk.connection, desk.shop.id, change(order))


def _settle_if_covered(desk: Desk, made: Made, asker: Asker) -> Made:
    """Let the house settle a bill that asks for nothing more than is in."""
    if made.order.status is not Status.UNPAID or made.order.paid < totals(made.order).total:
        return made
    settled = make(desk, made.row, asker.as_house(), "settle")
    return Made(settled.row, settled.order, {**settled.told, **made.told})


def _open(
    desk: Desk,
    asker: Asker,
    order: Order,
    conversation: Any | None,
    contact_id: int | None,
    *,
    origin_id: int | None = None,
    told: dict[str, Any] | None = None,
) -> Made:
    told = told or {}
    row = insert(
        desk,
        order,
        conversation_id=conversation.id if conversation is not None else None,
        contact_id=contact_id,
        origin_id=origin_id,
    )
    if conversation is not None:
        conversations.update_conversation(desk.connection, conversation.id, order_id=row.id)
    log_move(desk, row, asker, "open", version=row.version, was=None, now=order.status, told=told)
    return Made(row, order, told)
