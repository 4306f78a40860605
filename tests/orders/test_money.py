"""Money: exact, of one currency, read as people write it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.errors import AmountError
from orders.money import EXPONENTS, MOST_MINOR, Money
from tests.orders.strategies import currencies

minors = st.integers(0, MOST_MINOR)


def baht(text: str) -> Money:
    return Money.parse(text, "THB")


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("120", 12_000),
        ("1,290.50", 129_050),
        ("350.5", 35_050),
        ("฿120", 12_000),
        ("฿ 120.00", 12_000),
        ("120 บาท", 12_000),
        ("๓๕๐บาท", 35_000),
        ("120บ.", 12_000),
        ("THB 120", 12_000),
        ("120thb", 12_000),
        ("฿120 บาท", 12_000),
        ("１，２９０．５０", 129_050),
        ("0", 0),
        ("10,000,000,000", MOST_MINOR),
    ],
)
def test_T21_a_sign_or_word_beside_a_right_amount_is_read(text: str, minor: int) -> None:
    assert baht(text) == Money(minor, "THB")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("0.005", "amount_decimals"),
        ("19.999", "amount_decimals"),
        ("120.000", "amount_decimals"),
        ("-5", "amount_negative"),
        ("−5", "amount_negative"),
        ("฿-5", "amount_negative"),
        ("-฿5", "amount_negative"),
        ("5-", "amount_negative"),
        (str(10**15), "amount_too_large"),
        ("10,000,000,000.01", "amount_too_large"),
        ("9" * 4301, "number_too_long"),
        ("$5", "amount_foreign"),
        ("5 USD", "amount_foreign"),
        ("1_000", "amount_not_number"),
        ("1e5", "amount_not_number"),
        ("1e999999999", "amount_not_number"),
        ("NaN", "amount_not_number"),
        ("Infinity", "amount_not_number"),
        ("0x10", "amount_not_number"),
        ("²", "amount_not_number"),
        ("①", "amount_not_number"),
        ("1,00", "amount_not_number"),
        ("1.290,50", "amount_not_number"),
        ("1290,50", "amount_not_number"),
        (".5", "amount_not_number"),
        ("5.", "amount_not_number"),
        ("1 290", "amount_not_number"),
        ("฿฿5", "amount_not_number"),
        ("฿", "amount_not_number"),
        ("บาท", "amount_not_number"),
        ("", "amount_not_number"),
    ],
)
def test_T21_a_wrong_amount_is_refused_with_the_reason(text: str, key: str) -> None:
    with pytest.raises(AmountError) as refusal:
        baht(text)
    assert refusal.value.key == key


@pytest.mark.parametrize("currency", ["JPY", "VND", "KRW"])
def test_T21_a_currency_without_decimals_takes_none(currency: str) -> None:
    assert Money.parse("1,290", currency).minor == 1290
    with pytest.raises(AmountError):
        Money.parse("1290.0", currency)


def test_a_currency_that_is_not_known_is_refused_by_name() -> None:
    with pytest.raises(AmountError) as refusal:
        Money(1, "XXX")
    assert "XXX" in refusal.value.sentence("en")


@given(minors, currencies)
def test_what_is_written_plain_is_read_back_the_same(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.parse(money.plain(), currency) == money


@given(minors, currencies)
def test_thousands_commas_change_nothing(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    whole, dot, decimals = money.plain().partition(".")
    assert Money.parse(f"{int(whole):,}{dot}{decimals}", currency) == money


@given(st.text(max_size=50), currencies)
def test_T21_any_text_is_an_amount_or_refused(text: str, currency: str) -> None:
    try:
        money = Money.parse(text, currency)
    except AmountError:
        return
    assert 0 <= money.minor <= MOST_MINOR


@pytest.mark.parametrize(
    ("minor", "currency", "plain"),
    [(12_000, "THB", "120.00"), (5, "THB", "0.05"), (-5, "THB", "-0.05"), (5000, "JPY", "5000")],
)
def test_plain_has_all_decimals_of_the_currency(minor: int, currency: str, plain: str) -> None:
    assert Money(minor, currency).plain() == plain


def test_currencies_are_never_mixed() -> None:
    one, other = Money(1, "THB"), Money(1, "USD")
    attempts: list[Callable[[], object]] = [
        lambda: one + other,
        lambda: one - other,
        lambda: one < other,
        lambda: one >= other,
    ]
    for mix in attempts:
        with pytest.raises(AmountError) as refusal:
            mix()
        assert refusal.value.key == "currencies_mixed"
    assert one != other


def test_amounts_are_ordered_added_and_multiplied() -> None:
    assert baht("2") > baht("1.99")
    assert max(baht("2"), baht("3")) == baht("3")
    assert baht("2") - baht("3") == Money(-100, "THB")
    assert 3 * baht("0.10") == baht("0.10") * 3 == baht("0.30")
    assert Money.sum([baht("1"), baht("2")], "THB") == baht("3")
    assert Money.sum([], "JPY") == Money(0, "JPY")


@pytest.mark.parametrize("wrong", [1.5, "1", True])
def test_minor_units_are_an_int(wrong: object) -> None:
    with pytest.raises(TypeError):
        Money(wrong, "THB")  # type: ignore[arg-type]


def test_money_is_not_multiplied_by_a_float() -> None:
    with pytest.raises(TypeError):
        baht("1") * 1.5  # type: ignore[operator]


def test_T21_no_operation_leaves_what_a_database_holds() -> None:
    most = Money(MOST_MINOR, "THB")
    attempts: list[Callable[[], object]] = [
        lambda: most + Money(1, "THB"),
        lambda: most * 9999,
        lambda: -1 * most - most,
    ]
    for grow in attempts:
        with pytest.raises(AmountError) as refusal:
            grow()
        assert refusal.value.key == "amount_too_large"


@given(
    st.integers(-MOST_MINOR, MOST_MINOR),
    st.lists(st.integers(0, 1_000), min_size=1).filter(any),
)
def test_an_allocation_adds_up_and_is_fair(minor: int, weights: list[int]) -> None:
    parts = Money(minor, "THB").allocate(weights)
    assert sum(part.minor for part in parts) == minor
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor * sum(weights) - minor * weight) < sum(weights)


def test_a_rest_goes_to_the_earlier_of_equals() -> None:
    assert [part.minor for part in Money(100, "THB").allocate([1, 1, 1])] == [34, 33, 33]


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_weights_that_share_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(100, "THB").allocate(weights)


@pytest.mark.parametrize(
    ("text", "currency"), [("บาท 5", "THB"), ("Rp. 5", "IDR"), ("5 pesos", "PHP"), ("US$5", "USD")]
)
def test_a_long_sign_is_not_taken_for_the_short_one_it_holds(text: str, currency: str) -> None:
    assert Money.parse(text, currency) == Money.parse("5", currency)


def test_every_currency_is_read_by_its_code() -> None:
    for currency in EXPONENTS:
        assert Money.parse(f"12 {currency}", currency) == Money.parse("12", currency)
