"""Keyword orders: rules, posts, what each text did, and the texts to try a rule on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from bot.store.changes import record, upsert
from bot.store.tables import (
    channels,
    contacts,
    conversations,
    keyword_hits,
    keyword_rules,
    messages,
    order_items,
    orders,
    posts,
    products,
)

ORDERED = "ordered"
"""The outcome of a text that ordered something; the others are reasons why not."""

ENDED = ("expired", "cancelled", "returned")

# Rules -----------------------------------------------------------------------


def find_rule(connection: Connection, shop_id: int, scope: str) -> Row[Any] | None:
    """Find a shop's rule for ``chat``, ``comments`` or a post (``post:12``)."""
    query = select(keyword_rules).where(
        keyword_rules.c.shop_id == shop_id, keyword_rules.c.scope == scope
    )
    return connection.execute(query).one_or_none()


def list_rules(connection: Connection, shop_id: int) -> list[Row[Any]]:
    """List a shop's rules."""
    query = select(keyword_rules).where(keyword_rules.c.shop_id == shop_id)
    return list(connection.execute(query.order_by(keyword_rules.c.id)))


def save_rule(
    connection: Connection, shop_id: int, scope: str, version: int, **values: Any
) -> bool:
    """Write a rule that is still at ``version`` (0: not there yet); False when it moved on."""
    if version == 0:
        row = {"shop_id": shop_id, "scope": scope, "version": 1, **values}
        statement = upsert(connection, keyword_rules).values(**row).on_conflict_do_nothing()
        made = connection.execute(statement.returning(keyword_rules.c.id)).scalar()
        return made is not None
    changed = (
        update(keyword_rules)
        .where(
            keyword_rules.c.shop_id == shop_id,
            keyword_rules.c.scope == scope,
            keyword_rules.c.version == version,
        )
        .values(version=version + 1, **values)
    )
    return connection.execute(changed).rowcount == 1


def takes_comments(connection: Connection, shop_id: int) -> bool:
    """Say whether a shop takes orders from comments, under all of its posts or under one."""
    query = select(keyword_rules.c.id).where(
        keyword_rules.c.shop_id == shop_id,
        keyword_rules.c.scope != "chat",
        keyword_rules.c.enabled,
    )
    return connection.execute(query.limit(1)).scalar() is not None


# Posts -----------------------------------------------------------------------


def open_post(
    connection: Connection,
    *,
    shop_id: int,
    channel_id: int,
    platform_id: str,
    live: bool,
    at: datetime,
) -> Row[Any]:
    """Give the post that a comment stands under, written down when it is new."""
    row = {
        "shop_id": shop_id,
        "channel_id": channel_id,
        "platform_id": platform_id,
        "title": "",
        "live": live,
        "first_at": at,
        "last_at": at,
    }
    statement = upsert(connection, posts).values(**row)
    latest = func.max if connection.dialect.name == "sqlite" else func.greatest
    statement = statement.on_conflict_do_update(
        index_elements=["channel_id", "platform_id"],
        set_={
            "last_at": latest(posts.c.last_at, at),
            "live": or_(posts.c.live, statement.excluded.live),
        },
    )
    return connection.execute(statement.returning(posts)).one()


def find_post(connection: Connection, shop_id: int, post_id: int) -> Row[Any] | None:
    """Find a shop's post; another shop's does not exist for it."""
    query = select(posts).where(posts.c.id == post_id, posts.c.shop_id == shop_id)
    return connection.execute(query).one_or_none()


def list_posts(connection: Connection, shop_id: int, limit: int = 50) -> list[Row[Any]]:
    """List a shop's posts with their channel's kind, the one commented on last first."""
    query = (
        select(posts, channels.c.kind.label("channel"))
        .join(channels, channels.c.id == posts.c.channel_id)
        .where(posts.c.shop_id == shop_id)
        .order_by(posts.c.last_at.desc(), posts.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(query))


def update_post(connection: Connection, post_id: int, **values: Any) -> None:
    """Change a post's title, or when it ended."""
    connection.execute(update(posts).where(posts.c.id == post_id).values(**values))


# What texts did ----------------------------------------------------------------


def insert_hit(connection: Connection, **values: Any) -> None:
    """Write down what a text did; it did nothing before."""
    connection.execute(insert(keyword_hits).values(**values))


def find_hit(connection: Connection, message_id: int) -> Row[Any] | None:
    """Find what a text did."""
    query = select(keyword_hits).where(keyword_hits.c.message_id == message_id)
    return connection.execute(query).one_or_none()


def hits_of(connection: Connection, message_ids: Collection[int]) -> dict[int, Row[Any]]:
    """Give what texts did, by message."""
    query = select(keyword_hits).where(keyword_hits.c.message_id.in_(message_ids))
    return {row.message_id: row for row in connection.execute(query)}


def note_source(connection: Connection, message_id: int, change: str, at: datetime) -> None:
    """Note that the text which opened or extended an order was edited or taken back.

    ``change`` is ``edited`` or ``unsent``. The order stays as it is; of a text
    that was taken back nothing is kept.
    """
    hit = find_hit(connection, message_id)
    if hit is None:
        return
    facts = hit.facts
    if change == "unsent":
        facts = {name: facts[name] for name in ("picks", "number") if name in facts}
    connection.execute(
        update(keyword_hits)
        .where(keyword_hits.c.id == hit.id)
        .values(facts={**facts, "source": change})
    )
    if hit.order_id is not None:
        record(
            connection,
            at,
            "system",
            f"source {change}",
            f"order:{hit.order_id}",
            shop_id=hit.shop_id,
            message=message_id,
        )


# Orders of keywords -----------------------------------------------------------


def find_draft(connection: Connection, conversation_id: int) -> Row[Any] | None:
    """Find the newest draft of a conversation that texts opened, locked until the commit."""
    hit = select(keyword_hits.c.id).where(keyword_hits.c.order_id == orders.c.id)
    query = (
        select(orders.c.id)
        .where(
            orders.c.conversation_id == conversation_id,
            orders.c.status == "draft",
            orders.c.deleted_at.is_(None),
            hit.exists(),
        )
        .order_by(orders.c.id.desc())
        .limit(1)
    )
    if connection.dialect.name == "postgresql":
        query = query.with_for_update()
    return connection.execute(query).one_or_none()


def count_taken(
    connection: Connection, contact_id: int, post_id: int | None, except_order: int | None
) -> dict[str, int]:
    """Count what a customer's other orders by texts hold, by product code.

    Of one post, or with None of the chats; ended orders do not count.
    """
    where = keyword_hits.c.post_id == post_id if post_id else keyword_hits.c.post_id.is_(None)
    texts = select(keyword_hits.c.order_id).where(where, keyword_hits.c.order_id.is_not(None))
    query = (
        select(order_items.c.code, func.sum(order_items.c.quantity))
        .join(orders, orders.c.id == order_items.c.order_id)
        .where(
            orders.c.contact_id == contact_id,
            orders.c.status.not_in(ENDED),
            orders.c.deleted_at.is_(None),
            orders.c.id.in_(texts),
            orders.c.id != (except_order or 0),
        )
        .group_by(order_items.c.code)
    )
    return {str(code): int(count) for code, count in connection.execute(query)}


def list_codes(connection: Connection, shop_id: int) -> list[Row[Any]]:
    """List the code and options of a shop's products that are for sale."""
    query = select(products.c.code, products.c.options).where(
        products.c.shop_id == shop_id, products.c.active
    )
    return list(connection.execute(query.order_by(products.c.code)))


# Texts to try a rule on ---------------------------------------------------------


def list_texts(
    connection: Connection, shop_id: int, *, post_id: int | None, comments: bool, limit: int
) -> list[Row[Any]]:
    """List the newest texts of customers: of one post, of all comments, or of the chats."""
    query = (
        select(
            messages.c.id,
            messages.c.text,
            messages.c.sent_at,
            messages.c.conversation_id,
            keyword_hits.c.outcome,
        )
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .outerjoin(keyword_hits, keyword_hits.c.message_id == messages.c.id)
        .where(
            messages.c.shop_id == shop_id,
            contacts.c.internal.is_(False),
            messages.c.direction == "in",
            messages.c.author == "customer",
            messages.c.text.is_not(None),
            messages.c.kind == ("comment" if comments or post_id else "text"),
        )
    )
    if post_id is not None:
        query = query.where(and_(keyword_hits.c.post_id == post_id))
    return list(connection.execute(query.order_by(messages.c.id.desc()).limit(limit)))
