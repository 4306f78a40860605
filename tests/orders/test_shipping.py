"""What a way of sending asks: flat, by weight, by amount, and nothing above an amount."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.errors import AmountError, ItemError
from orders.item import Item
from orders.money import Money
from orders.shipping import Basis, ShippingWay, Tier, Weight, quote, weigh


def baht(text: str) -> Money:
    return Money.parse(text, "THB")


def item(code: str | None, quantity: int = 1, name: str = "ชา") -> Item:
    return Item(code=code, name=name, options=(), quantity=quantity, unit_price=baht("10"))


FLAT = ShippingWay("ems", "EMS", "THB", fee=baht("60"))
BY_WEIGHT = ShippingWay(
    "post",
    "Post",
    "THB",
    basis=Basis.WEIGHT,
    tiers=(Tier(500, baht("40")), Tier(1000, baht("60.50"))),
)
BY_AMOUNT = ShippingWay(
    "kerry",
    "Kerry",
    "THB",
    fee=baht("20"),
    basis=Basis.AMOUNT,
    tiers=(Tier(baht("500").minor, baht("50")), Tier(baht("1000").minor, baht("30"))),
    free_above=baht("2000"),
)


def test_a_flat_way_asks_the_same_of_everything() -> None:
    assert quote(FLAT, baht("0"), Weight(0)) == baht("60")
    assert quote(FLAT, baht("99999"), Weight(10**6)) == baht("60")


@pytest.mark.parametrize(
    ("grams", "fee"),
    [(0, "40"), (500, "40"), (501, "60.50"), (1000, "60.50")],
)
def test_a_step_holds_up_to_its_limit_and_with_it(grams: int, fee: str) -> None:
    assert quote(BY_WEIGHT, baht("1"), Weight(grams)) == baht(fee)


def test_what_is_too_heavy_is_refused_with_the_weights() -> None:
    with pytest.raises(ItemError) as refused:
        quote(BY_WEIGHT, baht("1"), Weight(1001))
    assert "1,000 g" in refused.value.sentence("en")
    assert "1,001 g" in refused.value.sentence("en")
    assert "1,001 กรัม" in refused.value.sentence("th")


@pytest.mark.parametrize(
    ("amount", "fee"),
    [("0", "50"), ("500", "50"), ("500.01", "30"), ("1000.01", "20"), ("1999.99", "20")],
)
def test_by_amount_the_fee_of_the_way_holds_above_its_last_step(amount: str, fee: str) -> None:
    assert quote(BY_AMOUNT, baht(amount), Weight(0)) == baht(fee)


def test_from_its_free_amount_on_a_way_asks_nothing() -> None:
    assert quote(BY_AMOUNT, baht("2000"), Weight(0)) == baht("0")
    heavy = ShippingWay(
        "post", "Post", "THB", basis=Basis.WEIGHT, tiers=BY_WEIGHT.tiers, free_above=baht("10")
    )
    assert quote(heavy, baht("10"), Weight(10**6)) == baht("0")


def test_by_amount_without_a_fee_for_more_is_refused() -> None:
    way = ShippingWay("k", "K", "THB", basis=Basis.AMOUNT, tiers=BY_AMOUNT.tiers)
    with pytest.raises(ItemError) as refused:
        quote(way, baht("1000.01"), Weight(0))
    assert "1000.01 THB" in refused.value.sentence("en")


def test_weights_add_up_and_unknown_ones_are_told_once() -> None:
    items = (item("A1", 3), item("B2", 2), item("B2"), item(None, name="กล่อง"), item("C3", 2))
    weighed = weigh(items, {"A1": 150, "B2": None, "C3": 0})
    assert weighed == Weight(450, ("B2", "กล่อง"))


@pytest.mark.parametrize("limits", [(500, 500), (1000, 500), (0, 500), (-1,)])
def test_steps_that_do_not_rise_are_refused(limits: tuple[int, ...]) -> None:
    tiers = tuple(Tier(limit, baht("1")) for limit in limits)
    with pytest.raises(ItemError):
        ShippingWay("x", "X", "THB", basis=Basis.WEIGHT, tiers=tiers)


def test_fees_below_zero_and_in_other_currencies_are_refused() -> None:
    with pytest.raises(AmountError):
        ShippingWay("x", "X", "THB", fee=Money(-1, "THB"))
    with pytest.raises(AmountError):
        ShippingWay("x", "X", "THB", fee=Money(1, "USD"))
    with pytest.raises(AmountError):
        ShippingWay("x", "X", "THB", fee=baht("1"), free_above=Money(-1, "THB"))


def test_a_way_is_flat_or_has_steps() -> None:
    with pytest.raises(ValueError, match="tiers"):
        ShippingWay("x", "X", "THB", basis=Basis.WEIGHT, fee=baht("1"))
    with pytest.raises(ValueError, match="fee"):
        ShippingWay("x", "X", "THB")


@given(
    limits=st.lists(st.integers(1, 5000), min_size=1, max_size=8, unique=True).map(sorted),
    fees=st.lists(st.integers(0, 10**6), min_size=8, max_size=8),
    grams=st.integers(0, 6000),
)
def test_the_fee_is_the_first_step_that_the_weight_fits(
    limits: list[int], fees: list[int], grams: int
) -> None:
    tiers = tuple(Tier(limit, Money(fee, "THB")) for limit, fee in zip(limits, fees, strict=False))
    way = ShippingWay("x", "X", "THB", fee=Money(7, "THB"), basis=Basis.WEIGHT, tiers=tiers)
    fitting = [tier.fee for tier in tiers if grams <= tier.limit]
    assert quote(way, baht("0"), Weight(grams)) == (fitting[0] if fitting else Money(7, "THB"))
