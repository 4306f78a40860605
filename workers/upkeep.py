"""The job of the queue ``upkeep``: the watch over channels, profiles, what has had its time."""

from __future__ import annotations

from bot import contacts, upkeep, watch
from bot.runtime import Runtime


def sweep(runtime: Runtime) -> int:
    """Sweep and watch once, and ask for profiles; give how many rows went and calls were made."""
    swept = upkeep.sweep(runtime)
    asked = watch.drain(runtime)
    watch.look(runtime)
    if asked:  # two slow platforms in a row would outlast a job
        runtime.bell.ring("upkeep")
        return swept + asked
    return swept + contacts.fetch_due(runtime)
