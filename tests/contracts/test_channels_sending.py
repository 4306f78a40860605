"""Every channel's call ends as a receipt or as an error that says what to do."""

from __future__ import annotations

import re
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pytest_httpserver import HTTPServer
from urllib3.exceptions import ConnectTimeoutError

from bot.channels import CHANNELS, graph_client, line_client
from bot.messages import (
    Account,
    Address,
    ChannelDown,
    Lane,
    Receipt,
    Retry,
    SendError,
    SendRequest,
    Text,
    Unknown,
)
from tests.contracts.channel_cases import every_channel

TOKEN = "canary-token"
DELIVERY = "3f2c5d1e-8a1b-4c6d-9e0f-112233445566"


def test_reading_webhooks_loads_no_platforms_library() -> None:
    found = "sorted({'linebot', 'pymessenger', 'requests', 'urllib3'} & set(sys.modules))"
    script = f"import sys, bot.channels; print({found})"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert told.stdout.decode().strip() == "[]"


ANYWHERE = re.compile("/.*")
LANES = {"line": Lane.PUSH}
ACCEPTED = {
    "line": {"sentMessages": [{"id": "461230966842064897", "quoteToken": "q"}]},
    "messenger": {"recipient_id": "1", "message_id": "m_sent"},
    "instagram": {"recipient_id": "1", "message_id": "m_sent"},
}


def account(kind: str, api_url: str, **more: str) -> Account:
    return Account(kind, "key", None, TOKEN, api_url=api_url.rstrip("/"), **more)


def send(kind: str, api_url: str, lane: Lane | None = None) -> Receipt:
    (payload,) = CHANNELS[kind].compose(Text("ขอบคุณค่ะ ยอด 300 บาท"))
    lane = lane or LANES.get(kind, Lane.RESPONSE)
    token = "reply-token" if lane is Lane.REPLY else None
    request = SendRequest(DELIVERY, Address("U-person"), payload, lane, token)
    return CHANNELS[kind].send(account(kind, api_url), request)


def outcome(kind: str, api_url: str) -> SendError:
    with pytest.raises(SendError) as caught:
        send(kind, api_url)
    told = f"{caught.value!r} {caught.value.reason} {caught.value.code}"
    assert TOKEN not in told
    assert "ขอบคุณ" not in told
    hidden = caught.value.__suppress_context__ or caught.value.__context__ is None
    assert hidden, "a traceback would show the platform's answer"
    return caught.value


@every_channel
def test_an_accepted_send_gives_the_platforms_id(kind: str, httpserver: HTTPServer) -> None:
    httpserver.expect_request(ANYWHERE).respond_with_json(ACCEPTED[kind])
    assert send(kind, httpserver.url_for("")) == Receipt(
        ("461230966842064897" if kind == "line" else "m_sent",)
    )


@every_channel
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (302, Unknown),
        (401, ChannelDown),
        (408, Unknown),
        (429, Retry),
        (500, Unknown),
        (502, Unknown),
        (503, Unknown),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[]", b"null", b'"' + b"x" * 9999])
def test_a_bare_status_means_what_it_may_mean(
    kind: str, status: int, expected: type[SendError], body: bytes, httpserver: HTTPServer
) -> None:
    headers = {"Location": httpserver.url_for("/elsewhere")}
    httpserver.expect_request(ANYWHERE).respond_with_data(body, status, headers)
    assert type(outcome(kind, httpserver.url_for(""))) is expected
    assert len(httpserver.log) == 1, "nobody but the outbox repeats a send"


@every_channel
def test_a_pause_is_as_long_as_the_platform_asks(kind: str, httpserver: HTTPServer) -> None:
    httpserver.expect_request(ANYWHERE).respond_with_data("", 429, headers={"Retry-After": "17"})
    error = outcome(kind, httpserver.url_for(""))
    assert isinstance(error, Retry)
    assert error.after == 17


@every_channel
def test_a_refused_connection_surely_sent_nothing(kind: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        assert type(outcome(kind, f"http://127.0.0.1:{port}")) is Retry


@every_channel
def test_a_foreign_error_being_handled_does_not_make_a_lost_answer_a_sure_failure(
    kind: str,
) -> None:
    with wire(reset) as url:
        try:
            raise ConnectTimeoutError
        except ConnectTimeoutError:
            assert type(outcome(kind, url)) is Unknown


def reset(connection: socket.socket, _over: threading.Event) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang(_connection: socket.socket, over: threading.Event) -> None:
    over.wait(30)


def hang_in_the_body(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"mess')
    over.wait(30)


def break_off(connection: socket.socket, _over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")


def talk_nonsense(connection: socket.socket, _over: threading.Event) -> None:
    connection.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")


def say_nothing(_connection: socket.socket, _over: threading.Event) -> None:
    return


@every_channel
@pytest.mark.parametrize(
    "fault", [reset, hang, hang_in_the_body, break_off, talk_nonsense, say_nothing]
)
def test_a_lost_answer_is_unknown(
    kind: str,
    fault: Callable[[socket.socket, threading.Event], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for client in (line_client, graph_client):
        monkeypatch.setattr(client, "TIMEOUT", (3.05, 0.3))
    with wire(fault) as url:
        assert type(outcome(kind, url)) is Unknown


@contextmanager
def wire(fault: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A server that reads one request a connection and then does ``fault``."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while not over.is_set():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    fault(connection, over)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@every_channel
@pytest.mark.parametrize("body", [b"\xff\xfe", b"", b"<html>", b"[]", b"{}", b"[" * 100_000])
def test_an_unreadable_yes_never_becomes_a_no(
    kind: str, body: bytes, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(ANYWHERE).respond_with_data(body, 200)
    if kind == "line":  # 200 is LINE's whole promise
        assert send(kind, httpserver.url_for("")) == Receipt()
    else:
        assert type(outcome(kind, httpserver.url_for(""))) is Unknown


@every_channel
def test_a_token_that_http_cannot_carry_stops_the_channel(kind: str) -> None:
    (payload,) = CHANNELS[kind].compose(Text("hello"))
    request = SendRequest(DELIVERY, Address("U1"), payload, LANES.get(kind, Lane.RESPONSE))
    for token in ("tok\nen", "โทเคน"):
        broken = Account(kind, "key", None, token, api_url="http://127.0.0.1:9")
        with pytest.raises(ChannelDown):
            CHANNELS[kind].send(broken, request)


@every_channel
def test_the_check_tells_whose_token_it_is(kind: str, httpserver: HTTPServer) -> None:
    httpserver.expect_request(ANYWHERE, method="GET").respond_with_json(
        {"displayName": "Siam Tea", "userId": "U1", "name": "Siam Tea", "id": "1"}
    )
    assert CHANNELS[kind].check(account(kind, httpserver.url_for(""))) == "Siam Tea"
    request = httpserver.log[0][0]
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in request.url


@every_channel
def test_the_check_says_when_the_token_is_dead_or_the_platform_dumb(
    kind: str, httpserver: HTTPServer
) -> None:
    httpserver.expect_ordered_request(ANYWHERE).respond_with_data("", 401)
    httpserver.expect_ordered_request(ANYWHERE).respond_with_data("", 500)
    with pytest.raises(ChannelDown):
        CHANNELS[kind].check(account(kind, httpserver.url_for("")))
    with pytest.raises(Retry):
        CHANNELS[kind].check(account(kind, httpserver.url_for("")))
