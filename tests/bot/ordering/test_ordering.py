"""Moves of an order against the store: stock that never goes below zero, versions, and undoing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from bot import ordering
from bot.ordering import Asker
from bot.ordering.writing import write_terms
from bot.staff import Actor
from bot.store import orders as order_rows
from orders.errors import MoveError
from orders.states import Role
from tests.support.shop import Shop, at_once

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


@pytest.fixture
def open_shop(shop: Shop) -> Shop:
    """The shop with one customer on LINE."""
    shop.hear_line("hello")
    shop.handle()
    return shop


def stock(shop: Shop, code: str = "A1") -> tuple[int | None, int]:
    """What is available and what is reserved of a product."""
    shelf = shop.shelf(code)
    return (shelf.available, shelf.reserved) if shelf else (None, 0)


def ledger_of(shop: Shop, code: str = "A1") -> tuple[int, int]:
    """Available and reserved, counted from the ledger alone."""
    buckets: Counter[str] = Counter()
    for move in shop.rows("stock_moves", shelf_id=shop.shelf(code).id):
        buckets[move.source] -= move.quantity
        buckets[move.target] += move.quantity
    return buckets["available"], buckets["reserved"]


# Stock ---------------------------------------------------------------------------------------


def test_a_draft_holds_no_stock_and_sending_it_does(open_shop: Shop) -> None:
    open_shop.answer("/o A1 2")
    assert stock(open_shop) == (50, 0)

    open_shop.answer("/send")
    assert stock(open_shop) == (48, 2)


def test_a_second_revision_reserves_the_difference(open_shop: Shop) -> None:
    open_shop.answer("/o A1 2 C3/ดำ/M 1")
    open_shop.answer("/send")
    assert (stock(open_shop), stock(open_shop, "C3")) == ((48, 2), (19, 1))

    open_shop.answer("/set A1 5")
    open_shop.answer("/rm C3")
    assert (stock(open_shop), stock(open_shop, "C3")) == ((48, 2), (19, 1))
    open_shop.answer("/send")
    assert (stock(open_shop), stock(open_shop, "C3")) == ((45, 5), (20, 0))

    open_shop.answer("/set A1 1")
    open_shop.answer("/send")
    assert stock(open_shop) == (49, 1)
    assert ledger_of(open_shop) == (49, 1)


def test_cancelling_gives_the_stock_back_once(open_shop: Shop) -> None:
    open_shop.answer("/o A1 2")
    open_shop.answer("/send")
    open_shop.answer("/cancel ของหมด")

    assert stock(open_shop) == (50, 0)
    open_shop.refusal("/cancel !1001")
    assert stock(open_shop) == (50, 0)
    assert ledger_of(open_shop) == (50, 0)
    assert open_shop.row("orders").status == "cancelled"
    assert open_shop.rows("order_events")[-1].data == {"reason": "ของหมด"}


def test_more_than_there_is_cannot_be_sent_and_nothing_happens(open_shop: Shop) -> None:
    open_shop.answer("/o A1 4")
    open_shop.set_stock("A1", 3)
    before = open_shop.counts()

    words = open_shop.refusal("/send")

    assert "A1" in words
    assert "3" in words
    assert stock(open_shop) == (3, 0)
    assert open_shop.counts() == before  # no invoice, no number, nothing owed
    assert open_shop.row("orders").status == "draft"
    open_shop.answer("/set A1 3")
    open_shop.answer("/send")
    assert open_shop.row("invoices").number == 1


@sqlite_only
def test_what_is_not_counted_can_be_sold_without_end(open_shop: Shop) -> None:
    open_shop.answer("/o B2 9999")
    open_shop.answer("/send")

    assert stock(open_shop, "B2") == (None, 0)


def test_T25_sixteen_sellers_of_ten_sell_ten(shop: Shop) -> None:
    for place in range(16):
        shop.hear_line("hello", user=f"U{place}")
    shop.handle()
    shop.set_stock("A1", 10)
    for to in range(1, 17):
        shop.answer("/o A1 1", to=to)

    said = at_once(16, lambda place: shop.say("/send", to=place + 1))

    assert [one.is_error for one in said].count(False) == 10
    assert stock(shop) == (0, 10)
    assert ledger_of(shop) == (0, 10)
    assert [row.status for row in shop.rows("orders")].count("unpaid") == 10
    assert [row.number for row in shop.rows("invoices")] == list(range(1, 11))


def test_T25_selling_while_others_cancel_keeps_the_ledger_true(shop: Shop) -> None:
    for place in range(8):
        shop.hear_line("hello", user=f"U{place}")
    shop.handle()
    shop.set_stock("A1", 5)
    for to in range(1, 9):
        shop.answer("/o A1 1 C3/ดำ/M 1" if to % 2 else "/o C3/ดำ/M 1 A1 1", to=to)
    for to in range(1, 5):
        shop.answer("/send", to=to)

    at_once(8, lambda place: shop.say("/cancel" if place < 4 else "/send", to=place + 1))

    available, reserved = stock(shop)
    assert available is not None
    unpaid = [row.status for row in shop.rows("orders")].count("unpaid")
    assert (available + reserved, reserved) == (5, unpaid)
    assert ledger_of(shop) == (available, reserved)


# Versions ---------------------------------------------------------------------------------------


def test_who_lost_a_race_reads_a_sentence_and_changes_nothing(open_shop: Shop) -> None:
    open_shop.answer("/o A1 1")
    shop_id = open_shop.owner.shop_id
    asker = Asker(open_shop.owner, "web")

    def read(work: Any) -> Any:
        return order_rows.find_order(work.connection, shop_id, number=1001)

    stale = open_shop.runtime.transact(read)
    open_shop.answer("/add B2 1")
    events = len(open_shop.rows("order_events"))

    for move in (
        lambda desk: ordering.edit(desk, stale, asker, lambda order: order),
        lambda desk: ordering.cancel(desk, stale, asker, "late"),
    ):
        with pytest.raises(MoveError) as refused:
            open_shop.at_desk(move)
        assert refused.value.key == "order_changed"
        assert "changed by Nok at" in refused.value.sentence("en")

    assert len(open_shop.rows("order_events")) == events
    assert open_shop.row("orders").status == "draft"


def test_F33_eight_edits_at_once_are_all_there(open_shop: Shop) -> None:
    open_shop.answer("/o A1 1")

    at_once(8, lambda _: open_shop.say("/add A1 1"))

    assert open_shop.row("order_items").quantity == 9
    assert [row.version for row in open_shop.rows("order_events")] == list(range(1, 11))


def test_F33_edits_of_one_order_from_two_conversations_at_once_are_all_there(
    open_shop: Shop,
) -> None:
    open_shop.hear_line("hello", user="Uother")
    open_shop.handle()
    open_shop.answer("/o A1 1")

    said = at_once(
        8,
        lambda place: (
            open_shop.say("/add !1001 A1 1", to=2)
            if place % 2
            else open_shop.say("/add A1 1", to=1)
        ),
    )

    assert [one.is_error for one in said] == [False] * 8
    assert open_shop.row("order_items").quantity == 9


# Rights and states ------------------------------------------------------------------------------


@sqlite_only
def test_every_move_is_written_down_with_who_where_and_what(open_shop: Shop) -> None:
    open_shop.answer("/o A1 1")
    open_shop.answer("/send")
    open_shop.answer("/add A1 1")
    open_shop.answer("/send")
    open_shop.answer("/cancel")

    events = open_shop.rows("order_events")
    assert [(event.move, event.from_status, event.to_status) for event in events] == [
        ("open", None, "draft"),
        ("edit", "draft", "draft"),
        ("send", "draft", "unpaid"),
        ("edit", "unpaid", "unpaid"),
        ("send", "unpaid", "unpaid"),
        ("cancel", "unpaid", "cancelled"),
    ]
    assert {event.surface for event in events} == {"web"}
    assert [event.data.get("revision") for event in events if event.move == "send"] == [1, 2]


@sqlite_only
def test_a_role_that_may_not_order_is_refused_and_nothing_opens(open_shop: Shop) -> None:
    owner = open_shop.owner
    packer = Actor(owner.staff_id, owner.shop_id, "Pan", Role.PACKER)

    said = open_shop.say("/o A1 1", actor=packer)

    assert said.is_error
    assert open_shop.rows("orders") == []


@sqlite_only
def test_a_cancelled_order_takes_no_change(open_shop: Shop) -> None:
    open_shop.answer("/o A1 1")
    open_shop.answer("/send")
    open_shop.answer("/cancel")

    for text in ("/add !1001 A1 1", "/send !1001", "/set !1001 A1 3"):
        open_shop.refusal(text)


def test_an_order_of_another_shop_is_not_found(open_shop: Shop) -> None:
    open_shop.answer("/o A1 1")

    def read(work: Any) -> Any:
        return order_rows.find_order(work.connection, open_shop.owner.shop_id + 1, number=1001)

    assert open_shop.runtime.transact(read) is None


@sqlite_only
def test_an_order_that_is_read_back_is_the_order_that_was_written(open_shop: Shop) -> None:
    open_shop.answer(
        '/o C3/ดำ/M 2 @300 -10%, "ห่อ" 1 @20; ship EMS; disc 15; dep 100; vat; due 2h; tel 08123456'
    )
    row = open_shop.row("orders")
    with open_shop.runtime.store.read() as connection:
        order = ordering.load(connection, row)
        view = ordering.view(open_shop.runtime, connection, row)

    assert write_terms(order) == row.terms
    assert view.totals.total.minor == row.total_minor
    assert view.bill_url is None
    assert order.due_at == row.due_at


@sqlite_only
def test_the_rulebooks_refusals_are_sentences_in_the_shops_language(open_shop: Shop) -> None:
    open_shop.answer("/o A1 1")
    words = open_shop.refusal("/add A1 1; dep 999999")

    assert not words.isascii()
