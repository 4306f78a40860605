"""The job of the queue ``upkeep``: profiles and search that are due, and what had its time."""

from __future__ import annotations

from bot import contacts, search, upkeep
from bot.runtime import Runtime


def sweep(runtime: Runtime) -> int:
    """Sweep, ask for profiles, read for search; give how many of all these there were."""
    done = upkeep.sweep(runtime) + contacts.fetch_due(runtime)
    return done + search.catch_up(runtime)
