"""Values that Hypothesis makes for the rulebook's tests."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import strategies as st

from orders.errors import OrderError
from orders.item import Discount, Item
from orders.money import EXPONENTS, Money
from orders.order import Order
from orders.totals import TaxMode

currencies = st.sampled_from(sorted(EXPONENTS))
shares = st.builds(Discount, basis_points=st.integers(0, 10_000))


@st.composite
def items(draw: st.DrawFn, currency: str) -> Item:
    price = draw(st.integers(0, 500_000))
    quantity = draw(st.integers(1, 50))
    amounts = st.integers(0, price * quantity).map(
        lambda minor: Discount(amount=Money(minor, currency))
    )
    return Item(
        code=draw(st.sampled_from(["A1", "B2", "C-3", None])),
        name=draw(st.sampled_from(["ชาเขียว", "tea", "ดำ"])),
        options=draw(st.sampled_from([(), ("ดำ",), ("ขาว", "M")])),
        quantity=quantity,
        unit_price=Money(price, currency),
        discount=draw(st.none() | shares | amounts),
    )


@st.composite
def drafts(draw: st.DrawFn) -> Order:
    """Drafts that any sequence of allowed changes may have made."""
    currency = draw(currencies)
    order = Order.open(1042, currency)
    for item in draw(st.lists(items(currency), max_size=6)):
        order = order.add(item)
    money = st.integers(0, 100_000).map(lambda minor: Money(minor, currency))
    order = order.with_shipping(draw(st.none() | money))
    order = order.with_tax(draw(st.sampled_from(TaxMode)), draw(st.integers(0, 3_000)))
    discount = draw(st.none() | shares | money.map(lambda amount: Discount(amount=amount)))
    # Above what it is taken from: the draft stays as it was.
    with suppress(OrderError):
        order = order.with_discount(discount)
    with suppress(OrderError):
        order = order.with_deposit(draw(st.none() | money))
    return order.with_paid(draw(money))
