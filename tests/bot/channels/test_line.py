"""LINE's lanes are chosen, and its messages laid out, as its reference asks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from bot.channels.line import Line
from bot.messages import (
    Bill,
    Button,
    Card,
    Guarantee,
    Lane,
    Picture,
    Route,
    Row,
    Text,
    Window,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


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
