"""The job of the queue ``upkeep``: throws away what has had its time."""

from __future__ import annotations

from bot import upkeep
from bot.runtime import Runtime


def sweep(runtime: Runtime) -> int:
    """Sweep once; give how many rows went."""
    return upkeep.sweep(runtime)
