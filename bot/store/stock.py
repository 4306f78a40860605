"""Stock: counts on shelves; every change is one conditional update and one ledger row.

A piece lies in one bucket of its shelf: ``available`` to sell, ``reserved``
for a bill that is out, ``committed`` to an order that is paid, or ``shipped``;
``outside`` is where pieces come from and where they go for good. No bucket
falls below zero, and each shelf's buckets are the sum of its ledger.

Who moves stock on several shelves in one transaction takes them in the order
of their ids, so that two orders never wait for each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from bot.store.tables import shelves, stock_moves, variants

OUTSIDE: Final = "outside"

WAYS: Final[dict[str, tuple[str, str]]] = {
    "initial": (OUTSIDE, "available"),
    "restock": ("shipped", "available"),
    "reserve": ("available", "reserved"),
    "release": ("reserved", "available"),
    "commit": ("reserved", "committed"),
    "uncommit": ("committed", "available"),
    "ship": ("committed", "shipped"),
    "unship": ("shipped", "committed"),
    "write_off": ("shipped", OUTSIDE),
}
"""From which bucket to which a kind of move goes; ``adjust`` goes either way."""


def make_key(options: Sequence[str]) -> str:
    """Give the key of a choice of options; "" for none, which stands for the whole product."""
    return "/".join(option.casefold() for option in options)


def list_variants(connection: Connection, product_id: int) -> list[Row[Any]]:
    """List a product's variants in their places, those out of sale as well."""
    query = select(variants).where(variants.c.product_id == product_id)
    return list(connection.execute(query.order_by(variants.c.position, variants.c.id)))


def write_variants(connection: Connection, product: Any, wanted: Sequence[Any]) -> None:
    """Make these a product's variants: ``options``, ``price`` and ``active`` of each, in order."""
    known = {row.key: row.id for row in list_variants(connection, product.id)}
    for position, variant in enumerate(wanted):
        key = make_key(variant.options)
        values = {
            "options": list(variant.options),
            "price_minor": None if variant.price is None else variant.price.minor,
            "active": variant.active,
            "position": position,
        }
        if key in known:
            connection.execute(
                update(variants).where(variants.c.id == known.pop(key)).values(**values)
            )
        else:
            row = {"shop_id": product.shop_id, "product_id": product.id, "key": key, **values}
            connection.execute(insert(variants).values(**row))
    if known:
        connection.execute(delete(variants).where(variants.c.id.in_(known.values())))


def list_shelves(connection: Connection, product_id: int) -> list[Row[Any]]:
    """List a product's counts by id."""
    query = select(shelves).where(shelves.c.product_id == product_id).order_by(shelves.c.id)
    return list(connection.execute(query))


def ensure_variant(connection: Connection, product: Any, options: Sequence[str]) -> None:
    """See that a choice of options has its row as a variant, behind the others."""
    known = list_variants(connection, product.id)
    key = make_key(options)
    if all(row.key != key for row in known):
        row = {"shop_id": product.shop_id, "product_id": product.id, "key": key}
        last = max((row.position for row in known), default=-1)
        more = {"options": list(options), "active": True, "position": last + 1}
        connection.execute(insert(variants).values(**row, **more))


def list_variants_of(
    connection: Connection, product_ids: Collection[int]
) -> dict[int, list[Row[Any]]]:
    """List the variants of several products, by product, in their places."""
    query = select(variants).where(variants.c.product_id.in_(product_ids))
    return _by_product(connection, query.order_by(variants.c.position, variants.c.id))


def list_shelves_of(
    connection: Connection, product_ids: Collection[int]
) -> dict[int, list[Row[Any]]]:
    """List the counts of several products, by product."""
    query = select(shelves).where(shelves.c.product_id.in_(product_ids))
    return _by_product(connection, query.order_by(shelves.c.id))


def list_album(
    connection: Connection, shop_id: int
) -> tuple[dict[int, list[Row[Any]]], dict[int, list[Row[Any]]]]:
    """List all variants and all counts of a shop, by product.

    Each count has the id of its ledger's newest row: its version.
    """
    newest = (
        select(func.coalesce(func.max(stock_moves.c.id), 0))
        .where(stock_moves.c.shelf_id == shelves.c.id)
        .scalar_subquery()
    )
    every = select(variants).where(variants.c.shop_id == shop_id)
    counts = select(shelves, newest.label("newest_move")).where(shelves.c.shop_id == shop_id)
    return (
        _by_product(connection, every.order_by(variants.c.position, variants.c.id)),
        _by_product(connection, counts.order_by(shelves.c.id)),
    )


def newest_move(connection: Connection, shelf_id: int) -> int:
    """Give the id of the newest row of a count's ledger, 0 where it has none."""
    query = select(func.max(stock_moves.c.id)).where(stock_moves.c.shelf_id == shelf_id)
    return connection.execute(query).scalar() or 0


def find_shelf(connection: Connection, product: Any, options: Sequence[str]) -> Row[Any] | None:
    """Find where a choice of a product is counted: its own shelf, else the whole product's."""
    key = make_key(options)
    query = (
        select(shelves)
        .where(shelves.c.product_id == product.id, shelves.c.key.in_({key, ""}))
        .order_by(func.length(shelves.c.key).desc())
        .limit(1)
    )
    return connection.execute(query).one_or_none()


def find_shelf_by_id(connection: Connection, shelf_id: int) -> Row[Any]:
    """Give a shelf that is known to exist."""
    return connection.execute(select(shelves).where(shelves.c.id == shelf_id)).one()


def add_shelf(
    connection: Connection,
    product: Any,
    key: str,
    available: int,
    at: datetime,
    *,
    given_stock: int | None = None,
) -> Row[Any]:
    """Begin to count a product, or its variant of that key, and give the new shelf."""
    row = {
        "shop_id": product.shop_id,
        "product_id": product.id,
        "key": key,
        "available": available,
        "reserved": 0,
        "committed": 0,
        "shipped": 0,
        "given_stock": given_stock,
    }
    shelf = connection.execute(insert(shelves).values(**row).returning(shelves)).one()
    if available:
        _log(connection, shelf, _Step("initial", *WAYS["initial"], available, at))
    return shelf


def note_given(connection: Connection, shelf_id: int, given_stock: int | None) -> None:
    """Remember what configuration gave last."""
    statement = update(shelves).where(shelves.c.id == shelf_id)
    connection.execute(statement.values(given_stock=given_stock))


def move(
    connection: Connection,
    shelf: Any,
    kind: str,
    quantity: int,
    at: datetime,
    *,
    order_id: int | None = None,
) -> bool:
    """Move pieces between two buckets; False, and nothing done, where there are not enough."""
    return _take(connection, shelf, _Step(kind, *WAYS[kind], quantity, at, order_id))


def adjust(
    connection: Connection, shelf: Any, by: int, at: datetime, *, reason: str | None = None
) -> bool:
    """Add to what is available, or take off; False where that would go below zero."""
    way = (OUTSIDE, "available") if by > 0 else ("available", OUTSIDE)
    return by == 0 or _take(connection, shelf, _Step("adjust", *way, abs(by), at, reason=reason))


def held_by(connection: Connection, order_id: int) -> dict[int, Counter[str]]:
    """Give what an order holds now, from the ledger: shelf id to bucket to pieces."""
    query = (
        select(
            stock_moves.c.shelf_id,
            stock_moves.c.source,
            stock_moves.c.target,
            func.sum(stock_moves.c.quantity),
        )
        .where(stock_moves.c.order_id == order_id)
        .group_by(stock_moves.c.shelf_id, stock_moves.c.source, stock_moves.c.target)
    )
    held: dict[int, Counter[str]] = {}
    for shelf_id, source, target, pieces in connection.execute(query):
        buckets = held.setdefault(shelf_id, Counter())
        buckets[source] -= int(pieces)
        buckets[target] += int(pieces)
    ours = {shelf: Counter({k: n for k, n in had.items() if n > 0}) for shelf, had in held.items()}
    for buckets in ours.values():
        del buckets["available"], buckets[OUTSIDE]
    return {shelf: buckets for shelf, buckets in sorted(ours.items()) if buckets}


def _by_product(connection: Connection, query: Any) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.product_id, []).append(row)
    return found


@dataclass(frozen=True, slots=True)
class _Step:
    """One line of the ledger."""

    kind: str
    source: str
    target: str
    quantity: int
    at: datetime
    order_id: int | None = None
    reason: str | None = None


def _take(connection: Connection, shelf: Any, step: _Step) -> bool:
    changed = {}
    statement = update(shelves).where(shelves.c.id == shelf.id)
    if step.source != OUTSIDE:
        statement = statement.where(shelves.c[step.source] >= step.quantity)
        changed[step.source] = shelves.c[step.source] - step.quantity
    if step.target != OUTSIDE:
        changed[step.target] = shelves.c[step.target] + step.quantity
    if connection.execute(statement.values(changed)).rowcount != 1:
        return False
    _log(connection, shelf, step)
    return True


def _log(connection: Connection, shelf: Any, step: _Step) -> None:
    line = {"shop_id": shelf.shop_id, "product_id": shelf.product_id, "shelf_id": shelf.id}
    connection.execute(insert(stock_moves).values(**line, **asdict(step)))
