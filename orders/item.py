"""An item of an order, and the discount that an item or a whole order may have."""

from __future__ import annotations

from dataclasses import dataclass

from orders.errors import AmountError, ItemError
from orders.money import Money
from orders.numerals import check_quantity, fold, split

LONGEST_CODE = 32
LONGEST_NAME = 200
LONGEST_OPTION = 50
WHOLE_BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class Discount:
    """Either an amount, or a share in basis points (1 % = 100); exactly one of them is set.

    How much a share comes to is reckoned in ``orders.totals`` alone.
    """

    amount: Money | None = None
    basis_points: int | None = None

    def __post_init__(self) -> None:
        if (self.amount is None) == (self.basis_points is None):
            raise ValueError("a discount is an amount or a share")
        if self.amount is not None and self.amount.minor < 0:
            raise AmountError("amount_negative", text=self.amount.plain())
        if self.basis_points is not None and not 0 <= self.basis_points <= WHOLE_BASIS_POINTS:
            raise AmountError("percent_out_of_range", text=str(self))

    @classmethod
    def parse(cls, text: str, currency: str) -> Discount:
        """``20``, ``฿20`` or ``12.5%`` as written; AmountError for anything else."""
        folded = fold(text).replace("％", "%")
        if not folded.endswith("%"):
            return cls(amount=Money.parse(text, currency))
        parts = split(folded.removesuffix("%").strip())
        if parts is None or len(parts[1]) > 2:
            raise AmountError("percent_out_of_range", text=text)
        basis_points = int(parts[0] + parts[1].ljust(2, "0"))
        if basis_points > WHOLE_BASIS_POINTS:
            raise AmountError("percent_out_of_range", text=text)
        return cls(basis_points=basis_points)

    def joins(self, other: Discount | None) -> bool:
        """Whether this and another item's discount make one: amounts add, equal shares stay."""
        if other is None:
            return self.amount is not None
        if self.amount is not None:
            return other.amount is not None
        return self.basis_points == other.basis_points

    def __str__(self) -> str:
        if self.amount is not None:
            return str(self.amount)
        whole, part = divmod(self.basis_points or 0, 100)
        return f"{whole}.{part:02}%" if part else f"{whole}%"


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an order; ``code`` is None for a one-off item that was typed in.

    ``discount`` is the line's own. Its amount may not exceed the gross.
    """

    code: str | None
    name: str
    options: tuple[str, ...]
    quantity: int
    unit_price: Money
    discount: Discount | None = None

    def __post_init__(self) -> None:
        check_quantity(self.quantity)
        if not self.name.strip():
            raise ItemError("item_unnamed")
        check_length("name", self.name, LONGEST_NAME)
        check_length("code", self.code or "", LONGEST_CODE)
        for option in self.options:
            check_length("option", option, LONGEST_OPTION)
        if self.unit_price.minor < 0:
            raise AmountError("amount_negative", text=self.unit_price.plain())
        if self.discount and self.discount.amount and self.discount.amount > self.gross:
            raise ItemError("discount_above", discount=self.discount, base=self.gross)

    @property
    def gross(self) -> Money:
        """Quantity times unit price, before any discount."""
        return self.unit_price * self.quantity

    def is_called(self, word: str) -> bool:
        """Whether ``word`` is the item's code, or its name where it has none; case is no matter."""
        own = self.name if self.code is None else self.code
        return own.casefold() == word.casefold()

    def is_same_as(self, other: Item) -> bool:
        """Whether two items make one line: the same thing at the same price and discount."""
        if (self.code, self.options, self.unit_price) != (
            other.code,
            other.options,
            other.unit_price,
        ):
            return False
        if self.code is None and self.name != other.name:
            return False
        if self.discount is None:
            return other.discount is None or other.discount.amount is not None
        return self.discount.joins(other.discount)

    def __str__(self) -> str:
        return "/".join((self.code or self.name, *self.options))


def merge(first: Item, second: Item) -> Item:
    """One line out of two that are the same: quantities add, and so do discounts in money."""
    amounts = [
        item.discount.amount
        for item in (first, second)
        if item.discount is not None and item.discount.amount is not None
    ]
    discount = first.discount
    if amounts:
        discount = Discount(amount=Money.sum(amounts, first.unit_price.currency))
    return Item(
        code=first.code,
        name=first.name,
        options=first.options,
        quantity=check_quantity(first.quantity + second.quantity),
        unit_price=first.unit_price,
        discount=discount,
    )


def check_length(what: str, text: str, limit: int) -> None:
    """Raise ItemError where ``text`` has more than ``limit`` characters."""
    if len(text) > limit:
        raise ItemError("text_too_long", what=what, length=len(text), limit=limit)
