"""Invoicing: freezes a numbered revision, owes it to the customer, renders it, shows it.

An invoice is a snapshot: what is printed, sent and shown on the bill page
comes from its row and from nothing that may change later. Only the order's
status and what has been paid of it are today's on the page.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import structlog

from bot import outbox
from bot.channels import CHANNELS
from bot.payments import PaymentAccounts, PaymentError, PaymentWay, find_ways
from bot.rendering.bill import build_bill
from bot.rendering.errors import RenderError
from bot.runtime import Runtime, Work
from bot.store import changes, shops
from bot.store import orders as rows
from bot.store.database import Connection
from bot.store.vault import digest
from bot.words import say
from orders.chain import Break, Link, find_break
from orders.invoice import Bank, Invoice, freeze
from orders.money import Money
from orders.order import Order
from orders.states import Status

log = structlog.get_logger(__name__)

Kind = Literal["png", "pdf"]

RENDER_AHEAD = timedelta(days=1)
TAKES_MONEY = (Status.UNPAID, Status.CHECKING)


@dataclass(frozen=True, slots=True)
class BillPage:
    """What a customer may see at a bill's address, as of now."""

    order_row: Any
    invoice_id: int
    invoice: Invoice  # as it was issued
    now: Invoice  # with what has come in since
    status: Status
    language: str
    ways: tuple[PaymentWay, ...]


# Issuing ---------------------------------------------------------------------


def issue(work: Work, shop: Any, order_row: Any, order: Order, *, revision: int) -> int:
    """Freeze an order as the next invoice of its shop and give the invoice's id.

    The number is taken under a lock that lasts to the commit, so the series
    has no gap and each digest takes in the one before.
    """
    number = shops.next_number(work.connection, shop.id, "invoice")
    last = rows.last_invoice(work.connection, shop.id)
    previous = last.digest if last else None
    invoice = freeze(
        order,
        number=number,
        revision=revision,
        issued_at=work.now,
        shop_name=shop.name,
        language=order_row.customer_language or shop.locale,
        timezone=shop.timezone,
        customer_name=order_row.customer_name or "",
        customer_code=f"C{order_row.customer_code}" if order_row.customer_code else "",
        promptpay_id=shop.payment["promptpay_id"],
        banks=tuple(Bank(**bank) for bank in shop.payment["banks"]),
    )
    invoice_id = rows.insert_invoice(
        work.connection,
        shop_id=shop.id,
        order_id=order_row.id,
        number=number,
        revision=revision,
        snapshot=invoice.to_json(),
        digest=invoice.digest(previous),
        previous_digest=previous,
        issued_at=work.now,
    )
    changes.record(
        work.connection,
        work.now,
        "system",
        "invoice issued",
        f"invoice:{number}",
        shop_id=shop.id,
        order=order.number,
        revision=revision,
    )
    work.ring("render")
    return invoice_id


def owe(
    runtime: Runtime, work: Work, conversation: Any, invoice_id: int, *, staff_id: int | None
) -> bool:
    """Owe the customer an issued invoice in their conversation; False when without a picture."""
    picture = may_show_pictures(runtime, conversation.channel)
    row = rows.find_invoice(work.connection, invoice_id)
    if row is None:
        raise LookupError(f"there is no invoice {invoice_id}")
    invoice = Invoice.from_json(row.snapshot)
    outbox.plan_bill(
        work,
        conversation,
        order_id=row.order_id,
        invoice_id=invoice_id,
        title=say("bill.title", invoice.language, order=invoice.order_number),
        picture=picture,
        staff_id=staff_id,
    )
    return picture


def may_show_pictures(runtime: Runtime, channel: str) -> bool:
    """Say whether the platform can fetch a picture from our address.

    The platforms fetch over https only; the simulator stands beside us and
    takes loopback http.
    """
    settings = runtime.settings
    on_meta = CHANNELS[channel].webhook == "meta"
    elsewhere = settings.meta.graph_url if on_meta else settings.line.api_url
    return urlsplit(settings.base_url).scheme == "https" or bool(elsewhere)


def verify(runtime: Runtime, shop: Any) -> tuple[int, Break | None]:
    """Prove a shop's chain of invoices; give how many there are, and where it breaks first."""
    with runtime.store.read() as connection:
        last = shops.current_number(connection, shop.id, "invoice")
        links = (
            Link(
                number=row.number,
                order_number=row.order_number,
                revision=row.revision,
                snapshot=row.snapshot,
                digest=row.digest,
                previous_digest=row.previous_digest,
                issued_at=row.issued_at,
            )
            for row in rows.read_chain(connection, shop.id)
        )
        return last, find_break(links, last=last)


# Delivering ------------------------------------------------------------------


def drain(runtime: Runtime) -> int:
    """Send everything that is due, bills included; give how many deliveries were tried."""
    return outbox.drain(runtime, {"bill": prepare})


def prepare(runtime: Runtime, delivery: Any) -> dict[str, Any]:
    """Make the payload of one part of a bill, with its picture if that can be rendered.

    A bill that cannot be rendered goes out in words with its link.
    """
    with runtime.store.read() as connection:
        order_row = rows.find_order(connection, delivery.shop_id, order_id=delivery.order_id)
        invoice = read_invoice(connection, delivery.invoice_id)
        channel = CHANNELS[shops.find_channel(connection, delivery.channel_id).kind]
    if order_row is None:
        raise LookupError("a delivery's order is never deleted")
    bill_url = runtime.bill_url(order_row.id, order_row.link_generation)
    image_url = None
    if may_show_pictures(runtime, channel.kind):
        try:
            _stored(runtime, delivery.invoice_id, invoice, "png")
        except RenderError as error:
            log.warning("invoice without picture", invoice=delivery.invoice_id, why=error.reason)
        else:
            # The revision keeps a platform from showing the picture of the one before.
            image_url = f"{bill_url}.png?r={invoice.revision}"
    bill = build_bill(
        invoice,
        invoice.language,
        bill_url=bill_url,
        image_url=image_url,
        status_word=say(f"status.{order_row.status}", invoice.language),
    )
    part = "text" if delivery.part == "picture" and image_url is None else delivery.part
    return channel.compose_bill(bill, part)


def render_ahead(runtime: Runtime) -> int:
    """Make the PDFs of new invoices before somebody asks; give how many were made."""
    with runtime.store.read() as connection:
        since = runtime.store.now(connection) - RENDER_AHEAD
        recent = rows.list_invoices(connection, since=since)
    made = 0
    for row in recent:
        if not _path(runtime, row.id, row.digest, "pdf").exists():
            _stored(runtime, row.id, Invoice.from_json(row.snapshot), "pdf", row.digest)
            made += 1
    return made


# Showing ---------------------------------------------------------------------


def find_bill(runtime: Runtime, token: str, language: str | None = None) -> BillPage | None:
    """Find what a bill's address shows; None for a wrong token and for an order never issued.

    Reading changes nothing: chat previews open every link.
    """
    with runtime.store.read() as connection:
        order_row = rows.find_order_by_link(connection, digest(token))
        row = rows.newest_revision(connection, order_row.id) if order_row else None
    if order_row is None or row is None:
        return None
    invoice = Invoice.from_json(row.snapshot)
    language = language or invoice.language
    status = Status(order_row.status)
    held = Money(order_row.paid_minor - order_row.refunded_minor, order_row.currency)
    now = invoice.as_paid(held)
    return BillPage(
        order_row=order_row,
        invoice_id=row.id,
        invoice=invoice,
        now=now,
        status=status,
        language=language,
        ways=pay_ways(now, language) if status in TAKES_MONEY else (),
    )


def document(runtime: Runtime, bill: BillPage, kind: Kind) -> bytes:
    """Give a bill's picture or PDF. Raises ``RenderError``."""
    return _stored(runtime, bill.invoice_id, bill.invoice, kind)


def read_invoice(connection: Connection, invoice_id: int) -> Invoice:
    """Read an invoice that is known to exist."""
    row = rows.find_invoice(connection, invoice_id)
    if row is None:
        raise LookupError(f"there is no invoice {invoice_id}")
    return Invoice.from_json(row.snapshot)


def pay_ways(invoice: Invoice, language: str) -> tuple[PaymentWay, ...]:
    """List the ways to pay what an invoice asks for; a mistaken account costs its own way only."""
    accounts = PaymentAccounts(invoice.promptpay_id, invoice.banks)
    try:
        return find_ways(accounts, invoice.amount_due, language)
    except PaymentError as error:
        log.warning("a way to pay is unusable", error=error.key)
        return find_ways(PaymentAccounts("", invoice.banks), invoice.amount_due, language)


def _stored(
    runtime: Runtime, invoice_id: int, invoice: Invoice, kind: Kind, mark: str | None = None
) -> bytes:
    """Give a rendering from disk, made first if it is not there. Raises ``RenderError``."""
    if mark is None:
        with runtime.store.read() as connection:
            row = rows.find_invoice(connection, invoice_id)
        mark = row.digest if row else ""
    path = _path(runtime, invoice_id, mark, kind)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    ways = pay_ways(invoice, invoice.language)
    qr_payload = next((way.qr_payload for way in ways if way.qr_payload), None)
    page = runtime.renderer.render(invoice, kind, qr_payload=qr_payload)
    _write(path, page)
    return page


def _path(runtime: Runtime, invoice_id: int, mark: str, kind: Kind) -> Path:
    return runtime.settings.data_dir / "bills" / f"{invoice_id}-{mark[:16]}.{kind}"


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a reader never sees half of it, not after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{secrets.token_hex(4)}.tmp")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
