"""The pretend LINE, called by LINE's own library."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
import requests

# LINE's library is typed by its aliases, which nobody writes: here it is read untyped.
sdk: Any = import_module("linebot.v3.messaging")

TIMEOUT = (2, 10)


@pytest.fixture
def client(simulator: Any) -> Iterator[Any]:
    settings = sdk.Configuration(access_token="line-token", host=f"{simulator.url}/line")
    client = sdk.ApiClient(settings)
    yield client
    client.rest_client.pool_manager.clear()


@pytest.fixture
def line(client: Any) -> Any:
    return sdk.MessagingApi(client)


def push(line: Any, to: str, *texts: str, key: str | None = None) -> Any:
    messages = [sdk.TextMessage(text=text) for text in texts]
    request = sdk.PushMessageRequest(to=to, messages=messages)
    return line.push_message(request, x_line_retry_key=key, _request_timeout=TIMEOUT)


def reply(line: Any, token: str, text: str = "ได้เลยค่ะ") -> Any:
    request = sdk.ReplyMessageRequest(reply_token=token, messages=[sdk.TextMessage(text=text)])
    return line.reply_message(request, _request_timeout=TIMEOUT)


def refusal(call: Callable[[], Any]) -> tuple[int, dict[str, Any]]:
    with pytest.raises(sdk.ApiException) as caught:
        call()
    return caught.value.status, json.loads(caught.value.body)


def post_push(simulator: Any, messages: object, **headers: str) -> requests.Response:
    return requests.post(
        f"{simulator.url}/line/v2/bot/message/push",
        json={"to": simulator.people["Nok"], "messages": messages},
        headers={"Authorization": "Bearer line-token"} | headers,
        timeout=10,
    )


def test_a_push_is_seen_by_its_person_only(simulator: Any, line: Any) -> None:
    answer = push(line, simulator.people["Nok"], "หนึ่ง", "สอง")
    seen = simulator.seen("Nok")
    assert [(row["text"], row["lane"], row["kind"]) for row in seen] == [
        ("หนึ่ง", "push", "text"),
        ("สอง", "push", "text"),
    ]
    assert [sent.id for sent in answer.sent_messages] == [row["platform_id"] for row in seen]
    assert answer.sent_messages[0].quote_token
    assert simulator.seen("Lek") == []


def test_a_repeated_retry_key_sends_nothing_and_tells_the_first_answer(
    simulator: Any, line: Any
) -> None:
    key, nok = str(uuid.uuid4()), simulator.people["Nok"]
    first = push(line, nok, "บิล", key=key)
    with pytest.raises(sdk.ApiException) as caught:
        push(line, nok, "บิล", key=key)
    assert caught.value.status == 409
    assert caught.value.headers["x-line-accepted-request-id"]
    told = json.loads(caught.value.body)["sentMessages"]
    assert [row["id"] for row in told] == [sent.id for sent in first.sent_messages]
    assert [row["delivery_key"] for row in simulator.seen("Nok")] == [key]


def test_a_retry_key_is_forgotten_after_a_day(simulator: Any, line: Any) -> None:
    key, nok = str(uuid.uuid4()), simulator.people["Nok"]
    push(line, nok, "บิล", key=key)
    simulator.age(24 * 3600 + 1)
    push(line, nok, "บิล", key=key)
    assert len(simulator.seen("Nok")) == 2


def test_a_retry_key_that_is_no_uuid_is_refused(simulator: Any) -> None:
    text = [{"type": "text", "text": "x"}]
    assert post_push(simulator, text, **{"X-Line-Retry-Key": "order-1042"}).status_code == 400


def test_a_reply_takes_no_retry_key(simulator: Any) -> None:
    answer = requests.post(
        f"{simulator.url}/line/v2/bot/message/reply",
        json={"replyToken": simulator.reply_token(), "messages": [{"type": "text", "text": "x"}]},
        headers={"Authorization": "Bearer line-token", "X-Line-Retry-Key": str(uuid.uuid4())},
        timeout=10,
    )
    assert answer.status_code == 400
    assert simulator.seen("Nok") == []


def test_a_reply_token_works_once(simulator: Any, line: Any) -> None:
    token = simulator.reply_token()
    reply(line, token)
    assert refusal(lambda: reply(line, token)) == (400, {"message": "Invalid reply token"})
    assert [row["lane"] for row in simulator.seen("Nok")] == ["reply"]


def test_a_reply_token_dies_after_a_minute(simulator: Any, line: Any) -> None:
    token = simulator.reply_token()
    simulator.age(61)
    assert refusal(lambda: reply(line, token)) == (400, {"message": "Invalid reply token"})


def test_a_reply_token_lives_within_its_minute(simulator: Any, line: Any) -> None:
    token = simulator.reply_token()
    simulator.age(50)
    reply(line, token)
    assert len(simulator.seen("Nok")) == 1


def test_a_refused_reply_leaves_its_token_unspent(simulator: Any, line: Any) -> None:
    token = simulator.reply_token()
    assert refusal(lambda: reply(line, token, "x" * 5001))[0] == 400
    reply(line, token)
    assert len(simulator.seen("Nok")) == 1


def test_a_reply_costs_nothing_and_a_push_counts(simulator: Any, line: Any) -> None:
    reply(line, simulator.reply_token())
    assert line.get_message_quota_consumption().total_usage == 0
    push(line, simulator.people["Nok"], "a", "b", key=str(uuid.uuid4()))
    assert line.get_message_quota_consumption().total_usage == 1
    assert line.get_message_quota().value == 500


def test_used_up_and_too_fast_are_told_apart_by_their_words(simulator: Any, line: Any) -> None:
    nok = simulator.people["Nok"]
    simulator.misbehave("quota")
    used_up = refusal(lambda: push(line, nok, "x"))
    simulator.misbehave("429")
    too_fast = refusal(lambda: push(line, nok, "x"))
    assert used_up == (429, {"message": "You have reached your monthly limit."})
    assert too_fast == (
        429,
        {"message": "The API rate limit has been exceeded. Try again later."},
    )
    assert simulator.seen("Nok") == []


def test_a_wrong_token_is_refused(simulator: Any) -> None:
    settings = sdk.Configuration(access_token="another", host=f"{simulator.url}/line")
    with sdk.ApiClient(settings) as client:
        assert refusal(sdk.MessagingApi(client).get_bot_info)[0] == 401
        client.rest_client.pool_manager.clear()


def test_the_token_of_a_page_opens_nothing_on_line(simulator: Any) -> None:
    answer = requests.get(
        f"{simulator.url}/line/v2/bot/info",
        headers={"Authorization": "Bearer page-token"},
        timeout=10,
    )
    assert answer.status_code == 401


def test_a_stranger_cannot_be_sent_anything(simulator: Any, line: Any) -> None:
    status, body = refusal(lambda: push(line, "U" + "9" * 32, "x"))
    assert (status, body["message"]) == (400, "Failed to send messages")


def test_a_group_can_be_pushed_to_once_it_has_spoken(simulator: Any, line: Any) -> None:
    group = "C" + "1" * 32
    assert refusal(lambda: push(line, group, "x"))[0] == 400
    assert refusal(lambda: line.get_group_summary(group))[0] == 404
    simulator.do("Nok", {"source": {"type": "group", "groupId": group}})
    push(line, group, "to all")
    assert line.get_group_summary(group).group_name.startswith("Group of ")
    assert simulator.get(f"/ledger?person={group}")["seen"][0]["text"] == "to all"


def test_who_blocked_the_shop_sees_nothing_though_the_push_is_accepted(
    simulator: Any, line: Any
) -> None:
    simulator.do("Nok", {"type": "unfollow"})
    push(line, simulator.people["Nok"], "x")
    assert simulator.seen("Nok") == []
    simulator.do("Nok", {"type": "follow"})
    push(line, simulator.people["Nok"], "y")
    assert [row["text"] for row in simulator.seen("Nok")] == ["y"]


def test_profile_info_and_validation_answer_as_the_library_reads_them(
    simulator: Any, line: Any
) -> None:
    assert line.get_profile(simulator.people["Nok"]).display_name == "Nok"
    assert refusal(lambda: line.get_profile("U" + "9" * 32))[0] == 404
    assert line.get_bot_info().user_id == "U" + "0" * 32
    good = sdk.ValidateMessageRequest(messages=[sdk.TextMessage(text="ok")])
    line.validate_push(good)
    bad = sdk.ValidateMessageRequest(messages=[sdk.TextMessage(text="x" * 5001)])
    assert refusal(lambda: line.validate_push(bad))[0] == 400
    assert simulator.seen("Nok") == []


def test_the_webhook_endpoint_can_be_read_set_and_tested(simulator: Any, line: Any) -> None:
    own = f"{simulator.receiver.base}/webhooks/line/siam-line"
    assert line.get_webhook_endpoint().endpoint == own
    assert line.test_webhook_endpoint().success
    assert simulator.receiver.bodies() == [{"destination": "U" + "0" * 32, "events": []}]
    foreign = requests.put(
        f"{simulator.url}/line/v2/bot/channel/webhook/endpoint",
        json={"endpoint": "https://elsewhere.example/hook"},
        headers={"Authorization": "Bearer line-token"},
        timeout=10,
    )
    assert foreign.status_code == 400
    assert line.get_webhook_endpoint().endpoint == own


def test_a_picture_that_a_person_sent_can_be_fetched(
    simulator: Any, client: Any, line: Any
) -> None:
    picture = b"\x89PNG\r\n\x1a\nrest"
    requests.post(
        f"{simulator.url}/phones/{simulator.people['Nok']}/pictures",
        data=picture,
        headers={"Content-Type": "image/png"},
        timeout=10,
    ).raise_for_status()
    message = simulator.receiver.wait_for(1)[0]["events"][0]["message"]
    assert message["type"] == "image"
    assert bytes(sdk.MessagingApiBlob(client).get_message_content(message["id"])) == picture


FLEX_TEXT = {"type": "text", "text": "ชาเขียว"}


def bubble(*parts: object) -> dict[str, Any]:
    body = {"type": "box", "layout": "vertical", "contents": list(parts)}
    contents = {"type": "bubble", "body": body}
    return {"type": "flex", "altText": "บิล 1042", "contents": contents}


PICTURE = {"type": "image", "previewImageUrl": "https://e.example/a.png"}
FAR = "http://pictures.example/a.png"
BUTTON = {"type": "button", "action": {"type": "uri", "label": "Pay", "uri": "https://e.example"}}


@pytest.mark.parametrize(
    "messages",
    [
        [{"type": "text", "text": "ก" * 5000}],
        [{"type": "text", "text": "x"}] * 5,
        [bubble(FLEX_TEXT, {"type": "separator", "margin": "md"}, BUTTON)],
        [PICTURE | {"originalContentUrl": "https://e.example/a.png"}],
        [PICTURE | {"originalContentUrl": "http://127.0.0.1:8000/a.png"}],
    ],
)
def test_what_line_would_take_is_taken(simulator: Any, messages: object) -> None:
    answer = post_push(simulator, messages)
    assert (answer.status_code, answer.json().get("details")) == (200, None)


@pytest.mark.parametrize(
    ("messages", "where"),
    [
        ([], "messages"),
        ([{"type": "text", "text": "x"}] * 6, "messages"),
        ([{"type": "text", "text": ""}], "messages[0].text"),
        ([{"type": "text", "text": "😀" * 2501}], "messages[0].text"),
        ([{"type": "document"}], "messages[0].type"),
        ([PICTURE | {"originalContentUrl": FAR}], "messages[0].originalContentUrl"),
        ([bubble() | {"altText": "x" * 1501}], "messages[0].altText"),
        ([bubble({"type": "text", "text": ""})], "messages[0].contents/body/contents/0/text"),
        ([bubble(FLEX_TEXT | {"bold": True})], "messages[0].contents/body/contents/0/bold"),
        ([bubble(FLEX_TEXT | {"color": "red"})], "messages[0].contents/body/contents/0/color"),
        ([bubble({"type": "span", "text": "x"})], "messages[0].contents/body/contents/0"),
        ([bubble(*[FLEX_TEXT] * 1000)], "messages[0].contents"),
        (
            [bubble({"type": "button", "action": {"type": "uri", "label": "x", "uri": "x:y"}})],
            "messages[0].contents/body/contents/0/action.uri",
        ),
        (
            [{"type": "text", "text": "x", "quickReply": {"items": [{"type": "action"}] * 14}}],
            "messages[0].quickReply.items",
        ),
    ],
)
def test_what_line_would_refuse_is_refused_by_its_place(
    simulator: Any, messages: object, where: str
) -> None:
    answer = post_push(simulator, messages)
    assert answer.status_code == 400
    assert where in [detail["property"] for detail in answer.json()["details"]]
    assert simulator.seen("Nok") == []
