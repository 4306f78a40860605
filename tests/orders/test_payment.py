"""Payments, and when they are enough."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orders.errors import AmountError
from orders.money import Money
from orders.payment import Payment, PayMethod, received, settles

AT = datetime(2026, 11, 22, tzinfo=UTC)


def paid(minor: int, reference: str = "", method: PayMethod = PayMethod.TRANSFER) -> Payment:
    return Payment(Money(minor, "THB"), method, reference, AT)


def test_T32_an_order_is_settled_by_enough_and_not_by_one_satang_less() -> None:
    total = Money(100, "THB")
    assert not settles(total, [paid(99)])
    assert settles(total, [paid(60), paid(40)])
    assert settles(total, [paid(101)])
    assert not settles(total, [])
    assert settles(Money(0, "THB"), [])


def test_T30_a_transaction_told_twice_counts_once() -> None:
    assert received([paid(50, "r1"), paid(50, "r1")], "THB") == Money(50, "THB")
    assert received([paid(50, "r1"), paid(50, "r2"), paid(5), paid(5)], "THB").minor == 110
    assert received([paid(1, "r"), paid(1, "r", PayMethod.CARD)], "THB").minor == 2


def test_T32_money_of_another_currency_settles_nothing() -> None:
    with pytest.raises(AmountError):
        settles(Money(100, "USD"), [paid(10_000)])
