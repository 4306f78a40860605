"""What became of a message: its earlier words, and changes that may have come before it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from bot.store.changes import upsert
from bot.store.indexing import forget_words
from bot.store.tables import conversations, events, message_changes, message_versions, messages


def note_change(connection: Connection, **values: Any) -> None:
    """Remember an edit or an unsend by its message's id."""
    statement = upsert(connection, message_changes).values(**values)
    connection.execute(statement.on_conflict_do_nothing())


def find_changes(connection: Connection, channel_id: int, platform_id: str) -> dict[str, Row[Any]]:
    """Give the newest ``edit`` and the ``unsend`` that are known of a message."""
    query = (
        select(message_changes)
        .where(
            message_changes.c.channel_id == channel_id,
            message_changes.c.platform_id == platform_id,
        )
        .order_by(message_changes.c.at)
    )
    return {row.change: row for row in connection.execute(query)}


def keep_version(connection: Connection, **values: Any) -> None:
    """Keep what a message said until now."""
    connection.execute(insert(message_versions).values(**values))


def list_versions(connection: Connection, message_ids: list[int]) -> dict[int, list[Row[Any]]]:
    """List the earlier words of messages, oldest first."""
    if not message_ids:
        return {}
    query = (
        select(message_versions)
        .where(message_versions.c.message_id.in_(message_ids))
        .order_by(message_versions.c.at, message_versions.c.id)
    )
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.message_id, []).append(row)
    return found


def redact(connection: Connection, message: Any) -> None:
    """Take everything that a message said out of it and its history."""
    connection.execute(delete(message_versions).where(message_versions.c.message_id == message.id))
    connection.execute(
        update(messages)
        .where(messages.c.id == message.id)
        .values(text=None, facts={}, reactions={}, reason=None, redacted=True)
    )
    forget_words(connection, message.id)
    renew_preview(connection, message.conversation_id)


def redact_changes(connection: Connection, channel_id: int, platform_id: str) -> set[int]:
    """Take the words out of a message's changes; name the deliveries in which they stand."""
    statement = (
        update(message_changes)
        .where(
            message_changes.c.channel_id == channel_id,
            message_changes.c.platform_id == platform_id,
        )
        .values(text=None)
        .returning(message_changes.c.delivery_id)
    )
    return set(connection.execute(statement).scalars())


def deliveries_of(connection: Connection, channel_id: int, message_id: int) -> set[int]:
    """Name the raw deliveries that brought a message."""
    query = select(events.c.delivery_id).where(
        events.c.channel_id == channel_id, events.c.message_id == message_id
    )
    return set(connection.execute(query).scalars())


def renew_preview(connection: Connection, conversation_id: int) -> None:
    """Let the list show what the newest message says now."""
    newest = (
        select(messages.c.text, messages.c.kind, messages.c.redacted)
        .where(messages.c.conversation_id == conversation_id)
        .order_by(messages.c.sent_at.desc(), messages.c.id.desc())
        .limit(1)
    )
    row = connection.execute(newest).one()
    text = row.text if row.text is not None or row.redacted else f"[{row.kind}]"
    connection.execute(
        update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(last_text=(text or "")[:200])
    )


def react(connection: Connection, message: Any, who: str, emoji: str | None, at: datetime) -> None:
    """Put somebody's reaction on a message, or with None take it off."""
    reactions = {**message.reactions}
    reactions.pop(who, None)
    if emoji:
        reactions[who] = {"emoji": emoji, "at": at.isoformat()}
    connection.execute(
        update(messages).where(messages.c.id == message.id).values(reactions=reactions)
    )
