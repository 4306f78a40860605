"""The web server: how it is laid out, and that a slow client cannot hold a thread."""

from __future__ import annotations

import errno
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import Settings, load
from handlers import port as port_module
from handlers.port import is_free, refusal
from handlers.server import Deadlines, options

PATIENCE = 20.0

# Echoes a body's length; /stream sends for longer than a request may take to arrive.
SERVE = """
import os, sys, time
from pathlib import Path
from bot.settings import load
from handlers import server
server.ARRIVAL = 0.5
def application(environ, start_response):
    if environ["PATH_INFO"] == "/stream":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return (time.sleep(0.5) or b"tick" for _ in range(4))
    length = len(environ["wsgi.input"].read())
    said = str(length).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(said)))])
    return [said]
settings = load(None, Path(sys.argv[1]), os.environ, demo=False)
server.serve(settings, lambda: application)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def told(folder: Path, **environ: str) -> Settings:
    return load(None, folder, environ, demo=False)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A running server of one thread: whoever holds it, holds everybody."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path_factory.mktemp("web"))],
        env={
            "PATH": "",
            "OPENBILL_WEB__PORT": str(port),
            "OPENBILL_WEB__THREADS": "1",
            "OPENBILL_WEB__WORKERS": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    deadline = time.monotonic() + PATIENCE
    while is_free("127.0.0.1", port):
        assert process.poll() is None, process.stdout and process.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    yield "127.0.0.1", port
    process.terminate()
    process.communicate(timeout=PATIENCE)


def answer(connection: socket.socket) -> bytes:
    """Read until the server closes."""
    connection.settimeout(PATIENCE)
    whole = b""
    while part := connection.recv(65536):
        whole += part
    return whole


def post(address: tuple[str, int], body: bytes) -> bytes:
    with socket.create_connection(address, PATIENCE) as connection:
        head = f"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
        connection.sendall(head.encode() + b"\r\n" + body)
        return answer(connection)


def test_a_body_arrives_whole(address: tuple[str, int]) -> None:
    assert post(address, b"x" * 3_000_000).endswith(b"\r\n\r\n3000000")


@pytest.mark.parametrize(
    "beginning",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"POST / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    ],
)
def test_T08_a_request_that_never_arrives_whole_does_not_block_the_next(
    address: tuple[str, int], beginning: bytes
) -> None:
    with socket.create_connection(address, PATIENCE) as slow:
        slow.sendall(beginning)
        assert post(address, b"hello").endswith(b"\r\n\r\n5")


def test_T08_a_byte_now_and_then_does_not_prolong_it(address: tuple[str, int]) -> None:
    with socket.create_connection(address, PATIENCE) as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
        slow.settimeout(0.1)
        deadline = time.monotonic() + PATIENCE
        ended = False
        while not ended and time.monotonic() < deadline:
            try:
                slow.sendall(b"x")
                ended = slow.recv(1) is not None
            except TimeoutError:
                continue
            except OSError:
                ended = True
        assert ended


def test_an_answer_that_streams_is_not_cut(address: tuple[str, int]) -> None:
    with socket.create_connection(address, PATIENCE) as connection:
        connection.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert answer(connection).count(b"tick") == 4


def test_T08_a_length_that_contradicts_chunks_is_refused(address: tuple[str, int]) -> None:
    with socket.create_connection(address, PATIENCE) as connection:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        )
        assert answer(connection).startswith(b"HTTP/1.1 400")


def test_one_process_on_sqlite_two_on_postgresql(tmp_path: Path) -> None:
    sqlite = options(told(tmp_path))
    postgresql = options(told(tmp_path, OPENBILL_DATABASE__URL="postgresql+psycopg://h/d"))
    assert (sqlite["workers"], sqlite["threads"]) == (1, 128)
    assert (postgresql["workers"], postgresql["threads"]) == (2, 64)


def test_what_is_configured_goes_before_what_suits(tmp_path: Path) -> None:
    chosen = options(
        told(
            tmp_path,
            OPENBILL_WEB__WORKERS="3",
            OPENBILL_WEB__THREADS="7",
            OPENBILL_WEB__HOST="::1",
            OPENBILL_WEB__PORT="9000",
        )
    )
    assert (chosen["workers"], chosen["threads"], chosen["bind"]) == (3, 7, "[::1]:9000")


def test_a_port_that_somebody_listens_on_is_not_free() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert not is_free("127.0.0.1", port)
    assert is_free("127.0.0.1", port)


def test_a_host_that_is_not_this_machine_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def strange(host: str, port: int) -> bool:
        raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")

    # Tests may not so much as name another machine, so the system's answer is given here.
    monkeypatch.setattr(port_module, "is_free", strange)
    assert str(refusal("192.0.2.1", 8000)).startswith("192.0.2.1 is no address of this machine")


def test_a_port_that_is_taken_is_refused_with_another_that_exists() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 65535))
        other.listen()
        assert "--port 65534" in str(refusal("127.0.0.1", 65535))


def test_only_the_late_are_ended() -> None:
    late, early = Deadlines(-1), Deadlines(60)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        early.start(ours)
        assert early.sweep() == 0
        late.start(ours)
        late.stop(ours)
        assert late.sweep() == 0
        late.start(ours)
        assert late.sweep() == 1
        assert ours.recv(1) == b""
        theirs.close()
        late.start(theirs)
        assert late.sweep() == 1
