"""The job of the queue ``upkeep``: profiles that are due, and what has had its time."""

from __future__ import annotations

from bot import contacts, upkeep
from bot.runtime import Runtime


def sweep(runtime: Runtime) -> int:
    """Sweep once and ask for profiles; give how many rows went and profiles were asked for."""
    return upkeep.sweep(runtime) + contacts.fetch_due(runtime)
