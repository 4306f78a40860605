"""The job of the queue ``upkeep``: the watch over channels, profiles, search, what is over."""

from __future__ import annotations

from bot import contacts, search, upkeep, watch
from bot.runtime import Runtime


def sweep(runtime: Runtime) -> int:
    """Sweep, read for search, watch, ask for profiles; give how much of all this there was."""
    swept = upkeep.sweep(runtime) + search.catch_up(runtime)
    asked = watch.drain(runtime)
    watch.look(runtime)
    if asked:  # two slow platforms in a row would outlast a job
        runtime.bell.ring("upkeep")
        return swept + asked
    return swept + contacts.fetch_due(runtime)
