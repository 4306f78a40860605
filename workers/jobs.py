"""The table of jobs: what each queue's worker runs, by the name that a ring carries.

A new job is one function here and one line in ``bot.jobs.JOBS``. A name that
comes from Redis is only ever looked up here; nothing is imported by it.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.runtime import Runtime
from workers import deliver, inbound, media, render, upkeep

Job = Callable[[Runtime], int]

JOBS: dict[str, Job] = {
    "workers.inbound.drain": inbound.drain,
    "workers.deliver.drain": deliver.drain,
    "workers.render.drain": render.drain,
    "workers.media.drain": media.drain,
    "workers.upkeep.sweep": upkeep.sweep,
}
