"""The data that the page's template sets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import bot.rendering
from bot.rendering.document import build_document
from orders.invoice import Invoice, InvoiceLine
from orders.money import Money
from orders.payment import PayMethod

MakeInvoice = Callable[..., Invoice]
MakeLine = Callable[..., InvoiceLine]


def test_amounts_stand_without_a_sign_and_the_head_has_it_once(make_invoice: MakeInvoice) -> None:
    data = build_document(make_invoice(), "pdf")
    assert data["labels"]["columns"] == ["รายการ", "จำนวน", "ราคา", "รวม (฿)"]
    (item,) = data["items"]
    assert (item["quantity"], item["price"], item["total"]) == ("2", "120.00", "240.00")
    assert [row["value"] for row in data["totals"]] == ["240.00", "60.00", "300.00"]
    assert data["due"]["value"] == "฿300.00"


def test_the_pages_date_is_the_shops_day_of_issue(make_invoice: MakeInvoice) -> None:
    data = build_document(make_invoice(), "pdf")
    assert data["date"] == [2024, 7, 5]


def test_the_customers_language_may_differ_from_the_invoices(make_invoice: MakeInvoice) -> None:
    assert build_document(make_invoice(), "png")["heading"] == "ใบแจ้งหนี้"
    assert build_document(make_invoice(), "png", language="en")["heading"] == "Invoice"


@pytest.mark.parametrize(
    "settled", [{"amount_due": Money(0, "THB")}, {"pay_method": PayMethod.COD}]
)
def test_no_qr_where_no_money_is_to_be_sent(
    make_invoice: MakeInvoice, settled: dict[str, object]
) -> None:
    assert build_document(make_invoice(), "png", qr_payload="0002")["qr"].startswith("<?xml")
    assert build_document(make_invoice(**settled), "png", qr_payload="0002")["qr"] is None


def test_a_long_latin_word_may_part_and_a_short_one_and_thai_may_not(
    make_invoice: MakeInvoice, make_line: MakeLine
) -> None:
    names = ("W" * 30, "Earl-Grey-Tea", "ชาเขียวมัทฉะพรีเมียมจากเชียงใหม่")
    data = build_document(make_invoice(tuple(map(make_line, names))), "pdf")
    long, short, thai = (item["name"] for item in data["items"])
    assert long == "\u200b".join(names[0])
    assert (short, thai) == names[1:]


def test_emoji_that_no_font_has_are_left_out_unless_nothing_else_is_there(
    make_invoice: MakeInvoice, make_line: MakeLine
) -> None:
    lines = (make_line("ชา 🌸👩‍🌾 เขียว ✨"), make_line("🌸"))
    shown = [item["name"] for item in build_document(make_invoice(lines), "png")["items"]]
    assert shown == ["ชา เขียว", "🌸"]


def test_the_picture_of_a_long_order_keeps_names_short_and_the_pdf_does_not(
    make_invoice: MakeInvoice, make_line: MakeLine
) -> None:
    invoice = make_invoice((make_line("ชา" * 60),) * 31)
    assert len(build_document(invoice, "png")["items"][0]["name"]) <= 60
    assert len(build_document(invoice, "pdf")["items"][0]["name"]) == 120


def test_T47_customer_text_is_a_value_and_never_markup(
    make_invoice: MakeInvoice, make_line: MakeLine
) -> None:
    hostile = '#read("x") *b $ {{7*7}} <img src=file:///etc/passwd>'
    line = replace(make_line(hostile), options=(hostile,))
    data = build_document(make_invoice((line,), customer_name=hostile, note=hostile), "png")
    assert data["items"][0]["name"].replace("\u200b", "") == hostile
    assert json.loads(json.dumps(data)) == data


def test_T47_the_template_evaluates_nothing_and_reads_nothing() -> None:
    template = (Path(bot.rendering.__file__).parent / "invoice.typ").read_text(encoding="utf-8")
    code = re.sub(r"//.*", "", template)
    assert not re.search(r"\b(eval|read|include|import|plugin|csv|yaml|toml|xml|cbor)\b", code)
    assert re.findall(r"\bjson\([^)]*\)", code) == ["json(bytes(sys.inputs.data)"]
    assert re.findall(r"\bimage\((\w+)", code) == ["bytes"]
