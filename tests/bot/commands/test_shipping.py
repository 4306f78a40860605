"""``ship``: the fee of a way's rule, which follows the items until somebody types one."""

from __future__ import annotations

from typing import Any

from bot import ordering
from bot.store import orders
from orders.order import Order
from tests.support.shop import Shop


def order(shop: Shop) -> Order:
    with shop.runtime.store.read() as connection:
        row: Any = orders.find_order(connection, shop.owner.shop_id, number=1001)
        return ordering.load(connection, row)


def fee(shop: Shop) -> str | None:
    shipping = order(shop).shipping
    return None if shipping is None else shipping.plain()


def test_a_fee_by_weight_follows_the_items(shop: Shop) -> None:
    shop.hear_line("hello")
    shop.answer("/o A1 1; ship post")
    assert (fee(shop), order(shop).shipping_name, order(shop).shipping_code) == (
        "40.00",
        "Post",
        "post",
    )
    shop.answer("/add A1 3")
    assert fee(shop) == "60.00"
    shop.answer("/rm A1")
    assert fee(shop) == "40.00"
    shop.answer("/add C3/ดำ/S 4; B2 3")
    assert fee(shop) == "0.00", "free from 1,500 on"
    shop.answer("/add disc 20%")
    assert fee(shop) == "90.00", "the discount is off before the rule looks"


def test_a_fee_that_was_typed_stays(shop: Shop) -> None:
    shop.hear_line("hello")
    shop.answer("/o A1 1; ship post 55")
    shop.answer("/add A1 9")
    assert (fee(shop), order(shop).shipping_code) == ("55.00", "")
    shop.answer("/add ship EMS")
    assert fee(shop) == "60.00"
    shop.answer("/add freeship")
    assert (fee(shop), order(shop).shipping_code) == ("0.00", "")


def test_items_without_a_weight_count_nothing_and_are_told(shop: Shop) -> None:
    shop.hear_line("hello")
    told = shop.answer('/o A1 1; "กล่อง" 1 @20; ship post')
    assert fee(shop) == "40.00"
    assert "กล่อง: ยังไม่มีน้ำหนัก นับเป็น 0 กรัม" in told
    assert "ยังไม่มีน้ำหนัก" not in shop.answer("/add ship EMS")


def test_what_is_too_heavy_for_its_way_is_told_with_the_way_out(shop: Shop) -> None:
    shop.hear_line("hello")
    shop.answer("/o A1 1; ship post")
    told = shop.refusal("/add A1 20; disc 2000")
    assert "3,000" in told
    assert "3,150" in told
    assert fee(shop) == "40.00"
    assert order(shop).items[0].quantity == 1, "nothing of it is kept"
    shop.answer("/add A1 20; disc 2000; ship post 150")
    assert fee(shop) == "150.00"
