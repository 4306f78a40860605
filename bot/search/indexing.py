"""Reads messages into the index, batch by batch, from wherever it stopped.

A batch is one short transaction, so that webhooks pass between two of them. A
process may die anywhere: what is not read is found by the next, and what is
read is not read again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import takewhile
from typing import Any

from bot.runtime import Runtime, Work
from bot.store import indexing

BATCH = 500
SETTLED = timedelta(minutes=5)
"""Longer than any transaction may hold a message back that others' ids have passed."""

TURN = 8.0
"""Seconds that one call reads at most: the job does other things beside."""


@dataclass(frozen=True, slots=True)
class Batch:
    """How far a batch came, and how many messages it read."""

    last: int
    count: int


def catch_up(runtime: Runtime, *, seconds: float = TURN) -> int:
    """Read what is not in the index yet, for so many seconds at most; give how much that was."""
    runtime.transact(_mend)
    until = time.monotonic() + seconds
    count = after = 0
    while time.monotonic() < until:
        batch = runtime.transact(partial(_read_batch, after))
        if batch is None:
            break
        after = batch.last
        count += batch.count
    return count


def rebuild(runtime: Runtime) -> None:
    """Empty the index; ``catch_up`` fills it again, and until then the newest is found only."""
    runtime.transact(lambda work: indexing.empty_index(work.connection))


def _mend(work: Work) -> None:
    """Begin anew where the index itself was lost."""
    if not indexing.has_index(work.connection):
        indexing.empty_index(work.connection)


def _read_batch(after: int, work: Work) -> Batch | None:
    """Read the messages behind the mark and behind ``after``.

    None where there are none, or another process reads just now. The mark moves
    up to the first message that is not read, or so young that one with a lower
    id may still be on its way.
    """
    mark = indexing.lock_mark(work.connection)
    if mark is None:
        return None
    begin = max(mark, after)
    rows = indexing.list_next(work.connection, begin, BATCH)
    if not rows:
        return None
    done = indexing.list_read(work.connection, [row.id for row in rows])
    unread = [row.id for row in rows if row.has_text and row.id not in done]
    words = indexing.lock_unread(work.connection, unread) if unread else []
    indexing.insert_words(work.connection, words)
    done |= {row.id for row in words}
    if begin == mark:
        young = work.now - SETTLED
        over = takewhile(lambda row: row.received_at <= young and _is_done(row, done), rows)
        indexing.move_mark(work.connection, max([mark, *(row.id for row in over)]))
    return Batch(rows[-1].id, len(words))


def _is_done(row: Any, done: set[int]) -> bool:
    return not row.has_text or row.id in done
