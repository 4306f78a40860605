"""Finds messages by their words: a page of hits, newest first, each within one shop.

Three ways, and each is bounded:

* the **tail**, what the worker has not read yet: compared here, the newest of it;
* **reading** the newest messages one by one: for one person's words, and for words of
  fewer than three letters, which no index knows; a page stops after ``MOST_READ`` and
  says from where to go on;
* the **index**, for everything else. PostgreSQL's cannot stop early at a common word, so
  there the newest messages are read first, for as long as that finds enough.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.store import contacts, indexing, search, shops
from bot.store.database import Connection
from bot.store.search import END, Scope
from bot.words.folding import GRAM, fold, split_terms

MOST_READ = 3_000
MOST_TAIL = 2_000
MOST_TALKS = 300
COMMON = 0.005
"""The share of hits from which reading on is quicker than PostgreSQL's index."""

Place = tuple[int, int, int]
"""A hit: its place, its message's id, its conversation's id."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: folded words that must all occur, and where."""

    terms: tuple[str, ...]
    scope: Scope

    @property
    def is_indexed(self) -> bool:
        """Say whether the index knows any of the words, and would be quicker than reading."""
        return self.scope.conversation_ids is None and any(len(term) >= GRAM for term in self.terms)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits, newest first; ``rows`` are messages with whose and where they are.

    ``next`` is where the next page begins, None at the end. ``is_partial``: the
    page stopped before it was full, and older messages are left to read.
    ``is_behind``: the worker still reads older messages into the index.
    """

    rows: tuple[Any, ...]
    next: int | None
    is_partial: bool = False
    is_behind: bool = False


NOTHING = Found((), None)


def ask(
    connection: Connection,
    shop_id: int,
    text: str,
    *,
    channel: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    customer: int | None = None,
    before: int | None = None,
) -> Query | None:
    """Put a question together; None where nothing can fit it.

    ``channel`` is a kind, ``customer`` a code (the 123 of C123) that also means
    who was merged into it; times run from ``since`` to before ``until``.
    """
    channel_ids = conversation_ids = None
    if channel is not None:
        channel_ids = tuple(shops.list_channel_ids(connection, shop_id, channel))
    if customer is not None:
        person = contacts.find_by_code(connection, shop_id, customer)
        talks = contacts.list_conversation_ids(connection, person.id) if person else []
        conversation_ids = tuple(talks)
    if channel_ids == () or conversation_ids == ():
        return None
    scope = Scope(
        shop_id,
        channel_ids,
        conversation_ids,
        since=indexing.place_at(since) if since else 0,
        before=min(before or END, indexing.place_after(until) if until else END),
    )
    return Query(split_terms(text), scope)


def find(connection: Connection, query: Query | None, limit: int) -> Found:
    """Find a page of messages."""
    if query is None:
        return NOTHING
    places, stopped, behind = _find_places(connection, query, limit)
    shown = places[:limit]
    more = len(places) > limit
    following = shown[-1][0] if more else stopped
    rows = search.list_hits(connection, query.scope.shop_id, [place[1] for place in shown])
    return Found(tuple(rows), following, stopped is not None and not more, behind)


def find_conversation_ids(connection: Connection, query: Query | None) -> set[int]:
    """Find the conversations of the newest hits."""
    if query is None:
        return set()
    places, _, _ = _find_places(connection, query, MOST_TALKS)
    return {place[2] for place in places}


def _find_places(
    connection: Connection, query: Query, limit: int
) -> tuple[list[Place], int | None, bool]:
    """Find one hit more than ``limit`` where there are; where reading stopped; whether behind."""
    tail = search.list_tail(connection, query.scope, MOST_TAIL + 1)
    fresh = [place for place in map(_compare(query), tail[:MOST_TAIL]) if place]
    if query.is_indexed and indexing.has_index(connection):
        older, stopped = _find_indexed(connection, query, limit + 1), None
    else:
        older, stopped = _read(connection, query, limit + 1)
    places = sorted({*fresh, *older}, reverse=True)
    if stopped is not None:  # what lies behind it is the next page's
        places = [place for place in places if place[0] >= stopped]
    return places[: limit + 1], stopped, len(tail) > MOST_TAIL


def _compare(query: Query) -> Any:
    scope = query.scope

    def compare(row: Any) -> Place | None:
        place = indexing.place_of(row.sent_at, row.id)
        if not scope.since <= place < scope.before:
            return None
        words = fold(row.text)
        fits = all(term in words for term in query.terms)
        return (place, row.id, row.conversation_id) if fits else None

    return compare


def _read(connection: Connection, query: Query, limit: int) -> tuple[list[Place], int | None]:
    """Read the newest messages of the scope; give its hits, and where it stopped if it did."""
    stop = search.find_boundary(connection, query.scope, MOST_READ)
    near = replace(query.scope, since=query.scope.since if stop is None else stop)
    return _tuples(search.scan(connection, near, query.terms, limit)), stop


def _find_indexed(connection: Connection, query: Query, limit: int) -> list[Place]:
    if connection.dialect.name == "sqlite":
        return _tuples(search.find_indexed(connection, query.scope, query.terms, limit))
    found: list[Place] = []
    scope, rows, total = query.scope, 1_000, 0
    while len(found) < limit:
        stop = search.find_boundary(connection, scope, rows)
        near = replace(scope, since=scope.since if stop is None else stop)
        found += _tuples(search.scan(connection, near, query.terms, limit - len(found)))
        total += rows
        if stop is None:
            break
        scope = replace(scope, before=stop)
        if len(found) < COMMON * total:
            left = limit - len(found)
            found += _tuples(search.find_indexed(connection, scope, query.terms, left))
            break
        rows *= 2
    return found


def _tuples(rows: list[Any]) -> list[Place]:
    return [(row.place, row.message_id, row.conversation_id) for row in rows]
