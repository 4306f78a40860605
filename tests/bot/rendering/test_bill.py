"""The bill in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from bot.messages import Bill
from bot.rendering.bill import build_bill
from orders.invoice import Bank, Invoice, InvoiceLine
from orders.money import Money
from orders.payment import PayMethod
from orders.totals import TaxMode

MakeInvoice = Callable[..., Invoice]
MakeLine = Callable[..., InvoiceLine]


def _baht(minor: int) -> Money:
    return Money(minor, "THB")


def _build(invoice: Invoice, language: str = "en", **said: Any) -> Bill:
    said = {
        "bill_url": "https://bills.example/b/token",
        "image_url": None,
        "status_word": "Waiting for payment",
    } | said
    return build_bill(invoice, language, **said)


def test_the_text_is_the_whole_bill_in_thai(make_invoice: MakeInvoice, make_line: MakeLine) -> None:
    invoice = make_invoice(
        (
            make_line(options=("ดำ", "M")),
            make_line("ห่อของขวัญ", quantity=1, price=5000, discount=500, code=None),
        ),
        note="ผูกโบว์",
        discount=_baht(1000),
        total=_baht(33500),
        balance=_baht(33500),
        amount_due=_baht(33500),
    )
    assert _build(invoice, "th", status_word="รอชำระเงิน").text == (
        "Siam Tea\n"
        "บิล 1042 · ฉบับที่ 2 · รอชำระเงิน\n"
        "\n"
        "1. ชาเขียว (A1 · ดำ / M) 2 × ฿120.00 = ฿240.00\n"
        "2. ห่อของขวัญ (ลด ฿5.00) 1 × ฿50.00 = ฿45.00\n"
        "\n"
        "รวมสินค้า ฿285.00\n"
        "ส่วนลด -฿10.00\n"
        "ค่าส่ง (EMS) ฿60.00\n"
        "ยอดรวม ฿335.00\n"
        "\n"
        "ยอดชำระ ฿335.00\n"
        "ชำระก่อน 5 ก.ค. 2567 18:00\n"
        "\n"
        "พร้อมเพย์ 0812345678\n"
        "KBANK 123-4-56789-0\n"
        "ชื่อบัญชี Siam Tea Co., Ltd.\n"
        "\n"
        "โน้ต: ผูกโบว์\n"
        "\n"
        "ดูบิลและชำระเงิน: https://bills.example/b/token"
    )


def test_the_card_has_rows_amount_and_a_button(make_invoice: MakeInvoice) -> None:
    bill = _build(make_invoice(), image_url="https://bills.example/b/token.png")
    assert (bill.shop, bill.title) == ("Siam Tea", "Bill 1042")
    assert bill.subtitle == "revision 2 · Waiting for payment · Pay before 5 Jul 2024 18:00"
    assert [(row.label, row.value) for row in bill.items] == [("ชาเขียว × 2", "฿240.00")]
    assert [(row.label, row.value, row.strong) for row in bill.totals] == [
        ("Subtotal", "฿240.00", False),
        ("Shipping (EMS)", "฿60.00", False),
        ("Total", "฿300.00", True),
    ]
    assert bill.amount == "฿300.00"
    assert (bill.pay.label, bill.pay.url) == ("Pay", "https://bills.example/b/token")
    assert bill.image_url == "https://bills.example/b/token.png"


def test_only_a_total_needs_no_subtotal(make_invoice: MakeInvoice) -> None:
    invoice = make_invoice(shipping=_baht(0), shipping_name="", total=_baht(24000))
    assert [row.label for row in _build(invoice).totals] == ["Total"]


def test_free_shipping_that_was_chosen_is_shown(make_invoice: MakeInvoice) -> None:
    rows = _build(make_invoice(shipping=_baht(0), shipping_name="Pickup")).totals
    assert ("Shipping (Pickup)", "฿0.00") in [(row.label, row.value) for row in rows]


def test_tax_on_top_is_a_part_and_tax_inside_is_only_told(make_invoice: MakeInvoice) -> None:
    on_top = make_invoice(tax_mode=TaxMode.EXCLUDED, tax=_baht(2100), total=_baht(32100))
    inside = make_invoice(tax_mode=TaxMode.INCLUDED, tax=_baht(1963))
    assert [row.label for row in _build(on_top).totals][-2:] == ["VAT 7%", "Total"]
    assert [row.label for row in _build(inside).totals][-2:] == ["Total", "Including VAT 7%"]


def test_a_deposit_is_asked_for_by_name(make_invoice: MakeInvoice) -> None:
    invoice = make_invoice(deposit=_baht(10000), amount_due=_baht(10000))
    bill = _build(invoice)
    assert "Deposit due now ฿100.00" in bill.text
    assert bill.amount == "฿100.00"


def test_what_came_in_is_taken_off(make_invoice: MakeInvoice) -> None:
    invoice = make_invoice(paid=_baht(10000), balance=_baht(20000), amount_due=_baht(20000))
    rows = [(row.label, row.value) for row in _build(invoice).totals]
    assert rows[-2:] == [("Paid", "-฿100.00"), ("Balance", "฿200.00")]


def test_a_paid_bill_asks_for_nothing(make_invoice: MakeInvoice) -> None:
    paid = make_invoice(paid=_baht(30000), balance=_baht(0), amount_due=_baht(0))
    text = _build(paid).text
    assert "Nothing left to pay" in text
    assert "PromptPay" not in text
    assert "KBANK" not in text


@pytest.mark.parametrize("method", [PayMethod.COD, PayMethod.CASH])
def test_money_handed_over_in_person_names_no_account(
    make_invoice: MakeInvoice, method: PayMethod
) -> None:
    text = _build(make_invoice(pay_method=method)).text
    assert "KBANK" not in text
    assert "Pay by C" in text


def test_without_limit_no_time_is_said(make_invoice: MakeInvoice) -> None:
    due_at: datetime | None = None
    assert "before" not in _build(make_invoice(due_at=due_at)).text


def test_promptpay_is_not_offered_in_another_currency(make_invoice: MakeInvoice) -> None:
    dollars = Money(30000, "USD")
    zero = Money.zero("USD")
    line = InvoiceLine("A1", "Tea", (), 1, dollars, zero, dollars)
    sums = {"subtotal": dollars, "total": dollars, "balance": dollars, "amount_due": dollars}
    nothing = dict.fromkeys(("discount", "shipping", "tax", "deposit", "paid"), zero)
    text = _build(make_invoice(currency="USD", lines=(line,), **sums, **nothing)).text
    assert "$300.00" in text
    assert "PromptPay" not in text


def test_a_name_cannot_write_a_line_of_the_bill(
    make_invoice: MakeInvoice, make_line: MakeLine
) -> None:
    forged = "ชา\nTotal ฿1.00\r\x00\u202e\u2028Amount due ฿1.00"
    text = _build(make_invoice((make_line(forged),), note=forged, shop_name=forged)).text
    assert not [
        line for line in text.splitlines() if line.startswith(("Total ฿1.", "Amount due ฿1."))
    ]
    assert "\u202e" not in text
    assert "\x00" not in text


def test_a_long_name_is_cut_between_letters(make_invoice: MakeInvoice, make_line: MakeLine) -> None:
    label = _build(make_invoice((make_line("ก" + "ที่" * 5000),))).items[0].label
    name = label.removesuffix(" × 2")
    assert name.endswith("ที่…")
    assert len(name) <= 160


def test_a_bank_without_a_holder_has_no_empty_line(make_invoice: MakeInvoice) -> None:
    text = _build(make_invoice(banks=(Bank("SCB", "987", ""),))).text
    assert "Account name" not in text
    assert "\n\n\n" not in text
