"""What the pretend platforms tell of accounts: tokens that end, subscriptions, revocation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import requests

from handlers.simulator import SimulatorConfig

DAY = 86_400.0
WEBHOOK_TEST = "/line/v2/bot/channel/webhook/test"


@pytest.fixture
def config(config: SimulatorConfig) -> SimulatorConfig:
    accounts = tuple(
        replace(account, login="instagram") if account.kind == "instagram" else account
        for account in config.accounts
    )
    return replace(config, accounts=accounts)


def ask(simulator: Any, path: str, token: str, method: str = "GET", **query: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{simulator.url}{path}"
    return requests.request(method, url, headers=headers, params=query, timeout=10)


def refresh(simulator: Any, token: str, grant: str = "ig_refresh_token") -> Any:
    return requests.get(
        f"{simulator.url}/graph/refresh_access_token",
        params={"grant_type": grant, "access_token": token},
        timeout=10,
    )


def test_a_token_of_a_day_is_exchanged_for_one_of_sixty(simulator: Any) -> None:
    young = refresh(simulator, "ig-token")
    assert (young.status_code, young.json()["error"]["code"]) == (400, 100)
    simulator.age(DAY + 1)
    told = refresh(simulator, "ig-token").json()
    assert told["token_type"] == "bearer"
    assert told["expires_in"] == 60 * DAY
    fresh = told["access_token"]
    assert fresh != "ig-token"
    assert ask(simulator, "/graph/v26.0/me", fresh).json()["id"] == "2002"
    assert refresh(simulator, fresh).status_code == 400, "it is of today"
    simulator.age(60.5 * DAY)
    over = ask(simulator, "/graph/v26.0/me", "ig-token").json()["error"]
    assert (over["code"], over["error_subcode"]) == (190, 463)
    assert refresh(simulator, "ig-token").json()["error"]["code"] == 190
    assert ask(simulator, "/graph/v26.0/me", fresh).status_code == 200
    simulator.age(62 * DAY)
    assert ask(simulator, "/graph/v26.0/me", fresh).json()["error"]["code"] == 190


def test_a_pages_token_neither_ends_nor_is_exchanged(simulator: Any) -> None:
    simulator.age(DAY + 1)
    assert refresh(simulator, "page-token").json()["error"]["code"] == 190
    assert refresh(simulator, "ig-token", "nonsense").json()["error"]["code"] == 100
    simulator.age(400 * DAY)
    assert ask(simulator, "/graph/v26.0/me", "page-token").status_code == 200


@pytest.mark.parametrize(("fault", "subcode"), [("token_revoked", 458), ("token_expired", 463)])
def test_a_dead_token_refuses_every_call_until_it_is_good_again(
    fault: str, subcode: int, simulator: Any
) -> None:
    simulator.misbehave(fault)
    for path, token in (("/graph/v26.0/me", "page-token"), ("/graph/v26.0/me", "ig-token")):
        error = ask(simulator, path, token).json()["error"]
        assert (error["code"], error["error_subcode"]) == (190, subcode)
    for path in ("/line/v2/bot/info", "/line/v2/bot/message/quota"):
        assert ask(simulator, path, "line-token").status_code == 401
    requests.delete(f"{simulator.url}/behaviour", timeout=10).raise_for_status()
    assert ask(simulator, "/line/v2/bot/info", "line-token").status_code == 200
    assert ask(simulator, "/graph/v26.0/me", "ig-token").status_code == 200


def test_one_platforms_dead_tokens_are_not_anothers(simulator: Any) -> None:
    simulator.misbehave("token_revoked", "line")
    assert ask(simulator, "/line/v2/bot/info", "line-token").status_code == 401
    assert ask(simulator, "/graph/v26.0/me", "page-token").status_code == 200


def test_what_an_account_is_subscribed_to_can_be_read_and_set(simulator: Any) -> None:
    path = "/graph/v26.0/me/subscribed_apps"
    (app,) = ask(simulator, path, "page-token").json()["data"]
    assert app["id"] == "777"
    assert {"messages", "message_echoes", "message_reactions"} <= set(app["subscribed_fields"])
    fields = {"subscribed_fields": "messages,message_reads"}
    assert ask(simulator, path, "page-token", "POST", **fields).json() == {"success": True}
    (app,) = ask(simulator, path, "page-token").json()["data"]
    assert app["subscribed_fields"] == ["message_reads", "messages"]
    assert ask(simulator, path, "page-token", "DELETE").status_code == 200
    assert ask(simulator, path, "page-token").json() == {"data": []}
    wrong = ask(simulator, path, "page-token", "POST", subscribed_fields="nonsense")
    assert wrong.json()["error"]["code"] == 100


def test_the_test_of_a_webhook_really_posts_a_signed_one(simulator: Any) -> None:
    told = requests.post(
        simulator.url + WEBHOOK_TEST,
        headers={"Authorization": "Bearer line-token"},
        json={},
        timeout=10,
    ).json()
    assert (told["success"], told["statusCode"]) == (True, 200)
    path, headers, raw = simulator.receiver.got[-1]
    assert path == "/webhooks/line/siam-line"
    assert headers["x-line-signature"]
    assert b'"events":[]' in raw
