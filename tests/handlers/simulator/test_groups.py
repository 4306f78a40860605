"""The simulator's group: members write and quote, the shop's account comes and goes."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from handlers.simulator import default_groups, default_people
from tests.handlers.simulator.conftest import LINE

GROUP = default_groups([LINE], default_people([LINE]))[0]
LEK, PLOY = GROUP.members
PATH = f"/groups/{GROUP.id}"


def push(simulator: Any, *texts: str) -> requests.Response:
    return requests.post(
        f"{simulator.url}/line/v2/bot/message/push",
        json={"to": GROUP.id, "messages": [{"type": "text", "text": text} for text in texts]},
        headers={"Authorization": "Bearer line-token"},
        timeout=10,
    )


def event(simulator: Any, number: int) -> Any:
    return simulator.receiver.wait_for(number)[-1]["events"][0]


def test_the_shop_is_invited_spoken_to_and_taken_out(simulator: Any) -> None:
    assert push(simulator, "too early").status_code == 400
    assert simulator.post(f"{PATH}/join", {}).status_code == 201
    joined = event(simulator, 1)
    assert (joined["type"], joined["source"]) == (
        "join",
        {"type": "group", "groupId": GROUP.id},
    )
    assert joined["replyToken"]
    assert simulator.get(f"{PATH}/messages")["invited"]

    assert push(simulator, "hello", "group").status_code == 200
    seen = simulator.get(f"{PATH}/messages")["messages"]
    assert [one["text"] for one in seen if not one["mine"]] == ["hello", "group"]

    simulator.post(f"{PATH}/leave", {})
    left = event(simulator, 2)
    assert left["type"] == "leave"
    assert "replyToken" not in left
    assert push(simulator, "too late").status_code == 400
    assert not simulator.get(f"{PATH}/messages")["invited"]


@pytest.mark.parametrize(("hidden", "who"), [(False, {"userId": PLOY.id}), (True, {})])
def test_a_member_writes_and_quotes_and_a_computer_hides_who(
    simulator: Any, hidden: bool, who: dict[str, str]
) -> None:
    simulator.post(f"{PATH}/join", {})
    body = {"text": "lunch?", "member": PLOY.id, "quoted": "4711", "from_computer": hidden}
    assert simulator.post(f"{PATH}/messages", body).status_code == 201
    told = event(simulator, 2)

    assert told["source"] == {"type": "group", "groupId": GROUP.id} | who
    assert told["message"]["quotedMessageId"] == "4711"
    assert told["message"]["text"] == "lunch?"
    (said,) = [one for one in simulator.get(f"{PATH}/messages")["messages"] if one["text"]]
    assert said["writer"] == "Ploy"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (PATH, {"text": "hi", "member": LEK.id}, 409),
        ("/groups/Cnone", {"text": "hi", "member": LEK.id}, 404),
        (PATH, {"text": "", "member": LEK.id}, 400),
    ],
)
def test_what_cannot_be_said_is_refused(
    simulator: Any, path: str, body: dict[str, str], status: int
) -> None:
    assert simulator.post(f"{path}/messages", body).status_code == status


def test_nobody_from_outside_writes_in_the_group(simulator: Any) -> None:
    simulator.post(f"{PATH}/join", {})
    body = {"text": "hi", "member": simulator.people["Nok"]}
    assert simulator.post(f"{PATH}/messages", body).status_code == 404


def test_the_account_may_ask_for_the_groups_name_and_its_members(simulator: Any) -> None:
    simulator.post(f"{PATH}/join", {})
    asked = {
        path: requests.get(
            f"{simulator.url}/line/v2/bot/group/{GROUP.id}/{path}",
            headers={"Authorization": "Bearer line-token"},
            timeout=10,
        ).json()
        for path in ("summary", f"member/{PLOY.id}")
    }
    assert asked["summary"]["groupName"] == "Siam Tea staff"
    assert asked[f"member/{PLOY.id}"]["displayName"] == "Ploy"


def test_a_line_phone_quotes_too(simulator: Any) -> None:
    path = f"/phones/{simulator.people['Lek']}/messages"
    simulator.post(path, {"text": "/show", "quoted": "4711"})
    assert event(simulator, 1)["message"]["quotedMessageId"] == "4711"
