"""`openbill up` as a person runs it: one command, one terminal, everything in it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0

pytestmark = pytest.mark.flow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Up:
    """A running `openbill up` and what it has printed."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.lines: list[str] = []
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith("OPENBILL_")
        }
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "handlers.cli", "up", "--port", str(self.port)),
                *("--data", str(folder), *words),
            ],
            cwd=ROOT,
            env=clean,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def wait_until_running(self) -> None:
        assert eventually(
            lambda: "Ctrl-C stops all of it." in self.lines or self.process.poll() is not None
        ), self.lines
        assert self.process.poll() is None, self.lines

    def get(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            return refusal.code
        except OSError:
            return 0

    def children(self) -> dict[int, str]:
        """Every process below this one, by its id: its arguments or title."""
        running: dict[int, tuple[int, str]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
                title = (stat.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            running[int(stat.parent.name)] = (parent, title.strip())
        below = {self.process.pid}
        while True:  # ids begin anew when they run out: a child's may be below its parent's
            more = {pid for pid, (parent, _) in running.items() if parent in below} - below
            if not more:
                break
            below |= more
        return {pid: running[pid][1] for pid in below if pid != self.process.pid}

    def named(self, name: str) -> list[int]:
        return [pid for pid, title in self.children().items() if title.startswith(name)]

    def end(self) -> None:
        """Leave nothing behind, however the test went."""
        self.process.kill()
        self.process.wait()
        self._reader.join(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Up]]:
    started: list[Up] = []

    def begin(*words: str, folder: Path | None = None) -> Up:
        started.append(Up(folder or tmp_path_factory.mktemp("up"), *words))
        return started[-1]

    yield begin
    for up in started:
        up.end()


NAMES = [
    "openbill redis",
    "openbill web",
    "openbill worker inbound",
    "openbill worker deliver",
    "openbill worker render",
    "openbill worker media",
    "openbill worker upkeep",
    "openbill relay",
]


def test_up_runs_everything_says_where_and_stops_cleanly(start: Callable[..., Up]) -> None:
    up = start()
    up.wait_until_running()
    assert up.get("/health") == 200
    assert up.get("/simulator") == 200
    text = "\n".join(up.lines)
    assert f"http://127.0.0.1:{up.port}/simulator" in text
    assert "sign in as nok@example.com" in text
    password = json.loads((up.folder / "demo.json").read_text())["staff_password"]
    assert f"password   {password}" in text
    assert eventually(lambda: all(up.named(name) for name in NAMES)), up.children()
    children = up.children()
    assert up.stop() == 0
    assert up.lines[-1] == "OpenBill has stopped."
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    assert not re.search(r"Traceback|\"level\": \"error\"", "\n".join(up.lines)), up.lines


def test_up_brings_back_whatever_is_killed(start: Callable[..., Up]) -> None:
    up = start()
    up.wait_until_running()
    for name in NAMES:
        assert eventually(lambda name=name: bool(up.named(name))), up.children()  # type: ignore[misc]
        before = up.named(name)
        os.kill(before[0], signal.SIGKILL)
        assert eventually(
            lambda name=name, before=before: bool(set(up.named(name)) - set(before))  # type: ignore[misc]
        ), (name, up.lines)
    assert eventually(lambda: up.get("/health") == 200), up.lines
    assert up.stop() == 0


def test_nothing_outlives_an_up_that_was_killed_and_the_next_one_starts(
    start: Callable[..., Up],
) -> None:
    first = start()
    first.wait_until_running()
    children = first.children()
    first.process.kill()
    first.process.wait()
    assert eventually(lambda: not [pid for pid in children if Path(f"/proc/{pid}").exists()])
    again = start(folder=first.folder)
    again.wait_until_running()
    assert again.get("/health") == 200


def test_without_the_demo_there_is_no_simulator(start: Callable[..., Up]) -> None:
    up = start("--no-demo")
    up.wait_until_running()
    assert up.get("/simulator") == 404
    assert not (up.folder / "demo.json").exists()


def test_a_shop_of_ones_own_takes_the_demos_place(
    start: Callable[..., Up], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("up")
    for words in (("migrate",), ("shop", "add", "--slug", "tea", "--name", "Tea")):
        subprocess.run(
            [sys.executable, "-m", "handlers.cli", *words, "--data", str(folder)],
            cwd=ROOT,
            check=True,
        )
    up = start(folder=folder)
    up.wait_until_running()
    assert up.get("/simulator") == 404
    assert not (folder / "demo.json").exists()
