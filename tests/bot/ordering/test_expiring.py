"""What time brings: bills expire once, never under a payment, and every shop's by one sweep."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot import ordering
from bot.ordering import expiring
from orders.states import Role
from tests.bot.ordering.conftest import Counter
from tests.support.shop import Shop, at_once
from workers import upkeep

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


def begin_payment(counter: Counter, number: int = 1001, hours: int = 1) -> None:
    """Somebody opened the gateway's page of an order's bill."""
    row, until = counter.row(number), counter.shop.clock() + timedelta(hours=hours)
    counter.shop.at_desk(
        lambda desk: ordering.note_attempt(
            desk, row, provider="gateway", reference="link1", until=until
        )
    )


def test_a_bill_whose_time_is_over_expires_once_gives_its_stock_back_and_tells_once(
    billed: Counter,
) -> None:
    assert billed.move_on(hours=1, minutes=59) == 0
    assert billed.move_on(minutes=2) == 1
    assert billed.move_on(minutes=2) == 0

    assert billed.status() == "expired"
    assert billed.buckets() == {"available": 50, "reserved": 0, "committed": 0, "shipped": 0}
    assert len(billed.news()) == 1
    assert "/b/" in billed.news()[0]
    event = billed.shop.rows("order_events")[-1]
    assert (event.move, event.actor, event.surface) == ("expire", "system", "upkeep")
    billed.check_ledger()


def test_sweeps_at_once_expire_each_order_once(counter: Counter) -> None:
    for _ in range(6):
        counter.shop.answer("/o A1 1; due 1h")
        counter.shop.answer("/send")
        counter.shop.answer("/o B2 1")
        counter.shop.answer("/send")
    counter.shop.clock.move(hours=2)

    done = at_once(4, lambda _: ordering.expire_due(counter.shop.runtime))

    assert sum(done) == 6
    moves = [event.move for event in counter.shop.rows("order_events")]
    assert moves.count("expire") == 6
    assert len(counter.news()) == 6
    assert counter.buckets()["available"] == 50


def test_F40_a_payment_under_way_keeps_the_order_until_it_ends(billed: Counter) -> None:
    begin_payment(billed, hours=4)
    assert billed.move_on(hours=3) == 0
    assert billed.move_on(hours=2) == 1  # it was given up, and nobody said so


def test_F40_a_payment_that_failed_keeps_nothing_any_more(billed: Counter) -> None:
    begin_payment(billed, hours=24)
    billed.shop.clock.move(hours=3)
    assert billed.move_on() == 0
    billed.shop.at_desk(
        lambda desk: ordering.end_attempt(desk, provider="gateway", reference="link1")
    )
    assert billed.move_on() == 1


def test_F40_what_comes_between_the_list_and_the_move_is_seen(
    billed: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rival runs exactly there: after the list was read, before the order is locked."""
    for _ in range(5):
        billed.shop.answer("/o A1 1; due 2h")
        billed.shop.answer("/send")
    real = expiring._each

    def interrupted(*args: Any) -> int:
        billed.notify(reference="KB1")
        billed.pay(100, "tx1", number=1002)
        billed.shop.answer("/cancel !1003")
        billed.shop.answer("/renew !1004 5h")
        begin_payment(billed, 1005)
        return real(*args)

    monkeypatch.setattr(expiring, "_each", interrupted)
    billed.shop.clock.move(minutes=125)
    assert ordering.expire_due(billed.shop.runtime) == 1
    assert [row.status for row in billed.shop.rows("orders")] == [
        *("checking", "unpaid", "cancelled", "unpaid", "unpaid", "expired")
    ]
    billed.check_ledger()


@sqlite_only
def test_F40_twin_an_expiry_that_does_not_look_again_ends_an_order_that_is_being_paid(
    billed: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the test above, without its guard: so the rival is really there."""
    from bot.ordering import guards
    from orders.moves import Guard

    real = expiring._each

    def interrupted(*args: Any) -> int:
        begin_payment(billed)
        return real(*args)

    blind = {**guards.GUARDS, Guard.NO_ATTEMPT: lambda _: True}
    monkeypatch.setattr(guards, "GUARDS", blind)
    monkeypatch.setattr(expiring, "_each", interrupted)
    billed.shop.clock.move(hours=3)
    assert ordering.expire_due(billed.shop.runtime) == 1
    assert billed.status() == "expired"
    assert billed.buckets()["available"] == 50


@sqlite_only
def test_an_order_in_trouble_does_not_keep_the_others_waiting(
    billed: Counter, monkeypatch: pytest.MonkeyPatch, logs: list[Any]
) -> None:
    billed.shop.answer("/o B2 1; due 1h")
    billed.shop.answer("/send")
    real = expiring._expire

    def stumble(desk: Any, row: Any) -> bool:
        if row.number == 1001:
            raise ValueError("words of a customer")
        return real(desk, row)

    monkeypatch.setattr(expiring, "_expire", stumble)
    assert billed.move_on(hours=3) == 1
    assert billed.status(1002) == "expired"
    line = next(line for line in logs if line["event"] == "order failed")
    assert line["error"] == "ValueError"
    assert "customer" not in str(line)


@sqlite_only
def test_a_sweep_that_has_no_time_leaves_the_rest_to_the_next(billed: Counter) -> None:
    billed.shop.clock.move(hours=3)
    assert ordering.expire_due(billed.shop.runtime, seconds=0) == 0
    assert ordering.expire_due(billed.shop.runtime) == 1


@sqlite_only
def test_the_upkeep_worker_lets_bills_expire_and_fills_what_is_missing(billed: Counter) -> None:
    billed.shop.clock.move(hours=3)
    upkeep.sweep(billed.shop.runtime)
    assert billed.status() == "expired"

    billed.shop.set_stock("A1", 0)
    billed.pay(240, "tx1")
    assert billed.row().missing == 2
    billed.shop.set_stock("A1", 2)
    upkeep.sweep(billed.shop.runtime)
    assert billed.row().missing == 0


def test_the_oldest_order_is_filled_first_and_never_more_than_there_is(shop: Shop) -> None:
    shop.hear_line("hello")
    shop.handle()
    counter = Counter(shop)
    for _ in range(3):
        shop.answer("/o A1 2; due 1h")
        shop.answer("/send")
    counter.move_on(hours=2)
    shop.set_stock("A1", 0)
    for number in (1002, 1001, 1003):
        counter.pay(240, f"tx{number}", number=number)
    shop.set_stock("A1", 3)

    at_once(3, lambda _: ordering.fill_missing(shop.runtime))

    assert [row.missing for row in shop.rows("orders")] == [0, 1, 2]
    assert counter.buckets() == {"available": 0, "reserved": 0, "committed": 3, "shipped": 0}
    counter.do("cancel", number=1001, role=Role.MANAGER)
    ordering.fill_missing(shop.runtime)
    assert [row.missing for row in shop.rows("orders")] == [0, 0, 1]
    counter.check_ledger()
