"""Money of an order: counted once, in part, too much, too late; slips looked at and refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot import invoicing, ordering
from bot.ordering import Incoming, Outgoing
from orders.errors import OrderError
from orders.money import Money
from orders.payment import PayMethod
from orders.states import PaymentState, Role
from tests.bot.ordering.conftest import Counter, baht
from tests.support.shop import at_once

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


def refusal(body: Any) -> str:
    with pytest.raises(OrderError) as refused:
        body()
    assert refused.value.sentence("th")
    return refused.value.key


# Whole and in part ---------------------------------------------------------------------------


def test_verified_money_pays_a_bill_commits_its_stock_and_thanks_the_customer(
    billed: Counter,
) -> None:
    made = billed.pay(240, "tx1")

    assert billed.status() == "paid"
    assert made.told["amount"] == 24000
    payment = billed.shop.row("payments")
    assert payment.invoice_id == billed.shop.row("invoices").id
    assert (payment.provider, payment.reference, payment.actor) == ("gateway", "tx1", "system")
    assert billed.buckets() == {"available": 48, "reserved": 0, "committed": 2, "shipped": 0}
    assert billed.view().payment_state is PaymentState.PAID
    assert "1001" in billed.news()[-1]
    assert "/b/" in billed.news()[-1]
    billed.check_ledger()


def test_T32_a_satang_short_is_a_part_with_a_balance_and_over_is_shown(billed: Counter) -> None:
    row, asker = billed.row(), billed.by(Role.SYSTEM)
    short = Incoming(Money(23_999, "THB"), PayMethod.CARD, "gateway", "tx1")
    billed.make(lambda desk: ordering.take_payment(desk, row, asker, short))

    assert billed.status() == "unpaid"
    view = billed.view()
    assert view.payment_state is PaymentState.PARTIAL
    assert view.totals.balance == Money(1, "THB")
    assert billed.buckets()["reserved"] == 2

    billed.pay(10, "tx2")
    assert billed.status() == "paid"
    assert billed.view().payment_state is PaymentState.OVERPAID


@sqlite_only
def test_T32_money_in_another_currency_is_refused_and_nothing_is_written(billed: Counter) -> None:
    row, asker = billed.row(), billed.by(Role.SYSTEM)
    foreign = Incoming(Money(99_999, "USD"), PayMethod.CARD, "gateway", "tx1")
    key = refusal(
        lambda: billed.make(lambda desk: ordering.take_payment(desk, row, asker, foreign))
    )
    assert key == "currencies_mixed"
    assert billed.shop.rows("payments") == []
    assert billed.status() == "unpaid"


def test_a_deposit_is_asked_for_first_and_once_in_the_order_does_not_expire(
    counter: Counter,
) -> None:
    counter.shop.answer("/o A1 2; dep 100; due 2h")
    counter.shop.answer("/send")
    counter.confirm()

    view = counter.view()
    assert (view.totals.paid, view.totals.amount_due) == (baht(100), baht(140))
    assert counter.move_on(hours=3) == 0
    assert counter.status() == "unpaid"

    counter.confirm()
    assert counter.status() == "paid"
    assert [row.amount_minor for row in counter.shop.rows("payments")] == [10_000, 14_000]


def test_what_costs_nothing_is_paid_as_soon_as_it_is_sent(counter: Counter) -> None:
    counter.shop.answer("/o A1 2; disc 100%")
    counter.shop.answer("/send")

    assert counter.status() == "paid"
    assert counter.buckets()["committed"] == 2
    assert [event.move for event in counter.shop.rows("order_events")][-2:] == ["send", "settle"]
    assert counter.shop.rows("order_events")[-1].actor == "system"
    assert counter.shop.rows("payments") == []


def test_T28_who_pays_the_bill_has_paid_whatever_was_edited_since(billed: Counter) -> None:
    billed.shop.answer("/add A1 3 B2 1")
    assert billed.row().total_minor > 24_000

    billed.pay(240, "tx1")

    row = billed.row()
    assert (row.status, row.total_minor) == ("paid", 24_000)
    assert [item.quantity for item in billed.view().order.items] == [2]
    assert billed.buckets() == {"available": 48, "reserved": 0, "committed": 2, "shipped": 0}
    assert billed.shop.rows("order_events")[-1].data["edit_dropped"] is True


@sqlite_only
def test_the_bills_page_asks_for_what_is_left(billed: Counter) -> None:
    billed.pay(100, "tx1")
    runtime = billed.shop.runtime
    row = billed.row()
    token = runtime.vault.bill_token(row.id, row.link_generation)
    page = invoicing.find_bill(runtime, token)

    assert page is not None
    assert (page.invoice.amount_due, page.now.amount_due) == (baht(240), baht(140))
    assert page.now.paid == baht(100)


# Once ------------------------------------------------------------------------------------------


def test_T30_F37_one_transaction_told_fifty_times_at_once_counts_once(billed: Counter) -> None:
    at_once(8, lambda _: [billed.pay(240, "tx1") for _ in range(6)])
    billed.pay(240, "tx1")

    assert len(billed.shop.rows("payments")) == 1
    assert billed.row().paid_minor == 24_000
    assert [event.move for event in billed.shop.rows("order_events")].count("settle") == 1
    assert len(billed.news()) == 1


def test_T30_one_transaction_for_two_orders_at_once_counts_for_one(billed: Counter) -> None:
    billed.shop.answer("/o A1 2")
    billed.shop.answer("/send")

    def pay(place: int) -> str:
        try:
            return str(billed.pay(240, "tx1", number=1001 + place).row.status)
        except OrderError as refused:
            return refused.key

    assert sorted(at_once(2, pay)) == ["paid", "payment_elsewhere"]
    assert len(billed.shop.rows("payments")) == 1


def test_T34_a_card_and_a_slip_at_once_are_both_recorded_and_the_order_is_paid_once(
    billed: Counter,
) -> None:
    def pay(place: int) -> None:
        billed.pay(240, f"tx{place}")

    at_once(2, pay)

    view = billed.view()
    assert view.row.status == "paid"
    assert view.payment_state is PaymentState.OVERPAID
    assert view.totals.balance == baht(-240)
    assert sorted(event.move for event in view.events)[-2:] == ["send", "settle"]
    assert len(view.payments) == 2
    assert billed.buckets()["committed"] == 2


# Slips -----------------------------------------------------------------------------------------


def test_a_slip_stops_the_clock_locks_the_items_and_an_accepted_one_pays(billed: Counter) -> None:
    billed.notify(amount=baht(240), reference="KB1", picture_digest="a" * 64)

    assert billed.status() == "checking"
    assert billed.view().payment_state is PaymentState.PENDING_REVIEW
    assert billed.move_on(hours=5) == 0
    billed.shop.refusal("/add A1 1")

    billed.confirm()
    slip, payment = billed.shop.row("slips"), billed.shop.row("payments")
    assert (slip.state, payment.slip_id, payment.reference) == ("accepted", slip.id, "KB1")
    assert billed.status() == "paid"


def test_a_refused_slip_gives_back_the_time_it_took_and_says_why(billed: Counter) -> None:
    due = billed.row().due_at
    billed.shop.clock.move(minutes=30)
    billed.notify(reference="KB1")
    billed.shop.clock.move(hours=4)
    billed.do("reject_slip", "ยอดไม่ตรง", role=Role.FINANCE)

    row = billed.row()
    assert row.status == "unpaid"
    assert timedelta(hours=4) <= row.due_at - due <= timedelta(hours=4, minutes=1)
    assert "ยอดไม่ตรง" in billed.news()[-1]
    assert billed.shop.row("slips").reason == "ยอดไม่ตรง"
    billed.notify(reference="KB1")  # a refused one may be sent again
    assert billed.status() == "checking"


def test_a_slip_refused_at_the_last_minute_leaves_half_an_hour(billed: Counter) -> None:
    billed.shop.clock.move(hours=1, minutes=59)
    billed.notify()
    billed.do("reject_slip", "?", role=Role.FINANCE)

    left = billed.row().due_at - billed.shop.clock()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)


def test_T35_a_reference_or_a_picture_counts_for_one_order(billed: Counter) -> None:
    billed.notify(reference="KB1", picture_digest="a" * 64)
    billed.shop.answer("/o A1 1")
    billed.shop.answer("/send")

    for used in ({"reference": "KB1"}, {"picture_digest": "a" * 64}):
        key = refusal(lambda used=used: billed.notify(number=1002, **used))
        assert key == "guard_fresh_slip"
    assert billed.status(1002) == "unpaid"
    billed.notify(number=1002, reference="KB2", picture_digest="b" * 64)


def test_T35_two_orders_that_send_one_slip_at_once_keep_one(billed: Counter) -> None:
    billed.shop.answer("/o A1 1")
    billed.shop.answer("/send")

    def notify(place: int) -> str:
        try:
            return str(billed.notify(number=1001 + place, reference="KB1").row.status)
        except OrderError as refused:
            return refused.key

    assert sorted(at_once(2, notify)) == ["checking", "guard_fresh_slip"]
    assert len(billed.shop.rows("slips")) == 1


@pytest.mark.parametrize("state", ["cancelled", "paid"])
def test_T40_F35_a_slip_after_the_end_is_evidence_and_opens_nothing(
    billed: Counter, state: str
) -> None:
    if state == "cancelled":
        billed.shop.answer("/cancel")
    else:
        billed.pay(240, "tx1")
    billed.notify(reference="KB1", picture_digest="a" * 64)
    billed.notify(reference="KB1")  # once more: kept as well, and counted nowhere

    assert billed.status() == state
    assert [slip.state for slip in billed.shop.rows("slips")] == ["late", "late"]
    assert billed.shop.rows("order_events")[-1].move == "keep_slip"


def test_T40_F35_a_slip_in_the_second_of_a_cancel_is_never_lost(billed: Counter) -> None:
    def act(place: int) -> str:
        try:
            if place:
                return str(billed.do("cancel").row.status)
            return str(billed.notify(reference="KB1").row.status)
        except OrderError as refused:
            return refused.key

    at_once(2, act)

    slip = billed.shop.row("slips")
    # Whoever was first: an order that is checked can be cancelled by an owner who has seen it.
    assert (billed.status(), slip.state) in {("cancelled", "late"), ("checking", "pending")}


def test_T33_a_payments_time_in_the_future_is_refused(billed: Counter) -> None:
    now = billed.shop.clock()
    billed.notify(paid_at=now + timedelta(minutes=9), reference="KB1")
    billed.do("reject_slip", "?", role=Role.FINANCE)
    key = refusal(lambda: billed.notify(paid_at=now + timedelta(minutes=20), reference="KB2"))
    assert key == "time_ahead"


# Too late --------------------------------------------------------------------------------------


def test_F36_money_for_a_cancelled_order_is_kept_and_owed_and_re_opens_nothing(
    billed: Counter,
) -> None:
    billed.shop.answer("/cancel ของหมด")
    billed.pay(240, "tx1")

    view = billed.view()
    assert (view.row.status, view.payment_state) == ("cancelled", PaymentState.REFUND_DUE)
    assert view.events[-1].data["refund_due"] == 24_000
    assert billed.buckets()["available"] == 50

    row, finance = billed.row(), billed.by(Role.FINANCE)
    whole = Outgoing(baht(240), reference="R1", reason="cancelled")
    billed.make(lambda desk: ordering.refund(desk, row, finance, whole))
    assert billed.view().payment_state is PaymentState.REFUNDED
    row = billed.row()
    assert (
        refusal(lambda: billed.make(lambda desk: ordering.refund(desk, row, finance, whole)))
        == "guard_held"
    )


def test_F36_money_and_a_cancel_at_once_lose_nothing(billed: Counter) -> None:
    def act(place: int) -> None:
        if place:
            billed.pay(240, "tx1")
        else:
            billed.shop.say("/cancel")

    at_once(2, act)

    view = billed.view()
    assert view.row.paid_minor == 24_000
    assert (view.row.status, view.payment_state) in {
        ("cancelled", PaymentState.REFUND_DUE),
        ("paid", PaymentState.PAID),
    }
    billed.check_ledger()


def test_F40_money_that_comes_after_the_stock_was_sold_is_kept_and_the_lack_is_seen(
    billed: Counter,
) -> None:
    assert billed.move_on(hours=3) == 1
    billed.shop.set_stock("A1", 1)
    billed.pay(240, "tx1")

    row = billed.row()
    assert (row.status, row.missing) == ("paid", 1)
    assert billed.buckets() == {"available": 0, "reserved": 0, "committed": 1, "shipped": 0}
    moves = [event.move for event in billed.shop.rows("order_events")]
    assert moves[-2:] == ["await_money", "confirm_payment"]
    assert refusal(lambda: billed.do("ship", tracking="TH1", role=Role.PACKER)) == "stock_missing"

    assert ordering.fill_missing(billed.shop.runtime) == 0
    billed.shop.set_stock("A1", 5)
    assert ordering.fill_missing(billed.shop.runtime) == 1
    assert ordering.fill_missing(billed.shop.runtime) == 0
    assert billed.row().missing == 0
    assert billed.buckets() == {"available": 4, "reserved": 0, "committed": 2, "shipped": 0}
    billed.do("ship", tracking="TH1", role=Role.PACKER)
    billed.check_ledger()


def test_F40_a_part_that_comes_late_re_opens_the_order_with_what_stock_there_is(
    billed: Counter,
) -> None:
    billed.move_on(hours=3)
    billed.shop.set_stock("A1", 1)
    billed.confirm(100)

    row = billed.row()
    assert (row.status, row.missing, row.paid_minor) == ("unpaid", 1, 10_000)
    assert billed.buckets()["reserved"] == 1
    billed.shop.set_stock("A1", 3)
    assert ordering.fill_missing(billed.shop.runtime) == 1
    billed.confirm(140)
    assert (billed.status(), billed.row().missing) == ("paid", 0)
    assert billed.buckets() == {"available": 2, "reserved": 0, "committed": 2, "shipped": 0}


def test_only_a_manager_cancels_what_money_is_in_for_and_it_is_owed(billed: Counter) -> None:
    billed.pay(100, "tx1")

    assert refusal(lambda: billed.do("cancel", role=Role.SALES)) == "move_forbidden"
    billed.do("cancel", "no stock", role=Role.MANAGER)

    view = billed.view()
    assert (view.row.status, view.payment_state) == ("cancelled", PaymentState.REFUND_DUE)
    assert view.events[-1].move == "cancel_with_money"
    assert billed.buckets()["available"] == 50


def test_an_expired_order_with_money_in_can_be_cancelled_by_a_manager(billed: Counter) -> None:
    # It cannot expire with money in, but money may come and go while it is.
    billed.move_on(hours=3)
    billed.notify(reference="KB1")
    billed.confirm(100)
    assert billed.status() == "unpaid"
    billed.do("cancel", role=Role.MANAGER)
    assert billed.view().payment_state is PaymentState.REFUND_DUE


# On delivery -----------------------------------------------------------------------------------


def test_cash_on_delivery_needs_an_address_and_is_due_until_the_money_is_there(
    billed: Counter,
) -> None:
    assert refusal(lambda: billed.do("choose_cod")) == "guard_address"
    billed.do("choose_cod", recipient="Mali", address="1 Silom, Bangkok", phone="0812345678")

    view = billed.view()
    assert (view.row.status, view.payment_state) == ("paid", PaymentState.COD_DUE)
    assert (view.order.recipient, view.order.phone) == ("Mali", "0812345678")
    assert billed.buckets()["committed"] == 2
    billed.do("ship", tracking="TH1")
    billed.confirm(method=PayMethod.CASH)
    billed.do("complete", role=Role.FINANCE)
    assert billed.view().payment_state is PaymentState.PAID
    assert billed.shop.row("payments").amount_minor == 24_000


@sqlite_only
def test_a_customer_chooses_delivery_only_where_the_shop_allows_it(billed: Counter) -> None:
    terms: dict[str, Any] = {"recipient": "Mali", "address": "1 Silom", "phone": "0812345678"}
    assert refusal(lambda: billed.do("choose_cod", role=Role.CUSTOMER, **terms)) == "move_forbidden"
    shop = billed.shop
    ordering.set_right(shop.runtime, shop.owner, Role.CUSTOMER, "unpaid.choose_cod", True)
    billed.do("choose_cod", role=Role.CUSTOMER, **terms)
    assert billed.status() == "paid"


# Commands --------------------------------------------------------------------------------------


@sqlite_only
def test_the_money_commands_do_what_they_say(billed: Counter) -> None:
    shop = billed.shop
    shop.refusal("/slip no ยอดไม่ตรง")
    shop.answer("/paid 100")
    assert billed.status() == "unpaid"
    billed.notify(reference="KB1")
    shop.answer("/slip ok")
    assert (billed.status(), billed.row().paid_minor) == ("paid", 24_000)
    shop.refusal("/paid")
    shop.answer("/ship TH123 flash")
    assert "TH123" in billed.news()[-1]
    assert "flash" in billed.news()[-1]
    assert billed.status() == "shipped"
