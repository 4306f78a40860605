"""LINE's events are read as its reference gives them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.line import Line
from bot.messages import (
    Address,
    AddressKind,
    Author,
    Bill,
    Button,
    Card,
    Entry,
    Event,
    Guarantee,
    InboundMessage,
    Lane,
    OtherEvent,
    Picture,
    Route,
    Row,
    Text,
    Window,
)

FIXTURES = Path(__file__).parents[2] / "fixtures" / "line"
NOK = "U4af4980629aabbccddeeff0011223344"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def entry(name: str) -> Entry:
    (found,) = Line().parse(json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8")))
    return found


def event(name: str) -> Event:
    (found,) = entry(name).events
    return found


def message(name: str) -> InboundMessage:
    found = event(name)
    assert isinstance(found, InboundMessage)
    return found


def other(name: str) -> OtherEvent:
    found = event(name)
    assert isinstance(found, OtherEvent)
    return found


def test_a_text_is_read_whole() -> None:
    assert entry("text").account_id == "Uab12000000000000000000000000cd34"
    found = message("text")
    assert found.raw["message"]["quoteToken"] == "q3Plxr4AgKd"
    assert found == InboundMessage(
        event_key=found.raw["webhookEventId"],
        address=Address(NOK, AddressKind.USER),
        author=Author.CUSTOMER,
        kind="text",
        text="สวัสดีค่ะ เอาชาเขียว 2",
        platform_id="468789577898262530",
        sent_at=datetime(2025, 11, 24, 16, 0, 1, tzinfo=UTC),
        sender_id=NOK,
        reply_token=found.raw["replyToken"],
        raw=found.raw,
    )


def test_a_groups_conversation_is_the_groups_and_names_who_wrote_if_line_tells() -> None:
    group = Address("Ca56f94637c0011223344556677889900", AddressKind.GROUP)
    assert message("text_in_group").address == group
    assert message("text_in_group").sender_id == NOK
    assert message("text_in_group_without_user").address == group
    assert message("text_in_group_without_user").sender_id is None
    assert message("text_in_room").address.kind is AddressKind.ROOM


def test_a_quoted_message_is_named() -> None:
    assert message("text_quoting").quoted_id == "468789532432007169"


def test_standby_has_no_reply_token_and_says_so() -> None:
    assert message("text_standby").standby
    assert message("text_standby").reply_token is None


def test_an_unknown_mode_means_that_we_send_nothing() -> None:
    assert message("unknown_message").standby
    assert message("unknown_message").kind == "unsupported"


def test_T13_an_event_without_an_id_is_known_by_its_message() -> None:
    assert message("text_without_event_id").event_key == "message:468789577898262530"


def test_T06_a_redelivery_without_an_id_is_the_same_event() -> None:
    body: dict[str, Any] = {"type": "follow", "timestamp": 1764000000000, "replyToken": "one"}
    again = {**body, "replyToken": "two", "deliveryContext": {"isRedelivery": True}}
    later = {**body, "timestamp": 1764000000001}
    first, second, third = Line().parse({"events": [body, again, later]})[0].events
    assert first.event_key == second.event_key != third.event_key


def test_T13_a_message_without_a_source_is_kept_with_a_sentence() -> None:
    found = other("message_without_source")
    assert (found.kind, found.address) == ("message", None)
    assert found.error == "The message does not say where it was written."


@pytest.mark.parametrize("name", ["image", "sticker", "location"])
def test_other_messages_are_kept_as_unsupported(name: str) -> None:
    found = message(name)
    assert (found.kind, found.text) == ("unsupported", None)
    assert found.raw["message"]["type"] == name
    assert found.address == Address(NOK)


def test_an_unsend_names_the_message_it_takes_back() -> None:
    found = other("unsend")
    assert (found.kind, found.platform_id, found.error) == ("unsend", "325708", None)
    assert found.address == Address(NOK)


def test_an_edit_names_the_message_it_changes() -> None:
    assert other("message_edited").kind == "messageEdited"
    assert other("message_edited").platform_id == "468789577898262530"


@pytest.mark.parametrize("name", ["follow", "unfollow", "postback"])
def test_events_that_are_no_messages_keep_their_own_kind(name: str) -> None:
    found = other(name)
    assert (found.kind, found.address, found.error) == (name, Address(NOK), None)


def test_an_event_of_the_account_has_no_address() -> None:
    found = other("account_event_without_source")
    assert (found.kind, found.address, found.error) == ("botSuspended", None, None)


def test_the_verify_button_is_an_empty_delivery() -> None:
    assert entry("verify_button").events == ()


def test_the_old_verify_buttons_tokens_are_never_answered() -> None:
    for found in entry("verify_button_old").events:
        assert isinstance(found, InboundMessage)
        assert found.reply_token is None


def test_a_message_with_an_absurd_time_is_kept_with_a_sentence() -> None:
    body = json.loads((FIXTURES / "text.json").read_text(encoding="utf-8"))
    body["events"][0]["timestamp"] = 10**18
    (found,) = Line().parse(body)[0].events
    assert isinstance(found, OtherEvent)
    assert found.error == "The message has no likely time."
    assert found.address == Address(NOK)


def test_a_bill_is_pushed_and_an_answer_is_free_while_the_token_lives() -> None:
    soon = NOW + timedelta(seconds=5)
    alive = Window(last_inbound_at=NOW, reply_until=soon)
    assert Line().route(alive, NOW, billing=False) == Route(Lane.REPLY, soon)
    assert Line().route(alive, NOW, billing=True) == Route(Lane.PUSH)
    assert Line().route(alive, soon, billing=False) == Route(Lane.PUSH)
    assert Line().route(Window(None, None), NOW, billing=False) == Route(Lane.PUSH)


def test_a_push_is_keyed_and_a_reply_has_its_token() -> None:
    assert Line().guarantee(Lane.PUSH) is Guarantee.KEYED
    assert Line().guarantee(Lane.REPLY) is Guarantee.TOKEN


def bill(items: int, image_url: str | None = None) -> Bill:
    rows = tuple(Row(f"ชาเขียวมัทฉะพรีเมียม {at} " + "ยาว" * 40, "2 × 120.00") for at in range(items))
    pay = Button("ชำระเงิน", url="https://shop.example/b/token")
    totals = (Row("รวม", "300.00", strong=True),)
    return Bill("Siam Tea", "INV-1", "1042", rows, totals, "฿300.00", pay, "words", image_url)


def test_a_bill_is_one_request_with_the_picture_before_the_card() -> None:
    payload = Line().compose_bill(bill(2, "https://shop.example/1.png"), "bill")
    picture, flex = payload["messages"]
    assert picture["originalContentUrl"] == "https://shop.example/1.png"
    assert flex["altText"] == "Siam Tea · INV-1 · ฿300.00"
    assert flex["contents"]["footer"]["contents"][0]["action"] == {
        "type": "uri",
        "label": "ชำระเงิน",
        "uri": "https://shop.example/b/token",
    }
    assert Line().compose_bill(bill(2), "bill")["messages"][0]["type"] == "flex"


def test_a_long_bill_says_how_many_items_it_leaves_out() -> None:
    written = json.dumps(Line().compose(bill(60)), ensure_ascii=False)
    shown = written.count("มัทฉะ")
    assert 0 < shown <= 20
    assert f"… +{60 - shown}" in written
    assert "… +" not in json.dumps(Line().compose(bill(3)), ensure_ascii=False)


def test_a_long_text_goes_as_several_messages_of_one_request() -> None:
    (payload,) = Line().compose(Text("ก" * 12_000))
    assert [len(one["text"]) for one in payload["messages"]] == [5000, 5000, 2000]


def test_buttons_that_say_become_quick_replies_and_links_a_bubble() -> None:
    buttons = (Button("Show", text="/show"), Button("Open", url="https://shop.example"))
    (payload,) = Line().compose(Text("hello", buttons))
    text, bubble = payload["messages"]
    assert text == {"type": "text", "text": "hello"}
    assert bubble["contents"]["body"]["contents"][0]["action"]["uri"] == "https://shop.example"
    (reply,) = bubble["quickReply"]["items"]
    assert reply["action"] == {"type": "message", "label": "Show", "text": "/show"}


def test_a_button_that_line_would_refuse_is_left_out() -> None:
    buttons = (
        Button("x", url="javascript:alert(1)"),
        Button("x", url="https://shop.example/" + "x" * 1000),
        Button(" ", text="blank"),
        Button("x", text="x" * 301),
    )
    (payload,) = Line().compose(Card("title", "", (Row("a", "b"),), buttons=buttons))
    assert "footer" not in payload["messages"][0]["contents"]


def test_a_picture_is_shown_by_its_address() -> None:
    (payload,) = Line().compose(Picture("https://shop.example/1.png", "bill"))
    assert payload["messages"][0]["previewImageUrl"] == "https://shop.example/1.png"
