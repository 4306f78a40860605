"""Who writes in groups and rooms: the people beside the one contact that the group is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from bot.store.changes import build_upserts
from bot.store.conversations import PROFILE_LIFE
from bot.store.tables import addresses, channels, conversations, members

_MEET = build_upserts(
    members,
    lambda statement: statement.on_conflict_do_nothing(
        index_elements=["conversation_id", "platform_id"]
    ).returning(members.c.id),
)


def meet_member(connection: Connection, *, at: datetime, **who: Any) -> bool:
    """Remember that somebody wrote in a group; say whether their name is to be asked for.

    ``who`` is ``shop_id``, ``channel_id``, ``conversation_id`` and ``platform_id``.
    """
    fresh = {**who, "profile_due_at": at, "profile_attempts": 0}
    if connection.execute(_MEET[connection.dialect.name], fresh).scalar() is not None:
        return True
    renewed = (
        update(members)
        .where(
            members.c.conversation_id == who["conversation_id"],
            members.c.platform_id == who["platform_id"],
            members.c.profile_due_at.is_(None),
            or_(members.c.profile_at.is_(None), members.c.profile_at <= at - PROFILE_LIFE),
        )
        .values(profile_due_at=at, profile_attempts=0)
    )
    return connection.execute(renewed).rowcount == 1


def next_member(connection: Connection, now: datetime) -> Row[Any] | None:
    """Find the member whose name has been due longest, with the group's address; lock it."""
    query = (
        select(
            members,
            addresses.c.platform_id.label("group_id"),
            addresses.c.kind.label("group_kind"),
        )
        .join(conversations, conversations.c.id == members.c.conversation_id)
        .join(addresses, addresses.c.id == conversations.c.address_id)
        .join(channels, channels.c.id == members.c.channel_id)
        .where(members.c.profile_due_at <= now, channels.c.state == "up")
        .order_by(members.c.profile_due_at, members.c.id)
        .limit(1)
    )
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True, of=members)
    return connection.execute(query).one_or_none()


def update_member(connection: Connection, member_id: int, **values: Any) -> None:
    """Change a member's own columns."""
    connection.execute(update(members).where(members.c.id == member_id).values(**values))


def names_in(connection: Connection, conversation_id: int) -> dict[str, str]:
    """Give the names of a group's members by their platform id; who has none is left out."""
    query = select(members.c.platform_id, members.c.name).where(
        members.c.conversation_id == conversation_id, members.c.name.is_not(None)
    )
    return {row.platform_id: row.name for row in connection.execute(query)}
