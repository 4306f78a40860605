"""Phone numbers as digits, however they are written."""

from __future__ import annotations

import pytest

from bot.words.phones import list_phone_parts, read_phone


@pytest.mark.parametrize(
    ("typed", "currency", "digits"),
    [
        ("0812345678", "THB", "66812345678"),
        ("081-234 5678", "THB", "66812345678"),
        ("+66812345678", "THB", "66812345678"),
        ("+66 (0)81 234 5678", "THB", "66812345678"),
        ("0066812345678", "THB", "66812345678"),
        ("66812345678", "THB", "66812345678"),
        ("812345678", "THB", "66812345678"),
        ("๐๘๑๒๓๔๕๖๗๘", "THB", "66812345678"),
        ("０８１２３４５６７８", "THB", "66812345678"),
        ("\u200b081\u20112345678", "THB", "66812345678"),
        ("+65 9123 4567", "SGD", "6591234567"),
        ("9123 4567", "SGD", "6591234567"),
        ("+81 90 1234 5678", "THB", "819012345678"),
        ("(555) 010-9999", "USD", "15550109999"),
        ("0151 23456", "EUR", "015123456"),
        ("12345", "THB", None),
        ("1" * 16, "THB", None),
        ("081234567x", "THB", None),
        ("++66812345678", "THB", None),
        ("", "THB", None),
        ("²²²²²²²²", "THB", None),
    ],
)
def test_a_number_is_read_from_its_countrys_code_on(
    typed: str, currency: str, digits: str | None
) -> None:
    assert read_phone(typed, currency) == digits


@pytest.mark.parametrize(
    "part",
    ["081", "0812345678", "+6681", "6681234", "5678", "234-56", "006681", "+66 (0)812", "๕๖๗๘"],
)
def test_a_part_is_found_in_the_number_it_is_part_of(part: str) -> None:
    kept = read_phone("081-234-5678", "THB")
    assert kept
    assert any(digits in kept for digits in list_phone_parts(part, "THB"))


@pytest.mark.parametrize("part", ["08", "", "mali", "081a", "9" * 30])
def test_too_little_or_anything_else_is_no_part(part: str) -> None:
    assert list_phone_parts(part, "THB") == ()
