"""Meta's deliveries are read alike for Messenger and Instagram, and their own ways too."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.graph import Graph
from bot.channels.instagram import Instagram
from bot.channels.messenger import Messenger
from bot.messages import (
    Address,
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
    Route,
    Row,
    StatusUpdate,
    Text,
    Window,
)

FIXTURES = Path(__file__).parents[2] / "fixtures"
ACCOUNTS = {"messenger": "1234567890", "instagram": "17841400000000001"}
PEOPLE = {"messenger": "7711220033445566", "instagram": "1122334455667788"}
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CHANNELS: list[Messenger | Instagram] = [Messenger(), Instagram()]

both = pytest.mark.parametrize("channel", CHANNELS, ids=["messenger", "instagram"])


def body(channel: Graph, name: str) -> Any:
    return json.loads((FIXTURES / channel.kind / f"{name}.json").read_text(encoding="utf-8"))


def entries(channel: Messenger | Instagram, name: str) -> list[Entry]:
    return channel.parse(body(channel, name))


def event(channel: Messenger | Instagram, name: str) -> Event:
    (entry,) = entries(channel, name)
    (found,) = entry.events
    return found


def message(channel: Messenger | Instagram, name: str) -> InboundMessage:
    found = event(channel, name)
    assert isinstance(found, InboundMessage)
    return found


def other(channel: Messenger | Instagram, name: str) -> OtherEvent:
    found = event(channel, name)
    assert isinstance(found, OtherEvent)
    return found


def status(channel: Messenger | Instagram, name: str) -> StatusUpdate:
    found = event(channel, name)
    assert isinstance(found, StatusUpdate)
    return found


@both
def test_a_text_is_read_whole(channel: Messenger | Instagram) -> None:
    found = message(channel, "text")
    mid = found.raw["message"]["mid"]
    assert entries(channel, "text")[0].account_id == ACCOUNTS[channel.kind]
    assert found == InboundMessage(
        event_key=f"mid:{mid}",
        address=Address(PEOPLE[channel.kind]),
        author=Author.CUSTOMER,
        kind="text",
        text="สวัสดีค่ะ เอาชาเขียว 2",
        platform_id=mid,
        sent_at=datetime(2025, 11, 24, 16, 0, 1, tzinfo=UTC),
        sender_id=PEOPLE[channel.kind],
        raw=found.raw,
    )


@both
def test_an_echo_of_ours_brings_our_delivery_id_back(channel: Messenger | Instagram) -> None:
    found = status(channel, "echo_ours")
    mid = found.raw["message"]["mid"]
    assert found.status == "echo"
    assert found.delivery_id == "3f2c5d1e-8a1b-4c6d-9e0f-112233445566"
    assert (found.event_key, found.platform_id) == (f"echo:{mid}", mid)
    assert found.address == Address(PEOPLE[channel.kind])


@both
@pytest.mark.parametrize("name", ["text_echo_of_staff", "text_echo_of_another_app"])
def test_an_echo_of_others_is_the_shops_own_words(
    channel: Messenger | Instagram, name: str
) -> None:
    found = message(channel, name)
    assert found.author is Author.STAFF
    assert found.address == Address(PEOPLE[channel.kind])


@both
def test_metadata_on_a_customers_message_settles_nothing(channel: Messenger | Instagram) -> None:
    forged = body(channel, "echo_ours")
    del forged["entry"][0]["messaging"][0]["message"]["is_echo"]
    (entry,) = channel.parse(forged)
    assert isinstance(entry.events[0], InboundMessage)


@both
def test_a_tap_on_our_quick_reply_says_what_the_button_promised(
    channel: Messenger | Instagram,
) -> None:
    assert message(channel, "text_quick_reply").text == "/show"
    foreign = body(channel, "text_quick_reply")
    tapped = foreign["entry"][0]["messaging"][0]["message"]
    tapped["quick_reply"]["payload"] = "DEVELOPER_DEFINED_PAYLOAD"
    (found,) = channel.parse(foreign)[0].events
    assert isinstance(found, InboundMessage)
    assert found.text == "Show"


@both
def test_a_reply_names_what_it_answers(channel: Messenger | Instagram) -> None:
    assert (message(channel, "text_replying").quoted_id or "").endswith("earlier")


@both
def test_a_picture_is_kept_as_unsupported(channel: Messenger | Instagram) -> None:
    found = message(channel, "image")
    assert (found.kind, found.text) == ("unsupported", None)
    assert found.raw["message"]["attachments"]


@both
def test_a_deleted_message_is_an_unsend_and_not_a_repeat_of_it(
    channel: Messenger | Instagram,
) -> None:
    found = other(channel, "deleted")
    assert found.kind == "unsend"
    assert found.platform_id == found.raw["message"]["mid"]
    assert found.event_key == f"unsend:{found.platform_id}"


@both
@pytest.mark.parametrize("name", ["postback", "postback_without_mid", "reaction", "message_edit"])
def test_other_events_keep_their_kind_and_person(channel: Messenger | Instagram, name: str) -> None:
    found = other(channel, name)
    assert found.kind == name.removesuffix("_without_mid")
    assert found.error is None
    assert found.address == Address(PEOPLE[channel.kind])


@both
def test_comments_are_kept(channel: Messenger | Instagram) -> None:
    found = other(channel, "changes")
    assert (found.kind, found.address, found.error) == ("comments", None, None)
    assert found.sent_at == datetime(2025, 11, 24, 16, 0, tzinfo=UTC)


@both
def test_a_batch_is_routed_by_account(channel: Messenger | Instagram) -> None:
    first, second = entries(channel, "batch")
    assert [len(first.events), len(second.events)] == [2, 1]
    assert first.account_id == ACCOUNTS[channel.kind]
    assert second.account_id == "999" + ACCOUNTS[channel.kind]


@both
def test_a_body_wrapped_in_a_list_is_read(channel: Messenger | Instagram) -> None:
    assert message(channel, "wrapped_in_list").text == "hello"


@both
def test_a_list_of_both_platforms_bodies_gives_each_its_own(
    channel: Messenger | Instagram,
) -> None:
    mixed = [body(Messenger(), "text"), body(Instagram(), "text")]
    (entry,) = channel.parse(mixed)
    assert entry.account_id == ACCOUNTS[channel.kind]


@both
def test_a_test_send_names_no_account(channel: Messenger | Instagram) -> None:
    (entry,) = entries(channel, "entry_zero")
    assert entry.account_id is None


@both
def test_a_message_without_an_id_is_known_by_its_content(channel: Messenger | Instagram) -> None:
    found = message(channel, "message_without_mid")
    assert found.platform_id is None
    assert found.event_key.startswith("mid:digest:")


@both
def test_a_message_of_nobody_is_kept_with_a_sentence(channel: Messenger | Instagram) -> None:
    assert other(channel, "message_without_sender").error


@both
def test_the_entrys_time_serves_where_the_events_is_absurd(channel: Messenger | Instagram) -> None:
    odd = body(channel, "text")
    odd["entry"][0]["messaging"][0]["timestamp"] = -5
    (found,) = channel.parse(odd)[0].events
    assert found.sent_at == datetime(2025, 11, 24, 16, 0, tzinfo=UTC)


def test_a_delivery_receipt_settles_each_message_it_names() -> None:
    (entry,) = entries(Messenger(), "delivered")
    found = [one for one in entry.events if isinstance(one, StatusUpdate)]
    assert [(one.status, one.platform_id) for one in found] == [
        ("delivered", "m_1"),
        ("delivered", "m_2"),
    ]


def test_a_watermark_is_the_time_up_to_which_it_counts() -> None:
    until = datetime(2025, 11, 24, 16, 0, 0, 5000, tzinfo=UTC)
    assert status(Messenger(), "delivered_watermark_only").sent_at == until
    read = status(Messenger(), "read")
    assert (read.status, read.sent_at) == ("read", until + timedelta(milliseconds=1))


def test_instagram_says_which_message_was_read() -> None:
    read = status(Instagram(), "read")
    assert (read.status, read.platform_id) == ("read", "aWdf.ours")


def test_instagrams_flat_field_is_kept() -> None:
    assert other(Instagram(), "flat_field").kind == "live_comments"


def test_an_account_that_writes_to_itself_has_no_customer() -> None:
    found = other(Instagram(), "is_self")
    assert (found.kind, found.address) == ("self", None)


def test_what_instagram_does_not_show_is_unsupported() -> None:
    assert message(Instagram(), "unsupported").kind == "unsupported"


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
