"""Who the customers are: what platforms told of them, and which of them are one person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, insert, or_, select, update

from bot.store.numerals import begins
from bot.store.tables import (
    addresses,
    channels,
    contact_bans,
    contact_merges,
    contact_notes,
    contact_phones,
    contact_tags,
    contacts,
    conversations,
    orders,
    postal_addresses,
)

# What a merge moves: each of these rows says whose it is.
_OWNED = {
    table.name: table
    for table in (
        addresses,
        conversations,
        orders,
        contact_phones,
        postal_addresses,
        contact_notes,
        contact_tags,
        contact_bans,
    )
}

Moved = dict[str, list[int]]
"""The ids of the rows that a merge moved, by table."""


# Profiles --------------------------------------------------------------------


def next_profile(connection: Connection, now: datetime) -> Row[Any] | None:
    """Find the address whose profile has been due longest, and lock it.

    A channel that cannot send is not asked either: its token is dead.
    """
    query = (
        select(addresses)
        .join(channels, channels.c.id == addresses.c.channel_id)
        .where(addresses.c.profile_due_at <= now, channels.c.state == "up")
        .order_by(addresses.c.profile_due_at, addresses.c.id)
        .limit(1)
    )
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True, of=addresses)
    return connection.execute(query).one_or_none()


def update_address(connection: Connection, address_id: int, **values: Any) -> None:
    """Change an address's own columns."""
    connection.execute(update(addresses).where(addresses.c.id == address_id).values(**values))


def name_contact(
    connection: Connection,
    address_id: int,
    *,
    name: str | None,
    picture_url: str | None,
    language: str | None,
) -> int | None:
    """Give the contact of an address its profile; gives the contact's id.

    A contact of several addresses keeps to the one that named it first: then
    None, and nothing changes. Name and language that staff gave stay in any case.
    """
    owner = select(addresses.c.contact_id).where(addresses.c.id == address_id)
    statement = (
        update(contacts)
        .where(
            contacts.c.id == owner.scalar_subquery(),
            or_(contacts.c.named_by.is_(None), contacts.c.named_by == address_id),
        )
        .values(
            name=case((contacts.c.name_given, contacts.c.name), else_=name),
            picture_url=picture_url,
            language=case(
                (contacts.c.name_given, func.coalesce(contacts.c.language, language)),
                else_=language,
            ),
            named_by=address_id,
        )
        .returning(contacts.c.id)
    )
    return connection.execute(statement).scalar_one_or_none()


def list_conversation_ids(connection: Connection, contact_id: int) -> list[int]:
    """List a contact's conversations."""
    query = select(conversations.c.id).where(conversations.c.contact_id == contact_id)
    return list(connection.execute(query.order_by(conversations.c.id)).scalars())


def list_beginning(connection: Connection, shop_id: int, digits: str, limit: int) -> list[int]:
    """List the ids of contacts whose code begins with these digits, the shortest code first."""
    query = select(contacts.c.id).where(
        contacts.c.shop_id == shop_id,
        contacts.c.internal.is_(False),
        begins(contacts.c.code, digits),
    )
    return list(connection.execute(query.order_by(contacts.c.code).limit(limit)).scalars())


# Merging ---------------------------------------------------------------------


def find_by_code(connection: Connection, shop_id: int, code: int) -> Row[Any] | None:
    """Find who a customer code means today: the contact, or the one it was merged into.

    A group of the shop's own staff is no customer.
    """
    query = select(contacts).where(
        contacts.c.shop_id == shop_id, contacts.c.code == code, contacts.c.internal.is_(False)
    )
    found = connection.execute(query).one_or_none()
    # A merge only ever goes into a contact that stands for itself, so this ends.
    while found is not None and found.merged_into is not None:
        query = select(contacts).where(contacts.c.id == found.merged_into)
        found = connection.execute(query).one_or_none()
    return found


def find_standing(connection: Connection, found: Sequence[Row[Any]]) -> dict[int, int]:
    """Give for each contact's id the one that stands for it today: its own, if it was not merged.

    ``found`` are rows with ``id`` and ``merged_into``.
    """
    standing = {row.id: row.merged_into or row.id for row in found}
    while unknown := set(standing.values()) - standing.keys():
        standing |= {each: each for each in unknown}
        query = select(contacts.c.id, contacts.c.merged_into).where(contacts.c.id.in_(unknown))
        standing |= {row.id: row.merged_into or row.id for row in connection.execute(query)}
    return {row.id: _follow(standing, row.id) for row in found}


def _follow(standing: dict[int, int], contact_id: int) -> int:
    while standing[contact_id] != contact_id:
        contact_id = standing[contact_id]
    return contact_id


def lock_contacts(
    connection: Connection, shop_id: int, contact_ids: Sequence[int]
) -> dict[int, Row[Any]]:
    """Lock contacts of a shop, then their conversations, until the commit; give them by id.

    Always in the order of their ids, and conversations before any order.
    """
    query = select(contacts).where(contacts.c.shop_id == shop_id, contacts.c.id.in_(contact_ids))
    talks = select(conversations.c.id).where(conversations.c.contact_id.in_(contact_ids))
    query, talks = query.order_by(contacts.c.id), talks.order_by(conversations.c.id)
    if connection.dialect.name == "postgresql":
        query, talks = query.with_for_update(), talks.with_for_update()
    found = {row.id: row for row in connection.execute(query)}
    connection.execute(talks).all()
    return found


def move_all(connection: Connection, from_id: int, to_id: int) -> Moved:
    """Make everything of one contact another's; give which rows moved."""
    moved: Moved = {}
    for name, table in _OWNED.items():
        statement = (
            update(table)
            .where(table.c.contact_id == from_id)
            .values(contact_id=to_id)
            .returning(table.c.id)
        )
        moved[name] = sorted(connection.execute(statement).scalars())
    return moved


def join_orders(
    connection: Connection, order_ids: Sequence[int], conversation_id: int
) -> list[int]:
    """Make offline ones among these orders a conversation's; give which they were."""
    statement = (
        update(orders)
        .where(orders.c.id.in_(order_ids), orders.c.conversation_id.is_(None))
        .values(conversation_id=conversation_id)
        .returning(orders.c.id)
    )
    return sorted(connection.execute(statement).scalars())


def move_back(connection: Connection, moved: Moved, from_id: int, to_id: int) -> None:
    """Give the rows of a merge back to whose they were.

    An order that was opened since in one of their conversations goes with it,
    and one that was offline before is so again.
    """
    connection.execute(
        update(orders).where(orders.c.id.in_(moved.get("joined", ()))).values(conversation_id=None)
    )
    for name, table in _OWNED.items():
        connection.execute(
            update(table)
            # A merge of an earlier version moved fewer kinds.
            .where(table.c.contact_id == from_id, table.c.id.in_(moved.get(name, ())))
            .values(contact_id=to_id)
        )
    connection.execute(
        update(orders)
        .where(
            orders.c.contact_id == from_id,
            orders.c.conversation_id.in_(moved["conversations"]),
        )
        .values(contact_id=to_id)
    )


def update_contact(connection: Connection, contact_id: int, **values: Any) -> None:
    """Change a contact's own columns."""
    connection.execute(update(contacts).where(contacts.c.id == contact_id).values(**values))


def insert_merge(connection: Connection, **values: Any) -> int:
    """Write a merge down and give its id."""
    statement = insert(contact_merges).values(**values).returning(contact_merges.c.id)
    return int(connection.execute(statement).scalar_one())


def find_merge(connection: Connection, shop_id: int, merge_id: int) -> Row[Any] | None:
    """Find a merge of a shop; another shop's does not exist for it."""
    query = select(contact_merges).where(
        contact_merges.c.id == merge_id, contact_merges.c.shop_id == shop_id
    )
    return connection.execute(query).one_or_none()


def end_merge(connection: Connection, merge_id: int, at: datetime) -> bool:
    """Note that a merge is undone; False when it was already."""
    statement = (
        update(contact_merges)
        .where(contact_merges.c.id == merge_id, contact_merges.c.undone_at.is_(None))
        .values(undone_at=at)
        .returning(contact_merges.c.id)
    )
    return connection.execute(statement).scalar() is not None


def list_merges(connection: Connection, shop_id: int, kept_id: int) -> list[Row[Any]]:
    """List who was merged into a contact and is so still, newest first: id, code, name."""
    query = (
        select(contact_merges.c.id, contacts.c.code, contacts.c.name)
        .join(contacts, contacts.c.id == contact_merges.c.merged_id)
        .where(
            and_(contact_merges.c.shop_id == shop_id, contact_merges.c.kept_id == kept_id),
            contact_merges.c.undone_at.is_(None),
        )
        .order_by(contact_merges.c.id.desc())
    )
    return list(connection.execute(query))
