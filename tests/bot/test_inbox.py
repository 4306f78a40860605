"""Taking deliveries in: each event once, whatever the body holds, and to its own shop."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot import inbox
from bot import shops as shop_book
from bot.inbox import keeping
from bot.store.database import StoreUnavailable
from tests.support.shop import CUSTOMER, PAGE, STAFF_PHONE, Shop, at_once

OTHER_PAGE = "9990000001"


def add_second_shop(shop: Shop) -> int:
    """A second shop with a Page and a LINE account of its own."""

    def add(work: Any) -> int:
        shop_id = shop_book.add_shop(
            work, slug="lanna", name="Lanna", currency="THB", timezone="Asia/Bangkok", locale="th"
        )
        shop_book.add_channel(
            shop.runtime,
            work,
            "lanna",
            kind="messenger",
            key="lanna-page",
            account_id=OTHER_PAGE,
            access_token="lanna-token",
        )
        shop_book.add_channel(
            shop.runtime,
            work,
            "lanna",
            kind="line",
            key="lanna-line",
            account_id="Ulannabot",
            channel_secret="lanna-secret",
            access_token="lanna-line-token",
        )
        return shop_id

    return shop.runtime.transact(add)


def until_stored(shop: Shop, body: bytes) -> int:
    """Post as a platform does: when we are too busy, come again."""
    end = time.monotonic() + 60
    while True:
        try:
            return shop.post_line(body)
        except StoreUnavailable:
            assert time.monotonic() < end, "The database never let this delivery in."


# Once ------------------------------------------------------------------------------


def test_I1_an_acknowledged_message_is_in_the_inbox_once(shop: Shop) -> None:
    raw_id = shop.hear_line("สวัสดีค่ะ เอาชาเขียว 2")

    message = shop.row("messages")
    conversation = shop.row("conversations")
    assert (message.text, message.direction, message.author) == (
        "สวัสดีค่ะ เอาชาเขียว 2",
        "in",
        "customer",
    )
    assert (conversation.unread, conversation.last_text) == (1, "สวัสดีค่ะ เอาชาเขียว 2")
    assert shop.row("contacts").code == 1
    assert shop.row("raw_deliveries", id=raw_id).state == "read"
    assert shop.row("events").delivery_id == raw_id


def test_F01_a_delivery_that_comes_again_changes_nothing(shop: Shop) -> None:
    body = shop.line_body(shop.line_event("hello", token="r1"))
    shop.post_line(body)
    shop.handle()
    before, unread = shop.counts(), shop.row("conversations").unread

    shop.post_line(body)
    shop.handle()

    assert shop.counts() == before
    assert shop.row("conversations").unread == unread
    assert len(shop.rows("reply_tokens")) == 1
    assert len(shop.rows("raw_deliveries")) == 2  # what came is kept all the same


def test_F01_a_redelivery_that_differs_in_its_token_is_the_same_event(shop: Shop) -> None:
    event = shop.line_event("hello", token="r1")
    shop.post_line(shop.line_body(event))

    again = event | {"replyToken": "r2", "deliveryContext": {"isRedelivery": True}}
    shop.post_line(shop.line_body(again))

    assert shop.texts() == ["hello"]


def test_F02_the_same_delivery_32_times_at_once_is_one_message(shop: Shop) -> None:
    body = shop.line_body(shop.line_event("hello"))

    raw_ids = at_once(32, lambda _: until_stored(shop, body))

    assert len(set(raw_ids)) == 32
    assert shop.texts() == ["hello"]
    assert len(shop.rows("contacts")) == 1
    assert shop.row("conversations").unread == 1


def test_F50_two_first_messages_at_once_open_one_conversation(shop: Shop) -> None:
    bodies = [shop.line_body(shop.line_event(f"first {place}")) for place in range(8)]

    at_once(8, lambda place: until_stored(shop, bodies[place]))

    assert len(shop.rows("contacts")) == 1
    assert shop.row("conversations").unread == 8
    assert sorted(shop.texts()) == [f"first {place}" for place in range(8)]


def test_customers_are_numbered_without_gaps_though_they_come_at_once(shop: Shop) -> None:
    bodies = [shop.line_body(shop.line_event("hi", user=f"U{place}")) for place in range(8)]

    at_once(8, lambda place: until_stored(shop, bodies[place]))

    assert sorted(row.code for row in shop.rows("contacts")) == list(range(1, 9))


def test_T06_a_replay_months_later_has_no_new_effect(shop: Shop) -> None:
    shop.link_staff()
    body = shop.line_body(shop.line_event("/o @C1 A1 1", user=STAFF_PHONE))
    shop.hear_line("hello")
    shop.post_line(body)
    shop.handle()
    shop.deliver()
    before, calls = shop.counts(), len(shop.platforms.calls)
    assert before["orders"] == 1

    shop.clock.move(days=200)
    shop.post_line(body)
    shop.handle()
    shop.deliver()

    assert shop.counts() == before
    assert len(shop.platforms.calls) == calls


def test_replaying_a_stored_delivery_changes_nothing(shop: Shop) -> None:
    shop.link_staff()
    shop.hear_line("hello")
    raw_id = shop.hear_line("/o @C1 A1 1", user=STAFF_PHONE)
    shop.handle()
    before = shop.counts()

    assert inbox.replay(shop.runtime, raw_id) == "read"
    shop.handle()

    assert shop.counts() == before


def test_replaying_a_delivery_that_does_not_exist_says_so(shop: Shop) -> None:
    with pytest.raises(LookupError, match="there is no delivery 77"):
        inbox.replay(shop.runtime, 77)


def test_replaying_a_malformed_event_leaves_it_in_error_and_touches_nothing(shop: Shop) -> None:
    shop.hear_line("hello")
    shop.say("hi")
    shop.deliver()
    broken = shop.line_event("x") | {"message": "no object"}
    raw_id = shop.post_line(shop.line_body(broken))
    before = shop.rows("messages")
    assert shop.row("events", state="error").error

    inbox.replay(shop.runtime, raw_id)
    shop.handle()

    assert shop.row("events", state="error").error
    assert shop.rows("messages") == before


# Whose ------------------------------------------------------------------------------


def test_T05_another_channels_secret_is_refused_and_nothing_is_kept(shop: Shop) -> None:
    add_second_shop(shop)
    body = shop.line_body(shop.line_event("hello"))

    with pytest.raises(inbox.Refused):
        shop.post_line(body, secret="lanna-secret")
    with pytest.raises(inbox.Refused):
        shop.post_line(body, key="lanna-line", secret=shop.secrets("siam-line")["channel_secret"])
    with pytest.raises(inbox.Refused):
        inbox.receive(shop.runtime, "line", "nobody", {}, body)
    with pytest.raises(inbox.Refused):
        shop.post_meta(shop.meta_body("messenger", (PAGE, [shop.meta_item("hi")])), secret="x")

    assert shop.rows("raw_deliveries") == []
    assert shop.rows("messages") == []


def test_T05_a_line_webhook_address_takes_no_other_platforms_channel(shop: Shop) -> None:
    with pytest.raises(inbox.Refused):
        inbox.receive(shop.runtime, "line", "siam-page", {"X-Line-Signature": "x"}, b"{}")


def test_T05_a_page_nobody_has_is_quarantined_and_reaches_no_shop(shop: Shop) -> None:
    item = shop.meta_item("hello", account="4040404040")

    raw_id = shop.post_meta(shop.meta_body("messenger", ("4040404040", [item])))

    raw = shop.row("raw_deliveries", id=raw_id)
    assert raw.state == "quarantine"
    assert "4040404040" in raw.reason
    assert raw.shop_id is None
    assert set(shop.counts().values()) == {0}


def test_T05_a_destination_that_is_not_the_channels_account_is_quarantined(shop: Shop) -> None:
    add_second_shop(shop)
    body = shop.line_body(shop.line_event("hello"), destination="Usomebodyelse")

    raw_id = shop.post_line(body, key="lanna-line")

    assert shop.row("raw_deliveries", id=raw_id).state == "quarantine"
    assert shop.rows("messages") == []


def test_a_quarantined_delivery_arrives_once_its_page_is_connected(shop: Shop) -> None:
    item = shop.meta_item("early", account=OTHER_PAGE)
    raw_id = shop.post_meta(shop.meta_body("messenger", (OTHER_PAGE, [item])))

    second = add_second_shop(shop)
    assert inbox.replay(shop.runtime, raw_id) == "read"

    assert shop.row("messages").shop_id == second


def test_a_batch_of_two_shops_pages_goes_each_to_its_own_shop(shop: Shop) -> None:
    second = add_second_shop(shop)
    first = shop.owner.shop_id
    mine = shop.meta_item("for siam", user="77")
    theirs = shop.meta_item("for lanna", user="77", account=OTHER_PAGE)

    shop.post_meta(shop.meta_body("messenger", (PAGE, [mine]), (OTHER_PAGE, [theirs])))

    assert [(row.shop_id, row.text) for row in shop.rows("messages")] == [
        (first, "for siam"),
        (second, "for lanna"),
    ]
    assert [row.shop_id for row in shop.rows("conversations")] == [first, second]
    assert [row.shop_id for row in shop.rows("contacts")] == [first, second]


def test_T19_a_role_follows_the_linked_id_and_no_name(shop: Shop) -> None:
    shop.link_staff()
    shop.hear_line("hello")
    impostor = shop.line_event("/o @C1 A1 1", user="Uimpostor")
    impostor["source"]["displayName"] = "Nok"
    in_group = shop.line_event("/o @C1 A1 1", user="Umember")
    in_group["source"] = {"type": "group", "groupId": "Gstaff", "userId": "Umember"}
    shop.post_line(shop.line_body(impostor, in_group))
    shop.handle()

    assert shop.rows("orders") == []
    assert shop.rows("outbox") == []
    assert {row.author for row in shop.rows("messages")} == {"customer"}


# Odd -----------------------------------------------------------------------------------


def test_T09_deep_nesting_is_kept_as_it_came_and_raises_nothing(shop: Shop) -> None:
    body = b'{"a":' * 100_000

    raw_id = shop.post_line(body)

    raw = shop.row("raw_deliveries", id=raw_id)
    assert (raw.state, bytes(raw.body)) == ("parse_error", body)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"x"', b"\xff\xfe", b"{", b'{"events":7}'])
def test_T10_a_body_that_is_no_delivery_is_kept_and_raises_nothing(shop: Shop, body: bytes) -> None:
    raw_id = shop.post_line(body)

    raw = shop.row("raw_deliveries", id=raw_id)
    assert bytes(raw.body) == body
    assert raw.state == "parse_error" or shop.row("events").state == "error"
    assert shop.rows("messages") == []


@pytest.mark.parametrize(
    "odd",
    [
        '"type":"message","timestamp":NaN',
        '"type":"message","timestamp":1e999',
        '"type":"message","source":{"userId":"\\ud800"}',
        '"type":"\\u0000"',
        '"type":7',
        '"message":[]',
    ],
)
def test_an_odd_value_costs_its_own_event_and_no_neighbour(shop: Shop, odd: str) -> None:
    before, after = (json.dumps(shop.line_event(text)) for text in ("before", "after"))
    body = f'{{"destination":"Ubot","events":[{before},{{{odd}}},{after}]}}'.encode()

    raw_id = shop.post_line(body)

    assert shop.row("raw_deliveries", id=raw_id).state == "read"
    assert shop.texts(kind="text") == ["before", "after"]
    assert len(shop.rows("events")) == 3


def test_T11_what_no_database_holds_is_shown_as_a_replacement(shop: Shop) -> None:
    shop.hear_line("a\x00b")
    shop.post_line(shop.line_body(shop.line_event("c\ud800d")))
    shop.hear_line("next")

    assert shop.texts() == ["a\ufffdb", "c\ufffdd", "next"]


def test_an_event_that_fits_no_table_is_kept_as_an_error_beside_its_neighbours(
    shop: Shop,
) -> None:
    events = [
        shop.line_event("before"),
        shop.line_event("huge id", user="U" * 10_000),
        shop.line_event("long key", event_id="E" * 400),
        shop.line_event("long user", user="U" * 300),
        shop.line_event("after"),
    ]

    raw_id = shop.post_line(shop.line_body(*events))

    assert shop.row("raw_deliveries", id=raw_id).state == "read"
    kept = shop.texts(kind="text")
    errors = shop.rows("events", state="error")
    assert kept[0] == "before"
    assert kept[-1] == "after"
    # SQLite takes longer values than it was told to; what one does not take is seen as an error.
    assert len(kept) + len(errors) == 5
    assert len(errors) >= 1
    assert all(row.error for row in errors)


def test_a_replay_of_what_fits_no_table_keeps_its_error(shop: Shop) -> None:
    raw_id = shop.post_line(shop.line_body(shop.line_event("x", user="U" * 10_000)))
    before = shop.rows("events")

    inbox.replay(shop.runtime, raw_id)
    shop.handle()

    assert shop.rows("events") == before
    assert [row.state for row in before] == ["error"]


def test_a_busy_database_is_no_fault_of_an_event(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = keeping.keep
    troubles: list[Exception] = [
        ValueError("it does not fit"),  # so each event is kept with care
        OperationalError("INSERT", {}, Exception("database is locked")),
    ]

    def keep(*given: Any) -> None:
        if troubles:
            raise troubles.pop(0)
        real(*given)

    monkeypatch.setattr(inbox, "keep", keep)
    monkeypatch.setattr(keeping, "keep", keep)
    shop.hear_line("hello")

    assert shop.texts() == ["hello"]
    assert shop.row("events").state == "pending"


def test_what_is_not_text_is_kept_and_shown_as_what_it_is(shop: Shop) -> None:
    follow = shop.line_event("x") | {"type": "follow"}
    del follow["message"]
    sticker = shop.line_event("x")
    sticker["message"] = {"id": "9", "type": "sticker", "packageId": "1", "stickerId": "2"}

    shop.post_line(shop.line_body(follow, sticker))
    assert shop.handle() == 2  # a follow may be greeted

    assert [row.kind for row in shop.rows("messages")] == ["notice", "sticker"]
    assert {row.state for row in shop.rows("events")} == {"done"}


def test_an_older_message_that_comes_late_stays_behind_the_newer_one(shop: Shop) -> None:
    now = shop.clock()
    shop.hear_line("newer", at=now)
    shop.clock.move(seconds=-30)
    shop.hear_line("older", at=shop.clock())

    conversation = shop.row("conversations")
    assert (conversation.last_text, conversation.unread) == ("newer", 2)


def test_nothing_of_a_customers_words_is_in_the_error_of_a_misfit(shop: Shop) -> None:
    shop.post_line(shop.line_body(shop.line_event("secret words", event_id="E" * 400)))

    assert all("secret" not in (row.error or "") for row in shop.rows("events"))


def test_a_customers_address_is_known_by_channel_and_id(shop: Shop) -> None:
    shop.hear_line("a")
    shop.hear_meta("b", user="77")
    shop.hear_meta("c", kind="instagram", user="77")
    shop.hear_line("d")

    assert [row.platform_id for row in shop.rows("addresses")] == [CUSTOMER, "77", "77"]
    assert len(shop.rows("conversations")) == 3


# Told twice, differently ---------------------------------------------------------------


def test_T07_one_event_id_with_other_words_keeps_the_first_and_flags_the_second(
    shop: Shop,
) -> None:
    event = shop.line_event("two teas", event_id="E-same", message_id="77")
    shop.post_line(shop.line_body(event))
    other = shop.line_event("two hundred teas", event_id="E-same", message_id="77")

    raw_id = shop.post_line(shop.line_body(other, shop.line_event("the neighbour")))

    assert shop.texts() == ["two teas", "the neighbour"]
    raw = shop.row("raw_deliveries", id=raw_id)
    assert raw.state == "conflict"
    assert "two hundred teas" in bytes(raw.body).decode()
    assert inbox.replay(shop.runtime, raw_id) == "conflict"
    assert shop.texts() == ["two teas", "the neighbour"]


def test_T07_a_meta_message_of_one_id_and_other_words_is_flagged(shop: Shop) -> None:
    shop.hear_meta("two teas", mid="m_same")

    raw_id = shop.hear_meta("two hundred teas", mid="m_same")

    assert shop.row("raw_deliveries", id=raw_id).state == "conflict"
    assert shop.texts() == ["two teas"]


def test_T07_what_was_edited_or_taken_back_meanwhile_is_no_conflict(shop: Shop) -> None:
    kept = shop.line_body(shop.line_event("two teas", event_id="E1", message_id="77"))
    shop.post_line(kept)
    edit = shop.line_event("three teas", message_id="77") | {"type": "messageEdited"}
    shop.clock.move(minutes=1)
    edit["timestamp"] += 60_000
    shop.post_line(shop.line_body(edit))
    assert shop.texts() == ["three teas"]

    raw_id = shop.post_line(kept)

    assert shop.row("raw_deliveries", id=raw_id).state == "read"
    assert shop.texts() == ["three teas"]


def test_a_body_of_two_platforms_goes_each_part_to_its_own(shop: Shop) -> None:
    page = json.loads(shop.meta_body("messenger", (PAGE, [shop.meta_item("by the Page")])))
    item = shop.meta_item("by Instagram", kind="instagram")
    insta = json.loads(shop.meta_body("instagram", (item["recipient"]["id"], [item])))

    shop.post_meta(json.dumps([page, insta]).encode())

    assert sorted(shop.texts()) == ["by Instagram", "by the Page"]
