"""An invoice to render, and a renderer that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.rendering.renderer import Renderer
from orders.invoice import Bank, Invoice, InvoiceLine
from orders.money import Money
from orders.totals import TaxMode

MakeInvoice = Callable[..., Invoice]
MakeLine = Callable[..., InvoiceLine]


def _baht(minor: int) -> Money:
    return Money(minor, "THB")


@pytest.fixture
def make_line() -> MakeLine:
    """``make_line(name="…", quantity=2, price=12000, discount=0, code="A1", options=())``."""

    def make(
        name: str = "ชาเขียว",
        *,
        quantity: int = 2,
        price: int = 12000,
        discount: int = 0,
        code: str | None = "A1",
        options: tuple[str, ...] = (),
    ) -> InvoiceLine:
        return InvoiceLine(
            code=code,
            name=name,
            options=options,
            quantity=quantity,
            unit_price=_baht(price),
            discount=_baht(discount),
            total=_baht(quantity * price - discount),
        )

    return make


@pytest.fixture
def make_invoice(make_line: MakeLine) -> MakeInvoice:
    """``make_invoice(lines, **fields)``: two green teas and EMS, ฿300.00, unless told otherwise."""

    def make(lines: tuple[InvoiceLine, ...] | None = None, **fields: Any) -> Invoice:
        lines = (make_line(),) if lines is None else lines
        subtotal = Money(sum(line.total.minor for line in lines), "THB")
        total = subtotal + _baht(6000)
        invoice = Invoice(
            shop_name="Siam Tea",
            number=12,
            order_number=1042,
            revision=2,
            currency="THB",
            language="th",
            timezone="Asia/Bangkok",
            issued_at=datetime(2024, 7, 5, 4, tzinfo=UTC),
            due_at=datetime(2024, 7, 5, 11, tzinfo=UTC),
            customer_name="คุณนก น้ำผึ้ง",
            customer_code="C123",
            phone="0812345678",
            note="",
            lines=lines,
            subtotal=subtotal,
            discount=_baht(0),
            shipping=_baht(6000),
            shipping_name="EMS",
            tax_mode=TaxMode.NONE,
            tax_rate_bp=700,
            tax=_baht(0),
            total=total,
            deposit=_baht(0),
            paid=_baht(0),
            balance=total,
            amount_due=total,
            promptpay_id="0812345678",
            banks=(Bank("KBANK", "123-4-56789-0", "Siam Tea Co., Ltd."),),
            pay_method=None,
        )
        return replace(invoice, **fields)

    return make


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    """A renderer whose child stays warm for the whole run."""
    with Renderer() as shared:
        yield shared
