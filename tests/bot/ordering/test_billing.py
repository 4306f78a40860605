"""Bills: sent, renewed, taken back, cancelled, dropped, copied, merged; online and offline."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot import ordering
from bot.ordering import Desk, Made
from orders.errors import OrderError
from orders.order import Order
from orders.states import PaymentState, Role
from orders.totals import TaxMode
from tests.bot.ordering.conftest import Counter, tea
from tests.support.shop import at_once

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


def refusal(body: Any) -> str:
    with pytest.raises(OrderError) as refused:
        body()
    return refused.value.key


# Offline ---------------------------------------------------------------------------------------


def test_an_offline_order_goes_its_whole_way_without_a_conversation(counter: Counter) -> None:
    owed = len(counter.shop.rows("outbox"))
    counter.open_offline()
    made = counter.do("send", role=Role.SALES)

    assert made.told["revision"] == 1
    assert counter.view().bill_url
    assert counter.view().row.customer_code == 1
    counter.notify(role=Role.SALES, reference="KB1")
    counter.confirm()
    counter.do("ship", tracking="TH1")
    counter.do("complete")
    assert counter.status() == "completed"
    assert len(counter.shop.rows("outbox")) == owed
    assert counter.buckets() == {"available": 48, "reserved": 0, "committed": 0, "shipped": 2}


@sqlite_only
def test_an_order_may_have_no_customer_yet_but_never_one_of_another_shop(
    counter: Counter,
) -> None:
    assert counter.open_offline(None).row.contact_id is None
    with pytest.raises(LookupError):
        counter.open_offline(99)


@sqlite_only
def test_an_offline_bill_is_answered_with_its_link(counter: Counter) -> None:
    counter.open_offline()
    assert "/b/" in counter.shop.answer("/send !1001")


# Back to a draft, renewed, cancelled -------------------------------------------------------------


def test_a_draft_again_holds_no_stock_and_is_sent_again_under_the_same_link(
    billed: Counter,
) -> None:
    url = billed.view().bill_url
    billed.shop.answer("/draft")

    assert billed.status() == "draft"
    assert billed.buckets() == {"available": 50, "reserved": 0, "committed": 0, "shipped": 0}
    billed.shop.answer("/send")
    assert billed.view().bill_url == url
    assert billed.row().revision == 2
    assert refusal(lambda: billed.do("delete")) == "move_illegal"
    billed.shop.answer("/draft")
    assert refusal(lambda: billed.do("delete")) == "guard_never_issued"


@sqlite_only
def test_what_a_slip_or_money_is_there_for_does_not_become_a_draft(billed: Counter) -> None:
    billed.notify(reference="KB1")
    assert refusal(lambda: billed.do("draft")) == "move_illegal"
    billed.confirm(100)
    assert refusal(lambda: billed.do("draft")) == "guard_no_payment"


def test_F34_a_bill_that_waits_when_its_order_is_cancelled_is_not_sent_any_more(
    billed: Counter,
) -> None:
    billed.shop.answer("/cancel ของหมด")
    billed.shop.deliver()

    bill = billed.shop.row("outbox", kind="bill")
    assert bill.state == "dead"
    assert "cancelled" in bill.reason
    news = billed.shop.row("outbox", kind="text")
    assert news.state == "sent"
    assert "ของหมด" in billed.news()[-1]


def test_F34_a_bill_that_went_out_is_followed_by_the_news(billed: Counter) -> None:
    billed.shop.deliver()
    billed.shop.answer("/cancel")
    billed.shop.deliver()

    assert [row.state for row in billed.shop.rows("outbox")] == ["sent", "sent"]
    assert len(billed.shop.platforms.calls) == 2


def test_a_renewed_bill_is_a_new_revision_with_a_later_time(billed: Counter) -> None:
    billed.shop.answer("/renew 5h")

    row = billed.row()
    assert (row.status, row.revision) == ("unpaid", 2)
    assert timedelta(hours=4, minutes=59) < row.due_at - billed.shop.clock() <= timedelta(hours=5)
    assert billed.buckets()["reserved"] == 2


def test_an_expired_bill_is_renewed_only_while_there_is_stock(billed: Counter) -> None:
    billed.move_on(hours=3)
    billed.shop.set_stock("A1", 1)
    assert "A1" in billed.shop.refusal("/renew 2h")
    billed.shop.set_stock("A1", 2)
    billed.shop.answer("/renew 2h")
    assert billed.status() == "unpaid"
    assert billed.buckets()["available"] == 0


@sqlite_only
def test_a_bill_waits_as_long_as_the_shops_bills_do(counter: Counter) -> None:
    shop = counter.shop
    shop.answer("/o A1 1")
    shop.answer("/send")
    assert counter.row().due_at is None
    assert refusal(lambda: counter.do("renew")) == "due_missing"

    ordering.change_policy(shop.runtime, shop.owner, due_minutes=90)
    counter.do("renew")
    left = counter.row().due_at - shop.clock()
    assert timedelta(minutes=89) < left <= timedelta(minutes=90)
    shop.answer("/o A1 1; due 10m")
    shop.clock.move(minutes=11)
    shop.answer("/send !1002")  # its own time is over: it gets the shop's
    assert counter.row(1002).due_at > shop.clock()


@sqlite_only
def test_a_time_that_is_over_is_refused_where_the_shop_has_none(counter: Counter) -> None:
    counter.shop.answer("/o A1 1; due 10m")
    counter.shop.clock.move(minutes=11)
    assert refusal(lambda: counter.do("send")) == "due_past"


@sqlite_only
def test_a_dropped_draft_is_in_no_list_and_its_number_is_not_used_again(counter: Counter) -> None:
    from bot.store import orders as rows

    counter.shop.answer("/o A1 1")
    counter.do("delete")
    assert counter.shop.row("conversations").order_id is None
    with counter.shop.runtime.store.read() as connection:
        assert rows.list_orders(connection, counter.shop.owner.shop_id) == []
        assert rows.find_order(connection, counter.shop.owner.shop_id, number=1001) is None
    assert [event.move for event in counter.shop.rows("order_events")] == [
        "open",
        "edit",
        "delete",
    ]
    counter.shop.answer("/o A1 1")
    assert counter.row(1002).status == "draft"


# Copies and merges -------------------------------------------------------------------------------


def test_a_cancelled_order_is_copied_as_a_new_draft_and_each_names_the_other(
    billed: Counter,
) -> None:
    assert refusal(lambda: billed.do("copy")) == "move_illegal"
    billed.shop.answer("/cancel")
    made = billed.do("copy", role=Role.SALES)

    copy = billed.view(1002)
    assert made.row.number == 1002
    assert (copy.row.status, copy.row.revision, copy.row.due_at) == ("draft", 0, None)
    assert copy.order.items == billed.view().order.items
    assert copy.row.origin_id == billed.row().id
    assert copy.events[0].data == {"copied_from": 1001}
    assert billed.view().events[-1].data == {"copied_to": 1002}
    assert billed.status() == "cancelled"
    billed.shop.answer("/send")  # the copy is the one in use
    assert billed.status(1002) == "unpaid"


def test_two_bills_of_one_customer_become_one_and_the_other_names_it(billed: Counter) -> None:
    billed.shop.answer("/o A1 1 B2 1")
    billed.shop.answer("/send")
    assert billed.buckets()["reserved"] == 3
    billed.shop.answer("/merge !1001")

    kept, joined = billed.view(1002), billed.view(1001)
    assert joined.row.status == "cancelled"
    assert joined.row.merged_into == kept.row.id
    assert joined.events[-1].data == {"merged_into": 1002}
    assert [(item.code, item.quantity) for item in kept.order.items] == [("A1", 3), ("B2", 1)]
    assert billed.buckets()["reserved"] == 3  # nobody could buy it in between
    billed.shop.answer("/send")
    assert kept.row.revision + 1 == billed.row(1002).revision
    billed.check_ledger()


@sqlite_only
def test_orders_of_two_customers_or_with_money_in_are_not_merged(billed: Counter) -> None:
    shop = billed.shop
    shop.hear_line("hello", user="Uother")
    shop.handle()
    shop.answer("/o A1 1", to=2)
    shop.refusal("/merge !1001", to=2)
    shop.answer("/o A1 1")
    shop.refusal("/merge !1003")
    billed.pay(100, "tx1")
    shop.refusal("/merge !1001")
    shop.refusal("/merge")
    assert [row.status for row in shop.rows("orders")] == ["unpaid", "draft", "draft"]


def test_two_merges_of_the_same_two_orders_at_once_make_one(billed: Counter) -> None:
    billed.shop.answer("/o A1 1")
    first, second, sales = billed.row(1001), billed.row(1002), billed.by(Role.SALES)

    def merge(place: int) -> str:
        kept, other = (first, second) if place else (second, first)
        try:
            billed.make(lambda desk: ordering.merge(desk, kept, other, sales))
        except OrderError as refused:
            return refused.key
        return "done"

    assert sorted(at_once(2, merge)) == ["done", "order_changed"]
    assert sorted(row.status == "cancelled" for row in billed.shop.rows("orders")) == [False, True]
    billed.check_ledger()


# Terms -------------------------------------------------------------------------------------------


@sqlite_only
def test_tags_change_in_any_state_and_terms_only_before_the_money(billed: Counter) -> None:
    billed.pay(240, "tx1")
    billed.do("tag", ("gift", "vip", "gift"), role=Role.PACKER)

    assert billed.view().order.tags == ("gift", "vip")
    assert refusal(lambda: billed.do("edit", lambda order: order.with_note("x"))) == "move_illegal"


@sqlite_only
def test_a_new_order_has_the_shops_tax_and_address_and_all_are_frozen(counter: Counter) -> None:
    shop = counter.shop
    ordering.change_policy(shop.runtime, shop.owner, tax_mode="excluded", tax_rate_bp=1_000)

    def fill(order: Order) -> Order:
        return order.add(tea(1)).with_address("Mali", "1 Silom").with_phone("0812345678")

    sales = counter.by(Role.SALES)
    counter.make(lambda desk: ordering.open_order(desk, sales, change=fill))
    counter.do("send")

    view = counter.view()
    assert view.order.tax_mode is TaxMode.EXCLUDED
    assert (view.totals.tax.minor, view.totals.total.minor) == (1_200, 13_200)
    from orders.invoice import Invoice

    invoice = Invoice.from_json(shop.row("invoices").snapshot)
    assert (invoice.recipient, invoice.address, invoice.tax.minor) == ("Mali", "1 Silom", 1_200)
    assert view.payment_state is PaymentState.NONE


# Numbers -----------------------------------------------------------------------------------------


def test_T29_numbers_have_no_gap_under_a_race_of_sends_and_of_sends_that_fail(
    counter: Counter,
) -> None:
    shop = counter.shop
    for _ in range(12):
        counter.open_offline()
    rows = {number: counter.row(number) for number in range(1001, 1013)}
    sales = counter.by(Role.SALES)

    class Stumble(Exception):
        pass

    def send(place: int) -> None:
        for number in range(1001 + place * 3, 1004 + place * 3):

            def body(desk: Desk, number: int = number) -> Made:
                made = ordering.send(desk, rows[number], sales)
                if number % 3 == 0:
                    raise Stumble
                return made

            try:
                shop.at_desk(body)
            except Stumble:
                continue

    at_once(4, send)

    numbers = [row.number for row in shop.rows("invoices")]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert len(numbers) == sum(number % 3 != 0 for number in rows)
    from bot import invoicing
    from bot.store import shops

    with shop.runtime.store.read() as connection:
        row = shops.find_shop(connection, shop.owner.shop_id)
    assert invoicing.verify(shop.runtime, row) == (len(numbers), None)
