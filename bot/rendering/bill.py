"""The invoice as chat shows it: every row worded, and the whole bill as plain text."""

from __future__ import annotations

from bot.messages import Bill, Button, Row
from bot.rendering.wording import (
    clean_words,
    describe_line,
    list_accounts,
    list_notes,
    list_totals,
    name_amount_due,
    say_due,
    show_money,
)
from bot.words import say
from orders.invoice import Invoice, InvoiceLine


def build_bill(
    invoice: Invoice,
    language: str,
    *,
    bill_url: str,
    image_url: str | None,
    status_word: str,
    asks: bool = True,
) -> Bill:
    """Return ``invoice`` worded in ``language``, for any channel.

    ``bill_url`` is the bill page, ``image_url`` the picture's address or None,
    ``status_word`` the order's state as the customer reads it now. With ``asks``
    off the text names no amount to pay and no account to pay it to.
    """
    title = say("bill.title", language, order=invoice.order_number)
    about = [say("bill.revision", language, revision=invoice.revision), status_word]
    due = say_due(invoice, language)
    return Bill(
        shop=clean_words(invoice.shop_name),
        title=title,
        subtitle=" · ".join(part for part in (*about, due) if part),
        items=tuple(_row(line, language) for line in invoice.lines),
        totals=list_totals(invoice, language),
        amount=show_money(invoice.amount_due, language),
        pay=Button(say("button.pay", language), url=bill_url),
        text=_write_text(
            invoice, language, title=" · ".join((title, *about)), bill_url=bill_url, asks=asks
        ),
        image_url=image_url,
    )


def _row(line: InvoiceLine, language: str) -> Row:
    options = " / ".join(clean_words(option) for option in line.options)
    name = " ".join(part for part in (clean_words(line.name), options) if part)
    return Row(f"{name} × {line.quantity}", show_money(line.total, language))


def _write_text(invoice: Invoice, language: str, *, title: str, bill_url: str, asks: bool) -> str:
    """The bill in plain words, useful alone: blocks parted by an empty line."""
    due = f"{name_amount_due(invoice, language)} {show_money(invoice.amount_due, language)}"
    blocks = [
        [clean_words(invoice.shop_name), title],
        [_line(number, line, language) for number, line in enumerate(invoice.lines, start=1)],
        [f"{row.label} {row.value}" for row in list_totals(invoice, language)],
        [due, say_due(invoice, language)] if asks else [],
        list(list_accounts(invoice, language)) if asks else [],
        list(list_notes(invoice, language)),
        [say("bill.link", language, url=bill_url)],
    ]
    written = ("\n".join(line for line in block if line) for block in blocks)
    return "\n\n".join(block for block in written if block)


def _line(number: int, line: InvoiceLine, language: str) -> str:
    detail = describe_line(line, language)
    name = clean_words(line.name) + (f" ({detail})" if detail else "")
    price = show_money(line.unit_price, language)
    return f"{number}. {name} {line.quantity} × {price} = {show_money(line.total, language)}"
