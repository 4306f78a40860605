"""Invoices: frozen, readable again, chained."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.errors import OrderError
from orders.invoice import Bank, Invoice, freeze
from orders.item import Discount, Item
from orders.money import Money
from orders.order import Order
from orders.payment import PayMethod
from orders.totals import totals
from tests.orders.strategies import drafts

ISSUED = datetime(2026, 11, 22, 3, 4, 5, 678, tzinfo=UTC)


def issue(order: Order, *, number: int = 7, customer_name: str = "นก") -> Invoice:
    return freeze(
        order,
        number=number,
        revision=1,
        issued_at=ISSUED,
        shop_name="Siam Tea",
        language="th",
        timezone="Asia/Bangkok",
        customer_name=customer_name,
        customer_code="C123",
        promptpay_id="0812345678",
        banks=(Bank("KBANK", "123-4-56789-0", "Siam Tea Co., Ltd."),),
    )


def order() -> Order:
    item = Item("A1", "ชาเขียว", ("ดำ",), 2, Money(12_000, "THB"), Discount(basis_points=1_000))
    return (
        Order.open(1042, "THB")
        .add(item)
        .with_shipping(Money(6_000, "THB"), "EMS")
        .with_pay_method(PayMethod.PROMPTPAY)
        .with_due(datetime(2026, 11, 23, tzinfo=UTC))
        .with_phone("0812345678")
        .with_note("ห่อของขวัญ")
    )


def test_an_invoice_holds_what_the_order_came_to() -> None:
    invoice = issue(order())
    line = invoice.lines[0]
    assert (line.code, line.options, line.quantity) == ("A1", ("ดำ",), 2)
    assert (line.discount, line.total) == (Money(2_400, "THB"), Money(21_600, "THB"))
    assert invoice.total == invoice.amount_due == Money(27_600, "THB")
    assert (invoice.number, invoice.order_number, invoice.revision) == (7, 1042, 1)
    assert (invoice.phone, invoice.note, invoice.shipping_name) == (
        "0812345678",
        "ห่อของขวัญ",
        "EMS",
    )
    assert invoice.due_at == datetime(2026, 11, 23, tzinfo=UTC)


@given(drafts(), st.text())
def test_every_invoice_is_read_back_the_same_and_adds_up(draft: Order, name: str) -> None:
    invoice = issue(draft, customer_name=name)
    assert Invoice.from_json(invoice.to_json()) == invoice
    assert invoice.adds_up()
    assert invoice.total == totals(draft).total


def test_the_stored_form_is_canonical() -> None:
    text = issue(order()).to_json()
    data = json.loads(text)
    assert data["total"] == {"amount": "276.00", "currency": "THB"}
    assert data["issued_at"] == "2026-11-22T03:04:05.000678Z"
    assert list(data) == sorted(data)
    assert text == Invoice.from_json(text).to_json()
    assert text.isascii()


def test_one_instant_is_written_one_way_whatever_its_zone() -> None:
    invoice = issue(order())
    local = replace(invoice, issued_at=ISSUED.astimezone(timezone(timedelta(hours=7))))
    assert local.to_json() == invoice.to_json()


def test_a_surrogate_in_a_name_is_stored_and_hashed_like_any_other() -> None:
    invoice = issue(order(), customer_name="\ud800")
    assert Invoice.from_json(invoice.to_json()) == invoice
    assert len(invoice.digest(None)) == 64


def test_T28_a_later_change_of_the_order_leaves_the_invoice_and_its_digest_alone() -> None:
    draft = order()
    invoice = issue(draft)
    digest = invoice.digest(None)
    dearer = draft.add(Item("A1", "ชาเขียว", ("ดำ",), 1, Money(99_900, "THB")))
    assert issue(dearer).total != invoice.total
    assert invoice.total == Money(27_600, "THB")
    assert invoice.digest(None) == digest
    with pytest.raises(FrozenInstanceError):
        invoice.total = Money(1, "THB")  # type: ignore[misc]


def test_T28_one_changed_satang_shows_in_the_digest_and_in_the_sums() -> None:
    invoice = issue(order())
    forged = replace(invoice, total=invoice.total - Money(1, "THB"))
    assert forged.digest(None) != invoice.digest(None)
    assert not forged.adds_up()


def test_sums_that_disagree_are_seen_wherever_they_stand() -> None:
    invoice = issue(order())
    one = Money(1, "THB")
    line = replace(invoice.lines[0], total=invoice.lines[0].total + one)
    for forged in (
        replace(invoice, subtotal=invoice.subtotal + one),
        replace(invoice, shipping=invoice.shipping + one),
        replace(invoice, discount=one),
        replace(invoice, balance=invoice.balance - one),
        replace(invoice, lines=(line,)),
        replace(invoice, lines=()),
    ):
        assert not forged.adds_up()


def test_T29_the_chain_shows_a_number_taken_twice_left_out_or_moved() -> None:
    first, second, third = (issue(order(), number=number) for number in (1, 2, 3))
    chain = third.digest(second.digest(first.digest(None)))
    twice = third.digest(replace(second, number=1).digest(first.digest(None)))
    left_out = third.digest(first.digest(None))
    moved = third.digest(first.digest(second.digest(None)))
    assert len({chain, twice, left_out, moved}) == 4


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", '{"total": 1}', '{"issued_at": 5, "lines": [], "banks": []}']
)
def test_what_is_no_invoice_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(OrderError) as refusal:
        Invoice.from_json(text)
    assert refusal.value.key == "invoice_unreadable"


def test_a_stored_amount_that_is_not_text_is_refused() -> None:
    data = json.loads(issue(order()).to_json())
    data["total"]["amount"] = 276
    with pytest.raises(OrderError):
        Invoice.from_json(json.dumps(data))


def test_an_invoice_without_a_zone_in_its_time_is_not_issued() -> None:
    with pytest.raises(ValueError, match="aware"):
        replace(issue(order()), issued_at=ISSUED.replace(tzinfo=None))


@given(drafts(), st.integers(0, 200_000))
def test_T28_an_order_edited_since_its_bill_is_what_was_billed_again(
    draft: Order, price: int
) -> None:
    invoice = issue(draft)
    assert invoice.restore(draft) is draft
    edited = replace(draft, items=(), discount=None, deposit=None).add(
        Item(None, "extra", (), 1, Money(price, draft.currency))
    )
    restored = invoice.restore(edited)
    assert totals(restored).total == invoice.total
    assert totals(restored).tax == invoice.tax
    assert [item.quantity for item in restored.items] == [line.quantity for line in invoice.lines]


@given(drafts(), st.integers(0, 200_000))
def test_a_bill_as_paid_asks_for_what_the_order_would(draft: Order, paid: int) -> None:
    held = Money(paid, draft.currency)
    now, sums = issue(draft).as_paid(held), totals(draft.with_paid(held))
    assert (now.paid, now.balance, now.amount_due) == (sums.paid, sums.balance, sums.amount_due)
    assert now.adds_up()
