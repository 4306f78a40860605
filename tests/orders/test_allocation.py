"""An order's discount and tax, shared out over its lines, are the whole again to the satang."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from orders.allocation import allocate
from orders.item import Discount, Item
from orders.money import Money
from orders.order import Order
from orders.totals import TaxMode, totals
from tests.orders.strategies import drafts


def line(price: int, quantity: int = 1) -> Item:
    return Item("A1", "ชา", (), quantity, Money(price, "THB"))


def test_a_discount_is_shared_by_what_the_lines_come_to_and_the_rest_goes_to_the_largest() -> None:
    order = replace(Order.open(1, "THB"), items=(line(10_000), line(20_000), line(1)))
    shares = allocate(order.with_discount(Discount(Money(1_000, "THB")))).lines
    assert [share.discount.minor for share in shares] == [333, 667, 0]
    assert [share.net.minor for share in shares] == [9_667, 19_333, 1]


def test_tax_is_shared_by_what_is_left_and_the_shipping_bears_its_part() -> None:
    order = replace(Order.open(1, "THB"), items=(line(10_000), line(5_000)))
    order = order.with_shipping(Money(5_000, "THB")).with_tax(TaxMode.INCLUDED)
    shared = allocate(order)
    assert [share.tax.minor for share in (*shared.lines, shared.shipping)] == [654, 327, 327]
    assert shared.shipping.gross == Money(5_000, "THB")


def test_of_nothing_there_is_nothing_to_share() -> None:
    empty = allocate(Order.open(1, "THB"))
    assert empty.lines == ()
    assert empty.shipping.gross == Money.zero("THB")
    free = replace(Order.open(1, "THB"), items=(line(0), line(0)))
    assert {share.gross.minor for share in allocate(free.with_tax(TaxMode.EXCLUDED)).lines} == {0}


@given(drafts())
def test_T26_all_shares_together_are_the_bill(order: Order) -> None:
    sums, shared = totals(order), allocate(order)
    every, zero = (*shared.lines, shared.shipping), Money.zero(order.currency)
    assert Money.sum((share.discount for share in every), order.currency) == sums.discount
    assert Money.sum((share.tax for share in every), order.currency) == sums.tax
    assert Money.sum((share.gross for share in every), order.currency) == sums.total
    assert [share.amount for share in shared.lines] == list(sums.items)
    for share in every:
        assert zero <= share.discount <= share.amount
        assert share.net + share.tax == share.gross
        assert min(share.net, share.tax, share.gross) >= zero
