"""What came with messages: the rows, and the claims that make sure one process fetches each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, exists, select, update

from bot.store.changes import build_upserts
from bot.store.tables import channels, media, messages

_KEEP = build_upserts(
    media,
    lambda statement: statement.on_conflict_do_nothing(index_elements=["message_id", "position"]),
)


def insert_media(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Write what is to be fetched; what a message has already is left as it is."""
    if rows:
        connection.execute(_KEEP[connection.dialect.name], rows)


def next_due(connection: Connection, now: datetime) -> Row[Any] | None:
    """Give what is to be fetched next, with its channel's kind, locked until the commit."""
    query = (
        select(media, channels.c.kind.label("channel"))
        .join(channels, channels.c.id == media.c.channel_id)
        .where(media.c.state == "fetching", media.c.due_at <= now)
        .order_by(media.c.due_at, media.c.id)
        .limit(1)
    )
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True, of=media)
    return connection.execute(query).one_or_none()


def is_due(connection: Connection, now: datetime) -> bool:
    """Say whether anything waits to be fetched, or to be removed."""
    fetching = exists().where(media.c.state == "fetching", media.c.due_at <= now)
    over = exists().where(media.c.on_disk, media.c.forget_at <= now)
    return bool(connection.execute(select(fetching | over)).scalar())


def update_media(
    connection: Connection, media_id: int, *, while_leased: str | None = None, **values: Any
) -> bool:
    """Change a row; with ``while_leased``, only while that lease is still its own."""
    statement = update(media).where(media.c.id == media_id)
    if while_leased is not None:
        statement = statement.where(media.c.lease == while_leased, media.c.state == "fetching")
    return connection.execute(statement.values(**values)).rowcount == 1


def forget_message(connection: Connection, message_id: int, now: datetime, reason: str) -> int:
    """Give up what came with a message; its files are due for removal. Give how many rows.

    A process that is fetching one now may still write its file: such a file is
    due when that process's lease is over.
    """
    until = case((media.c.lease_until > now, media.c.lease_until), else_=now)
    statement = (
        update(media)
        .where(media.c.message_id == message_id)
        .values(
            state="gone",
            reason=reason,
            content_id=None,
            url=None,
            name=None,
            lease=None,
            forget_at=until,
        )
    )
    return connection.execute(statement).rowcount


def list_over(connection: Connection, now: datetime, *, limit: int) -> list[Row[Any]]:
    """List what has a file here though its time is over: id, token, state, shop, message."""
    query = (
        select(media.c.id, media.c.token, media.c.state, media.c.shop_id, media.c.message_id)
        .where(media.c.on_disk, media.c.forget_at <= now)
        .order_by(media.c.forget_at)
        .limit(limit)
    )
    return list(connection.execute(query))


def find_media(connection: Connection, shop_id: int, token: str) -> Row[Any] | None:
    """Find a shop's row by its token."""
    query = select(media).where(media.c.token == token, media.c.shop_id == shop_id)
    return connection.execute(query).one_or_none()


def list_media(connection: Connection, message_ids: Collection[int]) -> list[Row[Any]]:
    """List what came with these messages, in order."""
    query = (
        select(media)
        .where(media.c.message_id.in_(message_ids))
        .order_by(media.c.message_id, media.c.position)
    )
    return list(connection.execute(query))


def conversation_of(connection: Connection, message_id: int) -> int:
    """Give the conversation of a message that is known to exist."""
    query = select(messages.c.conversation_id).where(messages.c.id == message_id)
    return int(connection.execute(query).scalar_one())
