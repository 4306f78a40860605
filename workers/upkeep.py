"""The job of the queue ``upkeep``: bills and profiles that are due, and what has had its time."""

from __future__ import annotations

from bot import contacts, ordering, upkeep
from bot.runtime import Runtime


def sweep(runtime: Runtime) -> int:
    """Do once what is due; give how many orders moved, rows went and profiles were asked for."""
    moved = ordering.expire_due(runtime) + ordering.fill_missing(runtime)
    return moved + upkeep.sweep(runtime) + contacts.fetch_due(runtime)
