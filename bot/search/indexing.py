"""Reads messages and names into the index, batch by batch, from wherever it stopped.

A batch is one short transaction, so that webhooks pass between two of them. A
process may die anywhere: what is not read is found by the next, and what is
read is not read again.
"""

from __future__ import annotations

import time
from datetime import timedelta

from bot.runtime import Runtime, Work
from bot.store import contacts, indexing

BATCH = 500
SETTLED = timedelta(minutes=5)
"""Longer than any transaction may hold a message back that others' ids have passed."""

TURN = 15.0
"""Seconds that one call reads at most: half of what a worker's job may take."""


def catch_up(runtime: Runtime, *, seconds: float = TURN) -> int:
    """Read what is not in the index yet, for so many seconds at most; give how much that was."""
    runtime.transact(_mend)
    until = time.monotonic() + seconds
    count = 0
    while time.monotonic() < until:
        read = runtime.transact(_read_batch)
        count += read
        if read < BATCH:
            break
    return count


def rebuild(runtime: Runtime) -> None:
    """Empty the index; ``catch_up`` fills it again, and until then the newest is found only."""
    runtime.transact(lambda work: indexing.empty_index(work.connection))


def _mend(work: Work) -> None:
    """Begin anew where the index itself was lost."""
    if not indexing.has_index(work.connection):
        indexing.empty_index(work.connection)


def _read_batch(work: Work) -> int:
    """Read one batch of messages and of names; 0 also where another process reads just now."""
    mark = indexing.lock_mark(work.connection)
    if mark is None:
        return 0
    rows = indexing.list_waiting(work.connection, mark, BATCH)
    indexing.insert_words(work.connection, rows)
    indexing.move_mark(work.connection, mark, work.now - SETTLED)
    return max(len(rows), contacts.fold_names(work.connection, BATCH))
