"""Contacts, their addresses, and the conversations with them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, insert, or_, select, tuple_, update

from bot.store.contacts import find_by_code, update_address
from bot.store.shops import list_channel_ids, next_number
from bot.store.tables import (
    addresses,
    channels,
    contacts,
    conversations,
    orders,
    staff_links,
)
from bot.store.types import pair

PROFILE_LIFE = timedelta(days=7)
"""After how long who writes again is asked for their profile again."""


@dataclass(frozen=True, slots=True)
class Among:
    """Which conversations a list is of: those of contacts, and others, by their ids."""

    contact_ids: Collection[int]
    conversation_ids: Collection[int]


# What every webhook runs is built once: building a statement costs more than running it.
_FIND_ADDRESS: Select[Any] = (
    select(
        addresses.c.id,
        addresses.c.contact_id,
        addresses.c.profile_due_at,
        addresses.c.profile_at,
        conversations.c.id.label("conversation_id"),
    )
    .join(conversations, conversations.c.address_id == addresses.c.id)
    .where(
        addresses.c.channel_id == bindparam("channel"),
        addresses.c.platform_id == bindparam("platform"),
    )
)


def find_address(connection: Connection, channel_id: int, platform_id: str) -> Row[Any] | None:
    """Find where a person or a group is known on a channel, with its conversation."""
    known = {"channel": channel_id, "platform": platform_id}
    return connection.execute(_FIND_ADDRESS, known).one_or_none()


def open_conversation(
    connection: Connection,
    *,
    shop_id: int,
    channel_id: int,
    platform_id: str,
    kind: str,
    at: datetime,
    ring: Callable[[str], None] | None = None,
) -> int:
    """Give the conversation of an address, made with its contact when it is new.

    Two first messages at once meet in the unique keys: one makes the rows,
    the other waits for it and finds them. ``ring`` is called with ``upkeep``
    when the address's profile has become due, which is so at first and again
    when the last one is old.
    """
    known = find_address(connection, channel_id, platform_id)
    if known is not None:
        if known.profile_due_at is None and _is_old(known.profile_at, at):
            update_address(connection, known.id, profile_due_at=at, profile_attempts=0)
            if ring is not None:
                ring("upkeep")
        return int(known.conversation_id)
    if connection.dialect.name == "postgresql":
        # The counter's row lock is what the rival waits for; look again behind it.
        code = next_number(connection, shop_id, "customer")
        known = find_address(connection, channel_id, platform_id)
        if known is not None:
            return int(known.conversation_id)
    else:
        code = next_number(connection, shop_id, "customer")
    contact_id = connection.execute(
        insert(contacts).values(shop_id=shop_id, code=code, created_at=at).returning(contacts.c.id)
    ).scalar_one()
    address_id = connection.execute(
        insert(addresses)
        .values(
            shop_id=shop_id,
            channel_id=channel_id,
            contact_id=contact_id,
            kind=kind,
            platform_id=platform_id,
            profile_due_at=at,
            profile_attempts=0,
        )
        .returning(addresses.c.id)
    ).scalar_one()
    row = {
        "shop_id": shop_id,
        "channel_id": channel_id,
        "address_id": address_id,
        "contact_id": contact_id,
        "last_message_at": at,
        "unread": 0,
        "standby": False,
        "created_at": at,
    }
    if ring is not None:
        ring("upkeep")
    statement = insert(conversations).values(**row).returning(conversations.c.id)
    return int(connection.execute(statement).scalar_one())


def _is_old(profile_at: datetime | None, now: datetime) -> bool:
    return profile_at is None or profile_at <= now - PROFILE_LIFE


def lock_conversation(
    connection: Connection, conversation_id: int, *, skip_locked: bool = False
) -> Row[Any] | None:
    """Lock a conversation until the commit, so that its events and commands run one by one.

    None when it does not exist or, with ``skip_locked``, when another holds
    it. SQLite's writing transaction is alone already.
    """
    query = _conversation_query().where(conversations.c.id == conversation_id)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=skip_locked, of=conversations)
    return connection.execute(query).one_or_none()


def _conversation_query() -> Any:
    """A conversation with everything that a page or a command wants to know of it."""
    return (
        select(
            conversations,
            channels.c.kind.label("channel"),
            channels.c.key.label("channel_key"),
            channels.c.state.label("channel_state"),
            channels.c.reason.label("channel_reason"),
            addresses.c.platform_id.label("address"),
            addresses.c.kind.label("address_kind"),
            addresses.c.gone_reason,
            contacts.c.code,
            contacts.c.name.label("contact_name"),
            contacts.c.language,
            contacts.c.internal,
            orders.c.number.label("order_number"),
            orders.c.status.label("order_status"),
            staff_links.c.staff_id.label("linked_staff_id"),
        )
        .join(channels, channels.c.id == conversations.c.channel_id)
        .join(addresses, addresses.c.id == conversations.c.address_id)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .outerjoin(orders, orders.c.id == conversations.c.order_id)
        .outerjoin(
            staff_links,
            and_(
                staff_links.c.channel_id == conversations.c.channel_id,
                staff_links.c.platform_user_id == addresses.c.platform_id,
            ),
        )
    )


def find_conversation(
    connection: Connection, shop_id: int, conversation_id: int
) -> Row[Any] | None:
    """Find a customer's conversation of a shop.

    Another shop's does not exist for it, and a staff group is nobody's customer.
    """
    query = _conversation_query().where(
        conversations.c.id == conversation_id,
        conversations.c.shop_id == shop_id,
        contacts.c.internal.is_(False),
    )
    return connection.execute(query).one_or_none()


def find_conversation_by_code(connection: Connection, shop_id: int, code: int) -> Row[Any] | None:
    """Find a customer's newest conversation by customer code, the 123 of C123.

    The code of a customer who was merged into another finds that other.
    """
    contact = find_by_code(connection, shop_id, code)
    if contact is None:
        return None
    query = (
        _conversation_query()
        .where(
            conversations.c.contact_id == contact.id,
            conversations.c.shop_id == shop_id,
            conversations.c.joined_into.is_(None),
        )
        .order_by(conversations.c.last_message_at.desc())
        .limit(1)
    )
    return connection.execute(query).one_or_none()


def list_conversations(
    connection: Connection,
    shop_id: int,
    *,
    before: tuple[datetime, int] | None = None,
    channel: str | None = None,
    among: Among | None = None,
    limit: int = 50,
) -> list[Row[Any]]:
    """List a shop's conversations, newest first, one page after the ``before`` mark.

    ``among`` keeps those of some contacts, and some by their ids.
    """
    query = _conversation_query().where(
        conversations.c.shop_id == shop_id,
        conversations.c.joined_into.is_(None),
        contacts.c.internal.is_(False),
    )
    key = (conversations.c.last_message_at, conversations.c.id)
    if among is not None:
        of_people = conversations.c.contact_id.in_(among.contact_ids)
        query = query.where(or_(of_people, conversations.c.id.in_(among.conversation_ids)))
    if before is not None:
        # Compared as a pair, so that any page is a step into the index and not a walk along it.
        query = query.where(tuple_(*key) < pair(*before))
    query = query.order_by(*(column.desc() for column in key)).limit(limit)
    if channel is None:
        return _run_as_written(connection, [query])
    # One channel after another: each has its own order in the index, two of them have none.
    channel_ids = list_channel_ids(connection, shop_id, channel)
    parts = [query.where(conversations.c.channel_id == channel_id) for channel_id in channel_ids]
    rows = _run_as_written(connection, parts)
    return sorted(rows, key=lambda row: (row.last_message_at, row.id), reverse=True)[:limit]


def _run_as_written(connection: Connection, queries: Iterable[Any]) -> list[Row[Any]]:
    """Run queries whose joins stand in the best order already.

    PostgreSQL would look for a better one, which takes it longer than the query.
    """
    if connection.dialect.name == "sqlite":
        return [row for query in queries for row in connection.execute(query)]
    connection.exec_driver_sql("SET LOCAL join_collapse_limit = 1")
    rows = [row for query in queries for row in connection.execute(query)]
    connection.exec_driver_sql("SET LOCAL join_collapse_limit TO DEFAULT")
    return rows


def update_conversation(connection: Connection, conversation_id: int, **values: Any) -> None:
    """Change a conversation's own columns."""
    connection.execute(
        update(conversations).where(conversations.c.id == conversation_id).values(**values)
    )


def mark_gone(connection: Connection, conversation_id: int, reason: str | None) -> None:
    """Note that the person cannot be reached any more, or with None that they can again."""
    address = select(conversations.c.address_id).where(conversations.c.id == conversation_id)
    connection.execute(
        update(addresses)
        .where(addresses.c.id == address.scalar_subquery())
        .values(gone_reason=reason)
    )
