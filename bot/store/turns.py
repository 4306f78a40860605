"""Turns: the threads of one process write to SQLite together, and share a commit when they can.

SQLite lets one write at a time, and a durable commit waits for the disk. While
one thread's commit waits, others ask; the next turn then runs everything that
was asked for meanwhile in one transaction, each in a savepoint of its own, and
commits once. Who asks is answered after that commit and not before. Alone, a
write is an ordinary transaction.

Waiting here is fair and quick; SQLite's own wait is a sleep between looks, in
which one thread may sleep through every gap while others walk in.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine

TOGETHER = 32
"""How many writes share a commit at most: enough to hide the disk, few enough to stay quick."""


class NoTurn(Exception):
    """The turn did not come within the asker's patience; nothing was done."""


class _Request:
    """One write that is asked for. ``woken`` is set when it is done, or when it must lead."""

    __slots__ = ("body", "done", "error", "patience", "result", "woken")

    def __init__(self, body: Callable[[Connection], Any], patience: float) -> None:
        self.body = body
        self.patience = patience
        self.woken = threading.Event()
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None


class Turns:
    """Runs writes for the threads of this process; one of the askers does the work of all."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._waiting: deque[_Request] = deque()
        self._taken = False

    def run(self, body: Callable[[Connection], Any], patience: float) -> Any:
        """Run ``body`` in a writing transaction; give its result once that is committed.

        Raises what ``body`` raised, with nothing of it kept, and ``NoTurn``.
        """
        request = _Request(body, patience)
        with self._lock:
            self._waiting.append(request)
            leads = not self._taken
            self._taken = True
        if not leads:
            leads = self._wait(request)
        if leads:
            self._lead()
        if request.error is not None:
            raise request.error
        return request.result

    def _wait(self, request: _Request) -> bool:
        """Wait until the request is done (False), or until its thread must lead (True)."""
        if not request.woken.wait(request.patience):
            with self._lock:
                if request in self._waiting and not request.woken.is_set():
                    self._waiting.remove(request)
                    raise NoTurn
            request.woken.wait()  # its transaction is under way: that has an end of its own
        return not request.done

    def _lead(self) -> None:
        """Run what waits, the leader's own among it, and hand the turn to whoever came since."""
        with self._lock:
            size = min(len(self._waiting), TOGETHER)
            batch = [self._waiting.popleft() for _ in range(size)]
        try:
            self._commit(batch)
        finally:
            with self._lock:
                following = self._waiting[0] if self._waiting else None
                self._taken = following is not None
            for request in batch:
                request.done = True
                request.woken.set()
            if following is not None:
                following.woken.set()

    def _commit(self, batch: list[_Request]) -> None:
        options = {"writing": True, "patience": min(request.patience for request in batch)}
        try:
            with (
                self._engine.connect().execution_options(**options) as connection,
                connection.begin(),
            ):
                if len(batch) == 1:
                    batch[0].result = batch[0].body(connection)
                else:
                    for request in batch:
                        _run_apart(connection, request)
        except BaseException as error:  # noqa: BLE001 whoever asked raises it, each for itself
            for request in batch:
                request.error = request.error or error


def _run_apart(connection: Connection, request: _Request) -> None:
    """Run one write so that its failure costs its neighbours nothing."""
    try:
        with connection.begin_nested():
            request.result = request.body(connection)
    except Exception as error:  # noqa: BLE001 the thread that asked raises it
        request.error = error
