"""Staff groups: whose they are, which customers wait for them, and what was shown there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update

from bot.store.changes import upsert
from bot.store.tables import (
    addresses,
    channels,
    contacts,
    conversations,
    messages,
    orders,
    outbox,
    staff,
    staff_cards,
    staff_groups,
    staff_links,
)

NOT_FREE = "not_free"
"""The code of a delivery that would have cost and therefore did not go."""

WAITS_LONGEST = timedelta(days=1)
"""After how long a customer's words are too old for a card; the inbox still lists them."""


def find_group(
    connection: Connection, conversation_id: int, *, lock: bool = False
) -> Row[Any] | None:
    """Find what is known of a group by its own conversation."""
    query = select(staff_groups).where(staff_groups.c.conversation_id == conversation_id)
    if lock and connection.dialect.name == "postgresql":
        query = query.with_for_update()
    return connection.execute(query).one_or_none()


def note_group(connection: Connection, conversation: Any, at: datetime) -> Row[Any]:
    """Give a group's row, made when it is new."""
    statement = upsert(connection, staff_groups).values(
        shop_id=conversation.shop_id,
        channel_id=conversation.channel_id,
        conversation_id=conversation.id,
        created_at=at,
    )
    connection.execute(statement.on_conflict_do_nothing())
    group = find_group(connection, conversation.id)
    if group is None:
        raise LookupError("a group that was just written is there")
    return group


def update_group(connection: Connection, group_id: int, **values: Any) -> None:
    """Change a group's own columns."""
    connection.execute(update(staff_groups).where(staff_groups.c.id == group_id).values(**values))


def find_claimed(connection: Connection, shop_id: int, group_id: int) -> Row[Any] | None:
    """Find a group that a shop's staff claimed; another shop's does not exist for it."""
    query = select(staff_groups).where(
        staff_groups.c.id == group_id,
        staff_groups.c.shop_id == shop_id,
        staff_groups.c.claimed_at.is_not(None),
    )
    return connection.execute(query).one_or_none()


def list_claimed(connection: Connection, shop_id: int) -> list[Row[Any]]:
    """List a shop's staff groups: their rows, names, channels, and who claimed them."""
    query = (
        select(
            staff_groups,
            contacts.c.name.label("name"),
            channels.c.kind.label("kind"),
            channels.c.key.label("channel_key"),
            staff.c.name.label("claimed_by_name"),
        )
        .join(conversations, conversations.c.id == staff_groups.c.conversation_id)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .join(channels, channels.c.id == staff_groups.c.channel_id)
        .outerjoin(staff, staff.c.id == staff_groups.c.claimed_by)
        .where(staff_groups.c.shop_id == shop_id, staff_groups.c.claimed_at.is_not(None))
        .order_by(staff_groups.c.id)
    )
    return list(connection.execute(query))


def wake(connection: Connection, shop_id: int, due_at: datetime) -> None:
    """Have cards posted at ``due_at`` in each of a shop's groups that does not wait already."""
    sleeping = select(staff_groups.c.id).where(
        staff_groups.c.shop_id == shop_id,
        staff_groups.c.claimed_at.is_not(None),
        staff_groups.c.due_at.is_(None),
    )
    for group_id in connection.execute(sleeping.order_by(staff_groups.c.id)).scalars().all():
        connection.execute(
            update(staff_groups)
            .where(staff_groups.c.id == group_id, staff_groups.c.due_at.is_(None))
            .values(due_at=due_at)
        )


def due_groups(connection: Connection, now: datetime) -> list[Row[Any]]:
    """List the groups whose cards are due, as id and conversation_id."""
    query = select(staff_groups.c.id, staff_groups.c.conversation_id).where(
        staff_groups.c.due_at <= now, staff_groups.c.claimed_at.is_not(None)
    )
    return list(connection.execute(query.order_by(staff_groups.c.due_at, staff_groups.c.id)))


# Who waits -------------------------------------------------------------------


def _waiting(shop_id: int) -> Any:
    """Customers' conversations that nobody has looked at since they wrote."""
    return (
        select(
            conversations.c.id,
            contacts.c.code,
            contacts.c.name.label("contact_name"),
            channels.c.kind.label("channel"),
            conversations.c.last_message_at,
            conversations.c.last_text,
        )
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .join(channels, channels.c.id == conversations.c.channel_id)
        .join(addresses, addresses.c.id == conversations.c.address_id)
        .outerjoin(
            staff_links,
            and_(
                staff_links.c.channel_id == conversations.c.channel_id,
                staff_links.c.platform_user_id == addresses.c.platform_id,
            ),
        )
        .where(
            conversations.c.shop_id == shop_id,
            conversations.c.joined_into.is_(None),
            contacts.c.internal.is_(False),
            staff_links.c.id.is_(None),
        )
    )


def list_waiting(connection: Connection, shop_id: int, limit: int) -> list[Row[Any]]:
    """List a shop's conversations that wait for an answer, who waits longest first."""
    query = _waiting(shop_id).where(
        or_(conversations.c.unread > 0, conversations.c.last_author == "customer")
    )
    query = query.order_by(conversations.c.last_message_at, conversations.c.id)
    return list(connection.execute(query.limit(limit)))


def list_uncarded(connection: Connection, group: Any, now: datetime, limit: int) -> list[Row[Any]]:
    """List who wrote since a group was claimed and has no card there yet, the oldest first.

    Each with ``first_message_id`` and ``last_message_id`` of the words that
    nobody has answered.
    """
    shown = (
        select(func.max(staff_cards.c.last_message_id))
        .join(outbox, outbox.c.id == staff_cards.c.delivery_id)
        .where(
            staff_cards.c.group_id == group.id,
            staff_cards.c.conversation_id == conversations.c.id,
            func.coalesce(outbox.c.code, "") != NOT_FREE,
        )
    )
    spoken = messages.alias("spoken")
    answered = select(func.max(spoken.c.id)).where(
        spoken.c.conversation_id == conversations.c.id,
        spoken.c.direction == "out",
        spoken.c.author == "staff",
    )
    heard = messages.alias("heard")
    since = max(group.claimed_at, now - WAITS_LONGEST)
    query = (
        _waiting(group.shop_id)
        .add_columns(
            func.min(heard.c.id).label("first_message_id"),
            func.max(heard.c.id).label("last_message_id"),
        )
        .join(heard, heard.c.conversation_id == conversations.c.id)
        .where(
            conversations.c.unread > 0,
            heard.c.author == "customer",
            heard.c.received_at >= since,
            heard.c.id > func.coalesce(shown.scalar_subquery(), 0),
            heard.c.id > func.coalesce(answered.scalar_subquery(), 0),
        )
        .group_by(conversations.c.id, contacts.c.id, channels.c.id)
        .order_by(func.min(heard.c.id))
    )
    return list(connection.execute(query.limit(limit)))


# Cards -----------------------------------------------------------------------


def insert_cards(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Note which customers the messages of a delivery are about."""
    connection.execute(insert(staff_cards), rows)


def list_cards(connection: Connection, delivery_id: str) -> list[Row[Any]]:
    """List a delivery's cards in their places, each with whom and which order it is about."""
    query = (
        select(
            staff_cards,
            contacts.c.code,
            contacts.c.name.label("contact_name"),
            channels.c.kind.label("channel"),
            orders.c.number.label("order_number"),
            orders.c.status.label("order_status"),
        )
        .join(conversations, conversations.c.id == staff_cards.c.conversation_id)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .join(channels, channels.c.id == conversations.c.channel_id)
        .outerjoin(orders, orders.c.id == conversations.c.order_id)
        .where(staff_cards.c.delivery_id == delivery_id)
        .order_by(staff_cards.c.position)
    )
    return list(connection.execute(query))


def list_words(connection: Connection, card: Any, limit: int) -> list[Row[Any]]:
    """List the newest messages that a card shows, oldest of them first."""
    query = (
        select(messages.c.kind, messages.c.text, messages.c.redacted)
        .where(
            messages.c.conversation_id == card.conversation_id,
            messages.c.id.between(card.first_message_id, card.last_message_id),
            messages.c.author == "customer",
        )
        .order_by(messages.c.sent_at.desc(), messages.c.id.desc())
        .limit(limit)
    )
    return list(reversed(connection.execute(query).all()))


def name_cards(connection: Connection, delivery_id: str, platform_ids: tuple[str, ...]) -> None:
    """Note under which ids a delivery's cards can be quoted."""
    for position, platform_id in enumerate(platform_ids):
        connection.execute(
            update(staff_cards)
            .where(staff_cards.c.delivery_id == delivery_id, staff_cards.c.position == position)
            .values(platform_id=platform_id)
        )


def find_card(
    connection: Connection, group_conversation_id: int, platform_id: str
) -> Row[Any] | None:
    """Find the card that a message in a group quotes."""
    query = (
        select(staff_cards)
        .join(staff_groups, staff_groups.c.id == staff_cards.c.group_id)
        .where(
            staff_groups.c.conversation_id == group_conversation_id,
            staff_cards.c.platform_id == platform_id,
        )
        .limit(1)
    )
    return connection.execute(query).one_or_none()


def forget_words(connection: Connection, conversation_id: int, message_id: int) -> None:
    """Take what a withdrawn message said out of the cards that show it, sent or not yet."""
    showing = select(staff_cards.c.delivery_id).where(
        staff_cards.c.conversation_id == conversation_id,
        staff_cards.c.first_message_id <= message_id,
        staff_cards.c.last_message_id >= message_id,
    )
    connection.execute(update(outbox).where(outbox.c.id.in_(showing)).values(payload=None))


def forget_cards(connection: Connection, group_id: int) -> None:
    """Forget what was shown in a group that is no longer the shop's."""
    connection.execute(delete(staff_cards).where(staff_cards.c.group_id == group_id))


def mark_internal(connection: Connection, conversation_id: int) -> None:
    """Note that a conversation is the staff's own and nobody's customer."""
    whose = select(conversations.c.contact_id).where(conversations.c.id == conversation_id)
    connection.execute(
        update(contacts).where(contacts.c.id == whose.scalar_subquery()).values(internal=True)
    )
