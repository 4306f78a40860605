"""What goes to Meta bears our id and hides our token, and each error has one meaning."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from bot.channels.messenger import Messenger
from bot.messages import (
    Account,
    Address,
    BadMessage,
    ChannelDown,
    Lane,
    PersonGone,
    Profile,
    Receipt,
    Retry,
    SendError,
    SendRequest,
    ThreadTaken,
    Unknown,
    WindowClosed,
)

DELIVERY = "3f2c5d1e-8a1b-4c6d-9e0f-112233445566"
PATH = "/v26.0/me/messages"
TOKEN = "page-token"


def account(httpserver: HTTPServer, account_id: str | None = None) -> Account:
    return Account(
        "messenger",
        "siam-page",
        account_id,
        TOKEN,
        api_url=httpserver.url_for(""),
        api_version="26.0",
        app_secret="app-secret",
    )


def send(httpserver: HTTPServer, lane: Lane = Lane.RESPONSE) -> Receipt:
    request = SendRequest(DELIVERY, Address("77"), {"message": {"text": "สวัสดี"}}, lane)
    return Messenger().send(account(httpserver), request)


def test_a_send_bears_our_delivery_id_and_keeps_the_token_out_of_the_address(
    httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"  # requests would prefer a password from here to our token
    netrc.write_text("machine localhost login somebody password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    httpserver.expect_request(PATH, method="POST").respond_with_json(
        {"recipient_id": "77", "message_id": "m_1"}
    )
    assert send(httpserver) == Receipt(("m_1",))
    request = httpserver.log[0][0]
    assert request.json == {
        "recipient": {"id": "77"},
        "messaging_type": "RESPONSE",
        "message": {"text": "สวัสดี", "metadata": DELIVERY},
    }
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in request.url
    proof = hmac.new(b"app-secret", TOKEN.encode(), hashlib.sha256).hexdigest()
    assert request.args["appsecret_proof"] == proof


@pytest.mark.parametrize("lane", [Lane.NONE, Lane.HUMAN_AGENT, Lane.UTILITY])
def test_nothing_automatic_goes_outside_the_window(lane: Lane, httpserver: HTTPServer) -> None:
    with pytest.raises(WindowClosed):
        send(httpserver, lane)
    assert not httpserver.log


@pytest.mark.parametrize(
    ("code", "subcode", "expected"),
    [
        (10, 2018278, WindowClosed),
        (10, 2534022, WindowClosed),
        (10, 2018065, WindowClosed),
        (100, None, BadMessage),
        (100, 1893061, BadMessage),
        (100, 2018001, PersonGone),
        (100, 2534014, PersonGone),
        (100, 2018008, BadMessage),
        (100, 2018294, BadMessage),
        (190, None, ChannelDown),
        (190, 463, ChannelDown),
        (200, None, ChannelDown),
        (200, 2534041, ChannelDown),
        (200, 1545041, PersonGone),
        (551, None, PersonGone),
        (551, 1545041, PersonGone),
        (10, 2018108, PersonGone),
        (10, None, ChannelDown),
        (2018300, None, ThreadTaken),
        (100, 2534037, ThreadTaken),
        (10, 1893063, Retry),
        (4, None, Retry),
        (17, None, Retry),
        (32, None, Retry),
        (613, None, Retry),
        (613, 2534040, Retry),
        (80006, None, Retry),
        (1, None, Unknown),
        (2, None, Unknown),
        (99999, None, BadMessage),
    ],
)
def test_each_error_has_its_meaning(
    code: int, subcode: int | None, expected: type[SendError], httpserver: HTTPServer
) -> None:
    error: dict[str, Any] = {"message": f"about {TOKEN}", "type": "OAuthException", "code": code}
    if subcode:
        error["error_subcode"] = subcode
    httpserver.expect_request(PATH).respond_with_json({"error": error}, 400)
    with pytest.raises(SendError) as caught:
        send(httpserver)
    assert type(caught.value) is expected
    assert caught.value.code == (f"{code}/{subcode}" if subcode else str(code))
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("status", [200, 500])
def test_an_error_counts_by_its_code_under_any_status(status: int, httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_json({"error": {"code": 190}}, status)
    with pytest.raises(ChannelDown):
        send(httpserver)


def test_an_unlisted_code_under_status_500_may_have_been_sent(httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_json({"error": {"code": 99999}}, 500)
    with pytest.raises(Unknown):
        send(httpserver)


def test_a_restricted_page_is_left_alone_for_half_an_hour(httpserver: HTTPServer) -> None:
    error = {"error": {"code": 10, "error_subcode": 1893063}}
    httpserver.expect_request(PATH).respond_with_json(error, 400)
    with pytest.raises(Retry) as caught:
        send(httpserver)
    assert caught.value.after == 1800


def test_the_check_refuses_another_pages_token(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v26.0/me").respond_with_json({"id": "2", "name": "Other"})
    with pytest.raises(ChannelDown, match="siam-page"):
        Messenger().check(account(httpserver, "1"))
    assert Messenger().check(account(httpserver, "2")) == "Other"


def test_a_persons_names_are_put_together(httpserver: HTTPServer) -> None:
    told = {"first_name": "Mali", "last_name": "Dee", "profile_pic": "https://p.example/1"}
    httpserver.expect_request("/v26.0/77", method="GET").respond_with_json(told)
    asked = Messenger().profile(account(httpserver), Address("77"))
    assert asked == Profile("Mali Dee", "https://p.example/1", None)
    request = httpserver.log[0][0]
    assert TOKEN not in request.url
    assert request.args["appsecret_proof"]


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, 100, PersonGone),  # no profile available for this user
        (400, 230, PersonGone),  # the person has not consented
        (400, 190, ChannelDown),
        (400, 4, Retry),
        (500, 2, Retry),
    ],
)
def test_a_profile_that_meta_does_not_tell_says_whether_to_ask_again(
    httpserver: HTTPServer, status: int, code: int, error: type[SendError]
) -> None:
    httpserver.expect_request("/v26.0/77").respond_with_json({"error": {"code": code}}, status)
    with pytest.raises(error):
        Messenger().profile(account(httpserver), Address("77"))
