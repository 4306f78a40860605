"""Totals: subtotal, discounts, shipping, tax, deposit, balance; the only rounding in the house.

The rule, once. A line is quantity × price − its discount. The subtotal is the
sum of the lines; the order's discount comes off it; shipping goes on. Tax is
reckoned once, over that sum (Thailand's VAT includes what the seller charges
for delivery): excluded tax goes on top, included tax is only told. Halves are
rounded up, to the smallest unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from orders.errors import ItemError
from orders.item import WHOLE_BASIS_POINTS, Discount, Item
from orders.money import Money


class TaxMode(StrEnum):
    """Whether prices know tax: not at all, hold it, or have it put on top."""

    NONE = "none"
    INCLUDED = "included"
    EXCLUDED = "excluded"


class Priced(Protocol):
    """What totals are made from: an order, seen without the rest of it."""

    @property
    def currency(self) -> str:
        """The currency of every amount here."""
        ...

    @property
    def items(self) -> tuple[Item, ...]:
        """The lines."""
        ...

    @property
    def shipping(self) -> Money | None:
        """The fee; None while no shipping was chosen."""
        ...

    @property
    def discount(self) -> Discount | None:
        """The order's own discount."""
        ...

    @property
    def deposit(self) -> Money | None:
        """What is asked for first."""
        ...

    @property
    def tax_mode(self) -> TaxMode:
        """How prices know tax."""
        ...

    @property
    def tax_rate_bp(self) -> int:
        """The tax rate in basis points."""
        ...

    @property
    def paid(self) -> Money:
        """What came in."""
        ...


@dataclass(frozen=True, slots=True)
class Totals:
    """An order's amounts, all in its currency.

    ``items`` are the lines after their discounts, in the order's sequence.
    ``discount`` is the order's own. ``total`` = subtotal − discount + shipping
    (+ tax where it is excluded). ``balance`` = total − paid, below zero where
    too much came in. ``amount_due`` is what the bill asks for now: the rest of
    the deposit while that is not in, else the balance; never below zero.
    """

    items: tuple[Money, ...]
    subtotal: Money
    discount: Money
    shipping: Money
    tax: Money
    total: Money
    deposit: Money
    paid: Money
    balance: Money
    amount_due: Money


def totals(order: Priced) -> Totals:
    """The order's totals; raises OrderError where a discount or the deposit is above its base."""
    zero = Money.zero(order.currency)
    items = tuple(item_total(item) for item in order.items)
    subtotal = Money.sum(items, order.currency)
    discount = taken_off(order.discount, subtotal)
    shipping = order.shipping or zero
    before_tax = subtotal - discount + shipping
    tax = _tax(before_tax, order.tax_mode, order.tax_rate_bp)
    total = before_tax + tax if order.tax_mode is TaxMode.EXCLUDED else before_tax
    deposit = order.deposit or zero
    if deposit > total:
        raise ItemError("deposit_above", deposit=deposit, total=total)
    balance = total - order.paid
    asked = deposit - order.paid if order.paid < deposit else balance
    return Totals(
        items=items,
        subtotal=subtotal,
        discount=discount,
        shipping=shipping,
        tax=tax,
        total=total,
        deposit=deposit,
        paid=order.paid,
        balance=balance,
        amount_due=max(asked, zero),
    )


def item_total(item: Item) -> Money:
    """What a line comes to: quantity times price less its own discount."""
    return item.gross - taken_off(item.discount, item.gross)


def taken_off(discount: Discount | None, base: Money) -> Money:
    """How much a discount takes off ``base``; ItemError where it is more than there is."""
    if discount is None:
        return Money.zero(base.currency)
    if discount.amount is None:
        return _share(base, discount.basis_points or 0, WHOLE_BASIS_POINTS)
    if discount.amount > base:
        raise ItemError("discount_above", discount=discount, base=base)
    return discount.amount


def _tax(amount: Money, mode: TaxMode, rate_bp: int) -> Money:
    if mode is TaxMode.NONE:
        return Money.zero(amount.currency)
    if mode is TaxMode.INCLUDED:
        return _share(amount, rate_bp, WHOLE_BASIS_POINTS + rate_bp)
    return _share(amount, rate_bp, WHOLE_BASIS_POINTS)


def _share(base: Money, part: int, whole: int) -> Money:
    """``base`` × ``part`` / ``whole``, halves up; the one place that rounds. None is negative."""
    return Money((2 * base.minor * part + whole) // (2 * whole), base.currency)
