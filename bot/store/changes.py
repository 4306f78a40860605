"""What everybody should be able to see: the feed of changes, the audit, heartbeats, repeats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import audit, feed, heartbeats, idempotency_keys


def upsert(connection: Connection, table: Any) -> Any:
    """Give the dialect's INSERT, which knows ON CONFLICT."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def build_upserts(table: Any, finish: Callable[[Any], Any]) -> Mapping[str, Any]:
    """Build an upsert once for each dialect; ``finish`` says what a conflict does."""
    return {"sqlite": finish(sqlite.insert(table)), "postgresql": finish(postgresql.insert(table))}


_ANNOUNCE = insert(feed)


def announce(
    connection: Connection,
    shop_id: int,
    at: datetime,
    *,
    conversation_id: int | None = None,
    order_id: int | None = None,
) -> None:
    """Tell open pages that a conversation or an order looks different now."""
    connection.execute(
        _ANNOUNCE,
        {"shop_id": shop_id, "conversation_id": conversation_id, "order_id": order_id, "at": at},
    )


def read_feed(connection: Connection, shop_id: int, after: int, limit: int = 200) -> list[Any]:
    """List a shop's changes after an id, oldest first: id, conversation_id, order_id."""
    query = (
        select(feed.c.id, feed.c.conversation_id, feed.c.order_id)
        .where(feed.c.shop_id == shop_id, feed.c.id > after)
        .order_by(feed.c.id)
        .limit(limit)
    )
    return list(connection.execute(query))


def last_change(connection: Connection, shop_id: int) -> int:
    """Give the id of a shop's newest change, 0 when there is none."""
    query = select(func.max(feed.c.id)).where(feed.c.shop_id == shop_id)
    return connection.execute(query).scalar() or 0


def forget_feed(connection: Connection, before: datetime) -> int:
    """Drop old changes; pages that were away that long reload anyway."""
    return connection.execute(delete(feed).where(feed.c.at < before)).rowcount


def record(
    connection: Connection,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    *,
    shop_id: int | None = None,
    **data: Any,
) -> None:
    """Write one audit row: who did what to which thing. ``data`` holds no secret."""
    connection.execute(
        insert(audit).values(
            shop_id=shop_id, actor=actor, action=action, subject=subject, at=at, data=data
        )
    )


def beat(connection: Connection, name: str, kind: str, at: datetime) -> None:
    """Say that a process lives."""
    row = {"name": name, "kind": kind, "beat_at": at}
    statement = upsert(connection, heartbeats).values(**row)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"beat_at": at, "kind": kind})
    )


def list_heartbeats(connection: Connection) -> list[Any]:
    """List every process that ever lived: name, kind, beat_at."""
    return list(connection.execute(select(heartbeats).order_by(heartbeats.c.name)))


def find_answer(connection: Connection, shop_id: int, key: str) -> Any | None:
    """Give the answer that a request with this idempotency key got before, or None."""
    query = select(idempotency_keys.c.answer).where(
        idempotency_keys.c.shop_id == shop_id, idempotency_keys.c.key == key
    )
    return connection.execute(query).scalar()


def find_request(connection: Connection, shop_id: int, key: str) -> str | None:
    """Give the digest of the request that took an idempotency key, None where none was kept."""
    query = select(idempotency_keys.c.request).where(
        idempotency_keys.c.shop_id == shop_id, idempotency_keys.c.key == key
    )
    return connection.execute(query).scalar()


def claim_key(  # noqa: PLR0917  a row's columns, in their order
    connection: Connection,
    shop_id: int,
    key: str,
    at: datetime,
    request: str | None = None,
    until: datetime | None = None,
) -> bool:
    """Take an idempotency key; False when somebody has it. Its answer follows in this transaction.

    ``request`` is a digest of what is asked with it; ``until`` says how long it is
    kept, None for ever. Two requests at once: the second waits here for the
    first one's commit.
    """
    statement = upsert(connection, idempotency_keys).values(
        shop_id=shop_id, key=key, request=request, answer={}, at=at, until=until
    )
    # Not the row count: PostgreSQL's driver gives none for an INSERT that may do nothing.
    claimed = statement.on_conflict_do_nothing().returning(idempotency_keys.c.id)
    return connection.execute(claimed).scalar() is not None


def forget_keys(connection: Connection, now: datetime) -> int:
    """Drop the keys whose time is over."""
    over = delete(idempotency_keys).where(idempotency_keys.c.until < now)
    return connection.execute(over).rowcount


def keep_answer(connection: Connection, shop_id: int, key: str, answer: Any) -> None:
    """Remember what a request was answered, for its repeats."""
    connection.execute(
        update(idempotency_keys)
        .where(idempotency_keys.c.shop_id == shop_id, idempotency_keys.c.key == key)
        .values(answer=answer)
    )
