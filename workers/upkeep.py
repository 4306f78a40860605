"""The job of the queue ``upkeep``: bills that are due, channels, profiles, search, what is over."""

from __future__ import annotations

from bot import contacts, ordering, search, upkeep, watch
from bot.runtime import Runtime


def sweep(runtime: Runtime) -> int:
    """Move orders, sweep, read for search, watch, ask for profiles; give how much there was.

    Orders come first: they wait for the database alone, and customers for them.
    """
    moved = ordering.expire_due(runtime) + ordering.fill_missing(runtime)
    swept = moved + upkeep.sweep(runtime) + search.catch_up(runtime)
    asked = watch.drain(runtime)
    watch.look(runtime)
    if asked:  # two slow platforms in a row would outlast a job
        runtime.bell.ring("upkeep")
        return swept + asked
    return swept + contacts.fetch_due(runtime)
