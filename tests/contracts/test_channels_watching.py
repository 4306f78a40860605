"""Every channel tells of its account: its token's life, its quota, and whether we are heard."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot.channels import CHANNELS
from bot.messages import Account, ChannelDown, Check, NewToken, Quota, Retry, SendError
from tests.contracts.channel_cases import every_channel

TOKEN = "canary-token"
ANYWHERE = re.compile("/.*")
LOGINS = ("page", "instagram")
ODD = [b"", b"<html>", b"\xff\xfe", b"[]", b"null", b"{}", b"[" * 100_000, b'{"data": [[1], 2]}']
COUNTED = {"line"}
WEBHOOK = "https://shop.example/webhooks/here"


def account(kind: str, server: HTTPServer, login: str = "page") -> Account:
    url = server.url_for("").rstrip("/")
    return Account(kind, "key", None, TOKEN, api_url=url, app_secret="proof", login=login)


def asks(kind: str, account: Account) -> dict[str, Any]:
    """Every question that this channel puts to its platform."""
    channel = CHANNELS[kind]
    found: dict[str, Any] = {
        "quota": lambda: channel.quota(account),
        "examine": lambda: channel.examine(account, WEBHOOK, comments=False),
    }
    if channel.lifetime(account) is not None:
        found["renew"] = lambda: channel.renew(account)
    return found


@every_channel
@pytest.mark.parametrize("login", LOGINS)
def test_a_token_with_an_end_can_be_renewed_and_one_without_is_refused_with_words(
    kind: str, login: str, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(ANYWHERE).respond_with_json(
        {"access_token": "fresh", "token_type": "bearer", "expires_in": 5_183_944}
    )
    channel, held = CHANNELS[kind], account(kind, httpserver, login)
    lives = channel.lifetime(held)
    if lives is None:
        with pytest.raises(SendError):
            channel.renew(held)
        assert not httpserver.log, "nothing is asked for nothing"
    else:
        assert lives == timedelta(days=60)
        assert channel.renew(held) == NewToken("fresh", timedelta(seconds=5_183_944))
        assert "fresh" not in repr(channel.renew(held))
        request = httpserver.log[0][0]
        assert request.path == "/refresh_access_token", "its address bears no version"
        assert request.args.to_dict() == {"grant_type": "ig_refresh_token", "access_token": TOKEN}
        assert "Authorization" not in request.headers


def test_only_an_instagram_accounts_own_token_has_an_end(httpserver: HTTPServer) -> None:
    ends = {
        (kind, login)
        for kind, channel in CHANNELS.items()
        for login in LOGINS
        if channel.lifetime(account(kind, httpserver, login)) is not None
    }
    assert ends == {("instagram", "instagram")}


@every_channel
@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("status", [200, 400, 401, 404, 429, 500, 503])
@pytest.mark.parametrize("body", ODD)
def test_an_odd_answer_is_a_result_or_a_typed_error_without_the_token(
    kind: str, login: str, status: int, body: bytes, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(ANYWHERE).respond_with_data(body, status)
    for name, ask in asks(kind, account(kind, httpserver, login)).items():
        told = outcome(ask)
        words = f"{told!r} {getattr(told, 'reason', '')} {getattr(told, 'code', '')}"
        assert TOKEN not in words
        assert isinstance(told, SendError) or name != "renew", "a token out of nothing"


def outcome(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except SendError as error:
        return error


@every_channel
@pytest.mark.parametrize("login", LOGINS)
def test_a_dead_token_is_told_as_such_by_every_question(
    kind: str, login: str, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(ANYWHERE).respond_with_data("", 401)
    held = account(kind, httpserver, login)
    questions = {**asks(kind, held), "check": lambda: CHANNELS[kind].check(held)}
    if kind not in COUNTED:
        questions.pop("quota")  # nobody is asked
    for ask in questions.values():
        with pytest.raises(ChannelDown) as caught:
            ask()
        assert caught.value.by_token


@every_channel
def test_a_platform_that_counts_nothing_is_not_asked(kind: str, httpserver: HTTPServer) -> None:
    if kind not in COUNTED:
        assert CHANNELS[kind].quota(account(kind, httpserver)) is None
        assert not httpserver.log


def test_a_missing_permission_is_no_dead_token(httpserver: HTTPServer) -> None:
    httpserver.expect_request(ANYWHERE).respond_with_json({"error": {"code": 200}}, 403)
    for kind in ("messenger", "instagram"):
        with pytest.raises(ChannelDown) as caught:
            CHANNELS[kind].check(account(kind, httpserver))
        assert not caught.value.by_token


# LINE ------------------------------------------------------------------------------


def on_line(httpserver: HTTPServer, **answers: Any) -> Account:
    """A LINE whose questions are answered as given: by the last part of their address."""

    def answer(request: Request) -> Response:
        told = answers.get(request.path.rpartition("/")[2])
        if told is None:
            return Response('{"message": "Not found"}', 404)
        return Response(json.dumps(told))

    httpserver.expect_request(ANYWHERE).respond_with_handler(answer)
    return account("line", httpserver)


@pytest.mark.parametrize(
    ("limit", "used", "told"),
    [
        ({"type": "limited", "value": 200}, 187, Quota(187, 200)),
        ({"type": "none"}, 5, Quota(5, None)),
        ({"type": "limited", "value": 0}, 0, Quota(0, 0)),
    ],
)
def test_line_tells_its_quota(
    limit: dict[str, Any], used: int, told: Quota, httpserver: HTTPServer
) -> None:
    held = on_line(httpserver, quota=limit, consumption={"totalUsage": used})
    assert CHANNELS["line"].quota(held) == told


@pytest.mark.parametrize("used", [None, -1, "5", True, 1e9, 10**30])
def test_an_odd_number_is_no_quota(used: Any, httpserver: HTTPServer) -> None:
    quota = {"type": "limited", "value": 200}
    held = on_line(httpserver, quota=quota, consumption={"totalUsage": used})
    with pytest.raises(Retry):
        CHANNELS["line"].quota(held)


def states(checks: list[Check]) -> dict[str, str]:
    return {check.subject: check.state for check in checks}


GOOD = {"success": True, "statusCode": 200, "reason": "OK", "detail": "200"}


@pytest.mark.parametrize(
    ("endpoint", "test", "state", "tested"),
    [
        ({"endpoint": WEBHOOK, "active": True}, GOOD, "ok", "ok"),
        ({"endpoint": WEBHOOK, "active": False}, GOOD, "FAIL", "ok"),
        ({"endpoint": "https://old.example/", "active": True}, GOOD, "FAIL", "ok"),
        (None, GOOD, "FAIL", "ok"),
        (
            {"endpoint": WEBHOOK, "active": True},
            {"success": False, "statusCode": 401, "reason": "ERROR_STATUS_CODE", "detail": "x"},
            "ok",
            "FAIL",
        ),
    ],
)
def test_line_is_asked_where_it_posts_and_made_to_test_it(
    endpoint: Any, test: Any, state: str, tested: str, httpserver: HTTPServer
) -> None:
    held = on_line(httpserver, endpoint=endpoint, test=test)
    checks = CHANNELS["line"].examine(held, WEBHOOK, comments=False)
    assert states(checks) == {"webhook": state, "webhook test": tested, "auto-response": "ok"}
    posted = [request for request, _ in httpserver.log if request.method == "POST"]
    assert [request.get_json() for request in posted] == [{"endpoint": WEBHOOK}]
    for check in checks:
        if check.state == "FAIL" and check.subject == "webhook":
            assert WEBHOOK in check.words or "switch on" in check.words
        if check.state == "FAIL" and check.subject == "webhook test":
            assert "401" in check.words


# Meta ------------------------------------------------------------------------------

PAGE_FIELDS = {
    *("messages", "messaging_postbacks", "message_echoes", "message_deliveries"),
    *("message_reads", "messaging_referrals", "message_reactions"),
}
OWN_FIELDS = {
    *("messages", "messaging_postbacks", "messaging_seen", "messaging_referral"),
    *("message_reactions", "comments"),
}
WANTED = {
    ("messenger", "page", False): PAGE_FIELDS,
    ("messenger", "page", True): {*PAGE_FIELDS, "feed"},
    ("instagram", "instagram", False): OWN_FIELDS,
    ("instagram", "instagram", True): {*OWN_FIELDS, "live_comments"},
    ("instagram", "page", True): set[str](),
}
"""What must be subscribed to, by channel, login, and whether comments order."""


@pytest.mark.parametrize(("route", "wanted"), WANTED.items())
def test_meta_is_asked_what_we_are_subscribed_to(
    route: tuple[str, str, bool], wanted: set[str], httpserver: HTTPServer
) -> None:
    kind, login, comments = route
    told: dict[str, Any] = {}
    httpserver.expect_request("/v26.0/me/subscribed_apps").respond_with_handler(
        lambda _: Response(json.dumps(told))
    )

    def state_of(data: list[Any]) -> tuple[str, str]:
        told["data"] = data
        (check,) = CHANNELS[kind].examine(
            account(kind, httpserver, login), WEBHOOK, comments=comments
        )
        return check.state, check.words

    everything = [{"id": "1", "subscribed_fields": [*wanted, "standby"]}]
    assert state_of(everything)[0] == "ok"
    named = [{"subscribed_fields": [{"name": name, "version": "v26.0"} for name in wanted]}]
    assert state_of(named)[0] == "ok"
    state, words = state_of([])
    assert state == "FAIL"
    assert "subscribed_apps" in words
    for field in wanted:
        state, words = state_of([{"subscribed_fields": sorted(wanted - {field})}])
        assert state == ("FAIL" if field == "messages" else "warn")
        assert f"lacks {field}" in words
