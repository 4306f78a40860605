"""Stock on shelves: buckets that never fall below zero, and a ledger that they are the sum of."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from bot.runtime import Work
from bot.store import products, stock, tables
from tests.support.shop import Shop, at_once

BUCKETS = ("available", "reserved", "committed", "shipped")
sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


def move(shop: Shop, kind: str, quantity: int, order_id: int | None = None) -> bool:
    shelf = shop.shelf("A1")
    return shop.runtime.transact(
        lambda work: stock.move(work.connection, shelf, kind, quantity, work.now, order_id=order_id)
    )


def counts(shop: Shop, *options: str, code: str = "A1") -> tuple[int, ...]:
    shelf = shop.shelf(code, *options)
    return tuple(getattr(shelf, bucket) for bucket in BUCKETS)


def ledger(shop: Shop, shelf_id: int) -> Counter[str]:
    buckets: Counter[str] = Counter()
    for row in shop.rows("stock_moves", shelf_id=shelf_id):
        buckets[row.source] -= row.quantity
        buckets[row.target] += row.quantity
    return buckets


def test_a_piece_goes_from_shelf_to_parcel_and_back(shop: Shop) -> None:
    for kind, after in (
        ("reserve", (48, 2, 0, 0)),
        ("commit", (48, 0, 2, 0)),
        ("ship", (48, 0, 0, 2)),
        ("unship", (48, 0, 2, 0)),
        ("ship", (48, 0, 0, 2)),
    ):
        assert move(shop, kind, 2)
        assert counts(shop) == after, kind
    assert move(shop, "restock", 1)
    assert move(shop, "write_off", 1)
    assert counts(shop) == (49, 0, 0, 0)
    assert ledger(shop, shop.shelf("A1").id)["outside"] == -49


def test_what_is_not_there_cannot_be_moved_and_leaves_no_trace(shop: Shop) -> None:
    before = shop.counts()
    for kind in ("release", "commit", "uncommit", "ship", "unship", "restock", "write_off"):
        assert not move(shop, kind, 1), kind
    assert not move(shop, "reserve", 51)
    assert not shop.runtime.transact(
        lambda work: stock.adjust(work.connection, shop.shelf("A1"), -51, work.now)
    )
    assert counts(shop) == (50, 0, 0, 0)
    assert shop.counts() == before


@pytest.mark.parametrize("bucket", BUCKETS)
def test_the_database_itself_refuses_a_count_below_zero(shop: Shop, bucket: str) -> None:
    below = update(tables.shelves).values({bucket: -1})
    with pytest.raises(IntegrityError):
        shop.runtime.transact(lambda work: work.connection.execute(below))


def test_T25_thirty_two_buyers_get_ten_pieces(shop: Shop) -> None:
    shop.set_stock("A1", 10)

    sold = at_once(32, lambda _: move(shop, "reserve", 1))

    assert sold.count(True) == 10
    assert counts(shop) == (0, 10, 0, 0)
    assert len(shop.rows("stock_moves", kind="reserve")) == 10


@sqlite_only
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from([*stock.WAYS, "adjust"]), st.integers(-9, 9).filter(bool)),
        max_size=25,
    )
)
def test_the_buckets_are_the_sum_of_the_ledger(shop: Shop, moves: list[tuple[str, int]]) -> None:
    shelf = shop.shelf("A1")

    def run(work: Work) -> None:
        for kind, by in moves:
            if kind == "adjust":
                stock.adjust(work.connection, shelf, by, work.now)
            else:
                stock.move(work.connection, shelf, kind, abs(by), work.now)

    shop.runtime.transact(run)

    shelf = shop.shelf("A1")
    buckets = ledger(shop, shelf.id)
    assert counts(shop) == tuple(buckets[bucket] for bucket in BUCKETS)
    assert sum(counts(shop)) == -buckets["outside"]
    assert min(counts(shop)) >= 0


def test_what_an_order_holds_is_told_by_bucket(shop: Shop) -> None:
    shop.hear_line("hello")
    shop.answer("/o A1 5")
    shop.answer("/send")
    order_id = shop.row("orders").id
    assert move(shop, "reserve", 7)  # somebody else's
    assert move(shop, "commit", 3, order_id)

    with shop.runtime.store.read() as connection:
        held = stock.held_by(connection, order_id)

    assert held == {shop.shelf("A1").id: Counter(reserved=2, committed=3)}


# Variants ------------------------------------------------------------------------------------


def count_variant(shop: Shop, code: str, options: list[str], pieces: int, price: int) -> None:
    def add(work: Work) -> None:
        row: Any = products.find_product(work.connection, shop.owner.shop_id, code)
        key = stock.make_key(options)
        work.connection.execute(
            tables.variants.insert().values(
                shop_id=row.shop_id,
                product_id=row.id,
                key=key,
                options=options,
                price_minor=price,
                active=True,
                position=1,
            )
        )
        stock.add_shelf(work.connection, row, key, pieces, work.now)

    shop.runtime.transact(add)


def test_a_variant_sells_at_its_own_price_from_its_own_shelf(shop: Shop) -> None:
    count_variant(shop, "C3", ["ดำ", "M"], 3, 39_900)
    shop.hear_line("hello")

    card = shop.answer("/o C3/ดำ/M 2 C3/ขาว/M 1")
    assert "C3/ดำ/M" in card
    shop.answer("/send")

    assert counts(shop, "ดำ", "M", code="C3") == (1, 2, 0, 0)
    assert counts(shop, code="C3") == (19, 1, 0, 0)
    assert [item.unit_price_minor for item in shop.rows("order_items")] == [39_900, 35_000]

    shop.answer("/set C3/ดำ/M 4")
    assert "C3/ดำ/M" in shop.refusal("/send")
    assert counts(shop, "ดำ", "M", code="C3") == (1, 2, 0, 0)
