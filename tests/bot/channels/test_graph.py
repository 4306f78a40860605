"""Messenger and Instagram choose their lane alike and lay out each in its own way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.instagram import Instagram
from bot.channels.messenger import Messenger
from bot.messages import (
    Bill,
    Button,
    Card,
    Guarantee,
    Lane,
    Route,
    Row,
    Text,
    Window,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CHANNELS: list[Messenger | Instagram] = [Messenger(), Instagram()]

both = pytest.mark.parametrize("channel", CHANNELS, ids=["messenger", "instagram"])


@both
def test_the_window_is_24_hours_less_a_margin(channel: Messenger | Instagram) -> None:
    def route(age: timedelta) -> Route:
        return channel.route(Window(NOW - age, None), NOW, billing=True)

    day = timedelta(hours=24)
    assert route(timedelta()) == Route(Lane.RESPONSE, NOW + day)
    assert route(day - timedelta(seconds=61)).lane is Lane.RESPONSE
    assert route(day - timedelta(seconds=60)).lane is Lane.NONE
    assert channel.route(Window(None, None), NOW, billing=False) == Route(Lane.NONE)
    assert channel.guarantee(Lane.RESPONSE) is Guarantee.ECHO


PAY = Button("ชำระเงิน / Pay with your bank", url="https://shop.example/b/token")


def bill(text: str = "all of it https://shop.example/b/token") -> Bill:
    return Bill(
        "Siam Tea", "INV-1", "1042", (), (), "฿300.00", PAY, text, "https://s.example/1.png"
    )


@both
def test_a_bills_card_names_shop_amount_and_link(channel: Messenger | Instagram) -> None:
    card = channel.compose_bill(bill(), "bill")["message"]["attachment"]["payload"]
    (element,) = card["elements"]
    assert element["title"] == "Siam Tea · INV-1"
    assert element["subtitle"] == "฿300.00 · 1042"
    (button,) = element["buttons"]
    assert button["url"] == PAY.url
    assert button["title"].startswith("ชำระเงิน / Pay")


@both
def test_a_bill_without_a_picture_has_none_to_lay_out(channel: Messenger | Instagram) -> None:
    bare = Bill("Siam Tea", "INV-1", "", (), (), "฿300.00", PAY, "text")
    assert "picture" not in channel.bill_parts(picture=False)
    with pytest.raises(ValueError, match="no picture"):
        channel.compose_bill(bare, "picture")


def test_instagram_says_the_bill_in_plain_text_too_and_keeps_the_link() -> None:
    assert Instagram().bill_parts(picture=True) == ("picture", "bill", "text")
    short = Instagram().compose_bill(bill(), "text")["message"]["text"]
    assert short == bill().text
    long = Instagram().compose_bill(bill("ชาเขียว 2\n" * 100), "text")["message"]["text"]
    assert len(long.encode()) <= 1000
    assert long.startswith("ชาเขียว 2\n")
    assert long.endswith("…\n฿300.00\nhttps://shop.example/b/token")


def test_thai_text_is_cut_by_bytes_on_instagram_and_by_characters_on_messenger() -> None:
    long = Text("ก้" * 1000)
    sizes = [len(one["message"]["text"]) for one in Instagram().compose(long)]
    assert sizes == [332] * 6 + [8]
    assert [len(one["message"]["text"]) for one in Messenger().compose(long)] == [2000]


def test_links_are_buttons_on_messenger_and_words_on_instagram() -> None:
    text = Text("hello", (Button("Open", url="https://shop.example"), Button("Show", text="/show")))
    (payload,) = Messenger().compose(text)
    assert payload["message"]["attachment"]["payload"] == {
        "template_type": "button",
        "text": "hello",
        "buttons": [{"type": "web_url", "url": "https://shop.example", "title": "Open"}],
    }
    replies = [{"content_type": "text", "title": "Show", "payload": "say:/show"}]
    assert payload["message"]["quick_replies"] == replies
    (payload,) = Instagram().compose(text)
    assert payload["message"] == {
        "text": "hello\nOpen: https://shop.example",
        "quick_replies": replies,
    }


def test_a_long_text_with_a_link_keeps_its_template_short() -> None:
    *texts, template = Messenger().compose(Text("word " * 200, (PAY,)))
    assert [one["message"]["text"] for one in texts] == ["word " * 128]
    assert template["message"]["attachment"]["payload"]["text"] == "word " * 72


@both
def test_a_card_is_told_in_words(channel: Messenger | Instagram) -> None:
    rows = tuple(Row(f"item {at}", "1") for at in range(42))
    (payload,) = channel.compose(Card("Order 1042", "unpaid", rows, notes=("stock is low",)))
    lines = payload["message"]["text"].splitlines()
    assert lines[:3] == ["Order 1042", "unpaid", "item 0: 1"]
    assert lines[-2:] == ["… +12", "stock is low"]
