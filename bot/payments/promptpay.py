"""PromptPay: a Thai QR that any Thai bank's app pays, to the exact satang.

The payload is EMVCo's Merchant-Presented Mode, version 1.1, with the Bank of
Thailand's Thai QR Payment template in tag 29: each field a tag of two digits, a
length of two digits and its value; the CRC last, over everything before it and
its own tag and length.
"""

from __future__ import annotations

import re
from binascii import crc_hqx

from bot.payments.way import PaymentAccounts, PaymentError, PaymentWay
from bot.words import say
from orders.money import Money

_APPLICATION = "A000000677010111"
_BAHT = "764"  # ISO 4217's number
_PHONE, _TAX_ID, _EWALLET = "01", "02", "03"
# Tag 54 holds at most 13 characters: ten digits, the point and two decimals.
_MOST_SATANG = 10**12 - 1


class PromptPay:
    """The shop's PromptPay id as a QR for the exact amount; baht only."""

    kind = "promptpay"

    def way(self, accounts: PaymentAccounts, amount: Money, language: str) -> PaymentWay | None:
        """Return the QR to pay ``amount``, None without an id or in another currency."""
        if not accounts.promptpay_id or amount.currency != "THB":
            return None
        return PaymentWay(
            kind=self.kind,
            label=say("method.promptpay", language),
            qr_payload=payload(accounts.promptpay_id, amount.minor),
            lines=(say("bill.promptpay", language, id=accounts.promptpay_id),),
        )


def payload(promptpay_id: str, amount_minor: int) -> str:
    """Return what the QR holds to pay ``amount_minor`` satang to ``promptpay_id``.

    The id is a phone number, a tax or citizen id, or an e-wallet number, with
    or without spaces and dashes. PaymentError: the id or the amount is none.
    """
    if not 0 < amount_minor <= _MOST_SATANG:
        raise PaymentError("promptpay_amount")
    target, number = _read_id(promptpay_id)
    fields = (
        _field("00", "01"),
        _field("01", "12"),  # this QR is for one payment
        _field("29", _field("00", _APPLICATION) + _field(target, number)),
        _field("58", "TH"),
        _field("53", _BAHT),
        _field("54", f"{amount_minor // 100}.{amount_minor % 100:02}"),
    )
    head = "".join(fields) + "6304"
    return f"{head}{crc_hqx(head.encode('ascii'), 0xFFFF):04X}"


def _read_id(promptpay_id: str) -> tuple[str, str]:
    """Which kind of id it is (the tag inside 29) and its digits as banks write them."""
    digits = re.sub(r"[\s().-]", "", promptpay_id)
    if not digits:
        raise PaymentError("promptpay_empty")
    if re.fullmatch(r"0[0-9]{9}", digits):
        return _PHONE, f"0066{digits[1:]}"
    # A tax id never begins with 00, so the international form cannot be mistaken.
    if phone := re.fullmatch(r"(?:\+|00)?66([1-9][0-9]{8})", digits):
        return _PHONE, f"0066{phone[1]}"
    if re.fullmatch(r"[0-9]{13}", digits):
        return _TAX_ID, digits
    if re.fullmatch(r"[0-9]{15}", digits):
        return _EWALLET, digits
    raise PaymentError("promptpay_invalid", digits=sum(char.isdigit() for char in digits))


def _field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02}{value}"
