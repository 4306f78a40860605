"""An order: what is bought, on which terms, and where it stands; every change is a new order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from orders.errors import AmountError, ItemError, MoveError
from orders.item import WHOLE_BASIS_POINTS, Discount, Item, check_length, merge
from orders.money import Money
from orders.moves import find_move
from orders.numerals import fold
from orders.payment import PayMethod
from orders.shipping import ShippingWay
from orders.states import EDITABLE, Status
from orders.totals import TaxMode, totals

MOST_ITEMS: Final = 100
MOST_TAGS: Final = 20
LONGEST_NOTE: Final = 1_000
LONGEST_TAG: Final = 50
LONGEST_SHIPPING_NAME: Final = 100
LONGEST_RECIPIENT: Final = 200
LONGEST_ADDRESS: Final = 500
DEFAULT_TAX_RATE_BP: Final = 700  # Thailand's VAT


@dataclass(frozen=True, slots=True)
class Order:
    """An order of one shop, in one currency.

    ``number`` is the shop's own (series may have gaps). ``version`` is the
    store's: it counts each write and is not touched here. ``shipping`` is None
    until a fee is named; free shipping is a fee of zero. ``shipping_code`` names
    the way whose rule the fee is, "" where a person set it. ``due_at`` is an aware
    UTC time. ``paid`` is what came in less what went back. An order whose totals
    cannot be reckoned cannot be built.
    """

    number: int
    status: Status
    version: int
    currency: str
    paid: Money
    items: tuple[Item, ...] = ()
    shipping: Money | None = None
    shipping_name: str = ""
    shipping_code: str = ""
    discount: Discount | None = None
    deposit: Money | None = None
    tax_mode: TaxMode = TaxMode.NONE
    tax_rate_bp: int = DEFAULT_TAX_RATE_BP
    note: str = ""
    phone: str = ""
    pay_method: PayMethod | None = None
    due_at: datetime | None = None
    tags: tuple[str, ...] = ()
    recipient: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        if len(self.items) > MOST_ITEMS:
            raise ItemError("items_too_many", limit=MOST_ITEMS)
        for amount in (self.shipping, self.deposit, self.paid):
            if amount is not None and amount.minor < 0:
                raise AmountError("amount_negative", text=amount.plain())
        if not 0 <= self.tax_rate_bp <= WHOLE_BASIS_POINTS:
            raise AmountError("percent_out_of_range", text=f"{self.tax_rate_bp} bp")
        if self.due_at is not None and self.due_at.utcoffset() is None:
            raise ValueError("due_at is an aware time")
        totals(self)

    @classmethod
    def open(
        cls,
        number: int,
        currency: str,
        *,
        tax_mode: TaxMode = TaxMode.NONE,
        tax_rate_bp: int = DEFAULT_TAX_RATE_BP,
    ) -> Order:
        """An empty draft."""
        return cls(
            number=number,
            status=Status.DRAFT,
            version=1,
            currency=currency,
            paid=Money.zero(currency),
            tax_mode=tax_mode,
            tax_rate_bp=tax_rate_bp,
        )

    # Items -------------------------------------------------------------------

    def find_same(self, item: Item) -> Item | None:
        """The line that ``item`` would join: the same thing, options, price, kind of discount."""
        return next((own for own in self.items if own.is_same_as(item)), None)

    def add(self, item: Item) -> Order:
        """With ``item``; where the same is already there (``find_same``), its quantity grows."""
        self._check_editable()
        same = self.find_same(item)
        if same is None:
            return replace(self, items=(*self.items, item))
        return self._with_line(same, merge(same, item))

    def set_quantity(self, word: str, quantity: int, options: tuple[str, ...] = ()) -> Order:
        """With that quantity on the one line called ``word`` (code, or a one-off's name)."""
        self._check_editable()
        lines = self._find(word, options)
        if len(lines) > 1:
            raise ItemError("item_several", code=word, variants=_variants(lines))
        return self._with_line(lines[0], replace(lines[0], quantity=quantity))

    def remove(self, word: str, options: tuple[str, ...] = ()) -> Order:
        """Without the lines called ``word``; options are needed where lines differ in them."""
        self._check_editable()
        lines = self._find(word, options)
        if len({line.options for line in lines}) > 1:
            raise ItemError("item_several", code=word, variants=_variants(lines))
        return replace(self, items=tuple(item for item in self.items if item not in lines))

    # Terms -------------------------------------------------------------------

    def with_shipping(self, fee: Money | None, name: str = "") -> Order:
        """With a shipping fee (zero is free, None is not chosen) and the method's name."""
        self._check_editable()
        check_length("shipping", name, LONGEST_SHIPPING_NAME)
        return replace(self, shipping=fee, shipping_name=name, shipping_code="")

    def with_way(self, way: ShippingWay, fee: Money) -> Order:
        """With a way of the shop's and the fee that its rule asks, which follows the items."""
        return replace(self.with_shipping(fee, way.name), shipping_code=way.code)

    def with_discount(self, discount: Discount | None) -> Order:
        """With a discount on the whole order; ItemError where it is above the subtotal."""
        self._check_editable()
        return replace(self, discount=discount)

    def with_deposit(self, deposit: Money | None) -> Order:
        """With a deposit that is asked for first; ItemError where it is above the total."""
        self._check_editable()
        return replace(self, deposit=deposit)

    def with_tax(self, mode: TaxMode, rate_bp: int | None = None) -> Order:
        """With another tax mode, at ``rate_bp`` basis points (None: the order's own rate)."""
        self._check_editable()
        return replace(
            self, tax_mode=mode, tax_rate_bp=self.tax_rate_bp if rate_bp is None else rate_bp
        )

    def with_note(self, note: str) -> Order:
        """With that note, in place of any other."""
        self._check_editable()
        check_length("note", note, LONGEST_NOTE)
        return replace(self, note=note)

    def with_phone(self, phone: str) -> Order:
        """With a phone number of 6 to 15 digits; blanks, dashes and brackets fall away."""
        self._check_editable()
        digits = "".join(sign for sign in fold(phone) if sign not in " -().")
        number = digits.removeprefix("+")
        if not (number.isascii() and number.isdecimal() and 6 <= len(number) <= 15):
            raise ItemError("phone_unreadable")
        return replace(self, phone=digits)

    def with_address(self, recipient: str, address: str) -> Order:
        """With whom and where the goods go."""
        self._check_editable()
        check_length("recipient", recipient, LONGEST_RECIPIENT)
        check_length("address", address, LONGEST_ADDRESS)
        return replace(self, recipient=recipient.strip(), address=address.strip())

    def with_pay_method(self, method: PayMethod | None) -> Order:
        """With the way the customer means to pay."""
        self._check_editable()
        return replace(self, pay_method=method)

    def with_due(self, due_at: datetime | None) -> Order:
        """With the time (aware UTC) until which it waits for its money."""
        self._check_editable()
        return replace(self, due_at=due_at)

    def with_tags(self, tags: tuple[str, ...]) -> Order:
        """With these tags, each once; a tag is the staff's own and may change in any state."""
        for tag in tags:
            check_length("tag", tag, LONGEST_TAG)
        once = tuple(dict.fromkeys(tags))
        if len(once) > MOST_TAGS:
            raise ItemError("tags_too_many", limit=MOST_TAGS)
        return replace(self, tags=once)

    def merged(self, other: Order) -> Order:
        """With the items, the note and the tags of another order; the terms stay this one's."""
        merged = self
        for item in other.items:
            merged = merged.add(item)
        note = "\n".join(part for part in (self.note, other.note) if part)
        return merged.with_note(note).with_tags((*self.tags, *other.tags))

    # Standing ----------------------------------------------------------------

    def with_paid(self, paid: Money) -> Order:
        """With what the shop holds of it now. Money is taken down in any state: never dropped."""
        return replace(self, paid=paid)

    def moved(self, name: str) -> Order:
        """In the state to which the move of that name leads; MoveError where there is none.

        Role and guards are the caller's to check. To delete and to copy are
        not changes of this order.
        """
        move = find_move(self.status, name)
        if move.target is None or move.opens_another:
            raise ValueError(f"{move.right} does not lead this order to another state")
        return replace(self, status=move.target)

    def copied(self, number: int) -> Order:
        """A new draft under another number with this order's items and terms; no money, no due."""
        find_move(self.status, "copy")
        return replace(
            self,
            number=number,
            status=Status.DRAFT,
            version=1,
            paid=Money.zero(self.currency),
            due_at=None,
        )

    @property
    def pieces(self) -> int:
        """How many pieces its lines come to."""
        return sum(item.quantity for item in self.items)

    def _check_editable(self) -> None:
        if self.status not in EDITABLE:
            raise MoveError("order_locked", number=self.number, status=self.status)

    def _find(self, word: str, options: tuple[str, ...]) -> tuple[Item, ...]:
        lines = tuple(
            item
            for item in self.items
            if item.is_called(word) and (not options or item.options == options)
        )
        if not lines:
            raise ItemError("item_missing", code="/".join((word, *options)))
        return lines

    def _with_line(self, old: Item, new: Item) -> Order:
        return replace(self, items=tuple(new if item is old else item for item in self.items))


def _variants(lines: tuple[Item, ...]) -> tuple[str, ...]:
    return tuple(f"{line} @{line.unit_price.plain()}" for line in lines)
