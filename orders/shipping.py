"""Shipping: the ways a shop sends parcels, and what each asks for an order; exact, never rounded.

A way's rule is one of three: one fee, a fee by weight, or a fee by what the
goods come to once every discount is off. Above each rule there may be an amount from which
sending is free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from orders.errors import AmountError, ItemError
from orders.item import Item
from orders.money import Money

MOST_TIERS: Final = 50
MOST_GRAMS: Final = 1_000_000
"""A ton: what one piece may weigh."""


class Basis(StrEnum):
    """What a way's fee hangs on: nothing, the parcel's weight, or what the goods come to."""

    FLAT = "flat"
    WEIGHT = "weight"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Tier:
    """A fee for everything up to ``limit``, itself included: grams, or minor units of money."""

    limit: int
    fee: Money


@dataclass(frozen=True, slots=True)
class ShippingWay:
    """A way of sending, in one currency.

    ``fee`` is what a flat way asks, and what another asks above its last tier;
    None there means that it takes nothing above. From ``free_above`` on it
    asks nothing. Tiers rise.
    """

    code: str
    name: str
    currency: str
    fee: Money | None = None
    basis: Basis = Basis.FLAT
    tiers: tuple[Tier, ...] = ()
    free_above: Money | None = None

    def __post_init__(self) -> None:
        if (self.basis is Basis.FLAT) == bool(self.tiers):
            raise ValueError("a way has tiers, or one fee")
        if self.basis is Basis.FLAT and self.fee is None:
            raise ValueError("a flat way has its fee")
        if len(self.tiers) > MOST_TIERS:
            raise ItemError("tiers_too_many", limit=MOST_TIERS)
        limits = [tier.limit for tier in self.tiers]
        if any(limit <= 0 for limit in limits) or limits != sorted(set(limits)):
            raise ItemError("tiers_not_rising", way=self.name)
        fees = (self.fee, self.free_above, *(tier.fee for tier in self.tiers))
        for amount in fees:
            if amount is not None and amount.minor < 0:
                raise AmountError("amount_negative", text=amount.plain())
            if amount is not None and amount.currency != self.currency:
                raise AmountError("currencies_mixed", left=self.currency, right=amount.currency)


@dataclass(frozen=True, slots=True)
class Weight:
    """What an order weighs. ``unknown`` are the items that have no weight: 0 g were counted."""

    grams: int
    unknown: tuple[str, ...] = ()


def weigh(items: Iterable[Item], grams: Mapping[str, int | None]) -> Weight:
    """Weigh ``items``; ``grams`` gives what a piece of each code weighs, None where unknown.

    A one-off item has no weight.
    """
    total = 0
    unknown: dict[str, None] = {}
    for item in items:
        piece = grams.get(item.code) if item.code is not None else None
        if piece is None:
            unknown[item.code or item.name] = None
        else:
            total += piece * item.quantity
    return Weight(total, tuple(unknown))


def quote(way: ShippingWay, subtotal: Money, weight: Weight) -> Money:
    """What ``way`` asks for goods that come to ``subtotal``, all discounts off, and weigh that.

    ItemError where they are above its last tier and it has no fee for more.
    """
    if way.free_above is not None and subtotal >= way.free_above:
        return Money.zero(way.currency)
    measured = weight.grams if way.basis is Basis.WEIGHT else subtotal.minor
    for tier in way.tiers:
        if measured <= tier.limit:
            return tier.fee
    if way.fee is not None:
        return way.fee
    most = way.tiers[-1].limit
    if way.basis is Basis.WEIGHT:
        raise ItemError(
            "shipping_too_heavy", way=way.name, limit=f"{most:,}", grams=f"{measured:,}"
        )
    raise ItemError(
        "shipping_too_much", way=way.name, limit=Money(most, way.currency), total=subtotal
    )
