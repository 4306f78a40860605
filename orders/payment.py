"""Payments: how an order may be paid, what came in, and when that is enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orders.money import Money


class PayMethod(StrEnum):
    """The ways to pay that an order can name."""

    TRANSFER = "transfer"
    PROMPTPAY = "promptpay"
    CARD = "card"
    CASH = "cash"
    COD = "cod"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in. ``reference`` is the provider's or bank's own, "" where there is none.

    ``at`` is an aware UTC time.
    """

    amount: Money
    method: PayMethod
    reference: str
    at: datetime


def received(payments: Iterable[Payment], currency: str) -> Money:
    """What the payments come to; one method and reference counts once, however often it is told."""
    counted: dict[tuple[PayMethod, str], Payment] = {}
    unreferenced: list[Payment] = []
    for payment in payments:
        if payment.reference:
            counted.setdefault((payment.method, payment.reference), payment)
        else:
            unreferenced.append(payment)
    return Money.sum((payment.amount for payment in (*counted.values(), *unreferenced)), currency)


def settles(total: Money, payments: Iterable[Payment]) -> bool:
    """Whether the payments cover ``total``; AmountError where one is in another currency."""
    return received(payments, total.currency) >= total
