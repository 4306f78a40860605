"""How a body that a platform may send is told, with the events that must come of it.

The shapes of ``line_shapes`` and ``graph_shapes`` are written after the
platforms' references. Ids and times are counted on, so no two events are the
same one; whatever a person said holds ``SAID``, so that a test can see where it
went.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.messages import Event, InboundMessage, MessageChange, StatusUpdate

SAID = "จำปี"


@dataclass(frozen=True, slots=True)
class Shape:
    """One body; ``told`` names its events as ``tell`` does."""

    name: str
    body: Any
    told: tuple[str, ...]


def tell(event: Event) -> str:
    """Name an event by what became of it: ``message text``, ``change edit``, ``other follow``."""
    match event:
        case InboundMessage():
            return f"message {event.kind}"
        case MessageChange():
            return f"change {event.change}"
        case StatusUpdate():
            return f"status {event.status}"
    return f"error {event.kind}" if event.error else f"other {event.kind}"
