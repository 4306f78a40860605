"""Finds messages by their words, always within one shop.

The index only proposes: each hit's words are compared before it counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, column, func, literal_column, select, table, text

from bot.store.indexing import (
    CHANNEL,
    SHOP,
    number_of,
    number_of_channel,
    number_of_shop,
    owner,
    read_mark,
    waiting_query,
)
from bot.store.tables import channels, contacts, conversations, message_words, messages
from bot.words.folding import grams

END = 1 << 62
"""A place behind every other."""

_PLACED = (message_words.c.place, message_words.c.message_id, message_words.c.conversation_id)
_FTS = table("message_fts", column("rowid"))


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look: a shop's messages, of some channels or conversations, between two places.

    ``channel_ids`` and ``conversation_ids`` are None where all count; places
    run from ``since`` on, and stay below ``before``.
    """

    shop_id: int
    channel_ids: tuple[int, ...] | None = None
    conversation_ids: tuple[int, ...] | None = None
    since: int = 0
    before: int = END


def list_tail(connection: Connection, scope: Scope, limit: int) -> list[Row[Any]]:
    """List a shop's messages that are not read yet, newest first."""
    query = waiting_query(read_mark(connection)).where(messages.c.shop_id == scope.shop_id)
    if scope.conversation_ids is not None:
        query = query.where(messages.c.conversation_id.in_(scope.conversation_ids))
    if scope.channel_ids is not None:
        query = query.where(conversations.c.channel_id.in_(scope.channel_ids))
    return list(connection.execute(query.order_by(messages.c.id.desc()).limit(limit)))


def find_boundary(connection: Connection, scope: Scope, rows: int) -> int | None:
    """Give the place of the last of the scope's newest ``rows``; None where there are fewer."""
    query = _newest(select(message_words.c.place), scope, everywhere=True)
    return connection.execute(query.offset(rows - 1).limit(1)).scalar()


def scan(connection: Connection, scope: Scope, terms: Sequence[str], limit: int) -> list[Row[Any]]:
    """Read a scope's words one by one, newest first: ``place, message_id, conversation_id``."""
    query = _newest(select(*_PLACED), scope, everywhere=False)
    query = query.where(*_says(connection, terms))
    return list(connection.execute(query.limit(limit)))


def find_indexed(
    connection: Connection, scope: Scope, terms: Sequence[str], limit: int
) -> list[Row[Any]]:
    """Find by the index; some of the terms must have three code points. As ``scan``."""
    says = _says(connection, terms)
    if connection.dialect.name == "sqlite":
        # The plus keeps SQLite from asking the index row by row.
        joined = _FTS.join(
            message_words, message_words.c.place == literal_column("+message_fts.rowid")
        )
        query = (
            select(*_PLACED)
            .select_from(joined)
            .where(
                text("message_fts MATCH :match").bindparams(match=_match(scope, terms)),
                _FTS.c.rowid < scope.before,
                _FTS.c.rowid >= scope.since,
                *_within(scope),
                *says,
            )
            .order_by(_FTS.c.rowid.desc())
        )
        return list(connection.execute(query.limit(limit)))
    found = select(*_PLACED).where(*_holds(scope, terms), *_within(scope), *_between(scope), *says)
    # Materialized, or PostgreSQL would rather walk the whole shop in the wished order.
    hits = found.cte("hits").prefix_with("MATERIALIZED")
    return list(connection.execute(select(hits).order_by(hits.c.place.desc()).limit(limit)))


def _holds(scope: Scope, terms: Iterable[str]) -> list[Any]:
    """Conditions that PostgreSQL's index answers.

    Not the plain operators: the extension intarray has its own, which know no such index.
    """
    held = message_words.c.grams
    wanted = [number_of_shop(scope.shop_id), *map(number_of, _pieces(terms))]
    conditions = [held.op("OPERATOR(pg_catalog.@>)", is_comparison=True)(wanted)]
    if scope.channel_ids is not None:
        any_of = [number_of_channel(channel_id) for channel_id in scope.channel_ids]
        conditions.append(held.op("OPERATOR(pg_catalog.&&)", is_comparison=True)(any_of))
    return conditions


def list_hits(connection: Connection, shop_id: int, message_ids: Sequence[int]) -> list[Row[Any]]:
    """List messages as results show them, in the order of the ids: whose they are and where.

    What was taken back since, is another shop's, or was said in a staff group, is left out.
    """
    if not message_ids:
        return []
    query = (
        select(
            messages,
            conversations.c.contact_id,
            channels.c.kind.label("channel"),
            contacts.c.code,
            contacts.c.name.label("contact_name"),
        )
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .join(channels, channels.c.id == conversations.c.channel_id)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .where(
            messages.c.id.in_(message_ids),
            messages.c.shop_id == shop_id,
            messages.c.redacted.is_(False),
            contacts.c.internal.is_(False),
        )
    )
    found = {row.id: row for row in connection.execute(query)}
    return [found[message_id] for message_id in message_ids if message_id in found]


def _newest(query: Any, scope: Scope, *, everywhere: bool) -> Any:
    """Order a scope's rows; ``everywhere`` leaves channels out, so that an index is walked."""
    kept = Scope(scope.shop_id, None, scope.conversation_ids) if everywhere else scope
    within = [*_within(kept), *_between(scope)]
    return query.where(*within).order_by(message_words.c.place.desc())


def _within(scope: Scope) -> list[Any]:
    conditions: list[Any] = [message_words.c.shop_id == scope.shop_id]
    if scope.channel_ids is not None:
        conditions.append(message_words.c.channel_id.in_(scope.channel_ids))
    if scope.conversation_ids is not None:
        conditions.append(message_words.c.conversation_id.in_(scope.conversation_ids))
    return conditions


def _between(scope: Scope) -> list[Any]:
    return [message_words.c.place < scope.before, message_words.c.place >= scope.since]


def _says(connection: Connection, terms: Iterable[str]) -> list[Any]:
    """Conditions that compare the words themselves: no sign in them means anything else."""
    find = func.instr if connection.dialect.name == "sqlite" else func.strpos
    return [find(message_words.c.words, term) > 0 for term in terms]


def _pieces(terms: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(gram for term in terms for gram in grams(term)))


def _match(scope: Scope, terms: Iterable[str]) -> str:
    """Put FTS5's question together; every piece is quoted, so that none is an operator."""
    all_of = [_quote(piece) for piece in (owner(SHOP, scope.shop_id), *_pieces(terms))]
    if scope.channel_ids is not None:
        any_of = [_quote(owner(CHANNEL, channel_id)) for channel_id in scope.channel_ids]
        all_of.append(f"({' OR '.join(any_of)})")
    return " AND ".join(all_of)


def _quote(piece: str) -> str:
    return '"' + piece.replace('"', '""') + '"'
