"""PromptPay's payload, digit by digit."""

from __future__ import annotations

from binascii import crc_hqx

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.payments import PaymentError
from bot.payments.promptpay import payload


def _read(text: str) -> dict[str, str]:
    """The fields of an EMVCo text by tag."""
    fields = {}
    while text:
        size = int(text[2:4])
        fields[text[:2]], text = text[4 : 4 + size], text[4 + size :]
    return fields


@pytest.mark.parametrize(
    ("promptpay_id", "target"),
    [
        ("0812345678", {"01": "0066812345678"}),
        ("081-234 5678", {"01": "0066812345678"}),
        ("+66 81 234 5678", {"01": "0066812345678"}),
        ("0066812345678", {"01": "0066812345678"}),
        ("0-1055-36000-31-5", {"02": "0105536000315"}),
        ("1101700230708", {"02": "1101700230708"}),
        ("004999000288505", {"03": "004999000288505"}),
    ],
)
def test_an_id_is_read_as_phone_tax_id_or_ewallet(
    promptpay_id: str, target: dict[str, str]
) -> None:
    account = _read(_read(payload(promptpay_id, 30000))["29"])
    assert account == {"00": "A000000677010111", **target}


def test_the_payload_is_what_banks_read() -> None:
    # Published by a PromptPay library that is in use with Thai banks: 000-000-0000, 4.22 baht.
    assert payload("000-000-0000", 422) == (
        "00020101021229370016A000000677010111011300660000000005802TH530376454044.226304E469"
    )


@given(st.integers(min_value=1, max_value=10**12 - 1))
def test_every_amount_is_exact_to_the_satang_and_the_checksum_holds(satang: int) -> None:
    text = payload("0812345678", satang)
    fields = _read(text)
    whole, point, decimals = fields["54"].partition(".")
    assert (int(whole + decimals), point, len(decimals)) == (satang, ".", 2)
    assert (fields["53"], fields["58"], fields["01"]) == ("764", "TH", "12")
    assert [*fields] == ["00", "01", "29", "58", "53", "54", "63"]
    assert fields["63"] == f"{crc_hqx(text[:-4].encode(), 0xFFFF):04X}"


def test_an_empty_id_is_refused_with_what_to_do() -> None:
    for empty in ("", "  - "):
        with pytest.raises(PaymentError, match="no PromptPay id") as caught:
            payload(empty, 100)
        assert "กรุณาใส่" in caught.value.sentence("th")


@pytest.mark.parametrize(
    "promptpay_id",
    [
        "12345",
        "08123456789",
        "8123456789",
        "12345678901234",
        "081234567x",
        "๐๘๑๒๓๔๕๖๗๘",
        "0812345678\n0899999999",
        "+0812345678",
        "1 OR 1=1",
    ],
)
def test_an_id_that_no_bank_knows_is_refused(promptpay_id: str) -> None:
    with pytest.raises(PaymentError, match="not one that banks know"):
        payload(promptpay_id, 100)


@pytest.mark.parametrize("satang", [0, -1, 10**12])
def test_an_amount_that_no_qr_can_hold_is_refused(satang: int) -> None:
    with pytest.raises(PaymentError, match="needs an amount"):
        payload("0812345678", satang)
