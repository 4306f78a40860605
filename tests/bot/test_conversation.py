"""Hearing events: each has its effects once, in order, and a failing one does not stop the rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot import conversation, staff
from bot.conversation import hearing
from bot.store import people
from tests.support.shop import STAFF_PHONE, Shop


def link_code(shop: Shop) -> str:
    return shop.runtime.transact(lambda work: staff.make_link_code(work, shop.owner.staff_id))


def disable(shop: Shop, email: str = "nok@example.com") -> None:
    def body(work: Any) -> None:
        person = people.find_staff_by_email(work.connection, email)
        assert person is not None
        people.update_staff(work.connection, person.id, disabled_at=work.now)

    shop.runtime.transact(body)


def fail_on(monkeypatch: pytest.MonkeyPatch, text: str) -> list[str]:
    """Let hearing this text fail, as a mistake of ours would; give what was tried."""
    tried: list[str] = []
    real = hearing._hear

    def hear(runtime: Any, work: Any, conversation: Any, message: Any) -> None:
        tried.append(message.text)
        real(runtime, work, conversation, message)
        if message.text == text:
            raise ZeroDivisionError

    monkeypatch.setattr(hearing, "_hear", hear)
    return tried


# Customers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["/o A1 2", "/paid", "/invoice", "/price", "/help", "#o A1 1", "/use @C1", "/o A1 2 5", "/zzz"],
)
@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_T18_customer_commands_are_plain_text(shop: Shop, text: str) -> None:
    shop.hear_line(text)
    shop.hear_meta(text)
    shop.hear_meta(text, kind="instagram")
    shop.handle()
    shop.deliver()

    assert shop.texts(author="customer", kind="text") == [text] * 3
    assert {row.state for row in shop.rows("events")} == {"done"}
    assert shop.rows("orders") == []
    assert shop.rows("outbox") == []
    assert shop.platforms.calls == []


def test_an_event_has_its_effects_once(shop: Shop) -> None:
    shop.hear_line("hello")

    assert shop.handle() == 1
    assert shop.handle() == 0
    assert shop.row("events").processed_at is not None


# Linked staff ----------------------------------------------------------------------------


def test_a_linked_member_of_staff_orders_and_sends_from_line(shop: Shop) -> None:
    shop.link_staff()
    shop.hear_line("เอาชาเขียว 2")
    shop.hear_line("/o @C1 A1 2", user=STAFF_PHONE)
    shop.hear_line("/send @C1", user=STAFF_PHONE)
    shop.handle()

    order = shop.row("orders")
    assert (order.status, order.conversation_id, order.total_minor) == ("unpaid", 1, 24000)
    assert shop.texts(direction="in", author="staff") == ["/o @C1 A1 2", "/send @C1"]
    bill = shop.row("outbox", kind="bill")
    cards = shop.rows("outbox", kind="card")
    assert bill.conversation_id == 1
    assert [card.conversation_id for card in cards] == [2, 2]
    events = shop.rows("order_events")
    assert [event.move for event in events] == ["open", "edit", "send"]
    assert {event.surface for event in events} == {"line"}
    assert {event.actor for event in events} == {f"staff:{shop.owner.staff_id}"}
    assert {event.source for event in events} == {"message:2", "message:3"}


def test_a_linked_members_plain_words_are_answered_and_reach_no_customer(shop: Shop) -> None:
    shop.link_staff()
    shop.hear_line("hello")
    shop.hear_line("/use @C1", user=STAFF_PHONE)
    shop.hear_line("anybody there?", user=STAFF_PHONE)
    shop.handle()
    shop.deliver()

    assert {row.conversation_id for row in shop.rows("outbox")} == {2}
    assert {seen.person for seen in shop.platforms.seen} == {STAFF_PHONE}


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_in_a_group_a_linked_members_small_talk_is_left_alone(shop: Shop) -> None:
    shop.link_staff()
    event = shop.line_event("lunch?", user=STAFF_PHONE)
    event["source"] = {"type": "group", "groupId": "Gstaff", "userId": STAFF_PHONE}
    shop.post_line(shop.line_body(event))
    shop.handle()

    assert shop.rows("outbox") == []


def test_staff_who_were_disabled_are_customers_again(shop: Shop) -> None:
    shop.link_staff()
    shop.hear_line("hello")
    disable(shop)
    shop.hear_line("/o @C1 A1 1", user=STAFF_PHONE)
    shop.handle()

    assert shop.rows("orders") == []
    assert shop.rows("outbox") == []
    assert shop.rows("messages")[1].author == "customer"


# Linking by a code ------------------------------------------------------------------------


def test_a_link_code_makes_the_chat_account_a_member_of_staffs_once(shop: Shop) -> None:
    code = link_code(shop)
    shop.hear_line(f"/link {code}", user="Uone")
    shop.hear_line(f"/link {code}", user="Utwo")
    shop.handle()

    assert shop.row("staff_links").platform_user_id == "Uone"
    assert shop.row("outbox").conversation_id == 1
    assert [row.author for row in shop.rows("messages", direction="in")] == ["staff", "customer"]
    assert "account linked" in shop.audit()


def test_a_link_code_works_for_ten_minutes(shop: Shop) -> None:
    early, late = link_code(shop), link_code(shop)
    shop.clock.move(minutes=9, seconds=50)
    shop.hear_line(f"/link {early}", user="Uone")
    shop.handle()
    shop.clock.move(seconds=15)
    shop.hear_line(f"/link {late}", user="Utwo")
    shop.handle()

    assert shop.row("staff_links").platform_user_id == "Uone"


def test_a_wrong_link_code_gets_no_answer(shop: Shop) -> None:
    link_code(shop)
    shop.hear_line("/link 1234567", user="Uone")
    shop.hear_line("/link", user="Uone")
    shop.handle()

    assert shop.rows("staff_links") == []
    assert shop.rows("outbox") == []


def test_after_five_wrong_codes_none_is_looked_at_for_an_hour(shop: Shop) -> None:
    code = link_code(shop)
    wrong = ["000000" if code != "000000" else "000001"] * 5
    for guess in (*wrong, code):
        shop.hear_line(f"/link {guess}", user="Uguesser")
    shop.handle()
    assert shop.rows("staff_links") == []

    shop.hear_line(f"/link {code}", user="Uhonest")
    shop.handle()
    assert shop.row("staff_links").platform_user_id == "Uhonest"

    shop.clock.move(minutes=61)
    fresh = link_code(shop)
    shop.hear_line(f"/link {fresh}", user="Uguesser")
    shop.handle()
    assert len(shop.rows("staff_links")) == 2


def test_a_code_in_a_group_links_nobody(shop: Shop) -> None:
    event = shop.line_event(f"/link {link_code(shop)}", user="Uone")
    event["source"] = {"type": "group", "groupId": "Gshop", "userId": "Uone"}
    shop.post_line(shop.line_body(event))
    shop.handle()

    assert shop.rows("staff_links") == []


# Order and failure --------------------------------------------------------------------------


def test_events_have_their_effects_in_the_order_of_writing(shop: Shop) -> None:
    shop.link_staff()
    shop.hear_line("hello")
    now = shop.clock()
    first = shop.line_event("/o @C1 A1 1", user=STAFF_PHONE, at=now)
    second = shop.line_event("/send @C1", user=STAFF_PHONE, at=now + timedelta(seconds=1))
    shop.post_line(shop.line_body(second))
    shop.post_line(shop.line_body(first))
    shop.handle()

    assert shop.row("orders").status == "unpaid"


def test_an_event_that_fails_is_put_aside_after_five_tries_and_its_neighbours_go_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = fail_on(monkeypatch, "poison")
    for text in ("before", "poison", "after"):
        shop.hear_line(text)
    for _ in range(8):
        shop.handle()

    assert tried == ["before", *["poison"] * conversation.MOST_ATTEMPTS, "after"]
    events = shop.rows("events")
    assert [event.state for event in events] == ["done", "error", "done"]
    assert "ZeroDivisionError" in events[1].error


def test_an_event_that_fails_holds_nobody_else_up(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_on(monkeypatch, "poison")
    shop.hear_line("poison", user="Uone")
    shop.hear_line("fine", user="Utwo")

    assert shop.handle() == 1
    assert shop.row("events", state="done").conversation_id == 2


def test_a_replay_gives_an_event_in_error_its_effects_after_all(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot import inbox

    shop.link_staff()
    shop.hear_line("hello")
    shop.handle()
    with monkeypatch.context() as patch:
        fail_on(patch, "/o @C1 A1 1")
        raw_id = shop.hear_line("/o @C1 A1 1", user=STAFF_PHONE)
        for _ in range(conversation.MOST_ATTEMPTS):
            shop.handle()
    assert shop.rows("orders") == []  # a failed try leaves nothing behind

    inbox.replay(shop.runtime, raw_id)
    shop.handle()

    assert len(shop.rows("orders")) == 1
    assert {row.state for row in shop.rows("events")} == {"done"}
    inbox.replay(shop.runtime, raw_id)
    shop.handle()
    assert len(shop.rows("orders")) == 1


def test_two_workers_on_one_conversation_handle_each_event_once(shop: Shop) -> None:
    from tests.support.shop import at_once

    shop.link_staff()
    shop.hear_line("hello")
    for _ in range(6):
        shop.hear_line("/o @C1 A1 1", user=STAFF_PHONE)

    handled = at_once(4, lambda _: shop.handle())
    handled.append(shop.handle())

    assert sum(handled) == 7
    assert shop.row("order_items").quantity == 6


def test_T17_two_machines_that_talk_to_each_other_come_to_rest(shop: Shop) -> None:
    shop.link_staff()
    for number in range(15):
        shop.hear_line(f"are you there? {number}", user=STAFF_PHONE)
        shop.handle()
    assert len(shop.rows("messages", author="bot")) == 10
    assert len(shop.rows("messages", kind="notice", reason="held_back")) == 1

    shop.clock.move(minutes=2)
    shop.hear_line("and now?", user=STAFF_PHONE)
    shop.handle()

    assert len(shop.rows("messages", author="bot")) == 11
