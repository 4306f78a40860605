"""Stock that came late: what an order misses is filled, and what went out is not taken again."""

from __future__ import annotations

from bot import ordering
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
