"""The job of the queue ``inbound``: lets stored events have their effects."""

from __future__ import annotations

from bot import conversation
from bot.runtime import Runtime


def drain(runtime: Runtime) -> int:
    """Handle every event that waits; give how many were handled."""
    return conversation.drain(runtime)
