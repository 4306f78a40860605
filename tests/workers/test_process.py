from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.runtime import Runtime, Work
from bot.store import changes, people
from tests.support import redis_server

PATIENCE = 30.0


@pytest.fixture
def engine_kind() -> str:
    return "sqlite"


class Process:
    """One process of the back door, and what it says."""

    def __init__(self, name: str, environ: dict[str, str], said: Path) -> None:
        self._said = said
        with said.open("wb") as file:
            self.running = subprocess.Popen(
                [sys.executable, "-m", "workers", name],
                env={**os.environ, **environ},
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def wait_for(self, words: str) -> None:
        """Wait until it has said this."""
        wait_until(lambda: words in self._said.read_text())

    def end(self) -> int:
        """Ask it to stop; give its exit code."""
        self.running.send_signal(signal.SIGTERM)
        return self.running.wait(PATIENCE)


Start = Callable[..., Process]


@pytest.fixture
def start(runtime: Runtime, environ: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    started: list[Process] = []

    def run(name: str, **more: str) -> Process:
        started.append(Process(name, {**environ, **more}, tmp_path / f"said-{len(started)}"))
        return started[-1]

    yield run
    for process in started:
        process.running.kill()
        process.running.wait()


def wait_until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < give_up, "it never happened"
        time.sleep(0.02)


def heartbeats(runtime: Runtime) -> dict[str, str]:
    with runtime.store.read() as connection:
        return {row.name: row.kind for row in changes.list_heartbeats(connection)}


def leave_something_to_sweep(runtime: Runtime) -> None:
    def body(work: Work) -> None:
        people.count_failure(work.connection, "old", work.now - timedelta(days=9))

    runtime.transact(body)


def is_swept(runtime: Runtime) -> bool:
    with runtime.store.read() as connection:
        return people.find_failures(connection, ["old"]) == {}


def title(process: Process) -> str:
    line = Path(f"/proc/{process.running.pid}/cmdline").read_bytes()
    return line.replace(b"\0", b" ").decode().strip()


@pytest.mark.parametrize(
    ("name", "heart", "kind"),
    [("deliver", "worker deliver", "worker"), ("relay", "relay", "relay")],
)
def test_a_process_beats_is_found_by_its_name_and_stops_on_a_signal(
    name: str, heart: str, kind: str, start: Start, runtime: Runtime
) -> None:
    process = start(name)
    wait_until(lambda: heartbeats(runtime) == {heart: kind})
    assert title(process) == f"openbill {heart}"
    assert process.end() == 0


def test_a_worker_comes_back_to_a_redis_that_was_away(start: Start, runtime: Runtime) -> None:
    url = redis_server.start()
    here = Path(url.removeprefix("unix://"))
    away = here.with_name("away")
    here.rename(away)
    process = start("upkeep", OPENBILL_REDIS__URL=url)
    process.wait_for("redis does not answer")
    leave_something_to_sweep(runtime)
    away.rename(here)
    relay = start("relay", OPENBILL_REDIS__URL=url)
    wait_until(lambda: is_swept(runtime))
    assert relay.end() == 0
    assert process.end() == 0


def test_the_relay_sweeps_itself_where_there_is_no_redis(
    start: Start, runtime: Runtime, tmp_path: Path
) -> None:
    leave_something_to_sweep(runtime)
    relay = start("relay", OPENBILL_REDIS__URL=f"unix://{tmp_path / 'nobody.sock'}")
    wait_until(lambda: is_swept(runtime))
    assert relay.end() == 0


def test_a_process_waits_for_a_database_that_is_away(start: Start) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        process = start(
            "relay", OPENBILL_DATABASE__URL=f"postgresql+psycopg://nobody@127.0.0.1:{port}/none"
        )
        process.wait_for("waiting for the database")
        assert process.end() == 0


def test_a_database_of_another_version_is_refused_in_a_sentence(
    start: Start, tmp_path: Path
) -> None:
    process = start("inbound", OPENBILL_DATABASE__URL=f"sqlite:///{tmp_path / 'empty.db'}")
    process.wait_for("run `openbill migrate`")
    assert process.running.wait(PATIENCE) == 1


def test_a_wrong_setting_is_refused_by_its_name(start: Start) -> None:
    process = start("inbound", OPENBILL_LOG__LEVEL="shout")
    process.wait_for("log.level")
    assert process.running.wait(PATIENCE) == 2


def test_a_wrong_queue_is_refused(start: Start) -> None:
    process = start("nonsense")
    process.wait_for("usage: python -m workers")
    assert process.running.wait(PATIENCE) == 2
