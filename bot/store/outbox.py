"""The outbox: every delivery we owe, and the claims that make sure one process tries it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, func, insert, or_, select, update

from bot.store.tables import addresses, channels, conversations, messages, orders, outbox

OPEN = ("pending", "sending", "ambiguous")
"""States that the relay still works on; ``due_at`` says when."""


def insert_delivery(connection: Connection, **values: Any) -> None:
    """Write a delivery that is to be tried."""
    row = {
        "state": "pending",
        "lane": "none",
        "attempts": 0,
        "unknowns": 0,
        "platform_ids": [],
        **values,
    }
    connection.execute(insert(outbox).values(**row))


def next_due(
    connection: Connection, now: datetime, *, conversation_id: int | None = None
) -> Row[Any] | None:
    """Give the delivery to work on next, locked until the commit.

    The one with the oldest deadline, of those that are due, whose channel is
    up and before which nothing of the same conversation still waits: a
    customer reads in the order in which the shop wrote.
    """
    earlier = outbox.alias("earlier")
    waits = exists().where(
        earlier.c.conversation_id == outbox.c.conversation_id,
        earlier.c.seq < outbox.c.seq,
        earlier.c.state.in_(("pending", "sending")),
    )
    query = (
        select(outbox)
        .join(channels, channels.c.id == outbox.c.channel_id)
        .where(
            outbox.c.state.in_(OPEN),
            outbox.c.due_at <= now,
            channels.c.state == "up",
            ~waits,
        )
        .order_by(outbox.c.deadline, outbox.c.seq)
        .limit(1)
    )
    if conversation_id is not None:
        query = query.where(outbox.c.conversation_id == conversation_id)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True, of=outbox)
    return connection.execute(query).one_or_none()


def find_delivery(
    connection: Connection, delivery_id: str, *, lock: bool = False
) -> Row[Any] | None:
    """Find a delivery by its UUID; with ``lock`` nobody else changes it until the commit."""
    query = select(outbox).where(outbox.c.id == delivery_id)
    if lock and connection.dialect.name == "postgresql":
        query = query.with_for_update()
    return connection.execute(query).one_or_none()


def find_private_reply(connection: Connection, channel_id: int, comment_id: str) -> Row[Any] | None:
    """Find the one private reply that a comment was ever owed."""
    query = select(outbox).where(
        outbox.c.channel_id == channel_id, outbox.c.comment_id == comment_id
    )
    return connection.execute(query).one_or_none()


def has_private_reply(connection: Connection, conversation_id: int) -> bool:
    """Say whether a conversation's person was, or is being, answered in private."""
    owed = select(outbox.c.id).where(
        outbox.c.conversation_id == conversation_id,
        outbox.c.comment_id.is_not(None),
        outbox.c.state.in_((*OPEN, "held", "sent")),
    )
    return connection.execute(owed.limit(1)).scalar() is not None


def update_delivery(
    connection: Connection, delivery_id: str, *, while_leased: str | None = None, **values: Any
) -> bool:
    """Change a delivery; with ``while_leased``, only while that lease is still its own."""
    statement = update(outbox).where(outbox.c.id == delivery_id)
    if while_leased is not None:
        statement = statement.where(outbox.c.lease == while_leased)
    return connection.execute(statement.values(**values)).rowcount == 1


def lock_unsent_bills(connection: Connection, order_id: int) -> list[Row[Any]]:
    """List the parts of an order's bills that surely did not go out, locked until the commit."""
    query = (
        select(outbox)
        .where(
            outbox.c.order_id == order_id,
            outbox.c.kind == "bill",
            outbox.c.state.in_(("pending", "held")),
            outbox.c.unknowns == 0,
        )
        .order_by(outbox.c.seq)
    )
    if connection.dialect.name == "postgresql":
        query = query.with_for_update()
    return list(connection.execute(query))


def hold_channel(connection: Connection, channel_id: int, reason: str) -> set[int]:
    """Hold what waits for a channel that is down; give the conversations where that shows."""
    waiting = and_(outbox.c.channel_id == channel_id, outbox.c.state == "pending")
    return _move(connection, waiting, "held", reason)


def release_channel(connection: Connection, channel_id: int, now: datetime) -> set[int]:
    """Let go what was held while a channel was down; give the conversations where that shows."""
    held = and_(outbox.c.channel_id == channel_id, outbox.c.state == "held")
    return _move(connection, held, "pending", None, due_at=now, offered_at=None)


def release_conversation(connection: Connection, conversation_id: int, now: datetime) -> bool:
    """Let go what was held while another app had a conversation's thread; False for nothing."""
    held = and_(outbox.c.conversation_id == conversation_id, outbox.c.state == "held")
    return bool(_move(connection, held, "pending", None, due_at=now, offered_at=None))


def _move(
    connection: Connection, which: Any, state: str, reason: str | None, **values: Any
) -> set[int]:
    """Put deliveries into a state, and what staff see of them too; give their conversations."""
    shown = select(outbox.c.id).where(which)
    connection.execute(
        update(messages).where(messages.c.delivery_id.in_(shown)).values(state=state, reason=reason)
    )
    statement = update(outbox).where(which).values(state=state, reason=reason, **values)
    return set(connection.execute(statement.returning(outbox.c.conversation_id)).scalars())


def offer_due(connection: Connection, now: datetime, again_before: datetime) -> int:
    """Mark due deliveries as offered to the workers; give how many there were.

    One that was offered after ``again_before`` is left out: an eager relay
    drowns the queue in repeats.
    """
    statement = (
        update(outbox)
        .where(
            outbox.c.state.in_(OPEN),
            outbox.c.due_at <= now,
            or_(outbox.c.offered_at.is_(None), outbox.c.offered_at < again_before),
        )
        .values(offered_at=now)
    )
    return connection.execute(statement).rowcount


def oldest_due(connection: Connection) -> datetime | None:
    """Give the due time of the delivery that waits longest, None when nothing waits."""
    query = select(func.min(outbox.c.due_at)).where(outbox.c.state.in_(OPEN))
    return connection.execute(query).scalar()


def count_by_state(connection: Connection) -> dict[str, int]:
    """Count deliveries per state."""
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    return {str(state): int(count) for state, count in connection.execute(query)}


def list_deliveries(
    connection: Connection,
    *,
    shop_id: int | None = None,
    state: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Row[Any]]:
    """List deliveries, newest first: of one shop, or for the operator of all."""
    query = (
        select(
            outbox,
            orders.c.number.label("order_number"),
            channels.c.key.label("channel_key"),
        )
        .join(channels, channels.c.id == outbox.c.channel_id)
        .outerjoin(orders, orders.c.id == outbox.c.order_id)
        .order_by(outbox.c.seq.desc())
        .limit(limit)
    )
    if shop_id is not None:
        query = query.where(outbox.c.shop_id == shop_id)
    if state is not None:
        query = query.where(outbox.c.state == state)
    if before is not None:
        query = query.where(outbox.c.seq < before)
    return list(connection.execute(query))


def list_owed_at(connection: Connection, shop_id: int, at: datetime) -> list[Row[Any]]:
    """List what a transaction of that time made a shop owe: conversation_id, kind."""
    query = (
        select(outbox.c.conversation_id, outbox.c.kind)
        .where(outbox.c.shop_id == shop_id, outbox.c.state.in_(OPEN), outbox.c.created_at == at)
        .order_by(outbox.c.seq)
        .limit(10)
    )
    return list(connection.execute(query))


def find_delivery_by_platform_id(
    connection: Connection, conversation_id: int, platform_id: str
) -> Row[Any] | None:
    """Find what the card a person quotes was about: a delivery by the id that its send returned."""
    query: Select[Any] = (
        select(
            outbox.c.id,
            outbox.c.order_id,
            func.coalesce(orders.c.conversation_id, outbox.c.about_id).label("conversation_id"),
        )
        .select_from(
            messages.join(outbox, outbox.c.id == messages.c.delivery_id).outerjoin(
                orders, orders.c.id == outbox.c.order_id
            )
        )
        .where(
            and_(
                messages.c.conversation_id == conversation_id,
                messages.c.platform_id == platform_id,
            )
        )
        .limit(1)
    )
    return connection.execute(query).one_or_none()


def hasten_receipts(connection: Connection, message_id: int, now: datetime) -> int:
    """Let the receipts that wait for a message's fate go now; give how many had gone before."""
    waits = and_(outbox.c.awaits_id == message_id, outbox.c.state == "pending")
    connection.execute(
        update(outbox)
        .where(waits, outbox.c.payload.is_(None), outbox.c.due_at > now)
        .values(due_at=now, offered_at=None)
    )
    gone = select(func.count()).where(
        outbox.c.awaits_id == message_id, outbox.c.state.in_(("sending", "sent", "ambiguous"))
    )
    return int(connection.execute(gone).scalar_one())


def last_receipt(connection: Connection, message_id: int) -> Row[Any] | None:
    """Find the newest receipt that tells a message's fate."""
    query = select(outbox).where(outbox.c.awaits_id == message_id).order_by(outbox.c.seq.desc())
    return connection.execute(query.limit(1)).one_or_none()


def delivery_target(connection: Connection, delivery_id: str) -> Row[Any]:
    """Give what a send must know besides its row: where it goes and what the window allows."""
    query: Select[Any] = (
        select(
            conversations.c.id,
            conversations.c.last_inbound_at,
            conversations.c.standby,
            addresses.c.platform_id.label("address"),
            addresses.c.kind.label("address_kind"),
            channels.c.kind.label("channel"),
        )
        .select_from(outbox)
        .join(conversations, conversations.c.id == outbox.c.conversation_id)
        .join(addresses, addresses.c.id == conversations.c.address_id)
        .join(channels, channels.c.id == conversations.c.channel_id)
        .where(outbox.c.id == delivery_id)
    )
    return connection.execute(query).one()
