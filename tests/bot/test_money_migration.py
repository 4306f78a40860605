"""The migration that brings payments and parcels: orders that are there stay as they are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from tests.support.shop import Shop

BEFORE = "0010"


def test_orders_keep_everything_when_the_tables_of_money_come_and_go(shop: Shop) -> None:
    shop.hear_line("hello")
    shop.handle()
    shop.answer("/o A1 2; due 2h")
    shop.answer("/send")
    orders, items = shop.rows("orders"), shop.rows("order_items")

    shop.runtime.store.migrate(BEFORE)

    def count(connection: Any) -> int:
        return int(connection.execute(text("SELECT count(*) FROM orders")).scalar_one())

    assert shop.runtime.store.write(count) == 1
    shop.runtime.store.migrate()
    shop.runtime.store.check_schema()
    assert (shop.rows("orders"), shop.rows("order_items")) == (orders, items)
    shop.answer("/paid")
    assert shop.row("orders").status == "paid"
