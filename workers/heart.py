"""The heart of a worker: tells the database every few seconds that its process lives."""

from __future__ import annotations

import threading

import structlog

from bot.runtime import Runtime
from bot.store import changes

log = structlog.get_logger(__name__)

EVERY = 10.0
"""Seconds between two beats; three missed ones and ``/health`` calls it stale."""


def beat(runtime: Runtime, name: str, kind: str) -> None:
    """Write one heartbeat. Raises ``StoreUnavailable``."""
    runtime.transact(lambda work: changes.beat(work.connection, name, kind, work.now))


class Heart(threading.Thread):
    """Beats in a thread of its own, because a worker may wait for Redis or for a platform."""

    def __init__(self, runtime: Runtime, name: str) -> None:
        """``name`` is the heartbeat's, for example ``worker deliver``."""
        super().__init__(name="heart", daemon=True)
        self._runtime = runtime
        self._beats_for = name
        self._over = threading.Event()

    def run(self) -> None:
        """Beat until the process ends; a database that is away misses some."""
        while True:
            try:
                beat(self._runtime, self._beats_for, "worker")
            except Exception as error:  # noqa: BLE001 whatever it is, the next beat may succeed
                log.warning("heartbeat missed", error=type(error).__name__)
            if self._over.wait(EVERY):
                return

    def end(self) -> None:
        """Stop beating, before the database is let go."""
        self._over.set()
        self.join(timeout=5)
