"""The job of the queue ``deliver``: sends what is due."""

from __future__ import annotations

import importlib

from bot import invoicing
from bot.runtime import Runtime


def drain(runtime: Runtime) -> int:
    """Send every delivery that is due; give how many were tried."""
    return invoicing.drain(runtime)


def warm_up() -> None:
    """Load what the first send would wait for: LINE's library takes about a second."""
    importlib.import_module("bot.channels.line_client")
