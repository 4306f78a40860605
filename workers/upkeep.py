"""The job of the queue ``upkeep``: bills, the watch over channels, profiles, what is over."""

from __future__ import annotations

from bot import contacts, ordering, upkeep, watch
from bot.runtime import Runtime


def sweep(runtime: Runtime) -> int:
    """Do once what is due: orders, sweeping, the watch, profiles; give how much was done."""
    done = ordering.expire_due(runtime) + ordering.fill_missing(runtime) + upkeep.sweep(runtime)
    asked = watch.drain(runtime)
    watch.look(runtime)
    if asked:  # two slow platforms in a row would outlast a job
        runtime.bell.ring("upkeep")
        return done + asked
    return done + contacts.fetch_due(runtime)
