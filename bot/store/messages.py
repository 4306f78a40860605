"""Messages of a conversation, in and out, and the tokens that let a reply be free."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from bot.store.changes import build_upserts
from bot.store.indexing import renew_words
from bot.store.tables import (
    conversations,
    messages,
    outbox,
    reply_tokens,
)
from bot.store.types import Utc, pair

# What every webhook runs is built once: building a statement costs more than running it.


def _later(at: Any) -> Any:
    known = conversations.c.last_inbound_at
    return case((or_(known.is_(None), known < at), at), else_=known)


def _touch(*, customer_wrote: bool, opens_window: bool = True) -> Any:
    """Keep what the list shows; an older message never pushes a newer one out of the preview."""
    at = bindparam("at", type_=Utc())
    # A conversation is opened when we hear of it, a moment after its first message was written.
    newer = or_(conversations.c.last_author.is_(None), conversations.c.last_message_at <= at)
    values: dict[str, Any] = {
        "last_message_at": case((newer, at), else_=conversations.c.last_message_at),
        "last_text": case((newer, bindparam("preview")), else_=conversations.c.last_text),
        "last_author": case((newer, bindparam("author")), else_=conversations.c.last_author),
    }
    if customer_wrote:
        if opens_window:
            values["last_inbound_at"] = _later(at)
        values["unread"] = conversations.c.unread + 1
        values["standby"] = bindparam("in_standby", type_=Boolean())
    return update(conversations).where(conversations.c.id == bindparam("key")).values(**values)


_INSERT_MESSAGE = insert(messages).returning(messages.c.id)
_TOUCH_BY_CUSTOMER = _touch(customer_wrote=True)
_TOUCH_BESIDE = _touch(customer_wrote=True, opens_window=False)
_TOUCH_BY_US = _touch(customer_wrote=False)
_KEEP_TOKEN = build_upserts(reply_tokens, lambda statement: statement.on_conflict_do_nothing())


def insert_message(connection: Connection, **values: Any) -> int:
    """Write a message and give its id."""
    return int(connection.execute(_INSERT_MESSAGE, {"redacted": False, **values}).scalar_one())


def touch_conversation(
    connection: Connection,
    conversation_id: int,
    *,
    at: datetime,
    text: str | None,
    author: str,
    customer_wrote: bool,
    standby: bool = False,
    opens_window: bool = True,
) -> None:
    """Keep what the list shows: newest message, unread count, start of the window.

    Platforms deliver out of order: an older message never pushes a newer one
    out of the preview.
    """
    facts = {"key": conversation_id, "at": at, "preview": (text or "")[:200], "author": author}
    if customer_wrote:
        statement = _TOUCH_BY_CUSTOMER if opens_window else _TOUCH_BESIDE
        connection.execute(statement, {**facts, "in_standby": standby})
    else:
        connection.execute(_TOUCH_BY_US, facts)


def open_window(connection: Connection, conversation_id: int, at: datetime) -> None:
    """Note that a customer did something which lets us answer: a tap, a reaction, a follow."""
    later = _later(bindparam("at", type_=Utc()))
    statement = update(conversations).where(conversations.c.id == bindparam("key"))
    connection.execute(statement.values(last_inbound_at=later), {"key": conversation_id, "at": at})


def is_heard_since(connection: Connection, conversation_id: int, at: datetime) -> bool:
    """Say whether a customer wrote, tapped or came back after ``at``."""
    known = select(conversations.c.last_inbound_at).where(conversations.c.id == conversation_id)
    last = connection.execute(known).scalar()
    return last is not None and last > at


def list_messages(
    connection: Connection,
    conversation_id: int,
    *,
    before: tuple[datetime, int] | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[Row[Any]]:
    """List a conversation's messages, newest first, with the state of what went out.

    With ``after`` it lists what followed that mark, oldest first.
    """
    query = (
        select(
            messages,
            outbox.c.state.label("delivery_state"),
            outbox.c.code.label("delivery_code"),
        )
        .outerjoin(outbox, outbox.c.id == messages.c.delivery_id)
        .where(messages.c.conversation_id == conversation_id)
    )
    key = (messages.c.sent_at, messages.c.id)
    # Compared as a pair, so that any page is a step into the index and not a walk along it.
    if before is not None:
        query = query.where(tuple_(*key) < pair(*before))
    if after is not None:
        query = query.where(tuple_(*key) > pair(*after)).order_by(*key)
    else:
        query = query.order_by(*(column.desc() for column in key))
    return list(connection.execute(query.limit(limit)))


def find_message(connection: Connection, message_id: int) -> Row[Any] | None:
    """Find a message."""
    return connection.execute(select(messages).where(messages.c.id == message_id)).one_or_none()


def find_message_by_platform_id(
    connection: Connection, conversation_id: int, platform_id: str
) -> Row[Any] | None:
    """Find a message of a conversation by the platform's own id."""
    query = select(messages).where(
        messages.c.conversation_id == conversation_id, messages.c.platform_id == platform_id
    )
    return connection.execute(query.limit(1)).one_or_none()


def count_automatic(connection: Connection, conversation_id: int, since: datetime) -> int:
    """Count what was said in a conversation since a time without anybody asking for it."""
    query = select(func.count()).where(
        messages.c.conversation_id == conversation_id,
        messages.c.sent_at > since,
        messages.c.automatic.is_(True),
    )
    return int(connection.execute(query).scalar_one())


def has_notice(connection: Connection, conversation_id: int, reason: str, since: datetime) -> bool:
    """Say whether a thread has had this notice since a time."""
    query = select(messages.c.id).where(
        messages.c.conversation_id == conversation_id,
        messages.c.sent_at > since,
        messages.c.kind == "notice",
        messages.c.reason == reason,
    )
    return connection.execute(query.limit(1)).scalar() is not None


def has_said(connection: Connection, conversation_id: int, text: str, since: datetime) -> bool:
    """Say whether we ourselves sent these very words into a conversation since a time."""
    query = select(messages.c.id).where(
        messages.c.conversation_id == conversation_id,
        messages.c.sent_at > since,
        messages.c.delivery_id.is_not(None),
        messages.c.text == text,
    )
    return connection.execute(query.limit(1)).scalar() is not None


def find_quoted(
    connection: Connection, conversation_id: int, platform_ids: Collection[str]
) -> dict[str, Row[Any]]:
    """Find what messages of a conversation answer, by the platform's ids that they quote."""
    if not platform_ids:
        return {}
    query = select(messages).where(
        messages.c.conversation_id == conversation_id, messages.c.platform_id.in_(platform_ids)
    )
    return {row.platform_id: row for row in connection.execute(query)}


def update_message(connection: Connection, message_id: int, **values: Any) -> None:
    """Change a message; new words are found from this commit on, and the old ones no more."""
    connection.execute(update(messages).where(messages.c.id == message_id).values(**values))
    if "text" in values:
        renew_words(connection, message_id)


def mark_read_up_to(
    connection: Connection, conversation_id: int, state: str, watermark: datetime
) -> int:
    """Move what we sent until ``watermark`` on to ``delivered`` or ``read``; never back."""
    below = ["sent"] if state == "delivered" else ["sent", "delivered"]
    statement = (
        update(messages)
        .where(
            messages.c.conversation_id == conversation_id,
            messages.c.direction == "out",
            messages.c.state.in_(below),
            messages.c.sent_at <= watermark,
        )
        .values(state=state)
    )
    return connection.execute(statement).rowcount


# Reply tokens ----------------------------------------------------------------


def keep_reply_token(connection: Connection, **values: Any) -> None:
    """Remember a reply token; the same one again (a redelivery) changes nothing."""
    connection.execute(_KEEP_TOKEN[connection.dialect.name], values)


def _unspent(conversation_id: int, delivery_id: str | None, now: datetime) -> Any:
    """A live token that nobody has taken, or that this delivery has and surely did not use."""
    return and_(
        reply_tokens.c.conversation_id == conversation_id,
        or_(reply_tokens.c.delivery_id.is_(None), reply_tokens.c.delivery_id == delivery_id),
        reply_tokens.c.expires_at > now,
    )


def reply_until(
    connection: Connection, conversation_id: int, now: datetime, *, delivery_id: str | None = None
) -> datetime | None:
    """Give the end of the newest reply token that may be used, None when there is none."""
    query = select(func.max(reply_tokens.c.expires_at))
    return connection.execute(query.where(_unspent(conversation_id, delivery_id, now))).scalar()


def list_reply_until(
    connection: Connection, conversation_ids: Sequence[int], now: datetime
) -> dict[int, datetime]:
    """Give the end of the newest unspent reply token of each conversation that has one."""
    query = (
        select(reply_tokens.c.conversation_id, func.max(reply_tokens.c.expires_at))
        .where(
            reply_tokens.c.conversation_id.in_(conversation_ids),
            reply_tokens.c.delivery_id.is_(None),
            reply_tokens.c.expires_at > now,
        )
        .group_by(reply_tokens.c.conversation_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def forget_reply_tokens(connection: Connection, before: datetime, limit: int = 5_000) -> int:
    """Drop reply tokens that ended long ago, so many at most; give how many."""
    old = select(reply_tokens.c.id).where(reply_tokens.c.expires_at < before).limit(limit)
    return connection.execute(delete(reply_tokens).where(reply_tokens.c.id.in_(old))).rowcount


def take_reply_token(
    connection: Connection, conversation_id: int, delivery_id: str, now: datetime
) -> str | None:
    """Give the newest reply token that may be used to one delivery, or None."""
    query = (
        select(reply_tokens.c.id, reply_tokens.c.token)
        .where(_unspent(conversation_id, delivery_id, now))
        .order_by(reply_tokens.c.expires_at.desc(), reply_tokens.c.id.desc())
        .limit(1)
    )
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    connection.execute(
        update(reply_tokens).where(reply_tokens.c.id == row.id).values(delivery_id=delivery_id)
    )
    return str(row.token)


def spend_reply_token(connection: Connection, delivery_id: str, now: datetime) -> None:
    """Let nobody use the token of a delivery again: the platform says that it is spent."""
    connection.execute(
        update(reply_tokens).where(reply_tokens.c.delivery_id == delivery_id).values(expires_at=now)
    )
