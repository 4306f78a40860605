"""Items of an order and their discounts."""

from __future__ import annotations

import pytest

from orders.errors import AmountError, ItemError, OrderError
from orders.item import Discount, Item, merge
from orders.money import Money


def tea(quantity: int = 1, price: int = 12_000, discount: Discount | None = None) -> Item:
    return Item("A1", "ชาเขียว", ("ดำ",), quantity, Money(price, "THB"), discount)


def amount(minor: int) -> Discount:
    return Discount(amount=Money(minor, "THB"))


@pytest.mark.parametrize(
    ("text", "discount"),
    [
        ("20", amount(2_000)),
        ("฿20.50", amount(2_050)),
        ("10%", Discount(basis_points=1_000)),
        ("๑๒.๕%", Discount(basis_points=1_250)),
        ("100 %", Discount(basis_points=10_000)),
        ("0.01%", Discount(basis_points=1)),
    ],
)
def test_a_discount_is_read_as_an_amount_or_a_share(text: str, discount: Discount) -> None:
    assert Discount.parse(text, "THB") == discount


@pytest.mark.parametrize("text", ["101%", "-5%", "1.005%", "%", "1e1%", "x", "-5", "5%%"])
def test_a_wrong_discount_is_refused(text: str) -> None:
    with pytest.raises(AmountError):
        Discount.parse(text, "THB")


def test_a_discount_is_one_thing() -> None:
    for wrong in ({}, {"amount": Money(1, "THB"), "basis_points": 1}):
        with pytest.raises(ValueError, match="an amount or a share"):
            Discount(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("basis_points", [-1, 10_001])
def test_a_share_is_within_the_whole(basis_points: int) -> None:
    with pytest.raises(AmountError):
        Discount(basis_points=basis_points)


def test_T26_a_line_discount_above_the_line_is_refused() -> None:
    assert tea(2, discount=amount(24_000)).gross == Money(24_000, "THB")
    with pytest.raises(ItemError) as refusal:
        tea(2, discount=amount(24_001))
    assert "240.01 THB" in refusal.value.sentence("th")


@pytest.mark.parametrize("quantity", [0, -1, 10_000])
def test_T20_a_line_has_1_to_9999_pieces(quantity: int) -> None:
    with pytest.raises(AmountError):
        tea(quantity)


@pytest.mark.parametrize(
    ("code", "name", "options", "key"),
    [
        ("A" * 500, "tea", (), "text_too_long"),
        (None, "x" * 201, (), "text_too_long"),
        (None, "x", ("x" * 51,), "text_too_long"),
        (None, "  ", (), "item_unnamed"),
    ],
)
def test_T22_codes_names_and_options_are_capped(
    code: str | None, name: str, options: tuple[str, ...], key: str
) -> None:
    with pytest.raises(ItemError) as refusal:
        Item(code, name, options, 1, Money(1, "THB"))
    assert refusal.value.key == key


def test_T21_a_price_below_zero_and_a_line_beyond_the_cap_are_refused() -> None:
    with pytest.raises(AmountError):
        tea(price=-1)
    with pytest.raises(AmountError):
        Discount(amount=Money(-1, "THB"))
    with pytest.raises(OrderError) as refusal:
        _ = tea(9_999, price=10**12).gross
    assert refusal.value.key == "amount_too_large"


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (None, None, None),
        (amount(100), None, amount(100)),
        (None, amount(100), amount(100)),
        (amount(100), amount(50), amount(150)),
        (Discount(basis_points=500), Discount(basis_points=500), Discount(basis_points=500)),
    ],
)
def test_lines_with_like_discounts_are_the_same_and_merge(
    first: Discount | None, second: Discount | None, together: Discount | None
) -> None:
    one, other = tea(2, discount=first), tea(3, discount=second)
    assert one.is_same_as(other)
    assert merge(one, other) == tea(5, discount=together)


def test_lines_that_cost_differently_are_not_the_same() -> None:
    five, ten = Discount(basis_points=500), Discount(basis_points=1_000)
    assert not tea().is_same_as(tea(price=11_000))
    assert not tea(discount=five).is_same_as(tea(discount=ten))
    assert not tea(discount=five).is_same_as(tea())
    assert not tea().is_same_as(tea(discount=five))
    assert not tea(discount=amount(1)).is_same_as(tea(discount=five))


def test_one_off_items_are_the_same_by_name() -> None:
    shirt, hat = (Item(None, name, (), 1, Money(1, "THB")) for name in ("เสื้อ", "หมวก"))
    assert shirt.is_same_as(shirt)
    assert not shirt.is_same_as(hat)
    assert shirt.is_called("เสื้อ")
    assert tea().is_called("a1")
    assert not tea().is_called("ชาเขียว")


def test_an_item_and_a_discount_have_words() -> None:
    assert str(tea()) == "A1/ดำ"
    assert [str(Discount(basis_points=share)) for share in (1_000, 1_250)] == ["10%", "12.50%"]
