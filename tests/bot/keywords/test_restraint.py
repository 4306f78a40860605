"""What keyword orders and automatic answers keep from: loops, the staff's own, what is gone."""

from __future__ import annotations

from typing import Any

import pytest

from bot import ordering, replies, surfaces
from bot.keywords.deciding import Wish
from bot.keywords.drafting import put
from bot.ordering import Asker, Desk
from bot.replies import DAYS, Answer
from bot.store import conversations, groups
from bot.store import keywords as rows
from bot.store import orders as order_rows
from bot.store import replies as reply_rows
from orders.item import Item
from orders.keywords import Effect
from orders.money import Money
from tests.support.group import Group
from tests.support.keywords import comment, rule
from tests.support.shop import STAFF_PHONE, Shop

NEVER: dict[str, Any] = dict.fromkeys(DAYS, ())


def choose(shop: Shop, **chosen: Any) -> None:
    shop.runtime.transact(
        lambda work: surfaces.choose(work, shop.owner.shop_id, shop.owner, **chosen)
    )


def switch_on(shop: Shop, kind: str, **more: Any) -> None:
    replies.save_answer(shop.runtime, shop.owner, kind, Answer(enabled=True, **more))


def write(shop: Shop, *texts: str, **more: Any) -> None:
    for text in texts:
        shop.hear_line(text, **more)
        shop.handle()


def items(shop: Shop) -> list[tuple[str, int]]:
    return [(row.code, row.quantity) for row in shop.rows("order_items")]


def mark_internal(shop: Shop, conversation_id: int) -> None:
    shop.runtime.transact(lambda work: groups.mark_internal(work.connection, conversation_id))


# The loop breaker -----------------------------------------------------------------------


def test_T17_answers_to_keywords_are_held_back_and_the_orders_stand(shop: Shop) -> None:
    choose(shop, automatic_a_minute=2)
    rule(shop)
    write(shop, *["A1+1"] * 5)

    assert items(shop) == [("A1", 5)]
    assert len(shop.rows("messages", author="bot", automatic=True)) == 2
    assert len(shop.rows("messages", reason="held_back")) == 1
    untold = [bool(hit.facts.get("untold")) for hit in shop.rows("keyword_hits")]
    assert untold == [False, False, True, True, True]

    shop.clock.move(minutes=1, seconds=1)
    write(shop, "A1+1")
    assert len(shop.rows("messages", author="bot", automatic=True)) == 3


def test_T17_where_is_my_order_is_not_answered_for_ever(shop: Shop) -> None:
    choose(shop, automatic_a_minute=2)
    switch_on(shop, "where")
    write(shop, *["where is my order"] * 4)
    assert len(shop.rows("messages", author="bot")) == 2


def test_T17_greeting_and_absence_count_with_all_other_automatic_words(shop: Shop) -> None:
    choose(shop, automatic_a_minute=1)
    rule(shop)
    switch_on(shop, "away", hours=NEVER)
    write(shop, "hello", "A1 1")
    assert len(shop.rows("messages", author="bot", automatic=True)) == 1
    assert items(shop) == [("A1", 1)]


def test_T17_private_replies_are_held_back_too(shop: Shop) -> None:
    choose(shop, automatic_a_minute=1)
    rule(shop, "comments")
    comment(shop, "A1 1", "c_1")
    comment(shop, "A1+1", "c_2")

    assert items(shop) == [("A1", 2)]
    (owed,) = shop.rows("outbox")
    assert (owed.kind, owed.comment_id) == ("private", "c_1")
    assert shop.row("messages", author="bot").automatic
    assert [bool(hit.facts.get("untold")) for hit in shop.rows("keyword_hits")] == [False, True]


# The staff's own ------------------------------------------------------------------------


def test_in_a_staff_group_nothing_orders_and_nothing_is_answered(shop: Shop) -> None:
    rule(shop)
    for kind in ("greeting", "where"):
        switch_on(shop, kind)
    switch_on(shop, "away", hours=NEVER)
    group = Group(shop)
    group.claim()
    before = len(shop.rows("outbox"))
    for text in ("CF A1 2", "where is my order", "hello"):
        group.say(text, "Ustranger")
        group.say(text, STAFF_PHONE)
        shop.handle()

    assert shop.rows("orders") == []
    assert shop.rows("keyword_hits") == []
    assert len(shop.rows("outbox")) == before


def test_an_internal_contact_orders_nothing_and_is_not_answered(shop: Shop) -> None:
    write(shop, "hello")
    mark_internal(shop, 1)
    rule(shop)
    for kind in ("greeting", "where"):
        switch_on(shop, kind)
    switch_on(shop, "away", hours=NEVER)
    write(shop, "CF A1 2", "where is my order", "hello")
    event = shop.line_event("", source={"type": "user", "userId": "Ucustomer"})
    del event["message"]
    shop.post_line(shop.line_body(event | {"type": "follow"}))
    shop.handle()

    assert shop.rows("orders") == []
    assert shop.rows("outbox") == []


def test_internal_words_and_orders_are_in_no_list(shop: Shop) -> None:
    write(shop, "A1 1")
    write(shop, "A1 2", user="Uother")
    shop.answer("/o A1 1")
    shop.answer("/send")

    def listed() -> tuple[list[Any], list[Any]]:
        shop_id = shop.owner.shop_id
        with shop.runtime.store.read() as connection:
            texts = rows.list_texts(connection, shop_id, post_id=None, comments=False, limit=9)
            own = reply_rows.list_open_orders(connection, shop_id, 1)
        return [row.text for row in texts], [row.number for row in own]

    assert listed() == (["A1 2", "A1 1"], [shop.row("orders").number])
    mark_internal(shop, 1)
    assert listed() == (["A1 2"], [])


# What is gone, and what was done already ------------------------------------------------


def test_a_dropped_draft_is_neither_extended_nor_counted(shop: Shop) -> None:
    rule(shop, cap_customer=3)
    write(shop, "A1 3")

    def drop(desk: Desk) -> None:
        row = order_rows.find_order(desk.connection, desk.shop.id, number=1001)
        ordering.delete(desk, row, Asker(shop.owner, "web"))

    shop.at_desk(drop)
    write(shop, "A1 2")

    assert [hit.outcome for hit in shop.rows("keyword_hits")] == ["ordered", "ordered"]
    kept = shop.rows("orders", deleted_at=None)
    assert [order.number for order in kept] == [1002]
    assert [row.quantity for row in shop.rows("order_items", order_id=kept[0].id)] == [2]


def test_the_same_message_moves_an_order_once(shop: Shop) -> None:
    write(shop, "hello")
    wish = Wish(Item("A1", "ชาเขียว", (), 2, Money(12000, "THB")), Effect.ADD)

    def order(desk: Desk) -> Any:
        conversation = conversations.lock_conversation(desk.connection, 1)
        return put(desk, conversation, None, wishes=(wish,), source="message:1")

    def extend(desk: Desk) -> Any:
        conversation = conversations.lock_conversation(desk.connection, 1)
        row = order_rows.find_order(desk.connection, desk.shop.id, number=1001)
        return put(desk, conversation, row, wishes=(wish,), source="message:2")

    assert shop.at_desk(order).id == shop.at_desk(order).id
    assert items(shop) == [("A1", 2)]
    assert shop.at_desk(extend).version == shop.at_desk(extend).version
    assert items(shop) == [("A1", 4)]
    assert [event.move for event in shop.rows("order_events")] == ["open", "edit"]


@pytest.mark.parametrize("text", ["A1 2", "where is my order"])
def test_who_writes_an_order_or_a_question_is_shown_to_the_group_too(shop: Shop, text: str) -> None:
    rule(shop)
    switch_on(shop, "where")
    group = Group(shop)
    group.claim()
    write(shop, text, user="Ubuyer")
    assert group.row.due_at is not None
