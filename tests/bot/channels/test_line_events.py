"""LINE's events are read as its reference gives them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.line import Line
from bot.messages import (
    Address,
    AddressKind,
    Attachment,
    Author,
    Entry,
    Event,
    InboundMessage,
    MessageChange,
    OtherEvent,
)

FIXTURES = Path(__file__).parents[2] / "fixtures" / "line"
NOK = "U4af4980629aabbccddeeff0011223344"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def body(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def entry(name: str) -> Entry:
    (found,) = Line().parse(body(name), NOW)
    return found


def event(name: str) -> Event:
    (found,) = entry(name).events
    return found


def events(*given: Any) -> tuple[Event, ...]:
    (found,) = Line().parse({"destination": "Uab12", "events": list(given)}, NOW)
    return found.events


def heard(**contents: Any) -> InboundMessage:
    """Hear a message object from Nok."""
    (found,) = events(
        {
            "type": "message",
            "timestamp": 1764000001000,
            "source": {"type": "user", "userId": NOK},
            "message": {"id": "77", **contents},
        }
    )
    assert isinstance(found, InboundMessage)
    return found


def change(name: str) -> MessageChange:
    found = event(name)
    assert isinstance(found, MessageChange)
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
        event_key=f"{found.raw['webhookEventId']}:message:text:468789577898262530:{NOK}",
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
    assert message("unknown_message").reply_token is None
    assert message("unknown_message").kind == "unsupported"
    assert message("unknown_message").facts == {"type": "hologram"}


def test_T13_an_event_without_an_id_is_known_by_its_message() -> None:
    assert message("text_without_event_id").event_key == "message:468789577898262530"


def test_T06_a_redelivery_without_an_id_is_the_same_event() -> None:
    once: dict[str, Any] = {"type": "follow", "timestamp": 1764000000000, "replyToken": "one"}
    again = {**once, "replyToken": "two", "deliveryContext": {"isRedelivery": True}}
    later = {**once, "timestamp": 1764000000001}
    first, second, third = events(once, again, later)
    assert first.event_key == second.event_key != third.event_key


def test_T13_a_message_without_a_source_is_kept_with_a_sentence() -> None:
    found = other("message_without_source")
    assert (found.kind, found.address) == ("message", None)
    assert found.error == "The message does not say where it was written."


def test_an_event_of_the_account_has_no_address() -> None:
    found = other("account_event_without_source")
    assert (found.kind, found.address, found.error) == ("botSuspended", None, None)


def test_the_verify_button_is_an_empty_delivery() -> None:
    assert entry("verify_button").events == ()


def test_the_old_verify_buttons_tokens_are_never_answered() -> None:
    for found in entry("verify_button_old").events:
        assert isinstance(found, InboundMessage)
        assert found.reply_token is None


def test_where_people_are_named_and_emojis_stand_is_kept() -> None:
    found = heard(
        type="text",
        text="@Shop @All (love)",
        mention={
            "mentionees": [
                {"index": 0, "length": 5, "type": "user", "userId": "Ushop", "isSelf": True},
                {"index": 6, "length": 4, "type": "all"},
            ]
        },
        emojis=[{"index": 11, "length": 6, "productId": "5ac1", "emojiId": "001"}],
    )
    assert found.text == "@Shop @All (love)"
    assert found.facts == {
        "mentions": [
            {"index": 0, "length": 5, "type": "user", "user_id": "Ushop", "is_self": True},
            {"index": 6, "length": 4, "type": "all"},
        ],
        "emojis": [{"index": 11, "length": 6, "product_id": "5ac1", "emoji_id": "001"}],
    }


def test_a_picture_is_asked_for_by_its_messages_id() -> None:
    found = message("image")
    assert (found.kind, found.text) == ("image", None)
    assert found.attachments == (Attachment("image", content_id="354718705033693859"),)
    assert found.facts["image_set"]["index"] == 1


def test_a_picture_of_somebody_elses_server_has_its_address() -> None:
    found = heard(
        type="video",
        duration=60000,
        contentProvider={
            "type": "external",
            "originalContentUrl": "https://example.com/1.mp4",
            "previewImageUrl": "https://example.com/1.jpg",
        },
    )
    facts = {"duration": 60000, "preview_url": "https://example.com/1.jpg"}
    assert found.attachments == (Attachment("video", url="https://example.com/1.mp4", facts=facts),)


def test_files_places_and_stickers_tell_what_they_are() -> None:
    file = heard(type="file", fileName="slip.pdf", fileSize=2138)
    assert file.attachments == (
        Attachment("file", content_id="77", facts={"name": "slip.pdf", "size": 2138}),
    )
    assert message("location").attachments == (
        Attachment(
            "location",
            facts={
                "title": "my location",
                "address": "1-3 Kioicho",
                "latitude": 35.67966,
                "longitude": 139.73669,
            },
        ),
    )
    assert message("sticker").attachments == (
        Attachment(
            "sticker",
            facts={
                "package_id": "11537",
                "sticker_id": "52002738",
                "resource_type": "ANIMATION",
                "keywords": ["cony"],
            },
        ),
    )
    assert (message("sticker").kind, message("location").kind) == ("sticker", "location")


def test_an_address_that_is_none_of_the_web_is_not_taken() -> None:
    for odd in ("javascript:alert(1)", "file:///etc/passwd", "https://a b", "https://", 7):
        found = heard(type="image", contentProvider={"type": "external", "originalContentUrl": odd})
        assert found.attachments == (Attachment("image"),)


def test_T64_an_unsend_names_the_message_it_takes_back() -> None:
    found = change("unsend")
    assert (found.change, found.platform_id) == ("unsend", "325708")
    assert (found.address, found.sender_id) == (Address(NOK), NOK)
    assert found.sent_at == datetime(2025, 11, 24, 16, 0, 17, tzinfo=UTC)


def test_an_edit_brings_the_new_words() -> None:
    found = change("message_edited")
    assert (found.change, found.text) == ("edit", "/o A1 3")
    assert found.platform_id == "468789577898262530"
    assert found.address.kind is AddressKind.GROUP


def test_two_edits_of_one_message_are_two_events() -> None:
    edit = body("message_edited")["events"][0]
    bare = {name: edit[name] for name in edit if name != "webhookEventId"}
    first, again, second = events(bare, bare, {**bare, "timestamp": 1764000018001})
    assert first.event_key == again.event_key != second.event_key


def test_a_tapped_button_is_a_message_that_carries_its_payload() -> None:
    found = message("postback")
    assert (found.kind, found.text, found.author) == ("postback", None, Author.CUSTOMER)
    assert found.facts == {"payload": "storeId=12345"}
    assert found.reply_token == "b60d432864f44d079f6d8efe86cf404b"


def test_whoever_follows_may_be_answered_and_is_told_apart_from_who_came_back() -> None:
    found = other("follow")
    assert (found.kind, found.address, found.error) == ("follow", Address(NOK), None)
    assert found.reply_token
    assert found.opens_window
    assert found.facts == {"is_unblocked": True}
    assert not other("unfollow").opens_window


def test_no_event_may_be_answered_while_another_module_holds_the_chat() -> None:
    (found,) = events({**body("follow")["events"][0], "mode": "standby"})
    assert isinstance(found, OtherEvent)
    assert found.reply_token is None
    assert not found.opens_window


def test_members_are_named_where_line_names_them() -> None:
    (found,) = events(
        {
            "type": "memberJoined",
            "timestamp": 1764000000000,
            "source": {"type": "group", "groupId": "C1"},
            "joined": {"members": [{"type": "user", "userId": "U1"}, {"type": "user"}, 7]},
        }
    )
    assert isinstance(found, OtherEvent)
    assert found.facts == {"members": ["U1"]}
    assert found.address == Address("C1", AddressKind.GROUP)


def test_a_report_on_a_telephone_number_is_quiet() -> None:
    told = {"type": "delivery", "timestamp": 1764000000000, "delivery": {"data": "15034552"}}
    (found,) = events(told)
    assert isinstance(found, OtherEvent)
    assert found.quiet


def test_events_that_samples_give_one_id_are_still_different_events() -> None:
    same = {"webhookEventId": "01FZ74A0TDDPYRVKNK77XKC3ZR", "timestamp": 1764000000000}
    source = {"type": "user", "userId": NOK}
    keys = [
        found.event_key
        for found in events(
            {**same, "type": "follow", "source": source},
            {**same, "type": "unfollow", "source": source},
            {**same, "type": "message", "source": source, "message": {"id": "1", "type": "text"}},
            {**same, "type": "message", "source": source, "message": {"id": "2", "type": "text"}},
        )
    ]
    assert len(set(keys)) == 4


@pytest.mark.parametrize("time", [10**18, 12345678901234, -1, 0, "soon", None, 1e400])
def test_a_message_of_no_likely_time_counts_as_sent_when_it_came(time: Any) -> None:
    odd = body("text")
    odd["events"][0]["timestamp"] = time
    (found,) = events(*odd["events"])
    assert isinstance(found, InboundMessage)
    assert found.sent_at == NOW
    assert found.text


def test_an_id_longer_than_any_real_one_still_gives_a_key_that_fits() -> None:
    long = body("text")["events"][0]
    first, second = events(
        {**long, "webhookEventId": "A" * 300}, {**long, "webhookEventId": "B" * 300}
    )
    assert first.event_key != second.event_key
    assert max(len(first.event_key), len(second.event_key)) <= 300
