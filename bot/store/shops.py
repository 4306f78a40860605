"""Shops and their channels."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from bot.store.changes import upsert
from bot.store.tables import channels, counters, shops, watches


def find_shop(connection: Connection, shop_id: int, *, lock: bool = False) -> Row[Any]:
    """Give a shop that is known to exist; with ``lock`` nobody else changes it until the commit."""
    query = select(shops).where(shops.c.id == shop_id)
    if lock and connection.dialect.name == "postgresql":
        query = query.with_for_update(key_share=True)
    return connection.execute(query).one()


def lock_shop(connection: Connection, shop_id: int) -> Row[Any]:
    """Give a shop that is known to exist, locked until the commit."""
    query = select(shops).where(shops.c.id == shop_id)
    if connection.dialect.name == "postgresql":
        # Not the whole lock: rows that only refer to the shop need not wait.
        query = query.with_for_update(key_share=True)
    return connection.execute(query).one()


def find_shop_by_slug(connection: Connection, slug: str) -> Row[Any] | None:
    """Find a shop by the name it has in configuration and commands."""
    return connection.execute(select(shops).where(shops.c.slug == slug)).one_or_none()


def list_shops(connection: Connection) -> list[Row[Any]]:
    """List every shop, by slug."""
    return list(connection.execute(select(shops).order_by(shops.c.slug)))


def insert_shop(connection: Connection, **values: Any) -> int:
    """Write a new shop and give its id."""
    return int(
        connection.execute(insert(shops).values(**values).returning(shops.c.id)).scalar_one()
    )


def update_shop(connection: Connection, shop_id: int, **values: Any) -> None:
    """Change a shop's own columns."""
    connection.execute(update(shops).where(shops.c.id == shop_id).values(**values))


def next_number(connection: Connection, shop_id: int, name: str) -> int:
    """Take a shop's next ``order``, ``invoice`` or ``customer`` number, in this transaction.

    The row stays locked until the commit, so a series has no gap: who rolls
    back gives the number back.
    """
    statement = upsert(connection, counters).values(shop_id=shop_id, name=name, value=1)
    statement = statement.on_conflict_do_update(
        index_elements=["shop_id", "name"], set_={"value": counters.c.value + 1}
    )
    return int(connection.execute(statement.returning(counters.c.value)).scalar_one())


def current_number(connection: Connection, shop_id: int, name: str) -> int:
    """Give the number that a shop's series has come to, 0 for one that has not begun."""
    query = select(counters.c.value).where(counters.c.shop_id == shop_id, counters.c.name == name)
    return int(connection.execute(query).scalar() or 0)


def start_numbers(connection: Connection, shop_id: int, name: str, before: int) -> None:
    """Make a new shop's series begin after ``before``."""
    connection.execute(insert(counters).values(shop_id=shop_id, name=name, value=before))


def list_channels(connection: Connection, shop_id: int | None = None) -> list[Row[Any]]:
    """List channels, of one shop or of all, by key."""
    query = select(channels).order_by(channels.c.key)
    if shop_id is not None:
        query = query.where(channels.c.shop_id == shop_id)
    return list(connection.execute(query))


def list_channel_ids(connection: Connection, shop_id: int, kind: str) -> list[int]:
    """List a shop's channels of one kind."""
    query = select(channels.c.id).where(channels.c.shop_id == shop_id, channels.c.kind == kind)
    return list(connection.execute(query.order_by(channels.c.id)).scalars())


def find_channel(connection: Connection, channel_id: int, *, lock: bool = False) -> Row[Any]:
    """Give a channel that is known to exist; with ``lock`` nobody changes it until the commit."""
    query = select(channels).where(channels.c.id == channel_id)
    if lock and connection.dialect.name == "postgresql":
        query = query.with_for_update()
    return connection.execute(query).one()


# What every webhook runs is built once: building a statement costs more than running it.
_BY_KEY = select(channels).where(channels.c.key == bindparam("key"))
_BY_ACCOUNT = select(channels).where(
    channels.c.kind == bindparam("kind"), channels.c.account_id == bindparam("account")
)


def find_channel_by_key(connection: Connection, key: str) -> Row[Any] | None:
    """Find a channel by the last part of its webhook address."""
    return connection.execute(_BY_KEY, {"key": key}).one_or_none()


def find_channel_by_account(connection: Connection, kind: str, account_id: str) -> Row[Any] | None:
    """Find a channel by the platform's own id of its account."""
    return connection.execute(_BY_ACCOUNT, {"kind": kind, "account": account_id}).one_or_none()


def insert_channel(connection: Connection, **values: Any) -> int:
    """Write a new channel, with nothing known of its health yet, and give its id."""
    statement = insert(channels).values(**values).returning(channels.c.id)
    channel_id = int(connection.execute(statement).scalar_one())
    connection.execute(insert(watches).values(channel_id=channel_id, shop_id=values["shop_id"]))
    return channel_id


def update_channel(connection: Connection, channel_id: int, **values: Any) -> int:
    """Change a channel; give how many rows that met (0 or 1)."""
    statement = update(channels).where(channels.c.id == channel_id).values(**values)
    return connection.execute(statement).rowcount


def replace_secrets(connection: Connection, channel_id: int, old: bytes, new: bytes) -> bool:
    """Put sealed secrets in the place of others; False when those are not the channel's now."""
    statement = update(channels).where(channels.c.id == channel_id, channels.c.sealed == old)
    return connection.execute(statement.values(sealed=new)).rowcount == 1


def mark_channel_down(connection: Connection, channel_id: int, reason: str) -> bool:
    """Put a channel down; False when it was down already."""
    statement = (
        update(channels)
        .where(channels.c.id == channel_id, channels.c.state == "up")
        .values(state="down", reason=reason)
    )
    return connection.execute(statement).rowcount == 1


def note_webhook(connection: Connection, channel_id: int, at: datetime) -> None:
    """Remember that the platform spoke to this channel."""
    connection.execute(
        update(channels).where(channels.c.id == channel_id).values(last_webhook_at=at)
    )
