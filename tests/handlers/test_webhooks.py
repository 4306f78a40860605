"""The platforms' doors: what is signed is stored and answered 200, all else is refused quietly."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import sqlite3
from collections.abc import Callable

import pytest
import structlog

from handlers import webhooks
from tests.handlers.conftest import Front

LINE = "/webhooks/line/siam-line"
META = "/webhooks/meta"


def meta_headers(front: Front, body: bytes) -> dict[str, str]:
    secret = front.runtime.settings.meta.app_secrets[0].get_secret_value().encode()
    mark = hmac.new(secret, body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={mark}"}


def test_a_signed_delivery_is_stored_before_it_is_answered(front: Front) -> None:
    body = front.line_body("สวัสดีค่ะ")
    answer = front.app.test_client().post(LINE, data=body, headers=front.line_headers(body))
    assert (answer.status_code, answer.data) == (200, b"")
    assert (front.count("raw_deliveries"), front.count("messages")) == (1, 1)


def test_a_signed_delivery_of_meta_is_stored(front: Front) -> None:
    body = json.dumps({"object": "page", "entry": [{"id": "1234567890", "messaging": []}]}).encode()
    answer = front.app.test_client().post(META, data=body, headers=meta_headers(front, body))
    assert (answer.status_code, front.count("raw_deliveries")) == (200, 1)


@pytest.mark.parametrize("path", [LINE, META, "/webhooks/line/nobody"])
def test_T01_an_unsigned_delivery_leaves_no_row_and_one_line_for_many(
    front: Front, path: str
) -> None:
    before = front.state()
    with structlog.testing.capture_logs() as lines:
        answers = [front.app.test_client().post(path, data=b"{}") for _ in range(20)]
    assert {(answer.status_code, answer.data) for answer in answers} == {(401, b"")}
    assert front.app.extensions[webhooks.REFUSALS].count == 20
    assert len(lines) == 1
    assert front.state() == before


def test_T01_the_body_of_an_unsigned_delivery_is_not_read(front: Front) -> None:
    body = io.BytesIO(b"x" * 1000)
    front.app.test_client().post(LINE, input_stream=body, content_length=1000)
    assert body.tell() == 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda mark: "A" + mark[1:] if mark[0] != "A" else "B" + mark[1:],
        lambda mark: mark[:-4],
        lambda mark: mark.lower(),
        lambda mark: mark + "=",
        lambda mark: "é" + mark,
        lambda mark: mark * 20_000,
        lambda mark: f"{mark}, {mark}",
    ],
)
def test_T02_T03_a_spoilt_signature_is_refused(front: Front, spoil: Callable[[str], str]) -> None:
    body = front.line_body("hello")
    headers = front.line_headers(body)
    headers["X-Line-Signature"] = spoil(headers["X-Line-Signature"])
    answer = front.app.test_client().post(LINE, data=body, headers=headers)
    assert (answer.status_code, front.count("raw_deliveries")) == (401, 0)


def test_T02_the_signature_of_another_body_is_refused(front: Front) -> None:
    headers = front.line_headers(front.line_body("hello"))
    answer = front.app.test_client().post(LINE, data=front.line_body("other"), headers=headers)
    assert (answer.status_code, front.count("raw_deliveries")) == (401, 0)


@pytest.mark.parametrize(
    "form", ["md5={0}", "sha1={0}", "SHA256={0}", "sha256=", "{0}", "sha256={0}x"]
)
def test_T04_meta_signs_with_the_algorithm_that_we_fix(front: Front, form: str) -> None:
    body = b'{"object": "page", "entry": []}'
    mark = meta_headers(front, body)["X-Hub-Signature-256"].removeprefix("sha256=")
    answer = front.app.test_client().post(
        META, data=body, headers={"X-Hub-Signature-256": form.format(mark)}
    )
    assert (answer.status_code, front.count("raw_deliveries")) == (401, 0)


def test_T04_the_old_signature_alone_is_none(front: Front) -> None:
    body = b"{}"
    answer = front.app.test_client().post(META, data=body, headers={"X-Hub-Signature": "sha1=00"})
    assert answer.status_code == 401


@pytest.mark.parametrize("key", ["siam-page", "nobody", "%00", "a" * 5000])
def test_T05_a_right_signature_at_another_address_is_refused(front: Front, key: str) -> None:
    body = front.line_body("hello")
    answer = front.app.test_client().post(
        f"/webhooks/line/{key}", data=body, headers=front.line_headers(body)
    )
    assert (answer.status_code, front.count("messages")) == (401, 0)


def test_T06_the_same_delivery_again_has_no_second_effect(front: Front) -> None:
    body = front.line_body("hello")
    client = front.app.test_client()
    answers = [client.post(LINE, data=body, headers=front.line_headers(body)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert (front.count("messages"), front.count("conversations")) == (1, 1)


def test_T08_a_body_of_fifty_megabytes_is_refused_unread(front: Front) -> None:
    answer = front.app.test_client().post(
        LINE,
        headers={"X-Line-Signature": "x"},
        environ_overrides={"CONTENT_LENGTH": str(50 * 1024 * 1024)},
    )
    assert (answer.status_code, answer.data) == (413, b"")


def test_T08_a_chunked_body_is_cut_off_at_the_limit(front: Front) -> None:
    body = io.BytesIO(bytes(17 * 1024 * 1024))
    answer = front.app.test_client().post(
        LINE,
        input_stream=body,
        headers={"X-Line-Signature": "x", "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 413


def test_T08_a_content_length_that_lies_gets_an_answer_and_no_row(front: Front) -> None:
    body = front.line_body("hello")
    answer = front.app.test_client().post(
        LINE,
        data=body,
        headers=front.line_headers(body),
        environ_overrides={"CONTENT_LENGTH": str(len(body) + 100)},
    )
    assert answer.status_code == 400
    assert front.count("raw_deliveries") == 0


@pytest.mark.parametrize(
    "body", [b'{"a":' * 100_000, b"\xff\xfe", b"null", b"[]", b'"x"', b"1e999"]
)
def test_T09_T10_a_signed_body_that_makes_no_sense_is_kept_and_taken(
    front: Front, body: bytes
) -> None:
    client = front.app.test_client()
    assert client.post(LINE, data=body, headers=front.line_headers(body)).status_code == 200
    assert front.count("raw_deliveries") == 1
    assert client.post(LINE, data=body, headers={"X-Line-Signature": "x"}).status_code == 401


def test_T14_the_handshake_gives_the_challenge_back_as_plain_text(front: Front) -> None:
    token = front.runtime.settings.meta.verify_token.get_secret_value()
    asked = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "<script>1"}
    answer = front.app.test_client().get(META, query_string=asked)
    assert (answer.status_code, answer.text) == (200, "<script>1")
    assert answer.mimetype == "text/plain"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "wrong",
    [
        {"hub.verify_token": "guess"},
        {"hub.verify_token": ""},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": "1" * 201},
    ],
)
def test_T14_a_wrong_handshake_is_refused(front: Front, wrong: dict[str, str]) -> None:
    token = front.runtime.settings.meta.verify_token.get_secret_value()
    asked = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "7", **wrong}
    answer = front.app.test_client().get(META, query_string=asked)
    assert (answer.status_code, answer.data) == (403, b"")


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        (LINE, ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")),
        (META, ("PUT", "PATCH", "DELETE", "OPTIONS")),
    ],
)
def test_T16_other_methods_are_not_allowed(
    front: Front, path: str, methods: tuple[str, ...]
) -> None:
    for method in methods:
        answer = front.app.test_client().open(path, method=method)
        assert (answer.status_code, answer.data) == (405, b""), method


def test_a_locked_database_makes_the_platform_come_again(front: Front) -> None:
    body = front.line_body("hello")
    headers = front.line_headers(body)
    rival = sqlite3.connect(front.runtime.store.url.database or "", isolation_level=None)
    rival.execute("BEGIN IMMEDIATE")
    try:
        answer = front.app.test_client().post(LINE, data=body, headers=headers)
    finally:
        rival.rollback()
        rival.close()
    assert (answer.status_code, answer.data) == (503, b"")
    assert answer.headers["Retry-After"]
    assert front.app.test_client().post(LINE, data=body, headers=headers).status_code == 200


def test_a_delivery_is_taken_whatever_host_a_proxy_names(front: Front) -> None:
    body = front.line_body("hello")
    headers = {**front.line_headers(body), "Host": "10.0.0.7:8080"}
    assert front.app.test_client().post(LINE, data=body, headers=headers).status_code == 200
