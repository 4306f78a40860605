"""A product of a shop's catalogue: its price, its options, and its rule for stock."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from orders.errors import AmountError, ItemError
from orders.item import LONGEST_CODE, LONGEST_NAME, LONGEST_OPTION, Discount, Item, check_length
from orders.money import Money


class Condition(StrEnum):
    """How stock limits a sale: counted, sold before it is there, or not at all."""

    STOCK = "stock"
    PREORDER = "preorder"
    UNLIMITED = "unlimited"


@dataclass(frozen=True, slots=True)
class Variant:
    """One choice of a product's options that has a price or a stock of its own.

    ``options`` has one choice of each group, in the groups' order. ``price``
    None: the product's. ``stock`` None: it sells from the product's stock.
    """

    options: tuple[str, ...]
    price: Money | None = None
    stock: int | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Product:
    """A product. ``options`` are groups of choices: ``(("ดำ", "ขาว"), ("S", "M"))``.

    ``stock`` is what is left to sell, None without stock control; a variant
    that has a stock of its own takes none of it.
    """

    code: str
    name: str
    price: Money
    options: tuple[tuple[str, ...], ...] = ()
    stock: int | None = None
    condition: Condition = Condition.UNLIMITED
    active: bool = True
    variants: tuple[Variant, ...] = ()

    def __post_init__(self) -> None:
        if not self.code.strip() or not self.name.strip():
            raise ItemError("item_unnamed")
        check_length("code", self.code, LONGEST_CODE)
        check_length("name", self.name, LONGEST_NAME)
        for option in (option for group in self.options for option in group):
            check_length("option", option, LONGEST_OPTION)
        if not all(self.options):
            raise ValueError("a group of options has at least one choice")
        if self.price.minor < 0:
            raise AmountError("amount_negative", text=self.price.plain())
        if self.condition is Condition.STOCK and (self.stock is None or self.stock < 0):
            raise ValueError("a product in stock has a stock of 0 or more")
        for variant in self.variants:
            if self.choose(variant.options) != variant.options:
                raise ValueError("a variant has one choice of each group, in their order")
            if variant.price is not None and variant.price.minor < 0:
                raise AmountError("amount_negative", text=variant.price.plain())

    @property
    def reserves(self) -> bool:
        """Whether selling it takes from a count that may not fall below zero."""
        return self.condition is Condition.STOCK

    def choose(self, words: Sequence[str]) -> tuple[str, ...]:
        """One choice of each group, as the catalogue spells it, in the groups' order.

        Words may come in any order; case and the two spellings of Thai SARA AM
        are no matter. Raises ItemError for an unknown, a second or a missing one.
        """
        chosen: dict[int, str] = {}
        for word in words:
            index, option = self._find_option(word, chosen)
            chosen[index] = option
        for index, group in enumerate(self.options):
            if index not in chosen:
                raise ItemError("option_missing", code=self.code, choices=group, first=group[0])
        return tuple(chosen[index] for index in range(len(self.options)))

    def price_of(self, options: tuple[str, ...]) -> Money:
        """What a piece costs in that choice of options, as ``choose`` gave it."""
        variant = self._find_variant(options)
        return self.price if variant is None or variant.price is None else variant.price

    def stock_of(self, options: tuple[str, ...]) -> int | None:
        """What is left to sell of that choice of options; None without stock control."""
        variant = self._find_variant(options)
        return self.stock if variant is None or variant.stock is None else variant.stock

    def check_sale(self, quantity: int, options: tuple[str, ...] = ()) -> None:
        """Raise ItemError where that choice is not for sale, or there is not that much of it."""
        variant = self._find_variant(options)
        name = "/".join((self.code, *(variant.options if variant else ())))
        if not self.active or (variant is not None and not variant.active):
            raise ItemError("product_inactive", code=name)
        left = self.stock_of(options)
        if self.reserves and quantity > (left or 0):
            raise ItemError("stock_short", code=name, left=left, quantity=quantity)

    def item(
        self,
        quantity: int,
        words: Sequence[str] = (),
        *,
        price: Money | None = None,
        discount: Discount | None = None,
    ) -> Item:
        """A line of this product with the options that ``words`` choose, at its price or another.

        Stock is not looked at: a draft holds none.
        """
        options = self.choose(words)
        return Item(
            code=self.code,
            name=self.name,
            options=options,
            quantity=quantity,
            unit_price=self.price_of(options) if price is None else price,
            discount=discount,
        )

    def _find_variant(self, options: tuple[str, ...]) -> Variant | None:
        return next((one for one in self.variants if one.options == options), None)

    def _find_option(self, word: str, chosen: dict[int, str]) -> tuple[int, str]:
        """The first group still open that has ``word``, and its spelling there."""
        wanted = _alike(word)
        taken: tuple[str, ...] | None = None
        for index, group in enumerate(self.options):
            for option in group:
                if _alike(option) == wanted:
                    if index not in chosen:
                        return index, option
                    taken = group
        if taken is not None:
            raise ItemError("option_twice", code=self.code, option=word, choices=taken)
        if not self.options:
            raise ItemError("option_none", code=self.code, option=word)
        choices = tuple(option for group in self.options for option in group)
        raise ItemError("option_unknown", code=self.code, option=word, choices=choices)


def _alike(word: str) -> str:
    """A word as it is compared: composed, small, and Thai NIKHAHIT + SARA AA made SARA AM."""
    return unicodedata.normalize("NFC", word.strip()).replace("\u0e4d\u0e32", "\u0e33").casefold()
