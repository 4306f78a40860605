"""Numerals as people write them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.errors import AmountError
from orders.numerals import LONGEST_NUMERAL, fold, parse_quantity

REFUSED = [
    "-1", "−1", "0", "1e5", "1_000", "²", "①", "NaN", "Infinity", "0x10", "1,00", "9" * 4301,
    "", " ", "+", "++5", "10,000", "1,0000", ",100", "2.5", "2.", "1 2", "½", "Ⅳ", "四", "10000",
]  # fmt: skip
READ = [
    ("2", 2), ("+5", 5), ("٣", 3), ("๑๒", 12), ("１２", 12), ("1,000", 1000), ("９，９９９", 9999),
    (" 7 ", 7), ("\u200b3\u200b", 3), ("007", 7), ("𝟗", 9), ("९", 9),
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_T20_what_is_no_quantity_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(AmountError) as refusal:
        parse_quantity(text)
    for language in ("en", "th"):
        assert len(refusal.value.sentence(language)) > 20


@pytest.mark.parametrize(("text", "quantity"), READ)
def test_T20_decimal_digits_of_every_script_are_a_quantity(text: str, quantity: int) -> None:
    assert parse_quantity(text) == quantity


def test_T22_a_numeral_is_measured_before_it_is_read() -> None:
    with pytest.raises(AmountError) as refusal:
        parse_quantity("1" * (LONGEST_NUMERAL + 1))
    assert refusal.value.key == "number_too_long"


@given(st.integers(1, 9_999), st.sampled_from("0٠०๐０"))
def test_a_quantity_is_read_in_any_script(quantity: int, zero: str) -> None:
    written = "".join(chr(ord(zero) + int(digit)) for digit in str(quantity))
    assert parse_quantity(written) == quantity


@given(st.text(max_size=60))
def test_T20_any_text_is_a_quantity_in_range_or_refused(text: str) -> None:
    try:
        quantity = parse_quantity(text)
    except AmountError:
        return
    assert 1 <= quantity <= 9_999


@given(st.characters())
def test_only_decimal_digits_are_folded(character: str) -> None:
    folded = fold(character)
    if unicodedata.category(character) == "Nd":
        assert folded == str(unicodedata.decimal(character))
    else:
        assert not folded.isascii() or not folded.isdigit()
