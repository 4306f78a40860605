"""The supervisor: starts OpenBill's processes, restarts what dies, stops all in good order.

One thread, one loop: it passes on what the children say, sees who died, and
starts them again after a pause that grows. The children live in sessions of
their own, so that Ctrl-C reaches only the supervisor, and die with it.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from handlers.lifeline import PARENT

GRACE = 20.0
"""Seconds a child gets to finish: more than a send to a platform may take (10)."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STEADY = 30.0
"""Seconds after which a child that runs counts as well again."""

TICK = 0.2
START_PATIENCE = 15.0
BAD_SETTINGS = 2
"""The exit code by which a child says that starting it again cannot help."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. Lower ``stage`` is stopped first; ``ready`` is waited for before the next."""

    name: str
    argv: tuple[str, ...]
    stage: int
    ready: Callable[[], bool] | None = None


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    falls: int = 0
    unsaid: bytearray = field(default_factory=bytearray)


class Supervisor:
    """Keeps a set of programs running until it is told to stop.

    ``say`` gets each line to show. ``watch`` is called at every turn; an exit
    code from it ends everything.
    """

    def __init__(
        self,
        programs: tuple[Program, ...],
        environ: Mapping[str, str],
        *,
        say: Callable[[str], None],
        watch: Callable[[], int | None] = lambda: None,
        grace: float = GRACE,
    ) -> None:
        self._children = [_Child(program) for program in programs]
        self._environ = {**environ, PARENT: str(os.getpid()), "PYTHONUNBUFFERED": "1"}
        self._say = say
        self._watch = watch
        self._grace = grace
        self._width = max(len(program.name) for program in programs)
        self._selector = selectors.DefaultSelector()
        self._signals = 0
        self._code: int | None = None

    def run(self) -> int:
        """Run until a signal, ``watch`` or a child's bad settings end it; return the exit code."""
        with self._hearing_signals():
            try:
                self._start_all()
                while not self._over():
                    self._turn()
                    if self._code is None:
                        self._code = self._watch()
            finally:
                self._stop_all()
        return self._code or 0

    def _over(self) -> bool:
        return self._signals > 0 or self._code is not None

    # Starting --------------------------------------------------------------------------------

    def _start_all(self) -> None:
        for child in self._children:
            self._start(child)
            ready = child.program.ready
            deadline = time.monotonic() + START_PATIENCE
            while ready and not ready() and not self._over():
                self._turn(0.01)
                if time.monotonic() > deadline:
                    self._tell(child, f"did not get ready within {START_PATIENCE:.0f} s")
                    self._code = 1

    def _start(self, child: _Child) -> None:
        child.started = time.monotonic()
        child.process = subprocess.Popen(  # noqa: S603 - our own programs
            child.program.argv,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert child.process.stdout is not None
        os.set_blocking(child.process.stdout.fileno(), False)
        self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    # Living ----------------------------------------------------------------------------------

    def _turn(self, seconds: float = TICK) -> None:
        """Pass on what is said, take note of who died, start again who is due."""
        self._listen(seconds)
        now = time.monotonic()
        for child in self._children:
            if child.process is None:
                if child.started and now >= child.due and not self._over():
                    self._start(child)
            elif child.process.poll() is not None:
                self._bury(child, now)

    def _listen(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if isinstance(key.data, _Child):
                self._hear(key.data)
            else:
                key.data.recv(64)  # a signal's wake-up; its handler has counted it

    def _hear(self, child: _Child) -> None:
        assert child.process is not None
        assert child.process.stdout is not None
        try:
            said = os.read(child.process.stdout.fileno(), 65536)
        except BlockingIOError:
            return
        if not said:
            self._selector.unregister(child.process.stdout)
        *lines, rest = (bytes(child.unsaid) + said).split(b"\n")
        child.unsaid = bytearray(rest)
        for line in lines:
            self._tell(child, line.decode("utf-8", "replace"))

    def _tell(self, child: _Child, line: str) -> None:
        self._say(f"{child.program.name:<{self._width}} | {line}")

    def _bury(self, child: _Child, now: float) -> None:
        """Close a dead child's books and set when it starts again."""
        code = self._finish(child)
        if now - child.started > STEADY:
            child.falls = 0
        pause = min(FIRST_PAUSE * 2**child.falls, LONGEST_PAUSE)
        child.falls += 1
        child.due = now + pause
        if self._over():
            return
        if code == BAD_SETTINGS:
            self._tell(child, "stopped because of its settings; everything else stops too")
            self._code = BAD_SETTINGS
        else:
            self._tell(child, f"{_ending(code)}; it starts again in {pause:g} s")

    def _finish(self, child: _Child) -> int:
        """Pass on a dead child's last words and let go of it; return its exit code."""
        assert child.process is not None
        assert child.process.stdout is not None
        if child.process.stdout in self._selector.get_map():
            self._hear(child)
        if child.process.stdout in self._selector.get_map():
            self._selector.unregister(child.process.stdout)
        if child.unsaid:
            self._tell(child, child.unsaid.decode("utf-8", "replace"))
            child.unsaid.clear()
        child.process.stdout.close()
        code = child.process.wait()
        child.process = None
        return code

    # Stopping --------------------------------------------------------------------------------

    def _stop_all(self) -> None:
        for stage in sorted({child.program.stage for child in self._children}):
            self._stop([child for child in self._children if child.program.stage == stage])
        self._selector.close()

    def _stop(self, children: list[_Child]) -> None:
        """End these: asked first, and after the grace, or a second signal, made to."""
        deadline = time.monotonic() + self._grace
        self._send(children, signal.SIGTERM)
        while any(child.process for child in children):
            if time.monotonic() > deadline or self._signals > 1:
                self._send(children, signal.SIGKILL)
            self._listen(0.05)
            for child in children:
                if child.process and child.process.poll() is not None:
                    self._finish(child)

    def _send(self, children: list[_Child], sign: signal.Signals) -> None:
        for child in children:
            if child.process and child.process.poll() is None:
                child.process.send_signal(sign)

    @contextmanager
    def _hearing_signals(self) -> Iterator[None]:
        """Count SIGINT, SIGTERM and SIGHUP instead of dying of them, and wake the loop."""
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        theirs.settimeout(0)
        self._selector.register(ours, selectors.EVENT_READ, ours)
        wakeup = signal.set_wakeup_fd(theirs.fileno())

        def count(_number: int, _frame: object) -> None:
            self._signals += 1

        before = {
            number: signal.signal(number, count)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
            ours.close()
            theirs.close()


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
