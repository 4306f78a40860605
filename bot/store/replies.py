"""What a shop says by itself: automatic answers, saved replies, words of an order's states."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from bot.store.changes import upsert
from bot.store.tables import auto_answers, contacts, orders, saved_replies, status_templates

ANSWERABLE = ("unpaid", "checking", "paid", "shipped")
"""States of an order that a customer may still ask about."""


def find_answer(connection: Connection, shop_id: int, kind: str) -> Row[Any] | None:
    """Find a shop's automatic answer of a kind."""
    query = select(auto_answers).where(
        auto_answers.c.shop_id == shop_id, auto_answers.c.kind == kind
    )
    return connection.execute(query).one_or_none()


def save_answer(connection: Connection, shop_id: int, kind: str, **values: Any) -> None:
    """Write a shop's automatic answer of a kind."""
    statement = upsert(connection, auto_answers).values(shop_id=shop_id, kind=kind, **values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["shop_id", "kind"], set_=values)
    )


def list_saved(connection: Connection, shop_id: int) -> list[Row[Any]]:
    """List a shop's saved replies by name."""
    query = select(saved_replies).where(saved_replies.c.shop_id == shop_id)
    return list(connection.execute(query.order_by(saved_replies.c.name)))


def save_reply(connection: Connection, shop_id: int, name: str, text: str, at: datetime) -> None:
    """Write a saved reply, in place of one of the same name."""
    values = {"text": text, "updated_at": at}
    statement = upsert(connection, saved_replies).values(shop_id=shop_id, name=name, **values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["shop_id", "name"], set_=values)
    )


def delete_reply(connection: Connection, shop_id: int, name: str) -> bool:
    """Take a saved reply away; False where there is none."""
    statement = delete(saved_replies).where(
        saved_replies.c.shop_id == shop_id, saved_replies.c.name == name
    )
    return connection.execute(statement).rowcount == 1


def list_templates(connection: Connection, shop_id: int) -> dict[tuple[str, str], str]:
    """Give a shop's own words for orders' states, by state and language."""
    query = select(status_templates).where(status_templates.c.shop_id == shop_id)
    return {(row.status, row.language): row.text for row in connection.execute(query)}


def find_template(connection: Connection, shop_id: int, status: str, language: str) -> str | None:
    """Give a shop's own words for a state in a language, None for the house's."""
    query = select(status_templates.c.text).where(
        status_templates.c.shop_id == shop_id,
        status_templates.c.status == status,
        status_templates.c.language == language,
    )
    return connection.execute(query).scalar()


def save_template(
    connection: Connection, shop_id: int, *, status: str, language: str, text: str, at: datetime
) -> None:
    """Write a shop's own words for a state in a language; blank ones give the house's back."""
    key = {"shop_id": shop_id, "status": status, "language": language}
    if not text:
        matches = [status_templates.c[name] == value for name, value in key.items()]
        connection.execute(delete(status_templates).where(*matches))
        return
    values = {"text": text, "updated_at": at}
    statement = upsert(connection, status_templates).values(**key, **values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["shop_id", "status", "language"], set_=values
        )
    )


def list_open_orders(connection: Connection, shop_id: int, contact_id: int) -> list[Row[Any]]:
    """List a customer's own orders that are under way, newest first; never another's."""
    query = (
        select(orders)
        .join(contacts, contacts.c.id == orders.c.contact_id)
        .where(
            orders.c.shop_id == shop_id,
            orders.c.contact_id == contact_id,
            orders.c.deleted_at.is_(None),
            contacts.c.internal.is_(False),
            orders.c.status.in_(ANSWERABLE),
        )
        .order_by(orders.c.id.desc())
        .limit(10)
    )
    return list(connection.execute(query))
