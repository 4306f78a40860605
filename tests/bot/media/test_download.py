"""Only the platforms' own hosts are asked, at public addresses, and the name is looked up once."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot.channels import download as module
from bot.channels import line_content
from bot.channels.attachments import FetchError, Gone, NotYet, Refused, Source
from bot.channels.download import download
from bot.messages import Account

HOSTILE = [
    "http://169.254.169.254/",
    "http://127.1/",
    "https://2130706433/",
    "https://0177.0.0.1/",
    "https://①②⑦.0.0.1/",
    "https://[::ffff:127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://user@scontent.fbcdn.net/x.jpg",
    "https://scontent.fbcdn.net@evil.example/x.jpg",
    "https://scontent.fbcdn.net.evil.example/x.jpg",
    "https://evilfbcdn.net/x.jpg",
    "https://scontent.fbcdn.net:8443/x.jpg",
    "https://scontent.fbcdn.net\\@evil.example/",
    "http://scontent.fbcdn.net/x.jpg",
    "file:///etc/passwd",
    "gopher://scontent.fbcdn.net/",
    "//scontent.fbcdn.net/x.jpg",
    "https://scontent.fbcdn.net/x y\r\nX: y",
    "https://[broken",
    "",
    "https://scontent.fbcdn.net/" + "x" * 5000,
]


def fetch(url: str, trusted: str = "", limit: int = 1000) -> bytes:
    taken: list[bytes] = []
    download(url, trusted=trusted, limit=limit, write=taken.append)
    return b"".join(taken)


@pytest.fixture
def lookups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every name that is looked up; each leads nowhere."""
    names: list[str] = []

    def look(name: str, *_: Any, **__: Any) -> Any:
        names.append(name)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look)
    return names


@pytest.mark.parametrize("url", HOSTILE)
def test_T55_an_address_that_is_none_of_the_platforms_is_not_even_looked_up(
    url: str, lookups: list[str]
) -> None:
    with pytest.raises(Refused):
        fetch(url)
    assert lookups == []


@pytest.mark.parametrize(
    "host", ["scontent.xx.fbcdn.net", "cdn.fbsbx.com", "a.cdninstagram.com", "s.line-scdn.net"]
)
def test_the_platforms_media_hosts_are_asked(host: str, lookups: list[str]) -> None:
    with pytest.raises(NotYet):
        fetch(f"https://{host}/x.jpg?oh=1")
    assert lookups == [host]


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fd00::1", "ff02::1"),
        *("::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1"),
    ],
)
def test_T55_a_platforms_name_that_leads_inside_is_refused_before_a_connection(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    answer = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)

    def never(*_: Any) -> None:
        pytest.fail("it connected")

    monkeypatch.setattr(socket, "socket", never)
    with pytest.raises(Refused, match="private network"):
        fetch("https://scontent.fbcdn.net/x.jpg")


def test_T55_a_name_that_flips_is_looked_up_once_and_connected_to_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter(["157.240.1.1", "127.0.0.1", "127.0.0.1"])
    connected: list[Any] = []

    class Line:
        def __init__(self, *_: Any) -> None: ...

        def settimeout(self, _: float) -> None: ...

        def close(self) -> None: ...

        def connect(self, address: Any) -> None:
            connected.append(address)
            raise OSError

    def look(*_: Any, **__: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), 443))]

    monkeypatch.setattr(socket, "getaddrinfo", look)
    monkeypatch.setattr(socket, "socket", Line)
    with pytest.raises(NotYet):
        fetch("https://scontent.fbcdn.net/x.jpg")
    assert connected == [("157.240.1.1", 443)]


def test_public_addresses_are_public() -> None:
    assert all(map(module.is_public, ("157.240.1.1", "2a03:2880::1", "::ffff:157.240.1.1")))


def test_the_configured_origin_is_asked_and_no_other_port_of_it(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x").respond_with_data(b"hello")
    trusted = httpserver.url_for("/simulator")
    assert fetch(httpserver.url_for("/x"), trusted) == b"hello"
    with pytest.raises(Refused):
        fetch(f"http://{httpserver.host}:{httpserver.port + 1}/x", trusted)


def test_T55_a_redirect_is_not_followed(httpserver: HTTPServer) -> None:
    seen: list[str] = []

    def redirect(request: Request) -> Response:
        seen.append(request.path)
        return Response(status=302, headers={"Location": "/inside"})

    httpserver.expect_request("/x").respond_with_handler(redirect)
    with pytest.raises(Refused):
        fetch(httpserver.url_for("/x"), httpserver.url_for(""))
    assert seen == ["/x"]


@pytest.mark.parametrize(
    ("status", "error"),
    [(202, NotYet), (401, NotYet), (404, Gone), (410, Gone), (429, NotYet), (503, NotYet)],
)
def test_an_answer_that_is_no_content_says_what_to_do(
    httpserver: HTTPServer, status: int, error: type[FetchError]
) -> None:
    httpserver.expect_request("/x").respond_with_data(b"", status=status)
    with pytest.raises(error):
        fetch(httpserver.url_for("/x"), httpserver.url_for(""))


def test_a_broken_connection_is_no_whole_file(httpserver: HTTPServer) -> None:
    def cut(request: Request) -> Response:
        def body() -> Any:
            yield b"half"
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)

        return Response(body(), headers={"Content-Length": "8"})

    httpserver.expect_request("/x").respond_with_handler(cut)
    with pytest.raises(NotYet):
        fetch(httpserver.url_for("/x"), httpserver.url_for(""))


def test_lines_token_goes_to_lines_own_host_alone(lookups: list[str]) -> None:
    account = Account("line", "siam-line", None, "token")
    with pytest.raises(NotYet):
        line_content.fetch(account, Source(content_id="55"), 10, lambda _: None)
    assert lookups == ["api-data.line.me"]
    for odd in ("../../x", "5/../6", "5?x", "", "ก"):
        with pytest.raises(Refused):
            line_content.fetch(account, Source(content_id=odd), 10, lambda _: None)
    with pytest.raises(Refused):
        line_content.fetch(account, Source(url="https://api-data.line.me/x"), 10, lambda _: None)
