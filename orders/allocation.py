"""Allocation: an order's discount and tax shared out over its lines, adding up exactly.

A tax invoice and a return want to know what of the order's own discount and of
its tax belongs to each line. Both are shared by ``Money.allocate``: each share
is within one minor unit of the exact one, and all together are the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orders.money import Money
from orders.totals import Priced, TaxMode, totals


@dataclass(frozen=True, slots=True)
class Share:
    """What of an order falls to one line, or to its shipping.

    ``amount`` is the line after its own discount, ``discount`` its part of the
    order's, ``tax`` its part of the tax. ``net`` is without tax and ``gross``
    with it, whatever the tax mode: ``gross`` of all shares is the total.
    """

    amount: Money
    discount: Money
    tax: Money
    net: Money
    gross: Money


@dataclass(frozen=True, slots=True)
class Allocation:
    """The shares of the lines, in the order's sequence, and that of the shipping."""

    lines: tuple[Share, ...]
    shipping: Share


def allocate(order: Priced) -> Allocation:
    """Share the discount out by the lines' totals, and the tax by what is left and the shipping.

    Raises OrderError where the totals cannot be reckoned.
    """
    sums = totals(order)
    zero = Money.zero(order.currency)
    discounts = _shared(sums.discount, sums.items)
    bases = [amount - off for amount, off in zip(sums.items, discounts, strict=True)]
    taxes = _shared(sums.tax, [*bases, sums.shipping])
    amounts = [*sums.items, sums.shipping]
    shares = [
        _share(order.tax_mode, amount, off, tax)
        for amount, off, tax in zip(amounts, [*discounts, zero], taxes, strict=True)
    ]
    return Allocation(tuple(shares[:-1]), shares[-1])


def _shared(amount: Money, weights: Sequence[Money]) -> tuple[Money, ...]:
    """``amount`` in parts as the weights say; of nothing there is nothing to share."""
    if not amount.minor:
        return tuple(Money.zero(amount.currency) for _ in weights)
    return amount.allocate([weight.minor for weight in weights])


def _share(mode: TaxMode, amount: Money, discount: Money, tax: Money) -> Share:
    base = amount - discount
    net = base - tax if mode is TaxMode.INCLUDED else base
    return Share(amount=amount, discount=discount, tax=tax, net=net, gross=net + tax)
