"""Meta's deliveries are read alike for Messenger and Instagram, and their own ways too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.instagram import Instagram
from bot.channels.messenger import Messenger
from bot.messages import (
    Address,
    Author,
    InboundMessage,
    MessageChange,
    OtherEvent,
    StatusUpdate,
)
from tests.bot.channels.graph_bodies import (
    ACCOUNTS,
    NOW,
    PEOPLE,
    PERSON,
    body,
    both,
    changed,
    entries,
    event,
    events,
    message,
    other,
    status,
)


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
def test_T17_an_echo_of_ours_brings_our_delivery_id_back(channel: Messenger | Instagram) -> None:
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
    item = forged["entry"][0]["messaging"][0]
    del item["message"]["is_echo"]
    item["sender"], item["recipient"] = item["recipient"], item["sender"]
    (entry,) = channel.parse(forged, NOW)
    (found,) = entry.events
    assert isinstance(found, InboundMessage)
    assert found.author is Author.CUSTOMER


@both
def test_a_tap_on_our_quick_reply_says_what_the_button_promised(
    channel: Messenger | Instagram,
) -> None:
    assert message(channel, "text_quick_reply").text == "/show"
    foreign = body(channel, "text_quick_reply")
    tapped = foreign["entry"][0]["messaging"][0]["message"]
    tapped["quick_reply"]["payload"] = "DEVELOPER_DEFINED_PAYLOAD"
    (found,) = channel.parse(foreign, NOW)[0].events
    assert isinstance(found, InboundMessage)
    assert found.text == "Show"


@both
def test_a_reply_names_what_it_answers(channel: Messenger | Instagram) -> None:
    assert (message(channel, "text_replying").quoted_id or "").endswith("earlier")


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
    (entry,) = channel.parse(mixed, NOW)
    assert entry.account_id == ACCOUNTS[channel.kind]


@both
def test_a_test_send_is_of_the_account_that_it_is_addressed_to(
    channel: Messenger | Instagram,
) -> None:
    (entry,) = entries(channel, "entry_zero")
    assert entry.account_id == ACCOUNTS[channel.kind]


@both
def test_a_test_send_to_several_accounts_is_of_none(channel: Messenger | Instagram) -> None:
    whole = body(channel, "entry_zero")
    (first,) = whole["entry"][0]["messaging"]
    whole["entry"][0]["messaging"].append({**first, "recipient": {"id": "another"}})
    (entry,) = channel.parse(whole, NOW)
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
    (found,) = channel.parse(odd, NOW)[0].events
    assert found.sent_at == datetime(2025, 11, 24, 16, 0, tzinfo=UTC)


def test_a_delivery_receipt_settles_each_message_it_names_and_all_before_its_time() -> None:
    (entry,) = entries(Messenger(), "delivered")
    found = [one for one in entry.events if isinstance(one, StatusUpdate)]
    assert [(one.status, one.platform_id) for one in found] == [
        ("delivered", "m_1"),
        ("delivered", "m_2"),
        ("delivered", None),
    ]
    assert found[-1].sent_at == datetime(2025, 11, 24, 16, 0, 0, 5000, tzinfo=UTC)


def test_a_watermark_is_the_time_up_to_which_it_counts() -> None:
    until = datetime(2025, 11, 24, 16, 0, 0, 5000, tzinfo=UTC)
    assert status(Messenger(), "delivered_watermark_only").sent_at == until
    read = status(Messenger(), "read")
    assert (read.status, read.sent_at) == ("read", until + timedelta(milliseconds=1))


def test_instagram_says_which_message_was_read() -> None:
    read = status(Instagram(), "read")
    assert (read.status, read.platform_id) == ("read", "aWdf.ours")


def test_an_account_that_writes_to_itself_has_no_customer() -> None:
    found = other(Instagram(), "is_self")
    assert (found.kind, found.address) == ("self", None)


def test_what_instagram_does_not_show_is_unsupported() -> None:
    assert message(Instagram(), "unsupported").kind == "unsupported"


@both
def test_T17_what_the_account_wrote_is_never_a_customers_even_without_the_flag(
    channel: Messenger | Instagram,
) -> None:
    unflagged = body(channel, "echo_ours")
    del unflagged["entry"][0]["messaging"][0]["message"]["is_echo"]
    (entry,) = channel.parse(unflagged, NOW)
    assert isinstance(entry.events[0], StatusUpdate)
    foreign = body(channel, "text_echo_of_staff")
    del foreign["entry"][0]["messaging"][0]["message"]["is_echo"]
    (entry,) = channel.parse(foreign, NOW)
    (found,) = entry.events
    assert isinstance(found, InboundMessage)
    assert found.author is Author.STAFF
    assert found.address == Address(PEOPLE[channel.kind])


@both
def test_a_tapped_button_is_a_message_that_says_its_title(channel: Messenger | Instagram) -> None:
    for name in ("postback", "postback_without_mid"):
        found = message(channel, name)
        assert (found.kind, found.text) == ("postback", "Start")
        assert found.facts == {"payload": "GET_STARTED"}
        assert found.address == Address(PEOPLE[channel.kind])


@both
def test_T64_a_deletion_names_its_message_and_is_no_repeat_of_it(
    channel: Messenger | Instagram,
) -> None:
    found = event(channel, "deleted")
    assert isinstance(found, MessageChange)
    assert found.change == "unsend"
    assert found.event_key == f"unsend:{found.platform_id}"


@both
def test_an_edit_brings_the_new_words_and_each_edit_is_an_event(
    channel: Messenger | Instagram,
) -> None:
    edit = {"mid": "m_1", "text": "3 please", "num_edit": 1}
    found = changed(channel, message_edit=edit)
    assert (found.change, found.text, found.platform_id) == ("edit", "3 please", "m_1")
    again = changed(channel, message_edit={**edit, "num_edit": 2})
    later = changed(channel, message_edit=edit, timestamp=1764000009000)
    assert len({found.event_key, again.event_key, later.event_key}) == 3


@both
def test_a_reaction_is_put_on_and_taken_off(channel: Messenger | Instagram) -> None:
    found = changed(
        channel,
        reaction={"mid": "m_1", "action": "react", "reaction": "love", "emoji": "❤"},
    )
    assert (found.change, found.text, found.platform_id) == ("reaction", "❤", "m_1")
    assert found.sender_id == PERSON
    assert changed(channel, reaction={"mid": "m_1", "action": "unreact"}).text is None


@both
def test_the_accounts_own_reaction_stands_in_the_persons_conversation(
    channel: Messenger | Instagram,
) -> None:
    account = {"id": ACCOUNTS[channel.kind]}
    found = changed(
        channel,
        sender=account,
        recipient={"id": PERSON},
        reaction={"mid": "m_1", "action": "react", "emoji": "❤"},
    )
    assert found.address == Address(PERSON)
    assert found.sender_id == account["id"]


@both
@pytest.mark.parametrize(
    ("block", "opens"),
    [
        ({"referral": {"ref": "a", "source": "SHORTLINK", "type": "OPEN_THREAD"}}, True),
        ({"optin": {"ref": "a"}}, True),
        ({"optin": {"type": "notification_messages", "payload": "p"}}, False),
        ({"optin": {"type": "one_time_notif_req", "payload": "p"}}, False),
        ({"pass_thread_control": {"new_owner_app_id": "1"}}, False),
        ({"policy-enforcement": {"action": "block", "reason": "spam"}}, False),
    ],
)
def test_only_a_persons_own_act_gives_the_right_to_answer(
    channel: Messenger | Instagram, block: dict[str, Any], opens: bool
) -> None:
    (found,) = events(channel, block)
    (kind,) = block
    assert isinstance(found, OtherEvent)
    assert (found.kind, found.opens_window, found.error) == (kind, opens, None)
    assert found.facts == block[kind]
    (watched,) = events(channel, block, name="standby")
    assert isinstance(watched, OtherEvent)
    assert not watched.opens_window


@both
def test_a_consoles_test_send_comes_as_a_change_and_is_read_as_a_message(
    channel: Messenger | Instagram,
) -> None:
    value = {
        "sender": {"id": "12334"},
        "recipient": {"id": "23245"},
        "timestamp": "1527459824",
        "message": {"mid": "random_mid", "text": "random_text"},
    }
    for wrapping in ({"changes": [{"field": "messages", "value": value}]}, {"field": "messages"}):
        entry = {"id": "0", "time": 1764000000, "value": value, **wrapping}
        ((found,),) = [
            one.events for one in channel.parse({"object": channel.object, "entry": [entry]}, NOW)
        ]
        assert isinstance(found, InboundMessage)
        assert (found.text, found.address) == ("random_text", Address("12334"))
        assert found.sent_at == datetime(2018, 5, 27, 22, 23, 44, tzinfo=UTC)


@both
def test_a_message_of_no_likely_time_counts_as_sent_when_it_came(
    channel: Messenger | Instagram,
) -> None:
    odd = body(channel, "text")
    odd["entry"][0]["time"] = odd["entry"][0]["messaging"][0]["timestamp"] = 12
    (found,) = channel.parse(odd, NOW)[0].events
    assert found.sent_at == NOW


@both
def test_what_happens_on_the_page_is_kept_quietly(channel: Messenger | Instagram) -> None:
    change = {"field": "feed", "value": {"item": "comment", "verb": "add", "message": "hello"}}
    entry = {"id": ACCOUNTS[channel.kind], "time": 1764000000, "changes": [change]}
    (found,) = channel.parse({"object": channel.object, "entry": [entry]}, NOW)[0].events
    assert isinstance(found, OtherEvent)
    assert (found.kind, found.quiet, found.address) == ("feed", True, None)
    assert found.facts == {"item": "comment", "verb": "add"}
    assert found.sent_at == datetime(2025, 11, 24, 16, 0, tzinfo=UTC)
