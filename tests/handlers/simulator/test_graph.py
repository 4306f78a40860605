"""The pretend Graph API, called by pymessenger."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
import requests

# pymessenger is published without types.
Bot: Any = import_module("pymessenger.bot").Bot

PICTURE = "/picture.png"


def make_bot(simulator: Any, token: str = "page-token", secret: str = "meta-secret") -> Any:
    bot = Bot(token, api_version="26.0", app_secret=secret)
    bot.graph_url = f"{simulator.url}/graph/v26.0"
    return bot


@pytest.fixture
def page(simulator: Any) -> Any:
    simulator.say("Ann", "สวัสดีค่ะ")
    return make_bot(simulator)


@pytest.fixture
def insta(simulator: Any) -> Any:
    simulator.say("Mei", "สวัสดีค่ะ")
    return make_bot(simulator, "ig-token")


def send(bot: Any, person: str, message: object, **more: object) -> Any:
    body = {"recipient": {"id": person}, "messaging_type": "RESPONSE", "message": message} | more
    return bot.send_raw(body)


def code(answer: Any) -> tuple[int, int | None]:
    return answer["error"]["code"], answer["error"].get("error_subcode")


def attach(url: str, kind: str = "image") -> dict[str, Any]:
    return {"attachment": {"type": kind, "payload": {"url": url}}}


def generic(**element: object) -> dict[str, Any]:
    payload = {"template_type": "generic", "elements": [element]}
    return {"attachment": {"type": "template", "payload": payload}}


def test_a_message_is_seen_with_its_metadata(simulator: Any, page: Any) -> None:
    ann = simulator.people["Ann"]
    answer = send(page, ann, {"text": "ได้เลยค่ะ", "metadata": "delivery-1"})
    assert answer["recipient_id"] == ann
    [row] = simulator.seen("Ann")
    assert (row["text"], row["delivery_key"], row["lane"]) == ("ได้เลยค่ะ", "delivery-1", "response")
    assert row["platform_id"] == answer["message_id"]


def test_the_librarys_own_calls_are_understood(simulator: Any, page: Any) -> None:
    ann = simulator.people["Ann"]
    assert "message_id" in page.send_text_message(ann, "plain")
    button = {"type": "web_url", "title": "Pay", "url": "https://e.example"}
    assert "message_id" in page.send_button_message(ann, "Pay here", [button])
    assert page.send_action(ann, "typing_on") == {"recipient_id": ann}
    assert [row["kind"] for row in simulator.seen("Ann")] == ["text", "template"]


def test_a_sent_message_comes_back_as_echo_and_delivery(simulator: Any, page: Any) -> None:
    ann = simulator.people["Ann"]
    simulator.receiver.wait_for(1)
    mid = send(page, ann, {"text": "บิล", "metadata": "delivery-2"})["message_id"]
    echo, delivery = (
        body["entry"][0]["messaging"][0] for body in simulator.receiver.wait_for(3)[1:]
    )
    assert echo["sender"] == {"id": "1001"}
    assert echo["recipient"] == {"id": ann}
    assert echo["message"] == {
        "mid": mid,
        "is_echo": True,
        "app_id": 777,
        "metadata": "delivery-2",
        "text": "บิล",
    }
    assert delivery["delivery"]["mids"] == [mid]
    assert delivery["sender"] == {"id": ann}


def test_instagram_echoes_and_reports_no_delivery(simulator: Any, insta: Any) -> None:
    simulator.receiver.wait_for(1)
    send(insta, simulator.people["Mei"], {"text": "one"})
    send(insta, simulator.people["Mei"], {"text": "two"})
    bodies = simulator.receiver.wait_for(3)[1:]
    assert [body["object"] for body in bodies] == ["instagram", "instagram"]
    texts = [body["entry"][0]["messaging"][0]["message"]["text"] for body in bodies]
    assert texts == ["one", "two"]


@pytest.mark.parametrize(
    ("name", "token", "subcode"),
    [("Ann", "page-token", 2018278), ("Mei", "ig-token", 2534022)],
)
def test_the_window_closes_after_a_day_and_opens_with_a_word(
    simulator: Any, name: str, token: str, subcode: int
) -> None:
    bot, person = make_bot(simulator, token), simulator.people[name]
    assert code(send(bot, person, {"text": "x"})) == (10, subcode)
    simulator.say(name, "hello")
    assert "message_id" in send(bot, person, {"text": "x"})
    simulator.age(24 * 3600 + 5)
    assert code(send(bot, person, {"text": "x"})) == (10, subcode)
    human = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    assert "message_id" in send(bot, person, {"text": "by hand"}, **human)
    simulator.age(7 * 24 * 3600 + 5)
    assert code(send(bot, person, {"text": "x"}, **human)) == (10, subcode)
    assert [row["lane"] for row in simulator.seen(name)] == ["response", "human_agent"]


def test_a_dead_tag_is_told_by_its_own_error(simulator: Any, page: Any) -> None:
    tag = {"messaging_type": "MESSAGE_TAG", "tag": "POST_PURCHASE_UPDATE"}
    assert code(send(page, simulator.people["Ann"], {"text": "x"}, **tag)) == (100, 1893061)


def test_a_bad_token_and_a_wrong_proof_are_refused(simulator: Any, page: Any) -> None:
    ann = simulator.people["Ann"]
    assert code(send(make_bot(simulator, "another"), ann, {"text": "x"})) == (190, None)
    assert code(send(make_bot(simulator, secret="guess"), ann, {"text": "x"})) == (100, None)
    assert code(send(make_bot(simulator, "line-token"), ann, {"text": "x"})) == (190, None)
    assert simulator.seen("Ann") == []


def test_the_token_may_come_in_the_header(simulator: Any, page: Any) -> None:
    answer = requests.post(
        f"{simulator.url}/graph/v26.0/me/messages",
        json={"recipient": {"id": simulator.people["Ann"]}, "message": {"text": "x"}},
        headers={"Authorization": "Bearer page-token"},
        timeout=10,
    )
    assert answer.status_code == 200


def test_a_stranger_and_another_accounts_person_are_unknown(simulator: Any, page: Any) -> None:
    assert code(send(page, "123", {"text": "x"})) == (100, 2018001)
    assert code(send(page, simulator.people["Mei"], {"text": "x"})) == (100, 2018001)


def test_an_old_version_is_refused(simulator: Any) -> None:
    bot = Bot("page-token")
    bot.graph_url = f"{simulator.url}/graph/v2.6"
    assert code(send(bot, simulator.people["Ann"], {"text": "x"})) == (2635, None)


@pytest.mark.parametrize(
    "message",
    [
        {"text": "ก" * 2000},
        {"text": "x", "quick_replies": [{"content_type": "text", "title": "ok", "payload": "1"}]},
        generic(title="x" * 80, subtitle="y" * 80),
    ],
)
def test_what_messenger_would_take_is_taken(simulator: Any, page: Any, message: object) -> None:
    assert "message_id" in send(page, simulator.people["Ann"], message)


@pytest.mark.parametrize(
    "message",
    [
        {},
        "words",
        {"text": ""},
        {"text": "ก" * 2001},
        {"text": "x", "metadata": "m" * 1001},
        {"text": "x", "quick_replies": [{"content_type": "text", "title": "x" * 21}]},
        {"text": "x", "quick_replies": [{"content_type": "text", "title": "x"}] * 14},
        generic(title="x" * 81, subtitle="y"),
        generic(title="only"),
        generic(title="x", buttons=[{"type": "web_url", "title": "x" * 21, "url": "https://e"}]),
        generic(title="x", buttons=[{"type": "web_url", "title": "x", "url": "javascript:1"}]),
        generic(title="x", buttons=[{"type": "postback", "title": "x", "payload": "p"}] * 4),
        {"attachment": {"type": "template", "payload": {"template_type": "receipt"}}},
    ],
)
def test_what_messenger_would_refuse_is_refused(simulator: Any, page: Any, message: object) -> None:
    assert code(send(page, simulator.people["Ann"], message))[0] == 100
    assert simulator.seen("Ann") == []


def test_instagram_counts_bytes_and_knows_no_receipt(simulator: Any, insta: Any) -> None:
    mei = simulator.people["Mei"]
    assert "message_id" in send(insta, mei, {"text": "ก" * 333})
    assert code(send(insta, mei, {"text": "ก" * 334})) == (100, 2534025)
    receipt = {
        "template_type": "receipt",
        "recipient_name": "Mei",
        "order_number": "1",
        "currency": "THB",
        "payment_method": "bank",
        "elements": [{"title": "tea"}],
        "summary": {"total_cost": 1},
    }
    message = {"attachment": {"type": "template", "payload": receipt}}
    assert code(send(insta, mei, message))[0] == 100


def test_a_receipts_number_may_be_used_once(simulator: Any, page: Any) -> None:
    receipt = {
        "template_type": "receipt",
        "recipient_name": "Ann",
        "order_number": "1042",
        "currency": "THB",
        "payment_method": "bank",
        "elements": [{"title": "tea"}],
        "summary": {"total_cost": 1},
    }
    message = {"attachment": {"type": "template", "payload": receipt}}
    assert "message_id" in send(page, simulator.people["Ann"], message)
    assert code(send(page, simulator.people["Ann"], message)) == (100, None)


def test_a_picture_is_fetched_when_it_is_sent(simulator: Any, page: Any, httpserver: Any) -> None:
    ann = simulator.people["Ann"]
    httpserver.expect_request(PICTURE).respond_with_data(b"png", content_type="image/png")
    httpserver.expect_request("/page").respond_with_data(b"<p>", content_type="text/html")
    assert "message_id" in send(page, ann, attach(httpserver.url_for(PICTURE)))
    assert code(send(page, ann, attach(httpserver.url_for("/page")))) == (100, 2018047)
    assert code(send(page, ann, attach(httpserver.url_for("/absent")))) == (100, 2018008)
    assert len(simulator.seen("Ann")) == 1


@pytest.mark.parametrize(
    "url",
    ["https://pictures.example/a.png", "http://169.254.169.254/", "file:///etc/passwd", "", "x"],
)
def test_no_picture_is_fetched_from_another_machine(simulator: Any, page: Any, url: str) -> None:
    assert code(send(page, simulator.people["Ann"], attach(url))) == (100, 2018008)


def test_profiles_and_the_page_itself_can_be_read(simulator: Any) -> None:
    graph, token = f"{simulator.url}/graph/v26.0", {"access_token": "page-token"}
    ann = simulator.people["Ann"]
    fields = token | {"fields": "first_name,last_name"}
    assert requests.get(f"{graph}/{ann}", params=fields, timeout=10).json() == {
        "id": ann,
        "first_name": "Ann",
        "last_name": "Sim",
    }
    me = requests.get(f"{graph}/me", params=token, timeout=10).json()
    assert me == {"id": "1001", "name": "Siam Tea"}
    stranger = requests.get(f"{graph}/123", params=token, timeout=10).json()
    assert code(stranger) == (100, 33)


def test_an_unsubscribed_page_hears_nothing_until_it_subscribes_again(simulator: Any) -> None:
    apps, token = (
        f"{simulator.url}/graph/v26.0/1001/subscribed_apps",
        {"access_token": "page-token"},
    )
    assert requests.delete(apps, params=token, timeout=10).json() == {"success": True}
    assert requests.get(apps, params=token, timeout=10).json() == {"data": []}
    simulator.say("Ann", "unheard")
    assert simulator.get("/ledger")["webhooks"] == []
    requests.post(apps, params=token, timeout=10)
    simulator.say("Ann", "heard")
    [body] = simulator.receiver.wait_for(1)
    assert body["entry"][0]["messaging"][0]["message"]["text"] == "heard"
