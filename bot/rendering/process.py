"""One render child as its parent holds it: started, asked under a deadline, ended."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from pathlib import Path

from bot.rendering.frames import HEAD_BYTES, pack_request

# The folder from which `bot` can be imported.
_HOME = Path(__file__).resolve().parents[2]
# Nothing of ours reaches the child: no token, no proxy, no home. These two keep its address
# space small.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "RAYON_NUM_THREADS": "1"}
_MOST_BYTES = 64 * 1024 * 1024


class ChildDied(Exception):
    """The child ended, or wrote what is no answer."""


class ChildLate(Exception):
    """The child had not answered at the deadline."""


class ChildProcess:
    """A running child. Not for two threads at once; end it with `kill` after any error."""

    def __init__(self) -> None:
        # A session of its own: Ctrl-C at the terminal is for the parent, which may still
        # want a page; the child ends when its input does.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.rendering.child"],
            cwd=_HOME,
            env=_ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it may quote a customer
            start_new_session=True,
            bufsize=0,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError("both pipes were asked for")
        self._to, self._from = self._process.stdin, self._process.stdout
        os.set_blocking(self._to.fileno(), False)
        os.set_blocking(self._from.fileno(), False)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether the child still runs."""
        return self._process.poll() is None

    def send(self, body: bytes, deadline: float) -> None:
        """Hand over one request before ``deadline`` (seconds of `time.monotonic`)."""
        left = memoryview(pack_request(body))
        while left:
            self._wait(self._to.fileno(), selectors.EVENT_WRITE, deadline)
            try:
                left = left[os.write(self._to.fileno(), left) :]
            except BrokenPipeError:
                raise ChildDied from None

    def receive(self, deadline: float) -> tuple[bytes, bytes]:
        """Return the next answer's status and body, ChildLate or ChildDied."""
        head = self._read(HEAD_BYTES, deadline)
        size = int.from_bytes(head[1:], "big")
        if size > _MOST_BYTES:
            raise ChildDied
        return head[:1], self._read(size, deadline)

    def kill(self) -> None:
        """End the child at once and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        self._to.close()
        self._from.close()

    def disown(self) -> None:
        """Let go of a child that belongs to the process we were forked from."""
        self._to.close()
        self._from.close()
        self._process.returncode = 0  # not ours to wait for

    def _read(self, size: int, deadline: float) -> bytes:
        body = bytearray()
        while len(body) < size:
            self._wait(self._from.fileno(), selectors.EVENT_READ, deadline)
            piece = os.read(self._from.fileno(), size - len(body))
            if not piece:
                raise ChildDied
            body += piece
        return bytes(body)

    @staticmethod
    def _wait(handle: int, event: int, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(handle, event)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise ChildLate
