"""The supervisor: what it starts comes back when it falls, and ends in order when it is told."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from handlers import embedded_redis
from handlers.supervisor import Program, Supervisor

PATIENCE = 20.0

# A child that writes down its own start and end, and ends when it is asked to.
POLITE = """
import os, signal, sys, time
from handlers.lifeline import tie_to_supervisor
tie_to_supervisor(os.environ)
def note(word):
    with open(sys.argv[2], "a") as file:
        file.write(f"{word} {sys.argv[1]} {os.getpid()}\\n")
def leave(*_):
    note("end")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
note("start")
print("hello from", sys.argv[1])
while True:
    time.sleep(60)
"""

STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open(sys.argv[2], "a") as file:
    file.write(f"start {sys.argv[1]} {os.getpid()}\\n")
while True:
    time.sleep(60)
"""


class Diary:
    """What the children wrote down, and what the supervisor said."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: list[str] = []

    def program(self, name: str, stage: int = 0, code: str = POLITE) -> Program:
        return Program(name, (sys.executable, "-c", code, name, str(self.path)), stage)

    def entries(self) -> list[tuple[str, str, int]]:
        if not self.path.exists():
            return []
        lines = [line.split() for line in self.path.read_text().splitlines()]
        return [(word, name, int(pid)) for word, name, pid in lines]

    def started(self, name: str) -> list[int]:
        return [pid for word, who, pid in self.entries() if (word, who) == ("start", name)]


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    return Diary(tmp_path / "diary")


def supervise(
    diary: Diary,
    *programs: Program,
    watch: Callable[[], int | None] = lambda: None,
    grace: float = PATIENCE,
) -> int:
    """Run a supervisor here until ``watch`` ends it; a run without an end fails."""
    began = time.monotonic()

    def bounded() -> int | None:
        assert time.monotonic() - began < PATIENCE, diary.said
        return watch()

    supervisor = Supervisor(programs, os.environ, say=diary.said.append, watch=bounded, grace=grace)
    return supervisor.run()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie that nobody has buried yet is dead all the same.
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_all_are_started_and_what_they_say_bears_their_name(diary: Diary) -> None:
    names = ("web", "relay")

    def watch() -> int | None:
        heard = all(any(f"hello from {name}" in line for line in diary.said) for name in names)
        return 0 if heard else None

    assert supervise(diary, *(diary.program(name) for name in names), watch=watch) == 0
    assert "web   | hello from web" in diary.said
    assert "relay | hello from relay" in diary.said


def test_at_the_end_the_stages_are_stopped_one_after_the_other(diary: Diary) -> None:
    programs = [
        diary.program("redis", 3),
        diary.program("web", 0),
        diary.program("deliver", 1),
        diary.program("render", 1),
        diary.program("relay", 2),
    ]

    def watch() -> int | None:
        return 0 if all(diary.started(program.name) for program in programs) else None

    supervise(diary, *programs, watch=watch)
    ends = [name for word, name, _ in diary.entries() if word == "end"]
    assert ends[0] == "web"
    assert set(ends[1:3]) == {"deliver", "render"}
    assert ends[3:] == ["relay", "redis"]


def test_a_child_that_is_killed_comes_back_and_the_others_stay(diary: Diary) -> None:
    killed: list[int] = []

    def watch() -> int | None:
        first = diary.started("web")
        if first and diary.started("relay") and not killed:
            os.kill(first[0], signal.SIGKILL)
            killed.append(first[0])
        return 0 if len(diary.started("web")) == 2 else None

    supervise(diary, diary.program("web"), diary.program("relay"), watch=watch)
    assert len(diary.started("relay")) == 1
    assert "web   | was ended by SIGKILL; it starts again in 0.5 s" in diary.said


def test_the_pause_before_a_restart_grows(diary: Diary) -> None:
    crash = Program("web", (sys.executable, "-c", "raise SystemExit(1)"), 0)

    def watch() -> int | None:
        return 0 if len([line for line in diary.said if "starts again" in line]) == 3 else None

    supervise(diary, crash, watch=watch)
    pauses = [line.rpartition(" in ")[2] for line in diary.said if "starts again" in line]
    assert pauses == ["0.5 s", "1 s", "2 s"]


def test_a_child_with_bad_settings_ends_everything_with_its_code(diary: Diary) -> None:
    refused = Program(
        "web", (sys.executable, "-c", "print('secret_key: is missing'); raise SystemExit(2)"), 0
    )
    assert supervise(diary, diary.program("relay", 1), refused) == 2
    assert "web   | secret_key: is missing" in diary.said
    assert all(not is_alive(pid) for pid in diary.started("relay"))


def test_a_child_that_will_not_end_is_killed_after_the_grace(diary: Diary) -> None:
    def watch() -> int | None:
        return 0 if diary.started("web") else None

    supervise(diary, diary.program("web", code=STUBBORN), watch=watch, grace=0.2)
    assert not is_alive(diary.started("web")[0])


def test_a_program_is_waited_for_before_the_next_one_starts(diary: Diary) -> None:
    asked: list[int] = []

    def ready() -> bool:
        asked.append(len(diary.started("web")))
        return len(asked) > 3

    first = diary.program("redis", 1)
    waiting = Program(first.name, first.argv, first.stage, ready=ready)
    supervise(
        diary,
        waiting,
        diary.program("web"),
        watch=lambda: 0 if diary.started("web") else None,
    )
    assert asked == [0, 0, 0, 0]


def test_last_words_without_a_newline_and_odd_bytes_are_passed_on(diary: Diary) -> None:
    code = "import sys; sys.stdout.buffer.write(b'one\\n\\xff two'); raise SystemExit(2)"
    supervise(diary, Program("web", (sys.executable, "-c", code), 0))
    assert diary.said[:2] == ["web | one", "web | \ufffd two"]


# A supervisor of its own process, for signals -------------------------------------------------

OWN = """
import os, sys
from handlers.supervisor import Program, Supervisor
diary, code = sys.argv[1:]
programs = tuple(
    Program(name, (sys.executable, "-c", code, name, diary), stage)
    for stage, name in enumerate(["web", "relay"])
)
sys.exit(Supervisor(programs, os.environ, say=lambda line: print(line, flush=True)).run())
"""


@pytest.fixture
def own(diary: Diary) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-c", OWN, str(diary.path), POLITE],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert eventually(lambda: bool(diary.started("web") and diary.started("relay")))
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_in_order_and_ends_with_zero(
    own: subprocess.Popen[bytes], diary: Diary, sign: signal.Signals
) -> None:
    own.send_signal(sign)
    assert own.wait(PATIENCE) == 0
    assert [name for word, name, _ in diary.entries() if word == "end"] == ["web", "relay"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_no_child_outlives_a_supervisor_that_is_killed(
    own: subprocess.Popen[bytes], diary: Diary
) -> None:
    children = diary.started("web") + diary.started("relay")
    own.kill()
    own.wait()
    assert eventually(lambda: not any(is_alive(pid) for pid in children))


# The embedded Redis ---------------------------------------------------------------------------

BECOME = """
import os, sys
from pathlib import Path
from handlers import embedded_redis
from bot.settings import SettingsError
embedded_redis.LOCK_PATIENCE = float(sys.argv[3])
try:
    embedded_redis.run(sys.argv[1], Path(sys.argv[2]))
except SettingsError as wrong:
    sys.exit(str(wrong))
"""


@pytest.fixture
def servers() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


def start_redis(
    servers: list[subprocess.Popen[bytes]], folder: Path, patience: float = PATIENCE
) -> str:
    url = f"unix://{folder}/redis.sock"
    servers.append(
        subprocess.Popen(
            [sys.executable, "-c", BECOME, url, str(folder), str(patience)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
    )
    return url


@pytest.fixture
def short_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose path leaves room for a socket's name."""
    return tmp_path_factory.mktemp("r")


def ask(url: str, *words: str) -> bytes:
    """Say one command in Redis's own protocol and give the first line of the answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as redis:
        redis.settimeout(PATIENCE)
        redis.connect(url.removeprefix("unix://"))
        redis.sendall((" ".join(words) + "\r\n").encode())
        return redis.recv(65536)


def test_the_embedded_redis_keeps_everything_evicts_nothing_and_opens_no_port(
    servers: list[subprocess.Popen[bytes]], short_path: Path
) -> None:
    url = start_redis(servers, short_path)
    assert eventually(lambda: embedded_redis.accepts(url))
    assert b"yes" in ask(url, "CONFIG", "GET", "appendonly")
    assert b"noeviction" in ask(url, "CONFIG", "GET", "maxmemory-policy")
    assert b"\r\n0\r\n" in ask(url, "CONFIG", "GET", "port")
    assert (short_path / "redis.sock").stat().st_mode & 0o077 == 0


def test_what_it_was_told_is_there_after_a_kill(
    servers: list[subprocess.Popen[bytes]], short_path: Path
) -> None:
    url = start_redis(servers, short_path)
    assert eventually(lambda: embedded_redis.accepts(url))
    assert ask(url, "SET", "k", "v") == b"+OK\r\n"
    assert ask(url, "CONFIG", "SET", "appendfsync", "always") == b"+OK\r\n"
    assert ask(url, "SET", "k2", "v") == b"+OK\r\n"
    servers[0].kill()
    servers[0].wait()
    start_redis(servers, short_path)
    assert eventually(lambda: embedded_redis.accepts(url))
    assert eventually(lambda: ask(url, "GET", "k") == b"$1\r\nv\r\n")


def test_a_second_server_on_the_same_folder_is_refused_with_a_sentence(
    servers: list[subprocess.Popen[bytes]], short_path: Path
) -> None:
    url = start_redis(servers, short_path)
    assert eventually(lambda: embedded_redis.accepts(url))
    start_redis(servers, short_path, patience=0)
    _, said = servers[1].communicate(timeout=PATIENCE)
    assert b"a Redis already runs on" in said
    assert servers[1].returncode == 1
    assert ask(url, "PING") == b"+PONG\r\n"


def test_the_machines_own_server_is_taken_where_the_package_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = tmp_path / "redis-server"
    server.write_text("#!/bin/sh\n")
    server.chmod(0o755)
    monkeypatch.setattr(embedded_redis, "_platform", lambda: "none-such")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert embedded_redis.find_server() == (server, False)
    server.unlink()
    with pytest.raises(Exception, match=r"^redis\.url: there is no Redis to embed"):
        embedded_redis.find_server()
