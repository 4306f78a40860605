"""Products of the catalogue: options and stock."""

from __future__ import annotations

import pytest

from orders.errors import AmountError, ItemError
from orders.item import Item
from orders.money import Money
from orders.product import Condition, Product

PRICE = Money(12_000, "THB")
SHIRT = Product("A1", "เสื้อยืด", PRICE, (("ดำ", "ขาว"), ("S", "M", "L")))


@pytest.mark.parametrize("words", [("ดำ", "M"), ("m", "ดำ"), ("ด\u0e4d\u0e32", " M ")])
def test_options_are_chosen_in_any_order_and_spelling(words: tuple[str, ...]) -> None:
    assert SHIRT.choose(words) == ("ดำ", "M")


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (("ดำ",), "option_missing"),
        ((), "option_missing"),
        (("แดง", "M"), "option_unknown"),
        (("ดำ", "ขาว"), "option_twice"),
        (("ดำ", "M", "M"), "option_twice"),
    ],
)
def test_a_wrong_choice_names_what_there_is(words: tuple[str, ...], key: str) -> None:
    with pytest.raises(ItemError) as refusal:
        SHIRT.choose(words)
    assert refusal.value.key == key
    assert "S" in refusal.value.sentence("en") or "ดำ" in refusal.value.sentence("en")


def test_a_product_without_options_takes_none() -> None:
    plain = Product("B2", "tea", PRICE)
    assert plain.choose(()) == ()
    with pytest.raises(ItemError) as refusal:
        plain.choose(("M",))
    assert refusal.value.key == "option_none"


def test_a_word_in_two_groups_fills_the_first_open_one() -> None:
    two = Product("C3", "pair", PRICE, (("S", "M"), ("M", "L")))
    assert two.choose(("M", "M")) == ("M", "M")


def test_stock_limits_a_sale_only_where_it_is_counted() -> None:
    counted = Product("B2", "tea", PRICE, stock=3, condition=Condition.STOCK)
    counted.check_sale(3)
    with pytest.raises(ItemError) as refusal:
        counted.check_sale(4)
    assert "3" in refusal.value.sentence("th")
    Product("B2", "tea", PRICE, stock=3, condition=Condition.PREORDER).check_sale(4)
    Product("B2", "tea", PRICE).check_sale(9_999)
    products = [Product("B2", "tea", PRICE, stock=0, condition=each) for each in Condition]
    assert [product.condition for product in products if product.reserves] == [Condition.STOCK]


def test_what_is_switched_off_is_not_sold() -> None:
    with pytest.raises(ItemError) as refusal:
        Product("B2", "tea", PRICE, active=False).check_sale(1)
    assert refusal.value.key == "product_inactive"


def test_an_item_of_a_product_has_its_price_unless_another_is_given() -> None:
    assert SHIRT.item(2, ("M", "ดำ")) == Item("A1", "เสื้อยืด", ("ดำ", "M"), 2, PRICE)
    other = Money(9_900, "THB")
    assert SHIRT.item(2, ("M", "ดำ"), price=other).unit_price == other
    free = Money.zero("THB")
    assert SHIRT.item(2, ("M", "ดำ"), price=free).unit_price == free


def test_a_product_that_cannot_be_sold_is_not_built() -> None:
    with pytest.raises(AmountError):
        Product("B2", "tea", Money(-1, "THB"))
    with pytest.raises(ItemError):
        Product("B" * 33, "tea", PRICE)
    with pytest.raises(ItemError):
        Product(" ", "tea", PRICE)
    for stock in (None, -1):
        with pytest.raises(ValueError, match="stock"):
            Product("B2", "tea", PRICE, stock=stock, condition=Condition.STOCK)
    with pytest.raises(ValueError, match="choice"):
        Product("B2", "tea", PRICE, options=((),))
