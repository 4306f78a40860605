"""Totals: they add up, to the satang."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.errors import AmountError, ItemError
from orders.item import Discount, Item
from orders.money import Money
from orders.order import Order
from orders.totals import TaxMode, totals
from tests.orders.strategies import drafts


def baht(minor: int) -> Money:
    return Money(minor, "THB")


def line(price: int, quantity: int = 1, discount: Discount | None = None) -> Item:
    return Item("A1", "ชา", (), quantity, baht(price), discount)


def draft(*items: Item) -> Order:
    return replace(Order.open(1, "THB"), items=items)


def test_the_parts_of_a_bill_in_their_order() -> None:
    order = (
        draft(line(12_000, 2, Discount(basis_points=1_000)), line(5_050, 1, Discount(baht(50))))
        .with_discount(Discount(basis_points=500))
        .with_shipping(baht(6_000))
        .with_tax(TaxMode.EXCLUDED)
        .with_deposit(baht(10_000))
    )
    sums = totals(order)
    assert sums.items == (baht(21_600), baht(5_000))
    assert sums.subtotal == baht(26_600)
    assert sums.discount == baht(1_330)
    assert sums.shipping == baht(6_000)
    assert sums.tax == baht(2_189)  # 7 % of 312.70 is 21.889
    assert sums.total == sums.balance == baht(33_459)
    assert sums.amount_due == sums.deposit == baht(10_000)


def test_included_tax_is_told_and_not_added() -> None:
    sums = totals(draft(line(10_700)).with_tax(TaxMode.INCLUDED))
    assert (sums.tax, sums.total) == (baht(700), baht(10_700))


def test_no_tax_is_no_tax_whatever_the_rate() -> None:
    assert totals(draft(line(10_700)).with_tax(TaxMode.NONE, 700)).tax == baht(0)


@pytest.mark.parametrize(
    ("price", "excluded", "included"),
    [(50, 4, 3), (49, 3, 3), (150, 11, 10), (7, 0, 0), (8, 1, 1), (10_001, 700, 654)],
)
def test_T26_halves_of_vat_are_rounded_up_in_one_place(
    price: int, excluded: int, included: int
) -> None:
    assert totals(draft(line(price)).with_tax(TaxMode.EXCLUDED)).tax == baht(excluded)
    assert totals(draft(line(price)).with_tax(TaxMode.INCLUDED)).tax == baht(included)


def test_T26_tax_is_reckoned_once_over_all_and_not_line_by_line() -> None:
    apart = draft(line(50), replace(line(50), code="B2")).with_tax(TaxMode.EXCLUDED)
    assert totals(apart).tax == baht(7)


def test_T26_a_whole_discount_leaves_the_shipping() -> None:
    order = draft(line(10_000)).with_discount(Discount(basis_points=10_000))
    assert totals(order).total == baht(0)
    assert totals(order.with_shipping(baht(5_000))).total == baht(5_000)
    with pytest.raises(AmountError):
        order.with_shipping(baht(-5_000))


def test_T26_a_discount_above_the_items_is_refused() -> None:
    order = draft(line(10_000)).with_shipping(baht(5_000))
    order.with_discount(Discount(baht(10_000)))
    with pytest.raises(ItemError) as refusal:
        order.with_discount(Discount(baht(10_001)))
    assert refusal.value.key == "discount_above"


def test_T26_a_currency_other_than_the_orders_is_refused() -> None:
    yen = Money(100, "JPY")
    attempts: list[Callable[[], object]] = [
        lambda: draft(replace(line(1), unit_price=yen)),
        lambda: draft(line(1)).with_shipping(yen),
        lambda: draft(line(1)).with_discount(Discount(yen)),
        lambda: draft(line(1)).with_deposit(yen),
        lambda: draft(line(1)).with_paid(yen),
    ]
    for change in attempts:
        with pytest.raises(AmountError) as refusal:
            change()
        assert refusal.value.key == "currencies_mixed"


@pytest.mark.parametrize(
    ("paid", "balance", "due"),
    [(0, 10_000, 2_000), (500, 9_500, 1_500), (2_000, 8_000, 8_000), (12_000, -2_000, 0)],
)
def test_the_deposit_is_asked_for_first_then_the_balance(paid: int, balance: int, due: int) -> None:
    sums = totals(draft(line(10_000)).with_deposit(baht(2_000)).with_paid(baht(paid)))
    assert (sums.balance, sums.amount_due) == (baht(balance), baht(due))


@given(drafts())
def test_T26_every_bill_adds_up(order: Order) -> None:
    sums = totals(order)
    zero = Money.zero(order.currency)
    on_top = sums.tax if order.tax_mode is TaxMode.EXCLUDED else zero
    assert Money.sum(sums.items, order.currency) == sums.subtotal
    assert sums.subtotal - sums.discount + sums.shipping + on_top == sums.total
    assert sums.paid + sums.balance == sums.total
    assert all(amount >= zero for amount in (*sums.items, sums.total, sums.tax, sums.amount_due))
    assert zero <= sums.discount <= sums.subtotal
    assert all(total <= item.gross for total, item in zip(sums.items, order.items, strict=True))
    if sums.paid <= sums.total:
        assert sums.amount_due <= sums.balance


@given(st.integers(0, 10**9), st.integers(0, 3_000))
def test_T26_taking_included_tax_out_and_putting_it_on_top_differ_by_no_more_than_one(
    price: int, rate: int
) -> None:
    included = totals(draft(line(price)).with_tax(TaxMode.INCLUDED, rate))
    net = included.total.minor - included.tax.minor
    excluded = totals(draft(line(net)).with_tax(TaxMode.EXCLUDED, rate))
    assert abs(excluded.total.minor - price) <= 1
