"""How much of a channel's month of messages is used."""

from __future__ import annotations

from sqlalchemy import Connection


def used_share(connection: Connection, channel_id: int) -> float | None:
    """Give which part is used, 1.0 for all of it; None where no limit is known."""
    return None
