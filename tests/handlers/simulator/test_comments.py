"""The simulator's comments: as Meta tells of them, with one private reply each, in time."""

from __future__ import annotations

from typing import Any

import pytest
import requests

GRAPH = "/graph/v26.0/me/messages"


def comment(simulator: Any, name: str, text: str, **more: Any) -> dict[str, Any]:
    """Write a comment and give its change as the product is told of it."""
    before = len(simulator.receiver.got)
    path = f"/phones/{simulator.people[name]}/comments"
    simulator.post(path, {"text": text, **more}).raise_for_status()
    body = simulator.receiver.wait_for(before + 1)[-1]
    change: dict[str, Any] = body["entry"][0]["changes"][0]
    return change


def answer(simulator: Any, comment_id: str, token: str = "page-token") -> requests.Response:
    return requests.post(
        simulator.url + GRAPH,
        json={"recipient": {"comment_id": comment_id}, "message": {"text": "hello"}},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )


def customer(simulator: Any, kind: str) -> str:
    names: list[str] = list(simulator.people)
    return names[{"messenger": 2, "instagram": 3}[kind]]


def test_a_pages_comment_names_its_writer_otherwise_than_messages(simulator: Any) -> None:
    name = customer(simulator, "messenger")
    change = comment(simulator, name, "CF A1 2")
    value = change["value"]
    assert (change["field"], value["item"], value["verb"]) == ("feed", "comment", "add")
    assert value["message"] == "CF A1 2"
    assert value["from"]["id"] != simulator.people[name]

    got = answer(simulator, value["comment_id"])
    assert got.status_code == 200
    assert got.json()["recipient_id"] == simulator.people[name]
    shown = simulator.get(f"/phones/{simulator.people[name]}/messages")["messages"]
    assert [(row["kind"], row["text"]) for row in shown] == [
        ("comment", "CF A1 2"),
        ("text", "hello"),
    ]
    assert simulator.seen(name)[-1]["lane"] == "private_reply"


def test_a_comment_gets_one_private_reply(simulator: Any) -> None:
    value = comment(simulator, customer(simulator, "messenger"), "A1")["value"]
    assert answer(simulator, value["comment_id"]).status_code == 200
    again = answer(simulator, value["comment_id"])
    assert (again.status_code, again.json()["error"]["code"]) == (400, 10900)
    unknown = answer(simulator, "1_2")
    assert unknown.json()["error"]["error_subcode"] == 2018292


def test_after_seven_days_it_gets_none(simulator: Any) -> None:
    value = comment(simulator, customer(simulator, "messenger"), "A1")["value"]
    simulator.age(7 * 24 * 3600 + 60)
    late = answer(simulator, value["comment_id"])
    assert late.json()["error"]["error_subcode"] == 2018278


def test_a_comment_opens_no_window_for_messages(simulator: Any) -> None:
    name = customer(simulator, "messenger")
    comment(simulator, name, "A1")
    got = requests.post(
        simulator.url + GRAPH,
        json={
            "recipient": {"id": simulator.people[name]},
            "messaging_type": "RESPONSE",
            "message": {"text": "hello"},
        },
        headers={"Authorization": "Bearer page-token"},
        timeout=10,
    )
    assert got.json()["error"]["code"] == 10


def test_a_broadcasts_comment_is_answered_while_it_goes_on(simulator: Any) -> None:
    name = customer(simulator, "instagram")
    first = comment(simulator, name, "CF A1", live=True)
    assert first["field"] == "live_comments"
    assert first["value"]["from"]["id"] == simulator.people[name]
    second = comment(simulator, name, "CF B2", live=True)["value"]
    assert answer(simulator, first["value"]["id"], "ig-token").status_code == 200
    simulator.post(f"/phones/{simulator.people[name]}/broadcast/end", {}).raise_for_status()
    late = answer(simulator, second["id"], "ig-token")
    assert late.json()["error"]["error_subcode"] == 2534022


@pytest.mark.parametrize(
    ("kind", "body"), [("line", {"text": "A1"}), ("messenger", {"text": ""}), ("messenger", {})]
)
def test_what_cannot_be_commented_is_refused_with_a_sentence(
    simulator: Any, kind: str, body: dict[str, Any]
) -> None:
    name = next(iter(simulator.people)) if kind == "line" else customer(simulator, kind)
    got = simulator.post(f"/phones/{simulator.people[name]}/comments", body)
    assert got.status_code == 400
    assert got.json()["error"]
