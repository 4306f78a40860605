"""Raw deliveries as they came, and the events that were read from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, or_, select, update

from bot.store.changes import build_upserts
from bot.store.tables import (
    channels,
    events,
    raw_deliveries,
)

ODD = ("quarantine", "parse_error", "conflict")
"""States of raw deliveries that want an operator's look."""

# What every webhook runs is built once: building a statement costs more than running it.
_INSERT_RAW = insert(raw_deliveries).returning(raw_deliveries.c.id)
_INSERT_EVENT = build_upserts(
    events,
    lambda statement: statement.on_conflict_do_nothing(
        index_elements=["channel_id", "event_key"]
    ).returning(events.c.id),
)
_NAME_MESSAGE = (
    update(events).where(events.c.id == bindparam("key")).values(message_id=bindparam("message"))
)


def insert_raw(connection: Connection, **values: Any) -> int:
    """Write a raw delivery and give its id."""
    return int(connection.execute(_INSERT_RAW, values).scalar_one())


def find_raw(connection: Connection, delivery_id: int) -> Row[Any] | None:
    """Find a raw delivery."""
    query = select(raw_deliveries).where(raw_deliveries.c.id == delivery_id)
    return connection.execute(query).one_or_none()


def update_raw(connection: Connection, delivery_id: int, **values: Any) -> None:
    """Change what we think of a raw delivery; its body never changes here."""
    connection.execute(
        update(raw_deliveries).where(raw_deliveries.c.id == delivery_id).values(**values)
    )


def list_raw(connection: Connection, states: tuple[str, ...], limit: int = 200) -> list[Row[Any]]:
    """List raw deliveries in some states, newest first, without their bodies."""
    columns = [c for c in raw_deliveries.c if c.name != "body"]
    query = select(*columns).where(raw_deliveries.c.state.in_(states))
    return list(connection.execute(query.order_by(raw_deliveries.c.id.desc()).limit(limit)))


def insert_event(connection: Connection, **values: Any) -> int | None:
    """Write an event and give its id, or None when its key has been seen before."""
    statement = _INSERT_EVENT[connection.dialect.name]
    return connection.execute(statement, {"attempts": 0, **values}).scalar()


def name_message(connection: Connection, event_id: int, message_id: int) -> None:
    """Note which message an event brought."""
    connection.execute(_NAME_MESSAGE, {"key": event_id, "message": message_id})


def update_event(connection: Connection, event_id: int, **values: Any) -> None:
    """Change an event's state or links."""
    connection.execute(update(events).where(events.c.id == event_id).values(**values))


def find_event_by_key(connection: Connection, channel_id: int, key: str) -> Row[Any] | None:
    """Find an event by what makes it unique on its channel."""
    query = select(events).where(events.c.channel_id == channel_id, events.c.event_key == key)
    return connection.execute(query).one_or_none()


def find_processed_at(connection: Connection, message_id: int) -> datetime | None:
    """Give when a message had its effect; None while it waits."""
    query = select(func.max(events.c.processed_at)).where(
        events.c.message_id == message_id, events.c.kind == "message"
    )
    return connection.execute(query).scalar()


def conversations_with_pending_events(connection: Connection, limit: int = 100) -> list[int]:
    """List conversations that have events without their effects, the longest waiting first."""
    query = (
        select(events.c.conversation_id)
        .where(events.c.state == "pending", events.c.conversation_id.is_not(None))
        .group_by(events.c.conversation_id)
        .order_by(func.min(events.c.id))
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def next_pending_event(connection: Connection, conversation_id: int) -> Row[Any] | None:
    """Give the oldest event of a conversation that has had no effect yet."""
    query = (
        select(events)
        .where(events.c.state == "pending", events.c.conversation_id == conversation_id)
        .order_by(events.c.occurred_at, events.c.id)
        .limit(1)
    )
    return connection.execute(query).one_or_none()


def count_attempt(connection: Connection, event_id: int) -> int:
    """Count one more try at an event's effects and give how many there were."""
    statement = (
        update(events)
        .where(events.c.id == event_id)
        .values(attempts=events.c.attempts + 1)
        .returning(events.c.attempts)
    )
    return int(connection.execute(statement).scalar_one())


def retry_event(connection: Connection, event_id: int) -> bool:
    """Let an event whose handling failed have its effects after all; False for any other.

    One that was malformed from the start was never tried, and has none to have.
    """
    statement = (
        update(events)
        .where(events.c.id == event_id, events.c.state == "error", events.c.attempts > 0)
        .values(state="pending", error=None, attempts=0)
    )
    return connection.execute(statement).rowcount == 1


def list_unshown(connection: Connection, limit: int = 50) -> list[Row[Any]]:
    """List what no conversation tells: events in error first, then those of no conversation.

    Newest first; what a platform says of our own messages is left out.
    """
    nowhere = and_(
        events.c.state == "done",
        events.c.conversation_id.is_(None),
        events.c.kind.not_in(("echo", "delivered", "read")),
    )
    query = (
        select(events, channels.c.key.label("channel_key"), channels.c.kind.label("channel"))
        .join(channels, channels.c.id == events.c.channel_id)
        .where(or_(events.c.state == "error", nowhere))
        .order_by(events.c.state.desc(), events.c.occurred_at.desc(), events.c.id.desc())
    )
    return list(connection.execute(query.limit(limit)))


def count_events(connection: Connection, state: str) -> int:
    """Count events in a state."""
    query = select(func.count()).select_from(events).where(events.c.state == state)
    return int(connection.execute(query).scalar_one())
