"""What every channel must keep, run over every entry of ``CHANNELS``."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from urllib3.exceptions import ConnectTimeoutError

from bot.channels import CHANNELS, graph_client, line_client
from bot.messages import (
    Account,
    Address,
    Author,
    Bill,
    Button,
    Card,
    ChannelDown,
    Content,
    Guarantee,
    InboundMessage,
    Lane,
    OtherEvent,
    Picture,
    Receipt,
    Retry,
    Row,
    SendError,
    SendRequest,
    Text,
    Unknown,
    Window,
)
from tests.contracts import line_openapi

KINDS = sorted(CHANNELS)
FIXTURES = Path(__file__).parents[1] / "fixtures"
FILES = sorted(path for kind in KINDS for path in (FIXTURES / kind).glob("*.json"))
SECRET = "a channel's secret"
TOKEN = "canary-token"
DELIVERY = "3f2c5d1e-8a1b-4c6d-9e0f-112233445566"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

every_channel = pytest.mark.parametrize("kind", KINDS)
every_fixture = pytest.mark.parametrize(
    "path", FILES, ids=[f"{path.parent.name}-{path.stem}" for path in FILES]
)


def sign(kind: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    signed = hmac.new(secret.encode(), body, hashlib.sha256)
    if CHANNELS[kind].webhook == "line":
        return {"X-Line-Signature": base64.b64encode(signed.digest()).decode()}
    return {"X-Hub-Signature-256": f"sha256={signed.hexdigest()}"}


# Signatures ------------------------------------------------------------------

BODY = '{"text":"สวัสดี"}'.encode()


@every_channel
def test_a_delivery_is_genuine_by_any_of_the_secrets_and_whatever_the_headers_case(
    kind: str,
) -> None:
    ((name, value),) = sign(kind, BODY).items()
    for spelling in (name, name.lower(), name.upper()):
        for secrets in (("old", SECRET), (SECRET, "old")):
            assert CHANNELS[kind].verify({spelling: value}, BODY, secrets)


@every_channel
def test_T01_a_delivery_without_a_signature_is_refused(kind: str) -> None:
    assert not CHANNELS[kind].verify({"Content-Type": "application/json"}, BODY, (SECRET,))


@every_channel
def test_T02_a_signature_of_another_body_or_a_spoiled_one_is_refused(kind: str) -> None:
    ((name, value),) = sign(kind, BODY).items()
    flipped = value[:-3] + ("A" if value[-3] != "A" else "B") + value[-2:]
    for spoiled in (
        sign(kind, BODY + b" ")[name],
        flipped,
        value[:-1],
        value + "=",
        value.swapcase(),
        value.lower() if kind == "line" else value.upper(),
        "",
    ):
        assert not CHANNELS[kind].verify({name: spoiled}, BODY, (SECRET,)), spoiled
    assert not CHANNELS[kind].verify({name: value}, BODY + b"\n", (SECRET,))


@every_channel
def test_T03_a_monstrous_signature_header_is_refused_without_an_error(kind: str) -> None:
    ((name, value),) = sign(kind, BODY).items()
    for monster in (
        "é" + value,
        "\udcff",
        "ก" * 10,
        "A" * 1_000_000,
        "sha256=",
        f"{value},{value}",
    ):
        assert not CHANNELS[kind].verify({name: monster}, BODY, (SECRET,))
    twice = {name: value, name.lower(): value}
    assert not CHANNELS[kind].verify(twice, BODY, (SECRET,))


@every_channel
def test_T04_the_algorithm_is_ours_to_choose(kind: str) -> None:
    ((name, value),) = sign(kind, BODY).items()
    md5 = hmac.new(SECRET.encode(), BODY, hashlib.md5).hexdigest()
    sha1 = hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()
    for other in (f"md5={md5}", f"sha1={sha1}", value.replace("sha256=", "SHA256="), sha1):
        if other != value:
            assert not CHANNELS[kind].verify({name: other}, BODY, (SECRET,))
    assert not CHANNELS[kind].verify({"X-Hub-Signature": f"sha1={sha1}"}, BODY, (SECRET,))


@every_channel
def test_T05_another_channels_secret_does_not_sign_for_this_one(kind: str) -> None:
    assert not CHANNELS[kind].verify(sign(kind, BODY, "another secret"), BODY, (SECRET,))


@every_channel
def test_an_empty_secret_lets_nobody_sign(kind: str) -> None:
    assert not CHANNELS[kind].verify(sign(kind, BODY, ""), BODY, ("",))
    assert not CHANNELS[kind].verify(sign(kind, BODY), BODY, ())


# Reading ---------------------------------------------------------------------


def events_of(kind: str, body: Any) -> list[Any]:
    return [event for entry in CHANNELS[kind].parse(body) for event in entry.events]


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@every_fixture
def test_every_event_is_of_its_channel_and_of_no_other(path: Path) -> None:
    owners = [kind for kind in KINDS if CHANNELS[kind].owns(load(path))]
    assert owners == [path.parent.name]


@every_fixture
def test_every_text_is_read_with_its_place_and_time(path: Path) -> None:
    if not path.stem.startswith("text"):
        return
    messages = events_of(path.parent.name, load(path))
    assert messages
    for message in messages:
        assert isinstance(message, InboundMessage), message
        assert message.kind == "text"
        assert message.text
        assert message.address.id
        assert message.platform_id
        assert message.sent_at.tzinfo is UTC
        assert message.author is (Author.STAFF if "echo" in path.stem else Author.CUSTOMER)
        assert message.standby == ("standby" in path.stem)


@every_fixture
def test_T06_an_event_has_the_same_key_each_time_it_comes(path: Path) -> None:
    kind = path.parent.name
    keys = [event.event_key for event in events_of(kind, load(path))]
    assert keys == [event.event_key for event in events_of(kind, load(path))]
    assert len(set(keys)) == len(keys)


@every_channel
def test_T10_bodies_of_any_shape_are_read_without_an_error(kind: str) -> None:
    bodies: list[Any] = [None, [], {}, "x", 1, True, 1e999, [[]], [None]]
    for body in [*bodies, {"events": {}}, {"entry": 3}, {"entry": [3, {}]}]:
        for entry in CHANNELS[kind].parse(body):
            assert all(isinstance(event, OtherEvent) and event.error for event in entry.events)


@every_channel
def test_T09_a_body_nested_deeper_than_python_follows_is_read_without_an_error(kind: str) -> None:
    for path in (FIXTURES / kind).glob("*.json"):
        body = load(path)
        for place, key in list(places(body)):
            whole = place[key]
            place[key] = abyss()
            events_of(kind, body)
            place[key] = whole


@every_channel
def test_T11_text_that_no_database_holds_is_shown_with_replacement_marks(kind: str) -> None:
    body = load(FIXTURES / kind / "text.json")
    for place, key in list(places(body)):
        if key == "text" and isinstance(place[key], str):
            place[key] = "a\x00b\ud800c"
    (message,) = events_of(kind, body)
    assert message.text == "a\ufffdb\ufffdc"
    assert "\\u0000" in json.dumps(message.raw)


@every_channel
def test_T13_an_unknown_event_is_kept_and_is_no_error(kind: str) -> None:
    name = "unknown_everything" if kind == "line" else "unknown_event"
    (event,) = events_of(kind, load(FIXTURES / kind / f"{name}.json"))
    assert isinstance(event, OtherEvent)
    assert (event.kind, event.error) == ("hologram", None)
    assert event.raw


@every_channel
def test_one_bad_event_does_not_cost_its_neighbours(kind: str) -> None:
    body = load(FIXTURES / kind / "text.json")
    events = body["events"] if kind == "line" else body["entry"][0]["messaging"]
    events[:0] = [None, 7, "x", [], {}, {"message": [], "type": 3}]
    *bad, good = events_of(kind, body)
    assert len(bad) == 6
    assert all(isinstance(event, OtherEvent) and event.error for event in bad)
    assert good.kind == "text"


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every slot of a decoded body: its container and its key or index."""
    keys: Iterable[Any] = value if isinstance(value, dict) else ()
    if isinstance(value, list):
        keys = range(len(value))
    for key in keys:
        yield value, key
        yield from places(value[key])


def abyss() -> Any:
    deep: Any = {}
    for _ in range(sys.getrecursionlimit()):
        deep = {"a": [deep]}
    return deep


# What a hostile or merely new sender may put anywhere.
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -1, 0, 1e308, float("inf"), float("nan"), 253402300800000]),
    st.floats(),
    st.text(),
    st.sampled_from(["\ud800", "\x00", "x" * 5000, "0", "text", "1e9"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["id", "type", "mid", "userId", "text"]), st.integers()),
)


@every_channel
@given(data=st.data())
def test_T10_mutated_events_are_read_without_an_error(kind: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path in FILES if path.parent.name == kind]))
    body = [load(path)]
    for _ in range(data.draw(st.integers(1, 4))):
        place, key = data.draw(st.sampled_from(list(places(body))))
        if data.draw(st.booleans()):
            place[key] = data.draw(ODD)
        elif isinstance(place, dict):
            del place[key]
        else:
            place.append(copy.deepcopy(place[key]))
        if not body:
            break
    whole = body[0] if body else None
    CHANNELS[kind].owns(whole)
    for event in events_of(kind, whole):
        assert len(event.event_key.encode()) < 2600  # a unique index holds 2,704 bytes
        assert isinstance(event.raw, dict)
        assert event.sent_at is None or event.sent_at.astimezone(UTC)
        if isinstance(event, InboundMessage) and event.text is not None:
            event.text.encode()


# Lanes -----------------------------------------------------------------------


@every_channel
@given(
    inbound=st.none() | st.integers(-200_000, 0),
    reply=st.none() | st.integers(-100, 100),
    billing=st.booleans(),
)
def test_a_route_that_closes_closes_later_than_now(
    kind: str, inbound: int | None, reply: int | None, billing: bool
) -> None:
    window = Window(
        None if inbound is None else NOW + timedelta(seconds=inbound),
        None if reply is None else NOW + timedelta(seconds=reply),
    )
    route = CHANNELS[kind].route(window, NOW, billing=billing)
    assert route.until is None or route.until > NOW
    if billing and route.lane is not Lane.NONE:
        assert CHANNELS[kind].guarantee(route.lane) is not Guarantee.TOKEN


# Laying out ------------------------------------------------------------------

WORDS = st.text(
    alphabet=st.sampled_from("aก็ำ้\u200b \n👩\u200d🚀🇹é語")
    | st.characters(exclude_categories=["Cs"]),
    min_size=1,
)
LONG = st.builds(lambda words, times: words * times, WORDS, st.integers(1, 400))
ROWS = st.lists(st.builds(Row, LONG, LONG, st.booleans()), max_size=60).map(tuple)
BUTTONS = st.lists(
    st.builds(Button, LONG, url=st.just("https://shop.example/b/1"))
    | st.builds(Button, LONG, text=LONG),
    max_size=15,
).map(tuple)
PAY = Button("ชำระเงิน / Pay", url="https://shop.example/b/token")
IMAGE = "https://shop.example/b/token.png"
BILLS = st.builds(
    Bill, LONG, LONG, LONG, ROWS, ROWS, WORDS, st.just(PAY), LONG, st.sampled_from([None, IMAGE])
)
CONTENTS = st.one_of(
    st.builds(Text, LONG, BUTTONS),
    st.builds(Card, LONG, LONG, ROWS, st.lists(LONG, max_size=9).map(tuple), BUTTONS),
    BILLS,
    st.just(Picture(IMAGE, "bill")),
)


@every_channel
@given(content=CONTENTS)
def test_every_payload_is_within_the_platforms_limits(kind: str, content: Content) -> None:
    for payload in CHANNELS[kind].compose(content):
        within_limits(kind, payload)


HUGE = "👩\u200d🚀" * 2000
WORST: list[Content] = [
    Text(HUGE, tuple(Button(HUGE, text="say") for _ in range(20))),
    Text("x", tuple(Button(HUGE, url="https://shop.example/") for _ in range(20))),
    Card(HUGE, HUGE, (Row(HUGE, HUGE),) * 100, (HUGE,) * 20),
    Card("title", " ", (Row(" ", ""), Row("", "x")), (" ",), (Button(" ", text=" "),)),
    Bill(HUGE, HUGE, HUGE, (Row(HUGE, HUGE),) * 100, (), HUGE[:30], PAY, HUGE, IMAGE),
    Bill("shop", " ", "", (Row(" ", " "),), (), "฿1.00", PAY, " ", None),
]


@every_channel
@pytest.mark.parametrize("content", WORST, ids=range(len(WORST)))
def test_the_worst_of_contents_is_held_within_the_limits(kind: str, content: Content) -> None:
    payloads = CHANNELS[kind].compose(content)
    assert payloads
    for payload in payloads:
        within_limits(kind, payload)


@every_channel
@given(bill=BILLS)
def test_a_bill_is_laid_out_in_its_parts_and_every_bill_can_be_paid(kind: str, bill: Bill) -> None:
    parts = CHANNELS[kind].bill_parts(picture=bill.image_url is not None)
    assert "bill" in parts
    payloads = [CHANNELS[kind].compose_bill(bill, part) for part in parts]
    assert payloads == CHANNELS[kind].compose(bill)
    assert (IMAGE in json.dumps(payloads)) == (bill.image_url is not None)
    assert PAY.url is not None
    assert PAY.url in json.dumps(payloads)


@every_channel
@given(words=LONG)
def test_no_word_of_a_long_text_is_lost(kind: str, words: str) -> None:
    payloads = CHANNELS[kind].compose(Text(words))
    said = "".join(text for payload in payloads for text in texts_of(payload))
    assert "".join(said.split()) == "".join(words.replace("\x00", "\ufffd").split())


@every_channel
def test_blank_words_take_no_request(kind: str) -> None:
    assert CHANNELS[kind].compose(Text(" \n")) == []


def texts_of(payload: dict[str, Any]) -> list[str]:
    if "messages" in payload:
        return [message["text"] for message in payload["messages"]]
    return [payload["message"]["text"]]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def within_limits(kind: str, payload: dict[str, Any]) -> None:
    json.dumps(payload).encode()
    if kind == "line":
        assert 1 <= len(payload["messages"]) <= 5
        for message in payload["messages"]:
            line_within_limits(message)
    else:
        meta_within_limits(kind, payload["message"])


def line_within_limits(message: dict[str, Any]) -> None:
    replies = message.get("quickReply", {"items": [None]})["items"]
    assert 1 <= len(replies) <= 13
    if message["type"] == "text":
        assert 1 <= units(message["text"]) <= 5000
    if message["type"] == "flex":
        assert 1 <= units(message["altText"]) <= 1500
        assert len(json.dumps(message["contents"])) <= 30_000
    for place, key in places(message):
        if key == "label":
            assert 1 <= units(place[key]) <= 40
        if key == "text":
            assert place[key].strip()
            assert place.get("type") != "message" or len(place[key]) <= 300
        if key == "contents" and isinstance(place[key], list):
            assert place[key]


def meta_within_limits(kind: str, message: dict[str, Any]) -> None:
    if "text" in message:
        assert message["text"].strip()
        limit = len(message["text"].encode()) <= 1000 if kind == "instagram" else True
        assert limit
        assert units(message["text"]) <= 2000
    assert len(message.get("quick_replies", [])) <= 13
    for reply in message.get("quick_replies", []):
        assert 1 <= units(reply["title"]) <= 20
        assert len(reply["payload"]) <= 1000
    template = message.get("attachment", {}).get("payload", {})
    assert units(template.get("text", "")) <= 640
    for element in [*template.get("elements", []), template]:
        assert units(element.get("title", "")) <= 80
        assert units(element.get("subtitle", "")) <= 80
        assert len(element.get("buttons", [])) <= 3
        assert all(1 <= units(button["title"]) <= 20 for button in element.get("buttons", []))


if "OPENBILL_LINE_OPENAPI" in os.environ:  # LINE's own judgement, where its files are at hand
    judge = line_openapi.validator(Path(os.environ["OPENBILL_LINE_OPENAPI"]), "PushMessageRequest")

    @given(content=CONTENTS)
    def test_lines_own_schema_takes_every_payload(content: Content) -> None:
        for payload in CHANNELS["line"].compose(content):
            errors = list(judge.iter_errors({"to": "U1", **payload}))
            assert not errors, errors[0]

    def test_lines_own_schema_would_notice_a_wrong_payload() -> None:
        for wrong in ({"type": "hologram"}, {"type": "text"}, {"type": "flex", "altText": "x"}):
            assert not judge.is_valid({"to": "U1", "messages": [wrong]})


# Sending ---------------------------------------------------------------------


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
