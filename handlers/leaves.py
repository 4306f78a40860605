"""Leaves: which part of a thread is shown, and how an address says where one begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.store import messages

PAGE = 50

EPOCH = datetime.fromtimestamp(0, UTC)

Mark = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Leaf:
    """Which part of a thread is asked for: its end, or what lies beside a mark or a message."""

    before: Mark | None = None
    after: Mark | None = None
    at: int | None = None


NEWEST = Leaf()


def read_leaf(connection: Any, conversation_id: int, leaf: Leaf) -> tuple[list[Any], bool, bool]:
    """Read a part of a thread, oldest first; say whether more lies before it, and after it."""

    def read(**beside: Mark | None) -> tuple[list[Any], bool]:
        rows = messages.list_messages(connection, conversation_id, limit=PAGE + 1, **beside)
        return rows[:PAGE], len(rows) > PAGE

    if leaf.at is not None:
        hit = messages.find_message(connection, leaf.at)
        if hit is not None and hit.conversation_id == conversation_id:
            mark = (hit.sent_at, hit.id)
            above, older = read(before=mark)
            # From the hit itself on: it comes with the state of its delivery as the others do.
            below, newer = read(after=(hit.sent_at, hit.id - 1))
            return above[::-1] + below, older, newer
    if leaf.after is not None:
        rows, newer = read(after=leaf.after)
        if rows:
            return rows, True, newer
    rows, older = read(before=leaf.before)
    return rows[::-1], older, leaf.before is not None and bool(rows)


def mark_of(row: Any) -> str:
    """Write where a message stands in its thread, for an address."""
    return write_mark((row.sent_at, row.id))


def write_mark(mark: Mark) -> str:
    """Write where a page of a list begins, for an address."""
    at, row_id = mark
    return f"{int(at.timestamp() * 1_000_000)}-{row_id}"


def read_mark(text: str | None) -> Mark | None:
    """Read what ``write_mark`` wrote; None for anything else."""
    stamp, _, row_id = (text or "").partition("-")
    # Seventeen digits of microseconds reach the year 5138.
    if not all(part.isascii() and part.isdigit() and len(part) <= 17 for part in (stamp, row_id)):
        return None
    return EPOCH + timedelta(microseconds=int(stamp)), int(row_id)
