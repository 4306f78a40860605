"""The news of an order: the shop's own words where it wrote some, else the house's."""

from __future__ import annotations

import pytest

from bot import replies
from tests.bot.ordering.conftest import Counter

MOVES = ("paid", "expired", "cancelled", "slip_refused", "shipped")


def write(counter: Counter, state: str, words: str, language: str = "th") -> None:
    shop = counter.shop
    replies.save_template(shop.runtime, shop.owner, state, language, words)


def reach(counter: Counter, state: str) -> None:
    """Make the move that tells of a state."""
    if state == "expired":
        counter.move_on(hours=3)
    elif state == "cancelled":
        counter.do("cancel", "ของหมด")
    elif state == "slip_refused":
        counter.notify()
        counter.do("reject_slip", "ยอดไม่ตรง")
    else:
        counter.confirm()
        if state == "shipped":
            counter.do("ship", tracking="TH42", carrier="Flash")


FACTS = {
    "paid": ("1001", "240.00"),
    "expired": ("1001",),
    "cancelled": ("1001", "ของหมด"),
    "slip_refused": ("1001", "ยอดไม่ตรง"),
    "shipped": ("1001", "TH42", "Flash"),
}


@pytest.mark.parametrize("state", MOVES)
def test_a_move_is_told_in_the_shops_own_words(billed: Counter, state: str) -> None:
    words = (
        "ร้าน: [order_no] [total] [tracking_code] [carrier] [reason]\n[tracking_url] {order_no} 100%"
    )
    write(billed, state, words)
    write(billed, state, f"English {words}", "en")
    reach(billed, state)

    told = billed.news()[-1]
    assert told.startswith("ร้าน: 1001")
    assert all(fact in told for fact in FACTS[state])
    assert "{order_no} 100%" in told
    assert told.count("/b/") == 1


@pytest.mark.parametrize("state", MOVES)
def test_a_move_is_told_in_the_houses_words_where_the_shop_wrote_none(
    billed: Counter, state: str
) -> None:
    reach(billed, state)
    told = billed.news()[-1]
    assert all(fact in told for fact in FACTS[state] if fact != "240.00")
    assert "[" not in told
    assert told.count("/b/") == 1


def test_words_that_lack_a_fact_give_way_to_the_houses(billed: Counter) -> None:
    write(billed, "slip_refused", "ร้าน: [order_no] เพราะ [reason]")
    write(billed, "shipped", "ร้าน: [order_no] [tracking_code] [tracking_url]")
    billed.notify()
    billed.do("reject_slip", "")
    assert billed.status() == "unpaid"
    assert "ร้าน:" not in billed.news()[-1]
    assert "1001" in billed.news()[-1]

    billed.confirm()
    billed.do("ship", tracking="")
    assert billed.status() == "shipped"
    assert "ร้าน:" not in billed.news()[-1]
    assert "1001" in billed.news()[-1]


def test_a_reason_of_several_lines_writes_no_line_of_its_own(billed: Counter) -> None:
    billed.do("cancel", "ของหมด\nhttps://elsewhere.example")
    assert "ของหมด https://elsewhere.example" in billed.news()[-1].split("\n")
