"""Surfaces beside the group: one chat of a linked account, the Page's own inbox, loops, changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot import outbox, staff, surfaces
from bot.store import conversations
from tests.support.group import Group, hire
from tests.support.shop import ACCOUNTS, PAGE, STAFF_PHONE, Shop

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
PAGE_INBOX = 26390203743090
OUR_APP = 1000000000000001


@pytest.fixture
def counter(shop: Shop) -> Shop:
    """Two customers, C1 on LINE and C2 on Messenger, and Nok's linked phone."""
    shop.link_staff()
    shop.hear_line("สวัสดีค่ะ", user="Ua")
    shop.hear_meta("hello")
    shop.handle()
    return shop


def choose(shop: Shop, **chosen: Any) -> None:
    shop.runtime.transact(
        lambda work: surfaces.choose(work, shop.owner.shop_id, shop.owner, **chosen)
    )


def type_on_line(shop: Shop, text: str, **more: Any) -> str:
    """Type as Nok on LINE; give the answer's words."""
    shop.hear_line(text, user=STAFF_PHONE, **more)
    shop.handle()
    return str(shop.rows("messages", author="bot")[-1].text)


def echo(
    shop: Shop,
    text: str,
    *,
    kind: str = "messenger",
    app_id: int | None = PAGE_INBOX,
    mid: str | None = None,
    metadata: str | None = None,
) -> None:
    """Hear what the account itself sent: by the Page's own inbox unless told otherwise."""
    item = shop.meta_item(text, kind=kind, mid=mid)
    item["sender"], item["recipient"] = item["recipient"], item["sender"]
    item["message"] |= {"is_echo": True}
    item["message"] |= {"app_id": app_id} if app_id else {}
    item["message"] |= {"metadata": metadata} if metadata else {}
    shop.post_meta(shop.meta_body(kind, (ACCOUNTS[kind], [item])))
    shop.handle()


def notes(shop: Shop) -> list[str]:
    return shop.texts(kind="note")


# One chat of a linked account ------------------------------------------------------------


def test_words_are_sent_from_ones_own_chat_to_the_customers_channel(counter: Shop) -> None:
    counter.hear_line("/reply @C2 We ship tomorrow", user=STAFF_PHONE, token="t1")
    counter.handle()
    counter.deliver()
    counter.deliver()

    seen = {one.person: one.message["text"] for one in counter.platforms.seen}
    assert seen["1001"] == "We ship tomorrow"
    (receipt,) = [words for person, words in seen.items() if person != "1001"]
    assert "@C2" in receipt
    assert "Messenger แล้ว" in receipt
    assert counter.row("outbox", kind="receipt").state == "sent"


def test_a_customer_and_an_order_are_put_in_use_named_and_quoted(counter: Shop) -> None:
    assert "@C2" in type_on_line(counter, "/use @C2")
    type_on_line(counter, "/o A1 1")
    assert "!1001" in type_on_line(counter, "/use !1001")
    type_on_line(counter, "/o @C1 B2 1")
    counter.deliver()
    card = next(row for row in counter.rows("outbox", kind="card") if row.order_id)
    assert counter.row("orders", id=card.order_id).number == 1001

    type_on_line(counter, "/add B2 1", quoted=card.platform_ids[-1])
    totals = {row.number: row.total_minor for row in counter.rows("orders")}
    assert totals == {1001: 21000, 1002: 9000}


def test_the_inbox_lists_who_waits_and_finds_customers_and_orders(counter: Shop) -> None:
    hire(counter, "vi@example.com", "viewer")
    words = type_on_line(counter, "/inbox")
    assert "@C1" in words
    assert "@C2" in words
    assert "@C3" not in words  # Nok's own chat is nobody's customer

    counter.say("hello yourself", to=2)
    assert "@C2" not in type_on_line(counter, "/inbox")
    counter.answer("/o A1 2", to=1)
    found = type_on_line(counter, "/find สวัสดี")
    assert "@C1" in found
    assert "!1001" in type_on_line(counter, "/find 1001")
    assert "nobody-of-this-name" in type_on_line(counter, "/find nobody-of-this-name")


def test_an_empty_inbox_says_so(shop: Shop) -> None:
    shop.link_staff()
    assert len(type_on_line(shop, "/inbox").splitlines()) == 1


def test_stock_is_told_with_price_and_by_variant(counter: Shop) -> None:
    counted = counter.answer("/stock A1")
    assert "50" in counted
    assert "120" in counted
    assert "B2" in counter.answer("/สต็อก B2")
    assert "20" in counter.answer("/stock C3/ดำ/M")
    assert len(counter.answer("/stock A1 B2").splitlines()) == 2
    assert "A9" in counter.refusal("/stock A9")


def test_a_note_is_written_on_the_order_in_use(counter: Shop) -> None:
    counter.answer("/o A1 1")
    counter.answer("/note call before delivery")

    assert counter.row("orders").terms["note"] == "call before delivery"


def test_a_viewer_reads_and_does_not_write(counter: Shop) -> None:
    hire(counter, "vi@example.com", "viewer")
    counter.link_staff("Uviewer", "vi@example.com")
    counter.hear_line("/reply @C1 hello", user="Uviewer")
    counter.hear_line("/inbox", user="Uviewer")
    counter.handle()

    assert counter.rows("messages", direction="out", author="staff") == []
    assert "@C1" in counter.rows("messages", author="bot")[-1].text


def test_reply_from_the_web_box_is_what_the_box_does(counter: Shop) -> None:
    counter.answer("/reply hello there", to=2)
    counter.deliver()

    assert counter.platforms.texts() == ["hello there"]
    assert "/link" in counter.refusal("/link 123456", to=2)


def test_a_linked_account_may_be_linked_anew(counter: Shop) -> None:
    hire(counter, "ton@example.com", "sales")
    with counter.runtime.store.read() as connection:
        from bot.store import people

        ton = people.find_staff_by_email(connection, "ton@example.com")
    assert ton is not None
    code = counter.runtime.transact(lambda work: staff.make_link_code(work, ton.id))
    counter.hear_line(f"/link {code}", user=STAFF_PHONE)
    counter.handle()

    assert counter.row("staff_links").staff_id == ton.id


# The Page's own inbox ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["messenger", "instagram"])
@pytest.mark.parametrize("app_id", [PAGE_INBOX, None])
def test_an_order_in_a_customers_words_is_taken_where_the_shop_allows_it(
    counter: Shop, kind: str, app_id: int | None
) -> None:
    counter.hear_meta("hello", kind=kind, user="1001")
    counter.handle()
    echo(counter, "สรุปรายการ: A1 2, B2 1 รวมส่ง EMS ค่ะ", kind=kind, app_id=app_id)
    assert counter.rows("orders") == []

    choose(counter, page_orders=True)
    echo(counter, "สรุปรายการ: A1 2, B2 1 รวมส่ง EMS ค่ะ", kind=kind, app_id=app_id)

    order = counter.row("orders")
    assert (order.status, order.total_minor) == ("draft", 24000 + 9000 + 6000)
    assert {row.actor for row in counter.rows("order_events")} == {"system"}
    assert {row.surface for row in counter.rows("order_events")} == {"page"}
    assert all(row.source.startswith("message:") for row in counter.rows("order_events"))
    assert "1001" in notes(counter)[-1]
    assert counter.rows("outbox") == []  # the customer is told nothing that they have not read


def test_the_draft_is_extended_and_the_bill_sent_in_a_customers_words(counter: Shop) -> None:
    choose(counter, page_orders=True)
    echo(counter, "Order summary: A1 2")
    echo(counter, "your bill\nB2 1; ship EMS; note: gift wrap")
    counter.deliver()

    order = counter.row("orders")
    assert (order.status, order.total_minor) == ("unpaid", 39000)
    bill = counter.row("messages", kind="bill")
    assert (bill.conversation_id, bill.author, bill.staff_id) == (2, "bot", None)
    assert counter.platforms.calls


def test_the_bill_of_a_draft_that_staff_made_is_sent_by_its_marker_alone(counter: Shop) -> None:
    choose(counter, page_orders=True)
    counter.answer("/o A1 1", to=2)
    echo(counter, "สรุปบิลใหม่")
    assert counter.row("orders").status == "draft"  # another word
    echo(counter, "สรุปบิลนะคะ")

    assert counter.row("orders").status == "unpaid"


@sqlite_only
@pytest.mark.parametrize(
    "text",
    [
        "Order summary: A1 2 @1",
        "Order summary: A1 2 -50%",
        'Order summary: "gold" 1 @1',
        "Order summary: A1 2; disc 50%",
        "Order summary: A1 2; freeship",
        "Order summary: A1 2; ship EMS 1",
        "Order summary: A1 2; dep 10",
        "Order summary: A1 2; pay cod",
        "Order summary: A1 2; due 2h",
        "Order summary: @C1 A1 2",
        "Order summary: A9 2",
        "Order summary: A1 2 5",
        "Your bill",
    ],
)
def test_what_nobody_in_particular_may_decide_is_noted_and_not_done(
    counter: Shop, text: str
) -> None:
    choose(counter, page_orders=True)
    echo(counter, text)

    assert counter.rows("orders") == []
    assert len(notes(counter)) == 1
    assert counter.rows("outbox") == []


@sqlite_only
@pytest.mark.parametrize(
    "text",
    [
        "/o A1 2",
        "/paid",
        "/cancel",
        "Order summary",
        "Order summaryA1 2",
        "The Order summary: A1 2",
        "thanks!",
        "",
    ],
)
def test_other_words_of_the_page_are_words(counter: Shop, text: str) -> None:
    choose(counter, page_orders=True)
    echo(counter, text)

    assert counter.rows("orders") == []
    assert notes(counter) == []


def test_an_unpaid_order_is_left_alone_by_the_page(counter: Shop) -> None:
    choose(counter, page_orders=True)
    counter.answer("/o A1 1", to=2)
    counter.answer("/send", to=2)
    echo(counter, "Order summary: B2 1")
    counter.handle()

    assert [(row.status, row.total_minor) for row in counter.rows("orders")] == [
        ("unpaid", 12000),
        ("draft", 9000),
    ]


def test_T17_our_own_echo_is_matched_and_never_a_command(counter: Shop) -> None:
    choose(counter, page_orders=True)
    text = "Order summary: A1 2"
    counter.say(text, to=2)
    counter.deliver()
    sent = counter.row("outbox", kind="text")
    mid = sent.platform_ids[-1]
    echo(counter, text, app_id=OUR_APP, mid=mid, metadata=sent.id)  # as Meta sends it
    echo(counter, text, app_id=OUR_APP, mid="m_other")  # its mark was lost
    echo(counter, text, app_id=None, mid="m_another")  # and its app too

    assert counter.rows("orders") == []
    assert counter.row("outbox", kind="text").state == "sent"
    counter.clock.move(minutes=11)
    echo(counter, text, mid="m_typed")  # a person types the same later
    assert len(counter.rows("orders")) == 1


# The loop breaker ----------------------------------------------------------------------------


def test_T17_two_bots_in_a_group_do_not_talk_for_ever(shop: Shop) -> None:
    group = Group(shop)
    group.claim()
    before = len(shop.rows("messages", author="bot"))
    text = "/o A1 2"
    for _ in range(40):  # the other bot, whose id LINE does not tell, answers all that we say
        group.say(text, None)
        shop.handle()

    said = shop.rows("messages", author="bot")[before:]
    assert len(said) == 10
    assert len(shop.rows("messages", reason="held_back")) == 1
    assert shop.audit().count("automatic answers held back") == 1

    shop.clock.move(minutes=1, seconds=1)
    group.say(text, None)
    shop.handle()
    assert len(shop.rows("messages", author="bot")[before:]) == 11


def test_the_shop_sets_how_many_automatic_messages_a_minute_are_said(counter: Shop) -> None:
    choose(counter, automatic_a_minute=2)
    for _ in range(5):
        counter.hear_line("plain words", user=STAFF_PHONE)
    counter.handle()
    assert len(counter.rows("messages", author="bot", automatic=True)) == 2

    # What is asked for by a command is answered all the same.
    assert "@C1" in type_on_line(counter, "/use @C1")


def test_one_conversations_loop_silences_no_other(counter: Shop) -> None:
    choose(counter, automatic_a_minute=1)
    talk = {}
    with counter.runtime.store.read() as connection:
        for key in (1, 2):
            talk[key] = conversations.lock_conversation(connection, key)

    def speak(key: int) -> bool:
        from bot.messages import Text

        planned = counter.runtime.transact(
            lambda work: outbox.plan_automatic(work, talk[key], Text("away"))
        )
        return planned is not None

    assert [speak(1), speak(1), speak(2)] == [True, False, True]


# The same twice, edited, withdrawn -----------------------------------------------------------


def test_T23_the_same_command_delivered_twice_has_one_effect(counter: Shop) -> None:
    event = counter.line_event("/o @C1 A1 2", user=STAFF_PHONE)
    for again in (False, True, True):
        event["deliveryContext"] = {"isRedelivery": again}
        counter.post_line(counter.line_body(event))
        counter.handle()

    assert counter.row("orders").total_minor == 24000
    assert len(counter.rows("messages", author="bot")) == 1


def edit(shop: Shop, message_id: str, text: str, **more: Any) -> None:
    event = shop.line_event("", user=STAFF_PHONE, message_id=message_id, **more)
    event["message"] = {"id": message_id, "type": "text", "text": text}
    shop.post_line(shop.line_body(event | {"type": "messageEdited"}))


def withdraw(shop: Shop, message_id: str) -> None:
    event = shop.line_event("", user=STAFF_PHONE)
    del event["message"]
    told = {"type": "unsend", "unsend": {"messageId": message_id}}
    shop.post_line(shop.line_body(event | told))


def test_T23_an_edited_command_is_asked_and_not_applied(counter: Shop) -> None:
    type_on_line(counter, "/o @C1 A1 2", message_id="701")
    counter.clock.move(seconds=2)
    edit(counter, "701", "/o @C1 A1 5")
    counter.handle()

    assert counter.row("orders").total_minor == 24000
    asked = counter.rows("outbox")[-1].payload["messages"][-1]
    (offer,) = asked["quickReply"]["items"]
    assert offer["action"]["text"] == "/o @C1 A1 5"
    assert len(counter.rows("outbox")) == 2


def test_T23_words_edited_into_a_command_are_asked_and_not_run(counter: Shop) -> None:
    type_on_line(counter, "nothing yet", message_id="701")
    counter.clock.move(seconds=2)
    edit(counter, "701", "/o @C1 A1 5")
    counter.handle()

    assert counter.rows("orders") == []
    assert len(counter.rows("messages", author="bot", automatic=True)) == 2


@pytest.mark.parametrize("first", ["message", "edit"])
def test_T23_a_command_edited_before_it_ran_is_asked_once_and_not_run(
    counter: Shop, first: str
) -> None:
    now = counter.clock()
    event = counter.line_event("/o @C1 A1 2", user=STAFF_PHONE, message_id="701", at=now)
    if first == "message":
        counter.post_line(counter.line_body(event))
    edit(counter, "701", "/o @C1 A1 5", at=now + timedelta(seconds=1))
    if first == "edit":
        counter.handle()
        counter.post_line(counter.line_body(event))
    counter.handle()

    assert counter.rows("orders") == []
    assert len(counter.rows("messages", author="bot")) == 1


@sqlite_only
def test_small_talk_that_is_edited_and_a_customers_edits_are_left_alone(counter: Shop) -> None:
    group = Group(counter)
    group.claim()
    group.say("lunch?", message_id="801")
    counter.hear_line("/o A1 2", user="Ua", message_id="802")
    counter.handle()
    before = len(counter.rows("outbox"))
    counter.clock.move(seconds=2)
    group.change("messageEdited", "801", "dinner?")
    edit(counter, "802", "/send")
    counter.handle()

    assert len(counter.rows("outbox")) == before


def test_T23_a_withdrawn_command_is_redacted_and_its_order_stays_with_an_audit(
    counter: Shop,
) -> None:
    type_on_line(counter, "/o @C1 A1 2", message_id="701")
    source = counter.rows("order_events")[0].source
    withdraw(counter, "701")
    counter.handle()

    assert counter.row("orders").total_minor == 24000
    message = counter.row("messages", platform_id="701")
    assert (message.text, message.redacted) == (None, True)
    (audit,) = counter.rows("audit", action="source unsent")
    assert (audit.subject, audit.data) == ("order:1001", {"source": source})
    assert audit.actor == f"staff:{counter.owner.staff_id}"


def test_T23_a_command_withdrawn_before_it_ran_does_nothing(counter: Shop) -> None:
    counter.hear_line("/o @C1 A1 2", user=STAFF_PHONE, message_id="701")
    withdraw(counter, "701")
    counter.handle()

    assert counter.rows("orders") == []
    assert {row.state for row in counter.rows("events")} == {"done"}


@sqlite_only
def test_T19_a_customer_who_takes_the_owners_name_is_a_customer(counter: Shop) -> None:
    def rename(work: Any) -> None:
        from bot.store.contacts import update_contact

        update_contact(work.connection, 1, name="Nok")

    counter.runtime.transact(rename)
    counter.hear_line("/o A1 2", user="Ua")
    counter.hear_meta("/send", user=PAGE + "9")
    counter.handle()

    assert counter.rows("orders") == []
    assert counter.rows("outbox") == []
