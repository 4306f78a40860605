"""What the picture and the chat form of an invoice say alike: totals, items, strangers' words."""

from __future__ import annotations

import re
import unicodedata

from bot.messages import Row
from bot.words import format_money, format_percent, format_when, say
from orders.invoice import Invoice, InvoiceLine
from orders.money import Money, exponent
from orders.payment import PayMethod
from orders.totals import TaxMode

NAME_LIMIT = 160
NOTE_LIMIT = 500
# Marks that turn the direction of the text behind them: a name must not reorder an amount.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])


def clean_words(text: str, limit: int = NAME_LIMIT) -> str:
    """Return what a person typed on one line, without control characters, at most ``limit`` long.

    A name with a newline could otherwise write a line of the bill.
    """
    shown = "".join(
        " " if unicodedata.category(char) == "Cc" else char for char in text.translate(_TURNING)
    )
    line = re.sub(r"\s+", " ", shown).strip()
    if len(line) <= limit:
        return line
    end = limit - 1
    while end > 0 and unicodedata.category(line[end])[0] == "M":  # leave no letter without its mark
        end -= 1
    return f"{line[:end]}…"


def show_money(amount: Money, language: str, *, sign: bool = True) -> str:
    """Return the amount as the reader writes it, with the currency's sign unless told otherwise."""
    return format_money(
        amount.minor, amount.currency, exponent(amount.currency), language, sign=sign
    )


def list_totals(invoice: Invoice, language: str, *, sign: bool = True) -> tuple[Row, ...]:
    """Return the rows between the items and the amount due; those that say nothing are left out.

    The rows add up as they stand: what is taken off carries a minus.
    """
    parts: list[tuple[str, Money]] = []
    if invoice.discount.minor:
        parts.append((say("total.discount", language), invoice.discount * -1))
    if invoice.shipping.minor or invoice.shipping_name:
        parts.append((_name_shipping(invoice, language), invoice.shipping))
    rate = format_percent(invoice.tax_rate_bp, language)
    if invoice.tax_mode is TaxMode.EXCLUDED:
        parts.append((say("total.tax", language, rate=rate), invoice.tax))
    if parts:
        parts.insert(0, (say("total.subtotal", language), invoice.subtotal))
    after: list[tuple[str, Money]] = []
    if invoice.tax_mode is TaxMode.INCLUDED:
        after.append((say("total.tax_included", language, rate=rate), invoice.tax))
    if invoice.deposit.minor:
        after.append((say("total.deposit", language), invoice.deposit))
    if invoice.paid.minor:
        after.append((say("total.paid", language), invoice.paid * -1))
        after.append((say("total.balance", language), invoice.balance))
    total = Row(
        say("total.total", language), show_money(invoice.total, language, sign=sign), strong=True
    )
    return (*_rows(parts, language, sign=sign), total, *_rows(after, language, sign=sign))


def name_amount_due(invoice: Invoice, language: str) -> str:
    """Return what the large amount is: the amount due, or only the deposit of it."""
    only_deposit = invoice.deposit.minor and invoice.amount_due < invoice.balance
    return say("total.amount_due_deposit" if only_deposit else "total.amount_due", language)


def say_due(invoice: Invoice, language: str) -> str:
    """Return until when to pay, in the shop's zone; "" where there is no limit or nothing due."""
    if invoice.amount_due.minor <= 0:
        return say("bill.nothing_due", language)
    if invoice.due_at is None:
        return ""
    return say("bill.due", language, when=format_when(invoice.due_at, invoice.timezone, language))


def takes_transfer(invoice: Invoice) -> bool:
    """Whether money is to be sent now: some is due, and it is not handed over in person."""
    in_person = invoice.pay_method in {PayMethod.COD, PayMethod.CASH}
    return invoice.amount_due.minor > 0 and not in_person


def list_accounts(invoice: Invoice, language: str) -> tuple[str, ...]:
    """Return the lines that say where to send the money; none where nothing is to be sent."""
    if not takes_transfer(invoice):
        return ()
    lines = []
    if invoice.promptpay_id and invoice.currency == "THB":
        lines.append(say("bill.promptpay", language, id=invoice.promptpay_id))
    for bank in invoice.banks:
        lines.append(say("bill.bank", language, bank=bank.bank, account=bank.account))
        if bank.holder:
            lines.append(say("bill.holder", language, holder=bank.holder))
    return tuple(lines)


def list_notes(invoice: Invoice, language: str) -> tuple[str, ...]:
    """Return what else is to be said: how it will be paid, and the order's note."""
    lines = []
    if invoice.pay_method:
        method = say(f"method.{invoice.pay_method}", language)
        lines.append(say("bill.pay_by", language, method=method))
    if note := clean_words(invoice.note, NOTE_LIMIT):
        lines.append(say("bill.note", language, note=note))
    return tuple(lines)


def describe_line(line: InvoiceLine, language: str) -> str:
    """Return what stands under an item's name: code, options, line discount; "" for none."""
    parts = [line.code or "", " / ".join(clean_words(option) for option in line.options)]
    if line.discount.minor:
        taken = show_money(line.discount, language)
        parts.append(say("bill.line_discount", language, amount=taken))
    return " · ".join(part for part in parts if part)


def _name_shipping(invoice: Invoice, language: str) -> str:
    if invoice.shipping_name:
        return say("total.shipping_by", language, name=clean_words(invoice.shipping_name))
    return say("total.shipping", language)


def _rows(parts: list[tuple[str, Money]], language: str, *, sign: bool) -> list[Row]:
    return [Row(label, show_money(amount, language, sign=sign)) for label, amount in parts]
