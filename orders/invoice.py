"""An invoice: a frozen, numbered revision of an order, with everything a reader is shown.

It holds copies and no references, so that a later change of the order, the
shop or its bank accounts never changes what was issued. It is stored as
canonical JSON, and each one's digest takes in the digest of the one before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from orders.errors import OrderError
from orders.item import Discount, Item
from orders.money import Money
from orders.order import Order
from orders.payment import PayMethod
from orders.totals import TaxMode, item_total, totals


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank account that takes transfers."""

    bank: str
    account: str
    holder: str


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line as issued: ``total`` = quantity × unit price − discount. ``code`` None: one-off."""

    code: str | None
    name: str
    options: tuple[str, ...]
    quantity: int
    unit_price: Money
    discount: Money
    total: Money


@dataclass(frozen=True, slots=True)
class Invoice:
    """What was issued. ``number`` is the shop's invoice series, without gaps.

    Times are aware UTC; ``timezone`` is the IANA name they are shown in.
    ``promptpay_id`` is "" where the shop has none. ``balance`` is below zero
    where too much came in; ``amount_due`` is what this bill asks for.
    """

    shop_name: str
    number: int
    order_number: int
    revision: int
    currency: str
    language: str
    timezone: str
    issued_at: datetime
    due_at: datetime | None
    customer_name: str
    customer_code: str
    phone: str
    note: str
    lines: tuple[InvoiceLine, ...]
    subtotal: Money
    discount: Money
    shipping: Money
    shipping_name: str
    tax_mode: TaxMode
    tax_rate_bp: int
    tax: Money
    total: Money
    deposit: Money
    paid: Money
    balance: Money
    amount_due: Money
    promptpay_id: str
    banks: tuple[Bank, ...]
    pay_method: PayMethod | None
    recipient: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        for moment in (self.issued_at, self.due_at):
            if moment is not None and moment.utcoffset() is None:
                raise ValueError("an invoice's times are aware")

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no blanks, ASCII; equal invoices give equal text."""
        return json.dumps(_write(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Invoice:
        """The invoice that ``to_json`` wrote; OrderError where the text is no invoice."""
        try:
            return _read_invoice(json.loads(text))
        except (AttributeError, KeyError, TypeError, ValueError, OrderError) as error:
            raise OrderError("invoice_unreadable", what=type(error).__name__) from error

    def digest(self, previous: str | None) -> str:
        """SHA-256 in hex over the digest of the invoice before (None: the first) and this one."""
        return chain_digest(previous, self.to_json())

    def as_paid(self, paid: Money) -> Invoice:
        """The same bill with what has come in by now, ``amount_due`` reckoned as in totals."""
        balance = self.total - paid
        asked = self.deposit - paid if paid < self.deposit else balance
        due = max(asked, Money.zero(self.currency))
        return replace(self, paid=paid, balance=balance, amount_due=due)

    def bills(self, order: Order) -> bool:
        """Whether the order's lines and amounts are still those of this bill."""
        sums = totals(order)
        return (
            self.lines == _freeze_lines(order)
            and (self.total, self.tax, self.shipping) == (sums.total, sums.tax, sums.shipping)
            and self.discount == sums.discount
        )

    def restore(self, order: Order) -> Order:
        """The order as this bill has it, where it was edited since: what is paid was billed.

        Shares that were taken off come back as the amounts that they were.
        """
        if self.bills(order):
            return order
        return replace(
            order,
            items=tuple(_thaw(line) for line in self.lines),
            shipping=self.shipping,
            shipping_name=self.shipping_name,
            discount=Discount(amount=self.discount) if self.discount.minor else None,
            deposit=self.deposit if self.deposit.minor else None,
            tax_mode=TaxMode(self.tax_mode),
            tax_rate_bp=self.tax_rate_bp,
        )

    def adds_up(self) -> bool:
        """Whether the amounts agree with each other, to the smallest unit."""
        lines = all(
            line.total == line.unit_price * line.quantity - line.discount for line in self.lines
        )
        subtotal = Money.sum((line.total for line in self.lines), self.currency)
        on_top = self.tax if self.tax_mode is TaxMode.EXCLUDED else Money.zero(self.currency)
        total = self.subtotal - self.discount + self.shipping + on_top
        return (
            lines
            and subtotal == self.subtotal
            and total == self.total
            and self.total - self.paid == self.balance
        )


def chain_digest(previous: str | None, snapshot: str) -> str:
    """SHA-256 in hex over the digest before (None: the first) and a snapshot's stored text."""
    return hashlib.sha256(f"{previous or ''}\n{snapshot}".encode()).hexdigest()


def freeze(
    order: Order,
    *,
    number: int,
    revision: int,
    issued_at: datetime,
    shop_name: str,
    language: str,
    timezone: str,
    customer_name: str,
    customer_code: str,
    promptpay_id: str,
    banks: tuple[Bank, ...],
) -> Invoice:
    """The order as it stands, issued under ``number`` at ``issued_at`` (aware UTC)."""
    sums = totals(order)
    return Invoice(
        shop_name=shop_name,
        number=number,
        order_number=order.number,
        revision=revision,
        currency=order.currency,
        language=language,
        timezone=timezone,
        issued_at=issued_at,
        due_at=order.due_at,
        customer_name=customer_name,
        customer_code=customer_code,
        phone=order.phone,
        note=order.note,
        lines=_freeze_lines(order),
        subtotal=sums.subtotal,
        discount=sums.discount,
        shipping=sums.shipping,
        shipping_name=order.shipping_name,
        tax_mode=order.tax_mode,
        tax_rate_bp=order.tax_rate_bp,
        tax=sums.tax,
        total=sums.total,
        deposit=sums.deposit,
        paid=sums.paid,
        balance=sums.balance,
        amount_due=sums.amount_due,
        promptpay_id=promptpay_id,
        banks=banks,
        pay_method=order.pay_method,
        recipient=order.recipient,
        address=order.address,
    )


def _freeze_lines(order: Order) -> tuple[InvoiceLine, ...]:
    return tuple(
        InvoiceLine(
            code=item.code,
            name=item.name,
            options=item.options,
            quantity=item.quantity,
            unit_price=item.unit_price,
            discount=item.gross - item_total(item),
            total=item_total(item),
        )
        for item in order.items
    )


def _thaw(line: InvoiceLine) -> Item:
    return Item(
        code=line.code,
        name=line.name,
        options=line.options,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount=Discount(amount=line.discount) if line.discount.minor else None,
    )


def _write(value: Any) -> Any:
    """A value as JSON has it: money as strings with a currency, times as RFC 3339 in UTC."""
    if isinstance(value, Money):
        return {"amount": value.plain(), "currency": value.currency}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, tuple):
        return [_write(part) for part in value]
    if isinstance(value, Invoice | InvoiceLine | Bank):
        return {part.name: _write(getattr(value, part.name)) for part in fields(value)}
    return value


def _read_invoice(data: Mapping[str, Any]) -> Invoice:
    read = dict(data)
    for name in _MONEY:
        read[name] = _read_money(data[name])
    read["issued_at"] = datetime.fromisoformat(data["issued_at"])
    if data["due_at"] is not None:
        read["due_at"] = datetime.fromisoformat(data["due_at"])
    read["lines"] = tuple(_read_line(line) for line in data["lines"])
    read["banks"] = tuple(Bank(**bank) for bank in data["banks"])
    read["tax_mode"] = TaxMode(data["tax_mode"])
    if data["pay_method"] is not None:
        read["pay_method"] = PayMethod(data["pay_method"])
    return Invoice(**read)


def _read_line(data: Mapping[str, Any]) -> InvoiceLine:
    money = {name: _read_money(data[name]) for name in ("unit_price", "discount", "total")}
    return InvoiceLine(**{**data, **money, "options": tuple(data["options"])})


def _read_money(data: Mapping[str, str]) -> Money:
    amount = data["amount"]
    parsed = Money.parse(amount.removeprefix("-"), data["currency"])
    return parsed * -1 if amount.startswith("-") else parsed


_MONEY = tuple(part.name for part in fields(Invoice) if part.type == "Money")
