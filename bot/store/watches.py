"""The watch's rows: which call is due for which channel, what it told, and when it was heard."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, or_, select, update

from bot.store.changes import upsert
from bot.store.tables import channels, heard_hours, shops, watches
from bot.store.types import Utc

DUE = {"probe": "probe_due_at", "renew": "renew_due_at", "quota": "quota_due_at"}
"""The calls of the watch, and the column that says when each is due."""

ANSWER_LIFE = timedelta(minutes=1)


def next_due(connection: Connection, duty: str, now: datetime) -> Row[Any] | None:
    """Find the channel for which a duty has been due longest, and lock its watch.

    A probe is due when its time is not set yet; a renewal is not. A channel
    whose token is dead is probed only.
    """
    due = watches.c[DUE[duty]]
    ready = due <= now if duty == "renew" else or_(due.is_(None), due <= now)
    query = (
        select(watches)
        .join(channels, channels.c.id == watches.c.channel_id)
        .where(ready if duty == "probe" else and_(ready, channels.c.state == "up"))
        .order_by(due.is_not(None), due, watches.c.id)
        .limit(1)
    )
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True, of=watches)
    return connection.execute(query).one_or_none()


def find_watch(connection: Connection, channel_id: int, *, lock: bool = False) -> Row[Any]:
    """Give the watch of a channel that is known to exist; ``lock`` keeps it until the commit."""
    query = select(watches).where(watches.c.channel_id == channel_id)
    if lock and connection.dialect.name == "postgresql":
        query = query.with_for_update()
    return connection.execute(query).one()


def list_watches(connection: Connection) -> list[Row[Any]]:
    """List every channel with its watch and its shop's time zone, by key."""
    told = [c for c in watches.c if c.name not in ("id", "shop_id")]
    query = (
        select(channels, *told, shops.c.timezone)
        .join(watches, watches.c.channel_id == channels.c.id)
        .join(shops, shops.c.id == channels.c.shop_id)
        .order_by(channels.c.key)
    )
    return list(connection.execute(query))


def update_watch(connection: Connection, channel_id: int, **values: Any) -> None:
    """Change what is known of a channel's health."""
    connection.execute(update(watches).where(watches.c.channel_id == channel_id).values(**values))


def settle(
    connection: Connection, channel_id: int, duty: str, claimed: datetime, **values: Any
) -> bool:
    """Write down how a duty ended, if its claim still stands; ``claimed`` is when it would end."""
    due = watches.c[DUE[duty]]
    statement = update(watches).where(watches.c.channel_id == channel_id, due == claimed)
    return connection.execute(statement.values(**values)).rowcount == 1


def ask_soon(connection: Connection, channel_id: int, at: datetime) -> None:
    """Have a channel's token probed at ``at``, unless that is due sooner already.

    Never within a minute of its last answer: many calls may be refused at once.
    """
    asked = find_watch(connection, channel_id).token_at
    at = max(at, asked + ANSWER_LIFE) if asked is not None else at
    connection.execute(
        update(watches)
        .where(watches.c.channel_id == channel_id, watches.c.probe_due_at > at)
        .values(probe_due_at=at)
    )


def forget_token(connection: Connection, channel_id: int) -> None:
    """Know nothing of a channel's token any more: another was put in."""
    never = dict.fromkeys(
        ("token_state", "token_reason", "token_at", "probe_due_at", "token_ends_at", "renew_due_at")
    )
    nothing = {"probe_failures": 0, "renew_failures": 0, "relapses": 0, "quota_due_at": None}
    update_watch(connection, channel_id, **never, **nothing)


def read_quota_soon(
    connection: Connection, channel_id: int, now: datetime, not_since: datetime
) -> None:
    """Have a channel's quota read now, unless it was read after ``not_since``."""
    old = or_(watches.c.quota_at.is_(None), watches.c.quota_at < not_since)
    connection.execute(
        update(watches)
        .where(watches.c.channel_id == channel_id, old, watches.c.quota_due_at > now)
        .values(quota_due_at=now)
    )


def quota_share(watch: Any) -> float | None:
    """Give which part of a month's messages is used; None where no limit is known."""
    if watch.quota_used is None or watch.quota_limit is None:
        return None
    return float(watch.quota_used / watch.quota_limit) if watch.quota_limit else 1.0


def count_push(connection: Connection, channel_id: int) -> None:
    """Count one message that counts, until the platform's own number is read again."""
    connection.execute(
        update(watches)
        .where(watches.c.channel_id == channel_id, watches.c.quota_used.is_not(None))
        .values(quota_used=watches.c.quota_used + 1)
    )


# When it is heard --------------------------------------------------------------


def note_hour(connection: Connection, *, shop_id: int, channel_id: int, hour: datetime) -> None:
    """Remember that something was heard in the hour that began at ``hour``; once is enough."""
    row = {"shop_id": shop_id, "channel_id": channel_id, "hour": hour}
    connection.execute(upsert(connection, heard_hours).values(**row).on_conflict_do_nothing())


def newest_hours(connection: Connection) -> dict[int, datetime]:
    """Give the newest hour in which each channel was heard, by the channel's id."""
    query = select(heard_hours.c.channel_id, func.max(heard_hours.c.hour, type_=Utc))
    found = connection.execute(query.group_by(heard_hours.c.channel_id))
    return {int(channel_id): hour for channel_id, hour in found}


def list_hours(connection: Connection, channel_id: int) -> list[datetime]:
    """List the hours in which a channel was heard, oldest first."""
    query = select(heard_hours.c.hour).where(heard_hours.c.channel_id == channel_id)
    return list(connection.execute(query.order_by(heard_hours.c.hour)).scalars())


def forget_hours(connection: Connection, channel_id: int, before: datetime) -> int:
    """Drop the hours that tell nothing of today's rhythm any more."""
    old = and_(heard_hours.c.channel_id == channel_id, heard_hours.c.hour < before)
    return connection.execute(delete(heard_hours).where(old)).rowcount
