"""Orders, their items and events, and the invoices that were issued for them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from bot.store.numerals import begins
from bot.store.tables import (
    addresses,
    channels,
    contacts,
    conversations,
    invoices,
    order_events,
    order_items,
    orders,
    payment_attempts,
    shelves,
)

_CODE = re.compile(r"[cC][0-9]{1,15}")


def _order_query() -> Any:
    """An order with the names of whom it is for and where they are reached."""
    return (
        select(
            orders,
            contacts.c.code.label("customer_code"),
            contacts.c.name.label("customer_name"),
            contacts.c.language.label("customer_language"),
            channels.c.kind.label("channel"),
            addresses.c.platform_id.label("address"),
        )
        .outerjoin(contacts, contacts.c.id == orders.c.contact_id)
        .outerjoin(conversations, conversations.c.id == orders.c.conversation_id)
        .outerjoin(channels, channels.c.id == conversations.c.channel_id)
        .outerjoin(addresses, addresses.c.id == conversations.c.address_id)
    )


def find_order(
    connection: Connection,
    shop_id: int,
    *,
    order_id: int | None = None,
    number: int | None = None,
    lock: bool = False,
    dropped: bool = False,
) -> Row[Any] | None:
    """Find a shop's order by id or by number; another shop's does not exist for it.

    With ``lock`` nobody else changes it until the commit. A draft that was
    dropped is found only where ``dropped`` says so.
    """
    query = _order_query().where(orders.c.shop_id == shop_id)
    if not dropped:
        query = query.where(orders.c.deleted_at.is_(None))
    query = query.where(orders.c.id == order_id if number is None else orders.c.number == number)
    if lock and connection.dialect.name == "postgresql":
        query = query.with_for_update(of=orders)
    return connection.execute(query).one_or_none()


def find_order_by_link(connection: Connection, link_digest: str) -> Row[Any] | None:
    """Find the order of a bill address by its token's digest."""
    query = _order_query().where(orders.c.link_digest == link_digest)
    return connection.execute(query).one_or_none()


def list_orders(
    connection: Connection,
    shop_id: int,
    *,
    status: str | None = None,
    text: str | None = None,
    before: int | None = None,
    conversation_id: int | None = None,
    contact_id: int | None = None,
    tag: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
) -> list[Row[Any]]:
    """List a shop's orders, newest number first.

    ``text`` is a number, a customer's code as C12, or part of a customer's or
    an item's name. Orders opened from ``since`` on and before ``until`` are listed.
    """
    query = _order_query().where(orders.c.shop_id == shop_id, orders.c.deleted_at.is_(None))
    if status is not None:
        query = query.where(orders.c.status == status)
    if conversation_id is not None:
        query = query.where(orders.c.conversation_id == conversation_id)
    if contact_id is not None:
        query = query.where(orders.c.contact_id == contact_id)
    if before is not None:
        query = query.where(orders.c.number < before)
    if tag is not None:
        query = query.where(_has_tag(connection, tag))
    if since is not None:
        query = query.where(orders.c.created_at >= since)
    if until is not None:
        query = query.where(orders.c.created_at < until)
    if text:
        named = select(order_items.c.id).where(
            order_items.c.order_id == orders.c.id,
            or_(
                order_items.c.name.icontains(text, autoescape=True),
                order_items.c.code.icontains(text, autoescape=True),
            ),
        )
        found = [contacts.c.name.icontains(text, autoescape=True), named.exists()]
        if text.isascii() and text.isdecimal() and len(text) <= 15:
            found.append(orders.c.number == int(text))
        if _CODE.fullmatch(text):
            found.append(contacts.c.code == int(text[1:]))
        query = query.where(or_(*found))
    return list(connection.execute(query.order_by(orders.c.number.desc()).limit(limit)))


def list_beginning(connection: Connection, shop_id: int, digits: str, limit: int) -> list[Row[Any]]:
    """List a shop's orders whose number begins with these digits, newest number first."""
    query = _order_query().where(orders.c.shop_id == shop_id, orders.c.deleted_at.is_(None))
    if digits:
        query = query.where(begins(orders.c.number, digits))
    return list(connection.execute(query.order_by(orders.c.number.desc()).limit(limit)))


def _has_tag(connection: Connection, tag: str) -> Any:
    if connection.dialect.name == "postgresql":
        return type_coerce(orders.c.terms, JSONB)["tags"].contains([tag])
    tags = func.json_each(orders.c.terms, "$.tags").table_valued("value")
    return exists().select_from(tags).where(tags.c.value == tag)


def list_due(connection: Connection, now: datetime, limit: int = 200) -> list[Row[Any]]:
    """List unpaid orders of all shops whose time is over and for which nothing came: id, shop_id.

    Whether each may expire is looked at again in its own transaction.
    """
    query = (
        select(orders.c.id, orders.c.shop_id)
        .where(
            orders.c.status == "unpaid",
            orders.c.due_at <= now,
            orders.c.paid_minor == orders.c.refunded_minor,
            orders.c.deleted_at.is_(None),
            ~_under_way(now).exists(),
        )
        .order_by(orders.c.due_at, orders.c.id)
        .limit(limit)
    )
    return list(connection.execute(query))


def list_missing(connection: Connection, limit: int = 200) -> list[Row[Any]]:
    """List orders whose money is in and whose stock is not, the oldest first: id, shop_id.

    Only those that a shelf of one of their products has something for.
    """
    there = select(shelves.c.id).where(
        order_items.c.order_id == orders.c.id,
        shelves.c.product_id == order_items.c.product_id,
        shelves.c.available > 0,
    )
    query = (
        select(orders.c.id, orders.c.shop_id)
        .where(
            orders.c.missing > 0,
            orders.c.status.in_(("unpaid", "checking", "paid")),
            there.exists(),
        )
        .order_by(orders.c.id)
        .limit(limit)
    )
    return list(connection.execute(query))


def _under_way(now: datetime) -> Any:
    return select(payment_attempts.c.id).where(
        payment_attempts.c.order_id == orders.c.id,
        payment_attempts.c.ended_at.is_(None),
        payment_attempts.c.until > now,
    )


def list_items(connection: Connection, order_id: int) -> list[Row[Any]]:
    """List an order's items in their places."""
    query = select(order_items).where(order_items.c.order_id == order_id)
    return list(connection.execute(query.order_by(order_items.c.position)))


def last_event(connection: Connection, order_id: int) -> Row[Any] | None:
    """Give what happened to an order last."""
    query = select(order_events).where(order_events.c.order_id == order_id)
    return connection.execute(query.order_by(order_events.c.id.desc()).limit(1)).one_or_none()


def first_actor(connection: Connection, order_id: int) -> str | None:
    """Name who opened an order."""
    query = select(order_events.c.actor).where(order_events.c.order_id == order_id)
    return connection.execute(query.order_by(order_events.c.id).limit(1)).scalar()


def list_events(connection: Connection, order_id: int) -> list[Row[Any]]:
    """List what happened to an order, oldest first."""
    query = select(order_events).where(order_events.c.order_id == order_id)
    return list(connection.execute(query.order_by(order_events.c.id)))


def insert_order(connection: Connection, **values: Any) -> int:
    """Write a new order and give its id."""
    row = {"version": 1, "revision": 0, "paid_minor": 0, "link_generation": 0, **values}
    return int(connection.execute(insert(orders).values(**row).returning(orders.c.id)).scalar_one())


def update_order(connection: Connection, order_id: int, version: int, **values: Any) -> bool:
    """Change an order that is still at ``version``, and count it up; False when it moved on."""
    statement = (
        update(orders)
        .where(orders.c.id == order_id, orders.c.version == version)
        .values(version=version + 1, **values)
    )
    return connection.execute(statement).rowcount == 1


def link_merged(connection: Connection, order_id: int, into_id: int) -> None:
    """Say into which order one was merged."""
    connection.execute(update(orders).where(orders.c.id == order_id).values(merged_into=into_id))


def replace_items(connection: Connection, order_id: int, rows: list[dict[str, Any]]) -> None:
    """Write an order's items anew."""
    connection.execute(delete(order_items).where(order_items.c.order_id == order_id))
    if rows:
        connection.execute(insert(order_items), rows)


def list_numbers_by_source(connection: Connection, shop_id: int, source: str) -> list[int]:
    """List the numbers of a shop's orders that a message or a request has changed."""
    query = (
        select(orders.c.number)
        .join(order_events, order_events.c.order_id == orders.c.id)
        .where(order_events.c.shop_id == shop_id, order_events.c.source == source)
        .distinct()
    )
    return sorted(connection.execute(query).scalars())


def insert_order_event(connection: Connection, **values: Any) -> None:
    """Append what happened to an order."""
    connection.execute(insert(order_events).values(**values))


# Invoices --------------------------------------------------------------------


def insert_invoice(connection: Connection, **values: Any) -> int:
    """Write an issued revision; no row of this table is ever changed."""
    statement = insert(invoices).values(**values).returning(invoices.c.id)
    return int(connection.execute(statement).scalar_one())


def last_invoice(connection: Connection, shop_id: int) -> Row[Any] | None:
    """Give a shop's newest invoice, the end of its chain."""
    query = (
        select(invoices)
        .where(invoices.c.shop_id == shop_id)
        .order_by(invoices.c.number.desc())
        .limit(1)
    )
    return connection.execute(query).one_or_none()


def read_chain(connection: Connection, shop_id: int, page: int = 500) -> Iterator[Row[Any]]:
    """Read a shop's invoices by number, each with its order's number, ``page`` at a time."""
    after = 0
    query = (
        select(invoices, orders.c.number.label("order_number"))
        .join(orders, orders.c.id == invoices.c.order_id)
        .where(invoices.c.shop_id == shop_id)
        .order_by(invoices.c.number)
        .limit(page)
    )
    while found := list(connection.execute(query.where(invoices.c.number > after))):
        yield from found
        after = found[-1].number


def find_invoice(connection: Connection, invoice_id: int) -> Row[Any] | None:
    """Find an invoice."""
    return connection.execute(select(invoices).where(invoices.c.id == invoice_id)).one_or_none()


def list_issued(
    connection: Connection, shop_id: int, invoice_ids: Collection[int]
) -> dict[int, Any]:
    """Give of a shop's invoices, by id: ``revision, order_id, link_generation``."""
    query = (
        select(invoices.c.id, invoices.c.revision, invoices.c.order_id, orders.c.link_generation)
        .join(orders, orders.c.id == invoices.c.order_id)
        .where(invoices.c.id.in_(invoice_ids), orders.c.shop_id == shop_id)
    )
    return {row.id: row for row in connection.execute(query)}


def list_invoices(connection: Connection, since: datetime, limit: int = 200) -> list[Row[Any]]:
    """List invoices issued since a time, of all shops, newest first."""
    query = select(invoices).where(invoices.c.issued_at >= since)
    return list(connection.execute(query.order_by(invoices.c.id.desc()).limit(limit)))


def newest_revision(connection: Connection, order_id: int) -> Row[Any] | None:
    """Give the revision of an order that counts now, None when none was issued."""
    query = (
        select(invoices)
        .where(invoices.c.order_id == order_id)
        .order_by(invoices.c.revision.desc())
        .limit(1)
    )
    return connection.execute(query).one_or_none()
