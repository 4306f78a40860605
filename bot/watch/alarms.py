"""What is wrong with a channel at a moment, by name; each name has its words at the front door."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.store.watches import quota_share

FIRST_DAY = timedelta(days=1)
"""How long a new channel may be silent before that is said."""

TOKEN_DAYS = timedelta(days=7)
"""How near a token's end is alarming: by then a week of renewals has failed."""

FAILURES = 3
"""How often a call fails in a row before it is worth a person's look."""

QUOTA_LOW = 0.8

OWN_ALARM = frozenset({"down", "token_bad"})
"""Told by whoever takes a channel down, and not once more here."""


def find_alarms(row: Any, now: datetime) -> tuple[str, ...]:
    """Name what is wrong with a channel, of a row of ``watches.list_watches``."""
    used = quota_share(row) or 0
    found = {
        "down": row.state == "down",
        "never_heard": row.last_webhook_at is None and now - row.created_at > FIRST_DAY,
        "silent": _is_silent(row, now),
        "token_bad": row.token_state == "bad",
        "unreachable": row.token_state == "unreachable" and row.probe_failures >= FAILURES,
        "token_ends": row.token_ends_at is not None and row.token_ends_at - now < TOKEN_DAYS,
        "not_renewed": row.token_ends_at is None and row.renew_failures >= FAILURES,
        "quota_low": QUOTA_LOW <= used < 1,
        "quota_over": used >= 1,
    }
    return tuple(name for name, is_wrong in found.items() if is_wrong)


def _is_silent(row: Any, now: datetime) -> bool:
    """Say whether nothing was heard when it should have been; what came since ends it at once."""
    return bool(
        row.silent_after is not None
        and now >= row.silent_after
        and row.last_webhook_at < row.silent_after
    )
