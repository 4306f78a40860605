"""Products of a shop's album; what there is of them is counted in ``stock``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, Select, case, cast, func, select, update

from bot.store.changes import upsert
from bot.store.tables import products, shelves

_AVAILABLE = (
    # PostgreSQL sums big integers up as a decimal number.
    select(cast(func.coalesce(func.sum(shelves.c.available), 0), BigInteger))
    .where(shelves.c.product_id == products.c.id)
    .scalar_subquery()
)


def _product_query() -> Select[Any]:
    """A product, with what is available over all its shelves; None where it is not counted."""
    counted = case((products.c.condition == "stock", _AVAILABLE), else_=None)
    return select(products, counted.label("available"))


def list_products(
    connection: Connection,
    shop_id: int,
    *,
    after: str = "",
    limit: int = 10_000,
    words: Sequence[str] = (),
    category: str | None = None,
    active: bool | None = None,
    low_stock: int | None = None,
    archived: bool | None = False,
) -> list[Row[Any]]:
    """List a shop's products by code, after a code.

    ``words`` are folded as ``sought`` is, and all of them stand in it.
    ``low_stock``: only counted ones of which that many or fewer are left.
    ``archived`` None: those as well.
    """
    query = _product_query().where(products.c.shop_id == shop_id, products.c.code > after)
    query = query.where(*(products.c.sought.contains(word, autoescape=True) for word in words))
    if category is not None:
        query = query.where(products.c.category == category)
    if active is not None:
        query = query.where(products.c.active == active)
    if archived is not None:
        query = query.where(products.c.archived_at.is_not(None) == archived)
    if low_stock is not None:
        query = query.where(products.c.condition == "stock", low_stock >= _AVAILABLE)
    return list(connection.execute(query.order_by(products.c.code).limit(limit)))


def pick_products(
    connection: Connection, shop_id: int, words: Sequence[str], limit: int
) -> list[Row[Any]]:
    """List the products for sale that ``words`` mean, those whose code is or begins so first."""
    first = words[0] if words else ""
    code = func.lower(products.c.code)
    nearness = case(
        (code == first, 0),
        (code.startswith(first, autoescape=True), 1),
        else_=2,
    )
    query = (
        _product_query()
        .where(products.c.shop_id == shop_id, products.c.active, products.c.archived_at.is_(None))
        .where(*(products.c.sought.contains(word, autoescape=True) for word in words))
        .order_by(nearness, products.c.code)
        .limit(limit)
    )
    return list(connection.execute(query))


def list_categories(connection: Connection, shop_id: int) -> list[str]:
    """List the categories that a shop's products have, by name."""
    query = (
        select(products.c.category)
        .where(
            products.c.shop_id == shop_id,
            products.c.category != "",
            products.c.archived_at.is_(None),
        )
        .distinct()
        .order_by(products.c.category)
    )
    return list(connection.execute(query).scalars())


def find_product(
    connection: Connection, shop_id: int, code: str, *, lock: bool = False
) -> Row[Any] | None:
    """Find a shop's product by its code, whatever its case; ``lock`` holds it until the commit."""
    query = _product_query().where(
        products.c.shop_id == shop_id, func.upper(products.c.code) == code.upper()
    )
    if lock and connection.dialect.name == "postgresql":
        query = query.with_for_update(of=products)
    return connection.execute(query.limit(1)).one_or_none()


def find_same(connection: Connection, shop_id: int, name: str, price_minor: int) -> Row[Any] | None:
    """Find the oldest product for sale of that very name and price."""
    query = _product_query().where(
        products.c.shop_id == shop_id,
        products.c.name == name,
        products.c.price_minor == price_minor,
        products.c.active,
    )
    return connection.execute(query.order_by(products.c.id).limit(1)).one_or_none()


def find_weights(
    connection: Connection, shop_id: int, codes: Collection[str]
) -> dict[str, int | None]:
    """Give what a piece of each of these codes weighs in grams, None where unknown."""
    query = select(products.c.code, products.c.weight_grams).where(
        products.c.shop_id == shop_id, products.c.code.in_(codes)
    )
    return {row.code: row.weight_grams for row in connection.execute(query)}


def find_product_by_id(connection: Connection, product_id: int) -> Row[Any]:
    """Give a product that is known to exist."""
    return connection.execute(_product_query().where(products.c.id == product_id)).one()


def insert_product(connection: Connection, **values: Any) -> int | None:
    """Write a product and give its id; None where the shop has that code already."""
    statement = upsert(connection, products).values(**{"active": True, **values})
    return connection.execute(
        statement.on_conflict_do_nothing().returning(products.c.id)
    ).scalar_one_or_none()


def update_product(
    connection: Connection, product_id: int, *, at_version: int | None = None, **values: Any
) -> bool:
    """Change what is said of a product, and its version; its stock has moves of its own.

    With ``at_version`` only while it still is at that one; False where it is not.
    """
    statement = update(products).where(products.c.id == product_id)
    if at_version is not None:
        statement = statement.where(products.c.version == at_version)
    statement = statement.values(version=products.c.version + 1, **values)
    return connection.execute(statement).rowcount == 1


def release_managed(connection: Connection, shop_id: int, codes: Collection[str]) -> None:
    """Let go of the products that configuration gave once and gives no more."""
    connection.execute(
        update(products)
        .where(products.c.shop_id == shop_id, products.c.managed, products.c.code.not_in(codes))
        .values(managed=False, given=[])
    )
