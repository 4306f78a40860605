"""What belongs to the album: pictures of products, and imports that were looked at."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from bot.store.changes import upsert
from bot.store.tables import product_imports, product_pictures

# Pictures ------------------------------------------------------------------------


def insert_picture(connection: Connection, **values: Any) -> None:
    """Write a picture's row, at the end of its product's."""
    last = (
        select(func.coalesce(func.max(product_pictures.c.position), -1) + 1)
        .where(product_pictures.c.product_id == values["product_id"])
        .scalar_subquery()
    )
    connection.execute(insert(product_pictures).values(position=last, **values))


def list_pictures(
    connection: Connection, product_ids: Collection[int]
) -> dict[int, list[Row[Any]]]:
    """List the pictures that these products show, in order."""
    query = (
        select(product_pictures)
        .where(
            product_pictures.c.product_id.in_(product_ids), product_pictures.c.forget_at.is_(None)
        )
        .order_by(product_pictures.c.position, product_pictures.c.id)
    )
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(query) if product_ids else ():
        found.setdefault(row.product_id, []).append(row)
    return found


def find_picture(connection: Connection, token: str) -> Row[Any] | None:
    """Find a picture that is shown by its token, in whichever shop: who has it may see it."""
    query = select(product_pictures).where(
        product_pictures.c.token == token, product_pictures.c.forget_at.is_(None)
    )
    return connection.execute(query).one_or_none()


def show_picture(connection: Connection, token: str) -> bool:
    """Show a picture whose files are there now; False where it was given up meanwhile."""
    statement = update(product_pictures).where(product_pictures.c.token == token)
    return connection.execute(statement.values(forget_at=None)).rowcount == 1


def order_pictures(
    connection: Connection, product_id: int, tokens: Sequence[str], now: datetime
) -> None:
    """Show these of a product's pictures, in this order; the others are due for removal."""
    shown = update(product_pictures).where(
        product_pictures.c.product_id == product_id, product_pictures.c.forget_at.is_(None)
    )
    for position, token in enumerate(tokens):
        connection.execute(shown.where(product_pictures.c.token == token).values(position=position))
    connection.execute(shown.where(product_pictures.c.token.not_in(tokens)).values(forget_at=now))


def list_over(connection: Connection, now: datetime, limit: int) -> list[str]:
    """List the tokens of pictures whose files are due for removal."""
    query = (
        select(product_pictures.c.token)
        .where(product_pictures.c.forget_at <= now)
        .order_by(product_pictures.c.forget_at)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def delete_picture(connection: Connection, token: str) -> None:
    """Drop the row of a picture whose files are gone."""
    connection.execute(
        delete(product_pictures).where(
            product_pictures.c.token == token, product_pictures.c.forget_at.is_not(None)
        )
    )


# Imports -------------------------------------------------------------------------


def keep_import(connection: Connection, **values: Any) -> None:
    """Keep what an import would do; kept before, nothing changes."""
    statement = upsert(connection, product_imports).values(**values)
    connection.execute(statement.on_conflict_do_nothing())


def find_import(connection: Connection, shop_id: int, digest: str) -> Row[Any] | None:
    """Find an import of a shop that was looked at, and hold it until the commit."""
    query = select(product_imports).where(
        product_imports.c.shop_id == shop_id, product_imports.c.digest == digest
    )
    if connection.dialect.name == "postgresql":
        query = query.with_for_update()
    return connection.execute(query).one_or_none()


def end_import(connection: Connection, import_id: int, at: datetime) -> None:
    """Say that an import was applied."""
    statement = update(product_imports).where(product_imports.c.id == import_id)
    connection.execute(statement.values(applied_at=at, plan=[]))


def forget_imports(connection: Connection, before: datetime) -> int:
    """Drop imports that were looked at long ago; give how many."""
    old = product_imports.c.created_at < before
    return connection.execute(delete(product_imports).where(old)).rowcount
