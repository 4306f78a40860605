"""Who wrote comments: an id of their own, until a private reply tells who they are in messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select, update

from bot.store.changes import build_upserts
from bot.store.contacts import lock_contacts, move_all, update_address, update_contact
from bot.store.conversations import find_address, lock_conversation
from bot.store.tables import (
    addresses,
    commenters,
    conversations,
    events,
    message_words,
    messages,
    orders,
    outbox,
    staff_cards,
    staff_links,
)

# What every webhook runs is built once: building a statement costs more than running it.
_FIND_MET: Select[Any] = (
    select(addresses.c.platform_id)
    .join(commenters, commenters.c.address_id == addresses.c.id)
    .where(
        commenters.c.channel_id == bindparam("channel"),
        commenters.c.commenter_id == bindparam("commenter"),
    )
)
_NOTE_MET = build_upserts(commenters, lambda statement: statement.on_conflict_do_nothing())

_OF_A_CONVERSATION = (
    *(table.c.conversation_id for table in (messages, orders, outbox, events)),
    *(table.c.conversation_id for table in (message_words, staff_cards, staff_links)),
    outbox.c.about_id,
)
"""What goes on in another conversation when two are found to be one."""


def find_met(connection: Connection, channel_id: int, commenter_id: str) -> str | None:
    """Give the id that messages know a comment's writer by, None while nobody knows it."""
    return connection.execute(
        _FIND_MET, {"channel": channel_id, "commenter": commenter_id}
    ).scalar()


def find_private_conversation(
    connection: Connection, channel_id: int, delivery_id: str
) -> Row[Any] | None:
    """Find the conversation of a private reply by the delivery's id."""
    query = select(outbox.c.conversation_id).where(
        outbox.c.id == delivery_id,
        outbox.c.channel_id == channel_id,
        outbox.c.comment_id.is_not(None),
    )
    return connection.execute(query).one_or_none()


def meet(connection: Connection, delivery: Any, person_id: str, at: datetime) -> int | None:
    """Note that who a private reply was for is ``person_id`` in messages.

    A person who never wrote to us gets that id; one who did gets what the
    comment's conversation holds. Gives the conversation that goes on, None
    when nothing was new.
    """
    here = connection.execute(
        select(conversations, addresses.c.platform_id)
        .join(addresses, addresses.c.id == conversations.c.address_id)
        .where(conversations.c.id == delivery.conversation_id)
    ).one()
    if here.platform_id == person_id:
        return None
    known = find_address(connection, delivery.channel_id, person_id)
    note = {
        "shop_id": delivery.shop_id,
        "channel_id": delivery.channel_id,
        "commenter_id": here.platform_id,
        "address_id": known.id if known else here.address_id,
        "met_at": at,
    }
    connection.execute(_NOTE_MET[connection.dialect.name], note)
    if known is None:
        update_address(
            connection,
            here.address_id,
            platform_id=person_id,
            profile_due_at=at,
            profile_attempts=0,
        )
        return int(here.id)
    _join(connection, here, known)
    return int(known.conversation_id)


def _join(connection: Connection, here: Any, known: Any) -> None:
    """Let a comment's conversation go on in the one that its writer has already."""
    # Conversations before orders and contacts, by id, as all who hear something do.
    for conversation_id in sorted((here.id, known.conversation_id)):
        lock_conversation(connection, conversation_id)
    lock_contacts(connection, here.shop_id, (here.contact_id, known.contact_id))
    there = connection.execute(
        select(conversations).where(conversations.c.id == known.conversation_id)
    ).one()
    for column in _OF_A_CONVERSATION:
        moved = update(column.table).where(column == here.id)
        connection.execute(moved.values({column.name: there.id}))
    newer = here.last_message_at > there.last_message_at
    seen = here if newer else there
    _update(
        connection,
        there.id,
        order_id=here.order_id or there.order_id,
        unread=there.unread + here.unread,
        last_message_at=seen.last_message_at,
        last_text=seen.last_text,
        last_author=seen.last_author,
    )
    _update(connection, here.id, joined_into=there.id, order_id=None, unread=0)
    if here.contact_id != there.contact_id:
        move_all(connection, here.contact_id, there.contact_id)
        update_contact(connection, here.contact_id, merged_into=there.contact_id)


def _update(connection: Connection, conversation_id: int, **values: Any) -> None:
    connection.execute(
        update(conversations).where(conversations.c.id == conversation_id).values(**values)
    )
