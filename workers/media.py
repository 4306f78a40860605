"""The job of the queue ``media``: fetches what came with messages."""

from __future__ import annotations

from bot import media
from bot.runtime import Runtime


def drain(runtime: Runtime) -> int:
    """Fetch what is due; give how many were tried."""
    return media.drain(runtime)
