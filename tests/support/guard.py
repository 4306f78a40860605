"""Runs a server for as long as the process it serves lives, then stops it and clears its folder.

A test process may be killed at any moment, and what it started must not outlive it. So a server
is started by this small program, in a session of its own, which waits for the end of either:
`python guard.py OWNER_PIDFD FOLDER [--user UID] -- COMMAND...`. Standard library only.
"""

from __future__ import annotations

import argparse
import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

STOP_SECONDS = 5


def start(command: list[str], owner: int, folder: Path, user: int | None = None) -> None:
    """Start `command` behind a guard; returns at once, before the server listens.

    The server's words go to `folder/log`. `user`: run it as this uid and gid (root only).
    Raises ProcessLookupError when the owner is gone already.
    """
    # Opened here and inherited: a number could mean another process by the time it is read.
    life = os.pidfd_open(owner)
    guard = [sys.executable, __file__, str(life), str(folder)]
    if user is not None:
        guard += ["--user", str(user)]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [*guard, "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(life,),
        )
    os.close(life)
    # It outlives this process on purpose; without this, Python warns that it still runs.
    process.returncode = 0


def main() -> int:
    """Wait for the owner's or the server's end; the status is the server's."""
    parser = argparse.ArgumentParser()
    parser.add_argument("life", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--user", type=int)
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    folder: Path = asked.folder
    user: int | None = asked.user
    server = subprocess.Popen(
        asked.command,
        cwd=folder,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
    waiting = select.poll()
    waiting.register(asked.life, select.POLLIN)
    waiting.register(os.pidfd_open(server.pid), select.POLLIN)
    waiting.poll()
    if server.poll() is None:
        # SIGINT is PostgreSQL's fast shutdown; Valkey stops on it as well.
        server.send_signal(signal.SIGINT)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    shutil.rmtree(folder, ignore_errors=True)
    return int(server.returncode)


if __name__ == "__main__":
    sys.exit(main())
