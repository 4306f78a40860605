"""What a state means for the money and the parcel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.money import Money
from orders.states import (
    FulfilmentState,
    PaymentState,
    Role,
    Status,
    fulfilment_state,
    payment_state,
)


def baht(minor: int) -> Money:
    return Money(minor, "THB")


@pytest.mark.parametrize(
    ("status", "paid", "refunded", "cod", "state"),
    [
        ("draft", 0, 0, False, "none"),
        ("unpaid", 0, 0, False, "none"),
        ("unpaid", 0, 0, True, "none"),
        ("unpaid", 40, 0, False, "partial"),
        ("checking", 0, 0, False, "pending_review"),
        ("checking", 40, 0, False, "pending_review"),
        ("paid", 100, 0, False, "paid"),
        ("paid", 101, 0, False, "overpaid"),
        ("paid", 120, 20, False, "paid"),
        ("paid", 0, 0, True, "cod_due"),
        ("shipped", 40, 0, True, "cod_due"),
        ("completed", 100, 0, True, "paid"),
        ("expired", 0, 0, False, "none"),
        ("expired", 40, 0, False, "partial"),
        ("cancelled", 0, 0, False, "none"),
        ("cancelled", 40, 0, False, "refund_due"),
        ("cancelled", 100, 40, False, "refund_due"),
        ("cancelled", 100, 100, False, "refunded"),
        ("returned", 100, 0, False, "refund_due"),
        ("returned", 0, 0, True, "none"),
    ],
)
def test_the_payment_state_follows_from_the_money(
    status: str, paid: int, refunded: int, cod: bool, state: str
) -> None:
    found = payment_state(
        Status(status), total=baht(100), paid=baht(paid), refunded=baht(refunded), cod=cod
    )
    assert found is PaymentState(state)


def test_nothing_to_pay_is_paid_but_not_in_a_draft() -> None:
    for status, state in ((Status.DRAFT, PaymentState.NONE), (Status.PAID, PaymentState.PAID)):
        assert payment_state(status, total=baht(0), paid=baht(0)) is state


@given(st.sampled_from(Status), st.integers(0, 200), st.integers(1, 200), st.booleans())
def test_F36_money_is_never_called_none(status: Status, total: int, paid: int, cod: bool) -> None:
    state = payment_state(status, total=baht(total), paid=baht(paid), cod=cod)
    assert state is not PaymentState.NONE
    if state is PaymentState.PAID:
        assert paid == total


@pytest.mark.parametrize(
    ("status", "shipped", "delivered", "state"),
    [
        ("draft", 0, False, "unfulfilled"),
        ("paid", 0, False, "unfulfilled"),
        ("paid", 1, False, "partial"),
        ("paid", 3, False, "shipped"),
        ("shipped", 3, False, "shipped"),
        ("shipped", 3, True, "delivered"),
        ("completed", 3, False, "delivered"),
        ("returned", 3, True, "returned"),
    ],
)
def test_the_fulfilment_state_follows_from_the_parcels(
    status: str, shipped: int, delivered: bool, state: str
) -> None:
    found = fulfilment_state(Status(status), ordered=3, shipped=shipped, delivered=delivered)
    assert found is FulfilmentState(state)


def test_an_order_of_nothing_is_not_shipped() -> None:
    found = fulfilment_state(Status.DRAFT, ordered=0, shipped=0)
    assert found is FulfilmentState.UNFULFILLED


def test_owners_stand_above_managers_and_these_above_the_rest() -> None:
    ranked = sorted(Role, key=lambda role: role.rank, reverse=True)
    assert ranked[:2] == [Role.OWNER, Role.MANAGER]
    assert Role.SALES.rank == Role.FINANCE.rank == Role.PACKER.rank > Role.VIEWER.rank > 0
    assert Role.CUSTOMER.rank == Role.SYSTEM.rank == 0
