"""Reads customers: each with phones, addresses, notes, tags and ban, and with their orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.contacts.postal import choose_default
from bot.store import contacts as rows
from bot.store import customers, orders
from bot.store.database import Connection
from bot.words.spelling import write_plain
from orders.money import Money
from orders.states import Status

SOLD = (Status.PAID, Status.SHIPPED, Status.COMPLETED)
"""States whose totals count as sold to a customer."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer with everything that a page or the API shows. All tuples are oldest first.

    ``default_address_id`` is one of ``addresses``; ``ban`` is the newest that is not over.
    """

    row: Any
    phones: tuple[str, ...]
    addresses: tuple[Any, ...]
    default_address_id: int | None
    notes: tuple[Any, ...]
    tags: tuple[str, ...]
    ban: Any | None


@dataclass(frozen=True, slots=True)
class History:
    """How many orders a customer has, and what was sold in each currency."""

    orders: int
    sold: tuple[Money, ...]


def read_customers(connection: Connection, contacts: Sequence[Any]) -> list[Customer]:
    """Give contacts' rows with what is kept of them, in five questions for all together."""
    ids = [row.id for row in contacts]
    phones = customers.list_phones(connection, ids)
    addresses = customers.list_addresses(connection, ids)
    notes = customers.list_notes(connection, ids)
    tags = customers.list_tags(connection, ids)
    bans = customers.list_bans(connection, ids)
    return [
        Customer(
            row=row,
            # What two contacts of one person both had is shown once.
            phones=_once((phone.digits, phone.typed) for phone in phones.get(row.id, ())),
            addresses=tuple(addresses.get(row.id, ())),
            default_address_id=choose_default(row, addresses.get(row.id, [])),
            notes=tuple(notes.get(row.id, ())),
            tags=_once((tag.key, tag.tag) for tag in tags.get(row.id, ())),
            ban=bans[row.id][-1] if row.id in bans else None,
        )
        for row in contacts
    ]


def find_customer(connection: Connection, shop_id: int, code: int) -> Customer | None:
    """Find who a customer code means today: a merged one's code finds whom it was merged into."""
    row = rows.find_by_code(connection, shop_id, code)
    return None if row is None else read_customers(connection, [row])[0]


def list_customers(
    connection: Connection, shop_id: int, *, tag: str | None = None, after: int = 0, limit: int = 50
) -> list[Any]:
    """List a shop's customers' rows by code, after a code; with ``tag`` those who bear it."""
    key = None if tag is None else write_plain(tag.lstrip("#"))
    return customers.list_contacts(connection, shop_id, tag=key, after=after, limit=limit)


def list_customer_orders(
    connection: Connection, customer: Customer, *, before: int | None = None, limit: int = 50
) -> list[Any]:
    """List a customer's orders, newest number first, those of merged contacts too.

    ``before`` is the number of the last one seen.
    """
    return orders.list_orders(
        connection,
        customer.row.shop_id,
        contact_id=customer.row.id,
        before=before,
        limit=limit,
    )


def read_history(connection: Connection, customer: Customer) -> History:
    """Add a customer's orders up."""
    sums = customers.sum_orders(connection, customer.row.id, SOLD)
    sold = tuple(Money(int(row.minor), row.currency) for row in sums if row.minor)
    return History(sum(row.orders for row in sums), sold)


def _once(keyed: Any) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for key, shown in keyed:
        found.setdefault(key, shown)
    return tuple(found.values())
