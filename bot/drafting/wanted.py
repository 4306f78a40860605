"""What is wanted of an order: its lines and its terms, each left alone unless it is named."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from typing import ClassVar, Final

from bot.words.refusals import Refusal
from orders.item import Discount
from orders.money import Money
from orders.payment import PayMethod
from orders.totals import TaxMode


class Keep(Enum):
    """The word for what nobody named, where None means that it is taken away."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


class DraftError(Refusal):
    """Something that is wanted of an order and is not there."""

    section: ClassVar[str] = "drafting"


@dataclass(frozen=True, slots=True)
class Line:
    """An item as it is wanted: a product's by ``code``, else a one-off by ``name`` and ``price``.

    ``price`` stands in for the product's own. ``keep``: the one-off goes into the album.
    """

    quantity: int = 1
    code: str | None = None
    name: str = ""
    options: tuple[str, ...] = ()
    price: Money | None = None
    discount: Discount | None = None
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Shipping:
    """One of the shop's ways by its code or name, a fee of one's own, or both."""

    way: str = ""
    fee: Money | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an order shall be; ``KEEP`` leaves a part as it is, None takes it away.

    ``items`` are all its lines. ``due_at`` is an aware UTC time.
    """

    items: tuple[Line, ...] | Keep = KEEP
    shipping: Shipping | Keep | None = KEEP
    discount: Discount | Keep | None = KEEP
    deposit: Money | Keep | None = KEEP
    tax_mode: TaxMode | Keep = KEEP
    due_at: datetime | Keep | None = KEEP
    note: str | Keep = KEEP
    tags: tuple[str, ...] | Keep = KEEP
    phone: str | Keep = KEEP
    recipient: str | Keep = KEEP
    address: str | Keep = KEEP
    payment_method: PayMethod | Keep | None = KEEP

    @property
    def named(self) -> tuple[str, ...]:
        """Name the parts that are not left as they are."""
        return tuple(part.name for part in fields(self) if getattr(self, part.name) is not KEEP)
