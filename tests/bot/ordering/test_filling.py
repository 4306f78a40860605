"""Stock that came late: what an order misses is filled, and what went out is not taken again."""

from __future__ import annotations

from datetime import timedelta

from bot import ordering
from bot.ordering import Desk, Made
from orders.states import Role
from tests.bot.ordering.conftest import Counter


def lack_one(billed: Counter) -> None:
    """Let the bill of 2 × A1 expire, sell all but one piece, and take its money then."""
    billed.move_on(hours=3)
    billed.shop.set_stock("A1", 1)
    billed.pay(240, "tx1")
    assert billed.row().missing == 1


def test_F40_what_went_out_already_is_not_taken_from_the_shelf_again(billed: Counter) -> None:
    lack_one(billed)
    billed.do("ship", tracking="TH1", inside={1: 1})
    billed.shop.set_stock("A1", 10)
    assert ordering.fill_missing(billed.shop.runtime) == 1

    assert billed.buckets() == {"available": 9, "reserved": 0, "committed": 1, "shipped": 1}
    assert billed.row().missing == 0
    billed.do("ship", tracking="TH2")
    assert billed.status() == "shipped"
    assert billed.buckets() == {"available": 9, "reserved": 0, "committed": 0, "shipped": 2}
    billed.check_ledger()


def test_T23_a_request_for_an_order_that_was_dropped_since_gives_its_first_answer(
    counter: Counter,
) -> None:
    asker = counter.by(Role.SALES, key="form:1")

    def open_one(desk: Desk) -> Made:
        return ordering.open_order(desk, asker, contact_id=1)

    first = counter.make(open_one)
    counter.do("delete", number=first.row.number)
    again = counter.make(open_one)
    assert again.repeated
    assert again.row.number == first.row.number
    assert len(counter.shop.rows("orders")) == 1


def test_F40_a_payment_that_is_tried_again_keeps_the_order_again(billed: Counter) -> None:
    """Gateways keep one reference through several tries."""
    row, until = billed.row(), billed.shop.clock()

    def note(hours: int) -> None:
        at = until + timedelta(hours=hours)
        billed.shop.at_desk(
            lambda desk: ordering.note_attempt(
                desk, row, provider="gateway", reference="pi_1", until=at
            )
        )

    note(1)
    billed.shop.at_desk(
        lambda desk: ordering.end_attempt(desk, provider="gateway", reference="pi_1")
    )
    note(5)
    assert billed.move_on(hours=3) == 0
    assert billed.status() == "unpaid"
    assert billed.move_on(hours=3) == 1
