"""What goes to LINE is exactly what was frozen, and each answer has one meaning."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from bot.channels.line import Line
from bot.messages import (
    Account,
    Address,
    AddressKind,
    BadMessage,
    Button,
    Card,
    ChannelDown,
    Lane,
    PersonGone,
    Profile,
    QuotaUsedUp,
    Receipt,
    Retry,
    Row,
    SendError,
    SendRequest,
    TokenSpent,
)

DELIVERY = "3f2c5d1e-8a1b-4c6d-9e0f-112233445566"
PUSH, REPLY = "/v2/bot/message/push", "/v2/bot/message/reply"
SENT = {"sentMessages": [{"id": "461230966842064897", "quoteToken": "q"}]}
PAYLOAD: dict[str, Any] = {
    "messages": [{"type": "text", "text": "สวัสดี 👋", "somethingNew": [1.5, None, {}]}]
}


def account(httpserver: HTTPServer, account_id: str | None = None) -> Account:
    return Account("line", "siam-line", account_id, "token", api_url=httpserver.url_for(""))


def push(httpserver: HTTPServer, payload: dict[str, Any] = PAYLOAD) -> Receipt:
    request = SendRequest(DELIVERY, Address("U1"), payload, Lane.PUSH)
    return Line().send(account(httpserver), request)


def reply(httpserver: HTTPServer, token: str | None = "reply-token") -> Receipt:
    request = SendRequest(DELIVERY, Address("U1"), PAYLOAD, Lane.REPLY, token)
    return Line().send(account(httpserver), request)


def test_a_push_bears_the_retry_key_and_the_payload_as_it_was_frozen(
    httpserver: HTTPServer,
) -> None:
    httpserver.expect_request(PUSH, method="POST").respond_with_json(SENT)
    assert push(httpserver) == Receipt(("461230966842064897",))
    request = httpserver.log[0][0]
    assert request.json == {"to": "U1", **PAYLOAD}
    assert request.headers["X-Line-Retry-Key"] == DELIVERY
    assert request.headers["Authorization"] == "Bearer token"
    assert request.headers["Content-Type"] == "application/json"


def test_a_bubble_reaches_the_wire_as_it_was_laid_out(httpserver: HTTPServer) -> None:
    buttons = (Button("Open", url="https://shop.example"),)
    (payload,) = Line().compose(Card("ออเดอร์ 1042", "unpaid", (Row("a", "1"),), buttons=buttons))
    httpserver.expect_request(PUSH).respond_with_json(SENT)
    push(httpserver, payload)
    assert httpserver.log[0][0].json == {"to": "U1", **payload}


def test_a_reply_bears_its_token_and_no_retry_key(httpserver: HTTPServer) -> None:
    httpserver.expect_request(REPLY).respond_with_json(SENT)
    assert reply(httpserver).platform_ids == ("461230966842064897",)
    request = httpserver.log[0][0]
    assert request.json == {"replyToken": "reply-token", **PAYLOAD}
    assert "X-Line-Retry-Key" not in request.headers


def test_a_reply_without_a_token_is_spent_before_the_call(httpserver: HTTPServer) -> None:
    with pytest.raises(TokenSpent):
        reply(httpserver, None)
    assert not httpserver.log


def test_a_repeat_of_an_accepted_push_is_a_success(httpserver: HTTPServer) -> None:
    answer = {"message": "The retry key is already accepted", **SENT}
    httpserver.expect_request(PUSH).respond_with_json(answer, 409)
    assert push(httpserver) == Receipt(("461230966842064897",), repeated=True)


@pytest.mark.parametrize("body", ["", "\xff", '{"sentMessages": [1, {}]}'])
def test_a_repeat_is_a_success_whatever_its_body_says(body: str, httpserver: HTTPServer) -> None:
    httpserver.expect_request(PUSH).respond_with_data(body.encode("latin-1"), 409)
    assert push(httpserver) == Receipt((), repeated=True)


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (400, {"message": "The request body has 1 error(s)"}, BadMessage),
        (400, {"message": "The property, 'to', in the request body is invalid"}, PersonGone),
        (400, {"message": "x", "details": [{"property": "to", "message": "?"}]}, PersonGone),
        (401, {"message": "Authentication failed"}, ChannelDown),
        (403, {"message": "Not available for your plan"}, ChannelDown),
        (404, {"message": "Not found"}, PersonGone),
        (413, {}, BadMessage),
        (429, {"message": "You have reached your monthly limit."}, QuotaUsedUp),
        (429, {"message": "The API rate limit has been exceeded. Try again later."}, Retry),
    ],
)
def test_each_refusal_has_its_meaning(
    status: int, answer: dict[str, Any], expected: type[SendError], httpserver: HTTPServer
) -> None:
    httpserver.expect_request(PUSH).respond_with_json(answer, status)
    with pytest.raises(SendError) as caught:
        push(httpserver)
    assert type(caught.value) is expected
    assert caught.value.code == str(status)


def test_a_used_or_old_reply_token_is_spent(httpserver: HTTPServer) -> None:
    httpserver.expect_request(REPLY).respond_with_json({"message": "Invalid reply token"}, 400)
    with pytest.raises(TokenSpent):
        reply(httpserver)


def test_a_refused_message_names_the_field_and_quotes_nobody(httpserver: HTTPServer) -> None:
    details = [
        {"message": "สวัสดี is bad", "property": "messages[0].text"},
        {"message": "x", "property": "my bank account is 123"},
    ]
    httpserver.expect_request(PUSH).respond_with_json({"message": "1", "details": details}, 400)
    with pytest.raises(BadMessage) as caught:
        push(httpserver)
    assert "messages[0].text" in caught.value.reason
    assert "สวัสดี" not in caught.value.reason
    assert "bank" not in caught.value.reason


def test_the_check_refuses_another_accounts_token(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v2/bot/info").respond_with_json(
        {"userId": "Uother", "displayName": "Other"}
    )
    with pytest.raises(ChannelDown, match="siam-line"):
        Line().check(account(httpserver, "Uours"))
    assert Line().check(account(httpserver, "Uother")) == "Other"


def test_two_accounts_at_one_address_keep_their_own_tokens(httpserver: HTTPServer) -> None:
    httpserver.expect_request(PUSH).respond_with_json(SENT)
    request = SendRequest(DELIVERY, Address("U1"), PAYLOAD, Lane.PUSH)
    for token in ("one", "two", "one"):
        Line().send(Account("line", "k", None, token, api_url=httpserver.url_for("")), request)
    sent = [entry[0].headers["Authorization"] for entry in httpserver.log]
    assert sent == ["Bearer one", "Bearer two", "Bearer one"]


PROFILE = "/v2/bot/profile/U1"
SUMMARY = "/v2/bot/group/C1/summary"


def test_a_profile_is_read_as_far_as_it_is_told(httpserver: HTTPServer) -> None:
    told = {"displayName": "มะลิ", "pictureUrl": "https://p.example/1", "somethingNew": {}}
    httpserver.expect_request(PROFILE, method="GET").respond_with_json(told)
    asked = Line().profile(account(httpserver), Address("U1"))
    assert asked == Profile("มะลิ", "https://p.example/1", None)


def test_a_group_has_a_summary_and_a_room_has_nothing_to_tell(httpserver: HTTPServer) -> None:
    httpserver.expect_request(SUMMARY, method="GET").respond_with_json({"groupName": "ทีมชา"})
    group, room = Address("C1", AddressKind.GROUP), Address("R1", AddressKind.ROOM)
    assert Line().profile(account(httpserver), group) == Profile("ทีมชา")
    assert Line().profile(account(httpserver), room) == Profile()
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, '{"message": "Not found"}', PersonGone),
        (400, '{"message": "The value for the \'userId\' parameter is invalid"}', PersonGone),
        (401, "{}", ChannelDown),
        (429, '{"message": "The API rate limit has been exceeded."}', Retry),
        (500, "<html>", Retry),
        (200, "<html>", Retry),
        (200, "[]", Retry),
    ],
)
def test_a_profile_that_is_not_told_says_whether_to_ask_again(
    httpserver: HTTPServer, status: int, body: str, error: type[SendError]
) -> None:
    httpserver.expect_request(PROFILE).respond_with_data(body, status)
    with pytest.raises(error):
        Line().profile(account(httpserver), Address("U1"))


def test_an_id_cannot_leave_its_place_in_the_address(httpserver: HTTPServer) -> None:
    httpserver.expect_request(re.compile(".*")).respond_with_json({"displayName": "x"})
    Line().profile(account(httpserver), Address("U1/../../info?a=b#c"))
    assert httpserver.log[0][0].path.startswith("/v2/bot/profile/U1")
    assert httpserver.log[0][0].query_string == b""
