"""The invoice as data for the page's template: every string worded, the QR drawn."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any, Literal
from zoneinfo import ZoneInfo

import segno

from bot.rendering.wording import (
    NAME_LIMIT,
    clean_words,
    describe_line,
    list_accounts,
    list_notes,
    list_totals,
    name_amount_due,
    say_due,
    show_money,
    takes_transfer,
)
from bot.words import choose_language, format_sign, format_when, say
from orders.invoice import Invoice, InvoiceLine

# The picture of a long order is one tall page in memory: its names are kept to two lines.
_MANY_LINES = 30
_TALL_NAME_LIMIT = 60
# A Latin word longer than this may be parted anywhere, or it would run out of its column.
# Thai is left alone: Typst knows where its words end.
_LONG_WORD = re.compile(r"[!-~À-ɏ]{20,}")
_MAY_PART = "\u200b"
# Emoji and what joins them: no font of ours has them, and a box says less than nothing.
_EMOJI = re.compile("[\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]\u200d?")


Kind = Literal["png", "pdf"]


def build_document(
    invoice: Invoice,
    kind: Kind,
    *,
    language: str | None = None,
    qr_payload: str | None = None,
) -> dict[str, Any]:
    """Return what ``invoice.typ`` sets, as JSON values: words, and the QR of ``qr_payload`` as SVG.

    ``language`` is the invoice's own unless given. No value is ever markup.
    """
    language = language or invoice.language
    issued = invoice.issued_at.astimezone(ZoneInfo(invoice.timezone))
    tall = kind == "png" and len(invoice.lines) > _MANY_LINES
    limit = _TALL_NAME_LIMIT if tall else NAME_LIMIT
    return {
        "kind": kind,
        "language": choose_language(language),
        "shop": _fit(invoice.shop_name),
        "heading": say("bill.name", language),
        "number": str(invoice.number),
        # The page's own date, so that the same invoice gives the same bytes at any time.
        "date": [issued.year, issued.month, issued.day],
        "facts": _list_facts(invoice, language),
        "customer": _list_customer(invoice, language),
        "labels": _label(invoice, language),
        "items": [_item(line, language, limit) for line in invoice.lines],
        "totals": [
            {"label": row.label, "value": row.value, "strong": row.strong}
            for row in list_totals(invoice, language, sign=False)
        ],
        "due": {
            "label": name_amount_due(invoice, language),
            "value": show_money(invoice.amount_due, language),
            "when": say_due(invoice, language),
        },
        "qr": draw_qr(qr_payload) if qr_payload and takes_transfer(invoice) else None,
        "accounts": [_fit(line) for line in list_accounts(invoice, language)],
        "notes": [_fit(line) for line in list_notes(invoice, language)],
    }


def draw_qr(payload: str) -> str:
    """Return ``payload`` as a QR in SVG, with the quiet zone that the standard asks for."""
    drawn = BytesIO()
    segno.make(payload, error="m", micro=False).save(drawn, kind="svg", border=4, light="#fff")
    return drawn.getvalue().decode()


def _fit(text: str) -> str:
    """The text as the page can set it."""
    plain = " ".join(_EMOJI.sub("", text).split()) or text
    return _LONG_WORD.sub(lambda word: _MAY_PART.join(word[0]), plain)


def _list_facts(invoice: Invoice, language: str) -> list[str]:
    when = format_when(invoice.issued_at, invoice.timezone, language)
    order = say("bill.order", language, order=invoice.order_number)
    revision = say("bill.revision", language, revision=invoice.revision)
    return [
        say("bill.number", language, number=invoice.number),
        f"{order} · {revision}",
        say("bill.issued", language, when=when),
    ]


def _list_customer(invoice: Invoice, language: str) -> list[str]:
    name = " ".join(
        part for part in (clean_words(invoice.customer_name), invoice.customer_code) if part
    )
    phone = say("bill.phone", language, phone=invoice.phone) if invoice.phone else ""
    return [_fit(line) for line in (name, phone) if line]


def _label(invoice: Invoice, language: str) -> dict[str, Any]:
    sign = format_sign(invoice.currency, language)
    return {
        "customer": say("bill.customer", language),
        "columns": [
            say("bill.item", language),
            say("bill.quantity", language),
            say("bill.unit_price", language),
            f"{say('bill.amount', language)} ({sign})",
        ],
        "scan": say("bill.scan", language),
        "pay-to": say("bill.pay_to", language),
    }


def _item(line: InvoiceLine, language: str, limit: int) -> dict[str, str]:
    return {
        "name": _fit(clean_words(line.name, limit)),
        "detail": _fit(clean_words(describe_line(line, language), limit)),
        "quantity": f"{line.quantity:,}",
        "price": show_money(line.unit_price, language, sign=False),
        "total": show_money(line.total, language, sign=False),
    }
