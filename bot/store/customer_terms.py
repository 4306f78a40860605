"""The terms by which customers are found: parts of names, words with a letter less, digits.

Every question reads one stretch of the table's own key, in its order, up to a
limit: what it costs does not grow with the shop. That holds on SQLite and
PostgreSQL alike, without extensions.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)

from bot.store.tables import contact_phones, contact_tags, contact_terms, contacts
from bot.words.spelling import list_terms, write_search_text

CHUNK = 300
"""Customers that one question reads by their ids."""

_END = "\U0010ffff"  # sorts behind every sign that a name can hold


def index_contact(connection: Connection, contact_id: int) -> None:
    """Reckon anew by what a contact is found, from its name and phones as they are now."""
    row = connection.execute(
        select(contacts.c.shop_id, contacts.c.name).where(contacts.c.id == contact_id)
    ).one()
    numbers = connection.execute(
        select(contact_phones.c.digits)
        .where(contact_phones.c.contact_id == contact_id)
        .order_by(contact_phones.c.id)
    )
    digits = list(dict.fromkeys(numbers.scalars()))
    connection.execute(delete(contact_terms).where(contact_terms.c.contact_id == contact_id))
    terms = [
        {"shop_id": row.shop_id, "kind": kind, "term": term, "contact_id": contact_id}
        for kind, term in sorted(list_terms(row.name, digits))
    ]
    if terms:
        connection.execute(insert(contact_terms), terms)
    connection.execute(
        update(contacts)
        .where(contacts.c.id == contact_id)
        .values(search_text=write_search_text(row.name, digits))
    )


def find_beginning(
    connection: Connection, shop_id: int, kind: str, begin: str, limit: int
) -> list[int]:
    """List the contacts that have a term of ``kind`` beginning so, shortest first, with repeats."""
    terms = contact_terms.c.term
    begins = and_(terms >= begin, terms < begin + _END)
    return list(connection.execute(_order(shop_id, kind, begins, limit)).scalars())


def find_typos(
    connection: Connection, shop_id: int, terms: Collection[str], limit: int
) -> list[int]:
    """List the contacts with one of these words, or what a typing error leaves of them."""
    # A stretch for each: together in one IN, PostgreSQL reads all of them before it counts.
    stretches = (_order(shop_id, "t", contact_terms.c.term == term, limit) for term in terms)
    each = [select(stretch.subquery().c.contact_id) for stretch in stretches]
    return list(connection.execute(union_all(*each).limit(limit)).scalars())


def read_found(
    connection: Connection,
    shop_id: int,
    contact_ids: Sequence[int],
    holding: Sequence[Sequence[str]],
    *,
    tag: str | None = None,
) -> list[Row[Any]]:
    """Read contacts in the order of their ids given, those that hold one text of each group.

    ``tag`` is a tag's key. Contacts that were merged are read too: under the name
    they had, the kept one is looked for.
    """
    columns = ("id", "shop_id", "code", "name", "search_text", "merged_into")
    query = select(*(contacts.c[name] for name in columns)).where(contacts.c.id.in_(contact_ids))
    for texts in holding:
        held = (contacts.c.search_text.contains(text, autoescape=True) for text in texts)
        query = query.where(or_(*held))
    if tag is not None:
        query = query.where(
            select(contact_tags.c.id)
            .where(
                contact_tags.c.shop_id == shop_id,
                contact_tags.c.key == tag,
                contact_tags.c.contact_id == func.coalesce(contacts.c.merged_into, contacts.c.id),
            )
            .exists()
        )
    # Asked for the shop too, SQLite would read all of it: it takes a shop to be small.
    found = {row.id: row for row in connection.execute(query) if row.shop_id == shop_id}
    return [found[each] for each in dict.fromkeys(contact_ids) if each in found]


def _order(shop_id: int, kind: str, terms: ColumnElement[bool], limit: int) -> Select[Any]:
    """Read a stretch of the key in its own order, up to the limit."""
    return (
        select(contact_terms.c.contact_id)
        .where(contact_terms.c.shop_id == shop_id, contact_terms.c.kind == kind, terms)
        .order_by(contact_terms.c.term, contact_terms.c.contact_id)
        .limit(limit)
    )
