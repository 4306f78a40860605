"""Staff, their sessions, their linked chat accounts, and the tokens of programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from bot.store.changes import upsert
from bot.store.tables import (
    api_tokens,
    channels,
    link_codes,
    sessions,
    shops,
    sign_ins,
    staff,
    staff_links,
)


def find_staff_by_email(connection: Connection, email: str) -> Row[Any] | None:
    """Find a member of staff by sign-in address, in lower case."""
    return connection.execute(select(staff).where(staff.c.email == email.lower())).one_or_none()


def find_staff(connection: Connection, staff_id: int) -> Row[Any] | None:
    """Find a member of staff."""
    return connection.execute(select(staff).where(staff.c.id == staff_id)).one_or_none()


def list_staff(connection: Connection, shop_id: int | None = None) -> list[Row[Any]]:
    """List staff with their shop's slug, of one shop or of all."""
    query = (
        select(staff, shops.c.slug.label("shop"))
        .join(shops, shops.c.id == staff.c.shop_id)
        .order_by(shops.c.slug, staff.c.email)
    )
    if shop_id is not None:
        query = query.where(staff.c.shop_id == shop_id)
    return list(connection.execute(query))


def insert_staff(connection: Connection, **values: Any) -> int:
    """Write a member of staff and give the id."""
    statement = insert(staff).values(**values).returning(staff.c.id)
    return int(connection.execute(statement).scalar_one())


def update_staff(connection: Connection, staff_id: int, **values: Any) -> None:
    """Change a member of staff."""
    connection.execute(update(staff).where(staff.c.id == staff_id).values(**values))


# Sessions --------------------------------------------------------------------


def insert_session(connection: Connection, **values: Any) -> None:
    """Open a session."""
    connection.execute(insert(sessions).values(**values))


def find_session(connection: Connection, digest: str, now: datetime) -> Row[Any] | None:
    """Find a live session and, where it is a member of staff's, who that is today."""
    query: Select[Any] = (
        select(
            sessions.c.id,
            sessions.c.staff_id,
            sessions.c.stamp,
            sessions.c.expires_at,
            staff.c.shop_id,
            staff.c.email,
            staff.c.name,
            staff.c.role,
            staff.c.password_hash,
            staff.c.disabled_at,
        )
        .outerjoin(staff, staff.c.id == sessions.c.staff_id)
        .where(sessions.c.digest == digest, sessions.c.expires_at > now)
    )
    return connection.execute(query).one_or_none()


def delete_session(connection: Connection, digest: str) -> None:
    """End one session."""
    connection.execute(delete(sessions).where(sessions.c.digest == digest))


def delete_sessions_of(connection: Connection, staff_id: int) -> int:
    """End every session of a member of staff."""
    return connection.execute(delete(sessions).where(sessions.c.staff_id == staff_id)).rowcount


def delete_expired(connection: Connection, now: datetime, forget_before: datetime) -> int:
    """Drop sessions and link codes that are over, and old counts of failed sign-ins."""
    dropped = connection.execute(delete(sessions).where(sessions.c.expires_at <= now)).rowcount
    dropped += connection.execute(delete(link_codes).where(link_codes.c.expires_at <= now)).rowcount
    dropped += connection.execute(
        delete(sign_ins).where(sign_ins.c.last_at < forget_before)
    ).rowcount
    return dropped


def find_failures(connection: Connection, keys: list[str]) -> dict[str, tuple[int, datetime]]:
    """Give the failed sign-ins in a row, and when the last was, of accounts or addresses."""
    query = select(sign_ins).where(sign_ins.c.key.in_(keys))
    return {row.key: (row.failures, row.last_at) for row in connection.execute(query)}


def count_failure(connection: Connection, key: str, now: datetime) -> None:
    """Count one more failed sign-in."""
    statement = upsert(connection, sign_ins).values(key=key, failures=1, last_at=now)
    statement = statement.on_conflict_do_update(
        index_elements=["key"], set_={"failures": sign_ins.c.failures + 1, "last_at": now}
    )
    connection.execute(statement)


def clear_failures(connection: Connection, keys: list[str]) -> None:
    """Forget failed sign-ins after one that succeeded."""
    connection.execute(delete(sign_ins).where(sign_ins.c.key.in_(keys)))


# Linked chat accounts --------------------------------------------------------


def insert_link_code(connection: Connection, **values: Any) -> None:
    """Keep a linking code's digest."""
    connection.execute(insert(link_codes).values(**values))


def use_link_code(
    connection: Connection, shop_id: int, digest: str, now: datetime
) -> Row[Any] | None:
    """Spend a linking code of a shop; None when it is wrong, old or spent."""
    statement = (
        update(link_codes)
        .where(
            link_codes.c.shop_id == shop_id,
            link_codes.c.digest == digest,
            link_codes.c.used_at.is_(None),
            link_codes.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(link_codes.c.staff_id)
    )
    return connection.execute(statement).one_or_none()


def link_staff(connection: Connection, **values: Any) -> None:
    """Make a platform account a member of staff's; a second link moves it to the newer one."""
    statement = upsert(connection, staff_links).values(**values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["channel_id", "platform_user_id"],
            set_={
                "staff_id": values["staff_id"],
                "linked_at": values["linked_at"],
                "conversation_id": None,
                "order_id": None,
            },
        )
    )


def find_link(connection: Connection, channel_id: int, platform_user_id: str) -> Row[Any] | None:
    """Find which member of staff a platform account belongs to, if they may still act."""
    query = (
        select(
            staff_links,
            staff.c.role,
            staff.c.name,
            staff.c.email,
        )
        .join(staff, staff.c.id == staff_links.c.staff_id)
        .where(
            staff_links.c.channel_id == channel_id,
            staff_links.c.platform_user_id == platform_user_id,
            staff.c.disabled_at.is_(None),
        )
    )
    return connection.execute(query).one_or_none()


def list_links(connection: Connection, staff_id: int) -> list[Row[Any]]:
    """List the chat accounts of a member of staff."""
    query = (
        select(staff_links, channels.c.kind, channels.c.key)
        .join(channels, channels.c.id == staff_links.c.channel_id)
        .where(staff_links.c.staff_id == staff_id)
    )
    return list(connection.execute(query))


def update_link(connection: Connection, link_id: int, **values: Any) -> None:
    """Change what a linked account has in use."""
    connection.execute(update(staff_links).where(staff_links.c.id == link_id).values(**values))


# Tokens of programs ----------------------------------------------------------


def insert_token(connection: Connection, **values: Any) -> None:
    """Keep an API token's digest."""
    connection.execute(insert(api_tokens).values(**values))


def find_token(connection: Connection, digest: str) -> Row[Any] | None:
    """Find a live API token with the member of staff it acts as."""
    query = (
        select(api_tokens, staff.c.role, staff.c.name, staff.c.email, staff.c.disabled_at)
        .outerjoin(staff, staff.c.id == api_tokens.c.staff_id)
        .where(api_tokens.c.digest == digest, api_tokens.c.revoked_at.is_(None))
    )
    return connection.execute(query).one_or_none()
