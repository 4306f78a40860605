"""What a shop keeps of its customers: phones, postal addresses, notes, tags, bans."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, delete, func, insert, select, update

from bot.store.contacts import find_by_code
from bot.store.shops import next_number
from bot.store.tables import (
    contact_bans,
    contact_notes,
    contact_phones,
    contact_tags,
    contacts,
    orders,
    postal_addresses,
    staff,
)

Owned = dict[int, list[Row[Any]]]
"""Rows by the id of the contact that they belong to."""


def insert_contact(connection: Connection, shop_id: int, **values: Any) -> Row[Any]:
    """Write a contact under the shop's next customer code and give its row."""
    code = next_number(connection, shop_id, "customer")
    statement = insert(contacts).values(shop_id=shop_id, code=code, **values).returning(contacts)
    return connection.execute(statement).one()


def lock_by_code(connection: Connection, shop_id: int, code: int) -> Row[Any] | None:
    """Find who a customer code means today, and lock that contact until the commit."""
    found = find_by_code(connection, shop_id, code)
    while found is not None:
        query = select(contacts).where(contacts.c.id == found.id)
        if connection.dialect.name == "postgresql":
            query = query.with_for_update()
        row = connection.execute(query).one()
        if row.merged_into is None:
            return row
        found = find_by_code(connection, shop_id, code)  # merged while we waited for the lock
    return None


def count_change(
    connection: Connection, contact_id: int, staff_id: int, at: datetime, **values: Any
) -> None:
    """Change a contact's own columns as a member of staff, and count its version up."""
    connection.execute(
        update(contacts)
        .where(contacts.c.id == contact_id)
        .values(version=contacts.c.version + 1, changed_by=staff_id, changed_at=at, **values)
    )


def list_contacts(
    connection: Connection,
    shop_id: int,
    *,
    tag: str | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[Row[Any]]:
    """List a shop's contacts by code, after a code, without those merged into another.

    ``tag`` is a tag's key: only who bears it.
    """
    query = select(contacts).where(
        contacts.c.shop_id == shop_id,
        contacts.c.code > after,
        contacts.c.merged_into.is_(None),
        contacts.c.internal.is_(False),
    )
    if tag is not None:
        bearers = select(contact_tags.c.contact_id).where(
            contact_tags.c.shop_id == shop_id, contact_tags.c.key == tag
        )
        query = query.where(contacts.c.id.in_(bearers))
    return list(connection.execute(query.order_by(contacts.c.code).limit(limit)))


def read_contacts(connection: Connection, shop_id: int, ids: Collection[int]) -> list[Row[Any]]:
    """Read customers of a shop by their ids, in no order."""
    # Asked for the shop too, SQLite would read all of it: it takes a shop to be small.
    query = select(contacts).where(contacts.c.id.in_(ids))
    return [row for row in connection.execute(query) if row.shop_id == shop_id and not row.internal]


# Rows that belong to a contact -------------------------------------------------


def list_phones(connection: Connection, contact_ids: Collection[int]) -> Owned:
    """List contacts' phones, oldest first."""
    return _by_owner(connection, contact_phones, contact_ids)


def list_addresses(connection: Connection, contact_ids: Collection[int]) -> Owned:
    """List contacts' postal addresses, oldest first."""
    return _by_owner(connection, postal_addresses, contact_ids)


def list_tags(connection: Connection, contact_ids: Collection[int]) -> Owned:
    """List contacts' tags, oldest first."""
    return _by_owner(connection, contact_tags, contact_ids)


def list_notes(connection: Connection, contact_ids: Collection[int]) -> Owned:
    """List contacts' notes with their authors' names, oldest first."""
    query = (
        select(contact_notes, staff.c.name.label("author"))
        .join(staff, staff.c.id == contact_notes.c.staff_id)
        .where(contact_notes.c.contact_id.in_(contact_ids))
        .order_by(contact_notes.c.at, contact_notes.c.id)
    )
    return _group(connection.execute(query))


def list_bans(connection: Connection, contact_ids: Collection[int]) -> Owned:
    """List the bans of contacts that are not over, with the name of who banned, oldest first."""
    query = (
        select(contact_bans, staff.c.name.label("author"))
        .join(staff, staff.c.id == contact_bans.c.staff_id)
        .where(contact_bans.c.contact_id.in_(contact_ids), contact_bans.c.ended_at.is_(None))
        .order_by(contact_bans.c.at, contact_bans.c.id)
    )
    return _group(connection.execute(query))


def is_banned(connection: Connection, contact_id: int) -> bool:
    """Say whether what a contact writes opens no order by itself."""
    return bool(list_bans(connection, (contact_id,)))


def end_bans(connection: Connection, contact_id: int, staff_id: int, at: datetime) -> int:
    """End every ban of a contact; give how many there were."""
    statement = (
        update(contact_bans)
        .where(contact_bans.c.contact_id == contact_id, contact_bans.c.ended_at.is_(None))
        .values(ended_by=staff_id, ended_at=at)
        .returning(contact_bans.c.id)
    )
    return len(connection.execute(statement).all())


def insert_phones(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Write phones."""
    if rows:
        connection.execute(insert(contact_phones), rows)


def delete_phones(connection: Connection, contact_id: int, digits: Collection[str]) -> None:
    """Drop phones of a contact by their digits."""
    _drop(connection, contact_phones, contact_id, contact_phones.c.digits.in_(digits))


def insert_tags(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Write tags."""
    if rows:
        connection.execute(insert(contact_tags), rows)


def delete_tags(connection: Connection, contact_id: int, keys: Collection[str]) -> None:
    """Take tags off a contact by their keys."""
    _drop(connection, contact_tags, contact_id, contact_tags.c.key.in_(keys))


def insert_address(connection: Connection, **values: Any) -> int:
    """Write a postal address and give its id."""
    statement = insert(postal_addresses).values(**values).returning(postal_addresses.c.id)
    return int(connection.execute(statement).scalar_one())


def update_address(connection: Connection, contact_id: int, address_id: int, **values: Any) -> bool:
    """Change a contact's postal address; False when the contact has no such."""
    return _change(connection, postal_addresses, contact_id, address_id, values)


def delete_address(connection: Connection, contact_id: int, address_id: int) -> bool:
    """Drop a contact's postal address; False when the contact has no such."""
    return _drop(connection, postal_addresses, contact_id, postal_addresses.c.id == address_id) > 0


def insert_note(connection: Connection, **values: Any) -> int:
    """Write a note and give its id."""
    statement = insert(contact_notes).values(**values).returning(contact_notes.c.id)
    return int(connection.execute(statement).scalar_one())


def find_note(connection: Connection, contact_id: int, note_id: int) -> Row[Any] | None:
    """Find a note of a contact."""
    query = select(contact_notes).where(
        contact_notes.c.id == note_id, contact_notes.c.contact_id == contact_id
    )
    return connection.execute(query).one_or_none()


def update_note(connection: Connection, contact_id: int, note_id: int, **values: Any) -> None:
    """Change a note."""
    _change(connection, contact_notes, contact_id, note_id, values)


def delete_note(connection: Connection, contact_id: int, note_id: int) -> None:
    """Drop a note."""
    _drop(connection, contact_notes, contact_id, contact_notes.c.id == note_id)


def insert_ban(connection: Connection, **values: Any) -> None:
    """Write a ban."""
    connection.execute(insert(contact_bans).values(**values))


# Others and orders -------------------------------------------------------------


def list_with_phones(
    connection: Connection, shop_id: int, digits: Collection[str], *, but: int, limit: int = 10
) -> list[int]:
    """List the codes of other contacts of a shop that have one of these phones."""
    query = (
        select(contacts.c.code)
        .distinct()
        .join(contact_phones, contact_phones.c.contact_id == contacts.c.id)
        .where(
            contact_phones.c.shop_id == shop_id,
            contact_phones.c.digits.in_(digits),
            contacts.c.id != but,
        )
        .order_by(contacts.c.code)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def sum_orders(connection: Connection, contact_id: int, statuses: Iterable[str]) -> list[Row[Any]]:
    """Add a contact's orders up, one row for each currency: currency, orders, minor.

    ``orders`` counts all of them, ``minor`` adds the totals of those in ``statuses``.
    """
    counted = func.sum(orders.c.total_minor).filter(orders.c.status.in_(list(statuses)))
    query = (
        select(orders.c.currency, func.count().label("orders"), counted.label("minor"))
        .where(orders.c.contact_id == contact_id, orders.c.deleted_at.is_(None))
        .group_by(orders.c.currency)
        .order_by(orders.c.currency)
    )
    return list(connection.execute(query))


def _by_owner(connection: Connection, table: Table, contact_ids: Collection[int]) -> Owned:
    query = select(table).where(table.c.contact_id.in_(contact_ids)).order_by(table.c.id)
    return _group(connection.execute(query))


def _group(rows: Iterable[Row[Any]]) -> Owned:
    found: Owned = {}
    for row in rows:
        found.setdefault(row.contact_id, []).append(row)
    return found


def _change(
    connection: Connection, table: Table, contact_id: int, row_id: int, values: dict[str, Any]
) -> bool:
    mine = and_(table.c.id == row_id, table.c.contact_id == contact_id)
    return connection.execute(update(table).where(mine).values(**values)).rowcount > 0


def _drop(connection: Connection, table: Table, contact_id: int, which: Any) -> int:
    mine = and_(table.c.contact_id == contact_id, which)
    return connection.execute(delete(table).where(mine)).rowcount
