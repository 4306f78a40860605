"""The simulator's moods: what the caller is told, and what the person saw all the same."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
import requests

from handlers.simulator.behaviour import Moods
from handlers.simulator.config import Behaviour, Rule
from handlers.simulator.ledger import Ledger


def push(simulator: Any, text: str, key: str | None = None, timeout: float = 10) -> Any:
    return requests.post(
        f"{simulator.url}/line/v2/bot/message/push",
        json={"to": simulator.people["Nok"], "messages": [{"type": "text", "text": text}]},
        headers={
            "Authorization": "Bearer line-token",
            "X-Line-Retry-Key": key or str(uuid.uuid4()),
        },
        timeout=timeout,
    )


def send(simulator: Any, text: str, name: str = "Ann", token: str = "page-token") -> Any:
    return requests.post(
        f"{simulator.url}/graph/v26.0/me/messages",
        json={"recipient": {"id": simulator.people[name]}, "message": {"text": text}},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )


def test_an_error_before_accepting_sends_nothing(simulator: Any) -> None:
    simulator.misbehave("error_before", count=1)
    assert push(simulator, "x").status_code == 500
    assert simulator.seen("Nok") == []
    assert push(simulator, "y").status_code == 200


def test_an_error_after_accepting_has_sent_and_the_key_knows_it(simulator: Any) -> None:
    simulator.misbehave("error_after", count=1)
    key = str(uuid.uuid4())
    assert push(simulator, "x", key).status_code == 500
    assert push(simulator, "x", key).status_code == 409
    assert [row["text"] for row in simulator.seen("Nok")] == ["x"]
    [failed, _] = simulator.get("/ledger")["requests"]
    assert (failed["fault"], failed["accepted"], failed["status"]) == ("error_after", 1, 500)


def test_a_reset_after_accepting_gives_no_answer(simulator: Any) -> None:
    simulator.misbehave("reset_after", count=1)
    with pytest.raises(requests.ConnectionError):
        push(simulator, "x")
    assert len(simulator.seen("Nok")) == 1
    assert push(simulator, "y").status_code == 200


@pytest.mark.parametrize(("fault", "copies"), [("hang_before", 0), ("hang_after", 1)])
def test_a_hang_outlasts_the_callers_patience(simulator: Any, fault: str, copies: int) -> None:
    simulator.misbehave(fault, count=1, seconds=1)
    with pytest.raises(requests.ReadTimeout):
        push(simulator, "x", timeout=0.3)
    assert len(simulator.seen("Nok")) == copies


def test_bad_json_is_a_200_that_cannot_be_read(simulator: Any) -> None:
    simulator.misbehave("bad_json")
    answer = push(simulator, "x")
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert len(simulator.seen("Nok")) == 1


def test_a_slow_answer_drips_and_is_whole(simulator: Any) -> None:
    simulator.misbehave("slow", seconds=0.05)
    assert push(simulator, "x").json()["sentMessages"]


def test_a_fault_after_accepting_does_not_touch_a_refused_call(simulator: Any) -> None:
    simulator.misbehave("error_after")
    assert push(simulator, "").status_code == 400


@pytest.mark.parametrize(
    ("fault", "code"), [("error_before", 2), ("error_after", 1), ("429", 613), ("token_dead", 190)]
)
def test_metas_faults_speak_graph(simulator: Any, fault: str, code: int) -> None:
    simulator.say("Ann", "hello")
    simulator.misbehave(fault)
    error = send(simulator, "x").json()["error"]
    assert error["code"] == code
    assert error["fbtrace_id"]
    assert len(simulator.seen("Ann")) == (1 if fault == "error_after" else 0)


def test_a_dead_token_on_line_is_401(simulator: Any) -> None:
    simulator.misbehave("token_dead")
    assert push(simulator, "x").status_code == 401


def test_the_window_may_be_closed_by_force(simulator: Any) -> None:
    simulator.say("Ann", "hello")
    simulator.misbehave("window_closed")
    error = send(simulator, "x").json()["error"]
    assert (error["code"], error["error_subcode"]) == (10, 2018278)


def test_a_lost_echo_leaves_the_delivery(simulator: Any) -> None:
    simulator.say("Ann", "hello")
    simulator.misbehave("lost_echo")
    assert send(simulator, "x").status_code == 200
    simulator.receiver.wait_for(2)
    kinds = [row["kind"] for row in simulator.get("/ledger")["webhooks"]]
    assert kinds == ["message", "delivery"]


def test_a_duplicate_webhook_comes_twice(simulator: Any) -> None:
    simulator.misbehave("duplicate_webhook")
    simulator.say("Nok", "hello")
    first, second = (body["events"][0] for body in simulator.receiver.wait_for(2))
    assert first["webhookEventId"] == second["webhookEventId"]
    assert second["deliveryContext"]["isRedelivery"] is True


def test_a_reordered_webhook_is_overtaken(simulator: Any) -> None:
    simulator.misbehave("reorder_webhook", count=1, seconds=0.5)
    simulator.say("Nok", "first")
    simulator.say("Nok", "second")
    texts = [body["events"][0]["message"]["text"] for body in simulator.receiver.wait_for(2)]
    assert texts == ["second", "first"]


def test_a_dropped_200_is_delivered_again(simulator: Any) -> None:
    simulator.misbehave("drop_200")
    simulator.say("Ann", "hello")
    simulator.receiver.wait_for(2)
    first, second = (raw for _, _, raw in simulator.receiver.got)
    assert first == second


def test_a_rule_for_one_kind_leaves_the_others_alone(simulator: Any) -> None:
    simulator.misbehave("error_before", kind="messenger")
    simulator.say("Ann", "hello")
    simulator.say("Mei", "hello")
    assert push(simulator, "x").status_code == 200
    assert send(simulator, "x").status_code == 500
    assert send(simulator, "x", "Mei", "ig-token").status_code == 200


def test_clearing_ends_the_misbehaviour(simulator: Any) -> None:
    simulator.misbehave("error_before")
    requests.delete(f"{simulator.url}/behaviour", timeout=10).raise_for_status()
    assert push(simulator, "x").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "sms"},
        {"rules": [{"fault": "explode"}]},
        {"rules": [{"fault": "slow", "probability": 2}]},
        {"rules": [{"fault": "slow", "seconds": 1e9}]},
        {"rules": {}},
        {"seed": "x"},
    ],
)
def test_rules_that_mean_nothing_are_refused(simulator: Any, body: object) -> None:
    answer = simulator.post("/behaviour", body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def draw_many(path: Path, seed: int) -> list[bool]:
    ledger = Ledger(path)
    moods = Moods(ledger, [Behaviour("*", seed, (Rule("429", 0.5),))])
    drawn = [moods.draw("line", "send") is not None for _ in range(64)]
    ledger.close()
    return drawn


def test_the_same_seed_tells_the_same_story(tmp_path: Path) -> None:
    first = draw_many(tmp_path / "a.db", 3)
    assert first == draw_many(tmp_path / "b.db", 3)
    assert first != draw_many(tmp_path / "c.db", 4)
    assert 16 < sum(first) < 48


def test_a_rules_count_bounds_it_across_restarts(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "a.db")
    rules = [Behaviour("line", 1, (Rule("429", 1.0, 3),))]
    drawn = [Moods(ledger, rules).draw("line", "send") for _ in range(5)]
    assert [rule is not None for rule in drawn] == [True, True, True, False, False]
    ledger.close()
