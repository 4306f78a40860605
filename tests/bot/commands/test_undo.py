"""``/undo``: what a person did last is taken back exactly, or refused with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from bot import conversation, outbox, staff
from bot.messages import Card, Text
from bot.staff import Actor
from bot.store import people
from orders.money import Money
from orders.states import Role
from tests.support.shop import Shop

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


@pytest.fixture
def counter(shop: Shop) -> Shop:
    """The shop with one customer on LINE."""
    shop.hear_line("hello")
    shop.handle()
    return shop


def hire(shop: Shop, name: str, role: Role) -> Actor:
    """Somebody else who works here."""
    email = f"{name.lower()}@example.com"

    def add(work: Any) -> None:
        staff.add_staff(
            work, shop.owner.shop_id, email=email, role=role, password="rice-noodle-river-42"
        )

    shop.runtime.transact(add)
    with shop.runtime.store.read() as connection:
        row = people.find_staff_by_email(connection, email)
    assert row is not None
    return Actor(row.id, row.shop_id, row.name, role)


def lines(shop: Shop) -> list[tuple[str | None, int, int, list[str]]]:
    return [
        (row.code, row.quantity, row.unit_price_minor, row.options)
        for row in shop.rows("order_items")
    ]


def said(shop: Shop, text: str, actor: Actor) -> conversation.Said:
    return shop.say(text, actor=actor)


def words(what: conversation.Said) -> str:
    assert what.answer is not None
    return outbox.plain(what.answer)


def test_an_edit_is_taken_back_to_the_very_items_and_terms(counter: Shop) -> None:
    counter.answer("/o A1 2 @100 -20, C3/ดำ/M 1; ship EMS; disc 5%; dep 50; note: wrap; due 2h")
    before, order = lines(counter), counter.row("orders")

    counter.answer("/set A1 5; freeship; disc 10; dep 60; pay cod; vat; note: none; due 3d")
    assert lines(counter) != before
    told = counter.answer("/undo")

    after = counter.row("orders")
    assert lines(counter) == before
    assert (after.terms, after.total_minor, after.due_at) == (
        order.terms,
        order.total_minor,
        order.due_at,
    )
    assert "− A1 5 @100.00 -20.00" in told
    assert "+ A1 2 @100.00 -20.00" in told
    assert after.version == order.version + 2  # history only grows
    assert [row.move for row in counter.rows("order_events")] == ["open", "edit", "edit", "edit"]


def test_undo_goes_back_command_by_command_and_drops_a_draft_that_it_began(counter: Shop) -> None:
    counter.answer("/o A1 2")
    counter.answer("/add B2 1")
    counter.answer("/rm A1")

    counter.answer("/undo")
    assert [line[:2] for line in lines(counter)] == [("A1", 2), ("B2", 1)]
    counter.answer("/undo")
    assert [line[:2] for line in lines(counter)] == [("A1", 2)]
    told = counter.answer("/undo")
    assert "1001" in told
    assert counter.row("orders").deleted_at is not None
    assert counter.row("conversations").order_id is None
    assert "10" in counter.refusal("/undo")

    assert "1002" in counter.answer("/o A1 1")  # its number is used up


def test_a_change_after_an_undo_is_taken_back_first(counter: Shop) -> None:
    counter.answer("/o A1 2")
    counter.answer("/add B2 1")
    counter.answer("/undo")
    counter.answer("/add B2 7")

    counter.answer("/undo")

    assert [line[:2] for line in lines(counter)] == [("A1", 2)]


def test_a_bill_that_was_sent_is_a_draft_again_and_gives_its_stock_back(counter: Shop) -> None:
    counter.set_stock("A1", 5)
    counter.answer("/o A1 2")
    counter.answer("/send")
    assert counter.shelf("A1").available == 3

    counter.answer("/undo")

    assert counter.row("orders").status == "draft"
    assert counter.shelf("A1").available == 5
    assert not [row for row in counter.rows("outbox", kind="bill") if row.state == "pending"]
    # The number of the invoice stays used: it is never given twice.
    counter.answer("/send")
    assert [row.revision for row in counter.rows("invoices")] == [1, 2]


def test_a_second_revision_stays_with_the_customer(counter: Shop) -> None:
    counter.answer("/o A1 2")
    counter.answer("/send")
    counter.answer("/add A1 1")
    counter.answer("/send")

    assert "2" in counter.refusal("/undo")
    assert counter.row("orders").revision == 2


def test_an_edit_of_a_sent_bill_is_taken_back_and_the_bill_stands(counter: Shop) -> None:
    counter.answer("/o A1 2")
    counter.answer("/send")
    counter.answer("/add A1 1")

    counter.answer("/undo")

    assert [line[:2] for line in lines(counter)] == [("A1", 2)]
    assert (counter.row("orders").status, counter.row("orders").revision) == ("unpaid", 1)


def test_a_parcel_is_taken_back_by_whom_the_table_lets(counter: Shop) -> None:
    sales = hire(counter, "Som", Role.SALES)
    counter.answer("/o A1 2")
    counter.answer("/send")
    counter.answer("/paid")
    assert not said(counter, "/ship TH123 flash", sales).is_error

    refused = said(counter, "/undo", sales)
    assert refused.is_error
    assert counter.row("orders").status == "shipped"
    assert counter.refusal("/undo")  # the owner did not ship it: it is no command of theirs
    assert counter.row("orders").status == "shipped"


def test_an_owners_parcel_is_in_the_house_again(counter: Shop) -> None:
    counter.answer("/o A1 2")
    counter.answer("/send")
    counter.answer("/paid")
    counter.answer("/ship TH123 flash")

    counter.answer("/undo")

    assert counter.row("orders").status == "paid"
    assert counter.row("parcels").undone_at is not None


@sqlite_only
def test_money_is_never_taken_back(counter: Shop) -> None:
    counter.answer("/o A1 2")
    counter.answer("/send")
    counter.answer("/paid")

    assert counter.refusal("/undo")
    assert counter.row("orders").status == "paid"


def test_a_customer_who_paid_meanwhile_is_the_reason(counter: Shop) -> None:
    counter.answer("/o A1 2")
    counter.answer("/send")
    other = hire(counter, "Fin", Role.FINANCE)
    assert not said(counter, "/paid 100", other).is_error

    refused = counter.refusal("/undo")

    assert "เงิน" in refused
    assert counter.row("orders").status == "unpaid"
    assert counter.row("orders").paid_minor == Money.parse("100", "THB").minor


def test_whoever_changed_it_since_is_named(counter: Shop) -> None:
    other = hire(counter, "Som", Role.SALES)
    counter.answer("/o A1 2")
    assert not said(counter, "/add B2 1", other).is_error

    refused = counter.refusal("/undo")

    assert other.name in refused
    assert f"{counter.rows('order_events')[-1].at.astimezone():%M}" in refused
    assert len(lines(counter)) == 2
    # And the other takes back their own, after which ours can be.
    assert not said(counter, "/undo", other).is_error
    counter.answer("/undo")
    assert counter.row("orders").deleted_at is not None


def test_after_ten_minutes_it_stays(counter: Shop) -> None:
    counter.answer("/o A1 2")
    counter.answer("/add B2 1")
    counter.clock.move(minutes=9)
    counter.answer("/undo")
    counter.clock.move(minutes=2)

    assert counter.refusal("/undo")
    assert [line[:2] for line in lines(counter)] == [("A1", 2)]


def test_a_cancelled_order_is_offered_anew_instead(counter: Shop) -> None:
    counter.answer("/o A1 2 @100, B2 1; disc 5%; note: wrap")
    counter.answer("/cancel")

    refused = counter.say("/undo")

    assert refused.is_error
    assert isinstance(refused.answer, Text)
    (button,) = refused.answer.buttons
    assert button.text is not None
    counter.answer(button.text)
    old, new = counter.rows("orders")
    assert (old.status, new.status) == ("cancelled", "draft")
    assert (new.total_minor, new.terms) == (old.total_minor, old.terms)


def test_undo_is_about_the_order_it_names_and_this_conversation(counter: Shop) -> None:
    counter.hear_line("hi", user="Uother")
    counter.handle()
    counter.answer("/o A1 2", to=1)
    counter.answer("/o B2 3", to=2)

    counter.answer("/undo", to=1)
    deleted = [row.number for row in counter.rows("orders") if row.deleted_at]
    assert deleted == [1001]
    counter.answer("/undo !1002", to=1)
    deleted = [row.number for row in counter.rows("orders") if row.deleted_at]
    assert deleted == [1001, 1002]


def test_the_card_offers_undo_only_where_it_can_be_done(counter: Shop) -> None:
    def buttons(text: str) -> list[str | None]:
        answer = counter.say(text).answer
        assert isinstance(answer, Card)
        return [button.text or button.fill for button in answer.buttons]

    assert buttons("/o A1 2") == [
        "/send !1001",
        "/undo !1001",
        "/set !1001 A1 2",
        "/cancel !1001",
    ]
    assert "/undo !1001" in buttons("/send")
    assert "/undo !1001" in buttons("/add A1 1")
    assert "/undo !1001" not in buttons("/send")
    assert "/undo !1001" not in buttons("/paid")


def test_what_stood_before_is_kept_for_an_hour_only(counter: Shop) -> None:
    from bot import upkeep

    counter.answer("/o A1 2; tel 0812345678")
    assert counter.rows("order_snapshots")
    upkeep.sweep(counter.runtime)
    assert counter.rows("order_snapshots")

    counter.clock.move(hours=2)
    upkeep.sweep(counter.runtime)

    assert counter.rows("order_snapshots") == []
