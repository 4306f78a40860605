"""Raw deliveries, events, contacts, conversations and messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, func, insert, or_, select, update

from bot.store.changes import upsert
from bot.store.shops import next_number
from bot.store.tables import (
    addresses,
    channels,
    contacts,
    conversations,
    events,
    messages,
    orders,
    outbox,
    raw_deliveries,
    reply_tokens,
    staff_links,
)

# Raw deliveries and events ---------------------------------------------------


def insert_raw(connection: Connection, **values: Any) -> int:
    """Write a raw delivery and give its id."""
    statement = insert(raw_deliveries).values(**values).returning(raw_deliveries.c.id)
    return int(connection.execute(statement).scalar_one())


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
    statement = upsert(connection, events).values(attempts=0, **values)
    statement = statement.on_conflict_do_nothing(index_elements=["channel_id", "event_key"])
    return connection.execute(statement.returning(events.c.id)).scalar()


def update_event(connection: Connection, event_id: int, **values: Any) -> None:
    """Change an event's state or links."""
    connection.execute(update(events).where(events.c.id == event_id).values(**values))


def find_event_by_key(connection: Connection, channel_id: int, key: str) -> Row[Any] | None:
    """Find an event by what makes it unique on its channel."""
    query = select(events).where(events.c.channel_id == channel_id, events.c.event_key == key)
    return connection.execute(query).one_or_none()


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


def retry_event(connection: Connection, event_id: int) -> bool:
    """Let an event that ended in an error have its effects after all; False for any other."""
    statement = (
        update(events)
        .where(events.c.id == event_id, events.c.state == "error")
        .values(state="pending", error=None, attempts=0)
    )
    return connection.execute(statement).rowcount == 1


def count_events(connection: Connection, state: str) -> int:
    """Count events in a state."""
    query = select(func.count()).select_from(events).where(events.c.state == state)
    return int(connection.execute(query).scalar_one())


# Contacts and conversations --------------------------------------------------


def find_address(connection: Connection, channel_id: int, platform_id: str) -> Row[Any] | None:
    """Find where a person or a group is known on a channel, with its conversation."""
    query: Select[Any] = (
        select(
            addresses.c.id,
            addresses.c.contact_id,
            conversations.c.id.label("conversation_id"),
        )
        .join(conversations, conversations.c.address_id == addresses.c.id)
        .where(addresses.c.channel_id == channel_id, addresses.c.platform_id == platform_id)
    )
    return connection.execute(query).one_or_none()


def open_conversation(
    connection: Connection,
    *,
    shop_id: int,
    channel_id: int,
    platform_id: str,
    kind: str,
    at: datetime,
) -> int:
    """Give the conversation of an address, made with its contact when it is new.

    Two first messages at once meet in the unique keys: one makes the rows,
    the other waits for it and finds them.
    """
    known = find_address(connection, channel_id, platform_id)
    if known is not None:
        return int(known.conversation_id)
    if connection.dialect.name == "postgresql":
        # The counter's row lock is what the rival waits for; look again behind it.
        code = next_number(connection, shop_id, "customer")
        known = find_address(connection, channel_id, platform_id)
        if known is not None:
            return int(known.conversation_id)
    else:
        code = next_number(connection, shop_id, "customer")
    contact_id = connection.execute(
        insert(contacts).values(shop_id=shop_id, code=code, created_at=at).returning(contacts.c.id)
    ).scalar_one()
    address_id = connection.execute(
        insert(addresses)
        .values(
            shop_id=shop_id,
            channel_id=channel_id,
            contact_id=contact_id,
            kind=kind,
            platform_id=platform_id,
        )
        .returning(addresses.c.id)
    ).scalar_one()
    row = {
        "shop_id": shop_id,
        "channel_id": channel_id,
        "address_id": address_id,
        "contact_id": contact_id,
        "last_message_at": at,
        "unread": 0,
        "standby": False,
        "created_at": at,
    }
    statement = insert(conversations).values(**row).returning(conversations.c.id)
    return int(connection.execute(statement).scalar_one())


def lock_conversation(
    connection: Connection, conversation_id: int, *, skip_locked: bool = False
) -> Row[Any] | None:
    """Lock a conversation until the commit, so that its events and commands run one by one.

    None when it does not exist or, with ``skip_locked``, when another holds
    it. SQLite's writing transaction is alone already.
    """
    query = _conversation_query().where(conversations.c.id == conversation_id)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=skip_locked, of=conversations)
    return connection.execute(query).one_or_none()


def _conversation_query() -> Any:
    """A conversation with everything that a page or a command wants to know of it."""
    return (
        select(
            conversations,
            channels.c.kind.label("channel"),
            channels.c.key.label("channel_key"),
            channels.c.state.label("channel_state"),
            addresses.c.platform_id.label("address"),
            addresses.c.kind.label("address_kind"),
            addresses.c.gone_reason,
            contacts.c.code,
            contacts.c.name.label("contact_name"),
            contacts.c.language,
            orders.c.number.label("order_number"),
            orders.c.status.label("order_status"),
            staff_links.c.staff_id.label("linked_staff_id"),
        )
        .join(channels, channels.c.id == conversations.c.channel_id)
        .join(addresses, addresses.c.id == conversations.c.address_id)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .outerjoin(orders, orders.c.id == conversations.c.order_id)
        .outerjoin(
            staff_links,
            and_(
                staff_links.c.channel_id == conversations.c.channel_id,
                staff_links.c.platform_user_id == addresses.c.platform_id,
            ),
        )
    )


def find_conversation(
    connection: Connection, shop_id: int, conversation_id: int
) -> Row[Any] | None:
    """Find a conversation of a shop; another shop's does not exist for it."""
    query = _conversation_query().where(
        conversations.c.id == conversation_id, conversations.c.shop_id == shop_id
    )
    return connection.execute(query).one_or_none()


def find_conversation_by_code(connection: Connection, shop_id: int, code: int) -> Row[Any] | None:
    """Find a customer's newest conversation by customer code, the 123 of C123."""
    query = (
        _conversation_query()
        .where(contacts.c.code == code, conversations.c.shop_id == shop_id)
        .order_by(conversations.c.last_message_at.desc())
        .limit(1)
    )
    return connection.execute(query).one_or_none()


def list_conversations(
    connection: Connection,
    shop_id: int,
    *,
    before: tuple[datetime, int] | None = None,
    channel: str | None = None,
    text: str | None = None,
    limit: int = 50,
) -> list[Row[Any]]:
    """List a shop's conversations, newest first, one page after the ``before`` mark.

    ``text`` finds part of a contact's name or of any message, as it is written.
    """
    query = _conversation_query().where(conversations.c.shop_id == shop_id)
    if channel is not None:
        query = query.where(channels.c.kind == channel)
    if text:
        said = select(messages.c.id).where(
            messages.c.conversation_id == conversations.c.id,
            messages.c.text.icontains(text, autoescape=True),
        )
        query = query.where(or_(contacts.c.name.icontains(text, autoescape=True), said.exists()))
    if before is not None:
        at, conversation_id = before
        query = query.where(
            or_(
                conversations.c.last_message_at < at,
                and_(conversations.c.last_message_at == at, conversations.c.id < conversation_id),
            )
        )
    query = query.order_by(conversations.c.last_message_at.desc(), conversations.c.id.desc())
    return list(connection.execute(query.limit(limit)))


def update_conversation(connection: Connection, conversation_id: int, **values: Any) -> None:
    """Change a conversation's own columns."""
    connection.execute(
        update(conversations).where(conversations.c.id == conversation_id).values(**values)
    )


def mark_gone(connection: Connection, conversation_id: int, reason: str | None) -> None:
    """Note that the person cannot be reached any more, or with None that they can again."""
    address = select(conversations.c.address_id).where(conversations.c.id == conversation_id)
    connection.execute(
        update(addresses)
        .where(addresses.c.id == address.scalar_subquery())
        .values(gone_reason=reason)
    )


# Messages --------------------------------------------------------------------


def insert_message(connection: Connection, **values: Any) -> int:
    """Write a message and give its id."""
    row = {"redacted": False, **values}
    return int(
        connection.execute(insert(messages).values(**row).returning(messages.c.id)).scalar_one()
    )


def touch_conversation(
    connection: Connection,
    conversation_id: int,
    *,
    at: datetime,
    text: str | None,
    author: str,
    customer_wrote: bool,
    standby: bool = False,
) -> None:
    """Keep what the list shows: newest message, unread count, start of the window.

    Platforms deliver out of order: an older message never pushes a newer one
    out of the preview.
    """
    newer = conversations.c.last_message_at <= at
    preview = (text or "")[:200]
    values: dict[str, Any] = {
        "last_message_at": case((newer, at), else_=conversations.c.last_message_at),
        "last_text": case((newer, preview), else_=conversations.c.last_text),
        "last_author": case((newer, author), else_=conversations.c.last_author),
    }
    if customer_wrote:
        later = or_(conversations.c.last_inbound_at.is_(None), conversations.c.last_inbound_at < at)
        values["last_inbound_at"] = case((later, at), else_=conversations.c.last_inbound_at)
        values["unread"] = conversations.c.unread + 1
        values["standby"] = standby
    connection.execute(
        update(conversations).where(conversations.c.id == conversation_id).values(**values)
    )


def list_messages(
    connection: Connection,
    conversation_id: int,
    *,
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[Row[Any]]:
    """List a conversation's messages, newest first, with the state of what went out."""
    query = (
        select(
            messages,
            outbox.c.state.label("delivery_state"),
            outbox.c.code.label("delivery_code"),
        )
        .outerjoin(outbox, outbox.c.id == messages.c.delivery_id)
        .where(messages.c.conversation_id == conversation_id)
    )
    if before is not None:
        at, message_id = before
        query = query.where(
            or_(messages.c.sent_at < at, and_(messages.c.sent_at == at, messages.c.id < message_id))
        )
    query = query.order_by(messages.c.sent_at.desc(), messages.c.id.desc()).limit(limit)
    return list(connection.execute(query))


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


def update_message(connection: Connection, message_id: int, **values: Any) -> None:
    """Change a message's state."""
    connection.execute(update(messages).where(messages.c.id == message_id).values(**values))


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
    connection.execute(upsert(connection, reply_tokens).values(**values).on_conflict_do_nothing())


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
