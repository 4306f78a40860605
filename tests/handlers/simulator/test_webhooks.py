"""The webhooks that the simulator signs and posts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
import requests


def wait_for_state(simulator: Any, state: str) -> dict[str, Any]:
    """The ledger's only webhook, once it is settled."""
    found: list[dict[str, Any]] = []
    while not found:
        found = [row for row in simulator.get("/ledger")["webhooks"] if row["state"] == state]
    return found[0]


def test_lines_webhook_is_signed_over_its_very_bytes(simulator: Any) -> None:
    simulator.say("Nok", "สวัสดีค่ะ เอาชาเขียว 2")
    [body] = simulator.receiver.wait_for(1)
    path, headers, raw = simulator.receiver.got[0]
    mac = hmac.new(b"line-secret", raw, hashlib.sha256).digest()
    assert path == "/webhooks/line/siam-line"
    assert headers["x-line-signature"] == base64.b64encode(mac).decode()
    assert "ชาเขียว".encode() in raw
    assert body["destination"] == "U" + "0" * 32
    [event] = body["events"]
    assert event["message"]["text"] == "สวัสดีค่ะ เอาชาเขียว 2"
    assert event["source"] == {"type": "user", "userId": simulator.people["Nok"]}
    assert event["deliveryContext"] == {"isRedelivery": False}
    assert event["mode"] == "active"
    assert len(event["webhookEventId"]) == 26


def test_metas_webhook_is_signed_over_its_escaped_bytes(simulator: Any) -> None:
    simulator.say("Ann", "ชาเขียว https://e.example/ 😀")
    [body] = simulator.receiver.wait_for(1)
    path, headers, raw = simulator.receiver.got[0]
    mac = hmac.new(b"meta-secret", raw, hashlib.sha256).hexdigest()
    assert path == "/webhooks/meta"
    assert headers["x-hub-signature-256"] == f"sha256={mac}"
    assert raw.isascii()
    assert b"\\u0e0a" in raw
    assert body["object"] == "page"
    [entry] = body["entry"]
    assert entry["id"] == "1001"
    [item] = entry["messaging"]
    assert item["sender"] == {"id": simulator.people["Ann"]}
    assert item["message"]["text"] == "ชาเขียว https://e.example/ 😀"


def test_lines_redelivery_keeps_its_event_and_says_so(simulator: Any) -> None:
    simulator.receiver.answers = [500, 404]
    simulator.say("Nok", "hello")
    events = [body["events"][0] for body in simulator.receiver.wait_for(3)]
    assert len({event["webhookEventId"] for event in events}) == 1
    assert len({event["timestamp"] for event in events}) == 1
    again = [event["deliveryContext"]["isRedelivery"] for event in events]
    assert again == [False, True, True]
    row = wait_for_state(simulator, "taken")
    assert row["statuses"] == ["500", "404", "200"]


def test_metas_redelivery_is_the_same_body(simulator: Any) -> None:
    simulator.receiver.answers = [503]
    simulator.say("Mei", "hello")
    simulator.receiver.wait_for(2)
    first, second = (raw for _, _, raw in simulator.receiver.got)
    assert first == second


def test_the_tries_end(simulator: Any) -> None:
    simulator.receiver.answers = [500] * 50
    simulator.say("Nok", "hello")
    row = wait_for_state(simulator, "failed")
    assert (row["tries"], row["statuses"]) == (4, ["500"] * 4)
    assert len(simulator.receiver.got) == 4


def test_a_redelivery_renews_the_reply_token_for_its_minute(simulator: Any) -> None:
    simulator.receiver.answers = [500]
    simulator.say("Nok", "hello")
    tokens = {body["events"][0]["replyToken"] for body in simulator.receiver.wait_for(2)}
    assert len(tokens) == 1
    answer = requests.post(
        f"{simulator.url}/line/v2/bot/message/reply",
        json={"replyToken": tokens.pop(), "messages": [{"type": "text", "text": "x"}]},
        headers={"Authorization": "Bearer line-token"},
        timeout=10,
    )
    assert answer.status_code == 200


def test_messages_of_one_account_arrive_in_their_order(simulator: Any) -> None:
    for number in range(20):
        simulator.say("Nok", str(number))
    texts = [body["events"][0]["message"]["text"] for body in simulator.receiver.wait_for(20)]
    assert texts == [str(number) for number in range(20)]


def test_any_line_event_can_be_made_and_a_null_takes_a_field_away(simulator: Any) -> None:
    simulator.do("Nok", {"type": "unsend", "unsend": {"messageId": "1"}, "webhookEventId": None})
    [event] = simulator.receiver.wait_for(1)[0]["events"]
    assert event["unsend"] == {"messageId": "1"}
    assert "webhookEventId" not in event
    assert "replyToken" not in event


def test_an_event_in_standby_bears_no_reply_token(simulator: Any) -> None:
    message = {"id": "1", "type": "text", "text": "x"}
    simulator.do("Nok", {"message": message, "mode": "standby"})
    simulator.do("Nok", {"message": message})
    standby, active = (body["events"][0] for body in simulator.receiver.wait_for(2))
    assert "replyToken" not in standby
    assert active["replyToken"]


def test_any_meta_event_can_be_made(simulator: Any) -> None:
    simulator.do("Ann", {"reaction": {"mid": "m_1", "action": "react"}, "timestamp": 5})
    [item] = simulator.receiver.wait_for(1)[0]["entry"][0]["messaging"]
    assert item["reaction"] == {"mid": "m_1", "action": "react"}
    assert item["timestamp"] == 5


@pytest.mark.parametrize(("name", "place"), [("Nok", "events"), ("Ann", "entry")])
def test_a_lone_surrogate_travels_and_is_kept(simulator: Any, name: str, place: str) -> None:
    text = "half \ud83d and \x00"
    person = simulator.people[name]
    raw = json.dumps({"text": text})
    requests.post(
        f"{simulator.url}/phones/{person}/messages",
        data=raw,
        headers={"Content-Type": "application/json"},
        timeout=10,
    ).raise_for_status()
    [body] = simulator.receiver.wait_for(1)
    found = body[place][0]
    item = found if place == "events" else found["messaging"][0]
    assert item["message"]["text"] == text


def test_a_postback_is_an_event_of_its_own(simulator: Any) -> None:
    for name in ("Nok", "Ann"):
        path = f"/phones/{simulator.people[name]}/postbacks"
        simulator.post(path, {"data": "pay=1", "title": "Pay"}).raise_for_status()
    bodies = simulator.receiver.wait_for(2)
    line = next(body for body in bodies if "events" in body)
    meta = next(body for body in bodies if "entry" in body)
    assert line["events"][0]["postback"] == {"data": "pay=1"}
    postback = meta["entry"][0]["messaging"][0]["postback"]
    assert (postback["payload"], postback["title"]) == ("pay=1", "Pay")
    assert postback["mid"]


def test_reading_is_told_by_meta_and_by_line_never(simulator: Any) -> None:
    for name in ("Nok", "Ann", "Mei"):
        path = f"/phones/{simulator.people[name]}/read"
        simulator.post(path, {"platform_id": "m_9"}).raise_for_status()
    bodies = simulator.receiver.wait_for(2)
    reads = {body["object"]: body["entry"][0]["messaging"][0]["read"] for body in bodies}
    assert reads["instagram"] == {"mid": "m_9"}
    assert "watermark" in reads["page"]
    assert [row["channel"] for row in simulator.get("/ledger")["webhooks"]].count("line") == 0
