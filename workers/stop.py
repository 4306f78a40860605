"""The wish to stop: a signal ends a process at once while it waits, else after its work."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rq.exceptions import StopRequested

__all__ = ["Stop", "StopRequested"]


class Stop:
    """Whether this process was asked to end, by SIGTERM or by Ctrl-C."""

    def __init__(self) -> None:
        self.asked = False
        self._holds = 0

    def listen(self) -> None:
        """Hear the signals from now on. Only a process's main thread can."""
        signal.signal(signal.SIGTERM, self._hear)
        signal.signal(signal.SIGINT, self._hear)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let work finish: within this block a signal is noted and raises nothing."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1

    def _hear(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True
        if not self._holds:
            raise StopRequested
