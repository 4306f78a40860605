"""The bill page: what a customer sees under an unguessable address, without a sign-in.

A GET changes nothing, because chat previews open every link. A wrong address
and a missing one read the same.
"""

from __future__ import annotations

import re
from io import BytesIO

import segno
from flask import Blueprint, Flask, Response, abort, g, render_template, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from bot import invoicing
from bot.invoicing import BillPage, Kind
from bot.rendering.errors import RenderError
from bot.rendering.wording import (
    clean_words,
    describe_line,
    list_notes,
    list_totals,
    name_amount_due,
    show_money,
)
from bot.words import LANGUAGES, format_sign
from handlers.context import runtime
from orders.states import Status

blueprint = Blueprint("bill", __name__)

TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
TYPES: dict[Kind, str] = {"png": "image/png", "pdf": "application/pdf"}
MISSES = "300 per minute"
"""Wrong addresses that one visitor may try; right ones are not counted."""

# What a bill in these states says instead of where to pay.
CLOSED = {
    Status.DRAFT: "draft",
    Status.CHECKING: "checking",
    Status.CANCELLED: "cancelled",
    Status.RETURNED: "cancelled",
    Status.EXPIRED: "expired",
    Status.PAID: "settled",
    Status.SHIPPED: "settled",
    Status.COMPLETED: "settled",
}


def limit_guesses(app: Flask) -> None:
    """Slow whoever tries addresses."""
    limiter = Limiter(get_remote_address, app=app, headers_enabled=False)
    limiter.limit(MISSES, deduct_when=lambda response: response.status_code == 404)(blueprint)


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """Keep the page out of search engines and shared caches."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


@blueprint.get("/b/<token>")
def show_bill(token: str) -> str:
    """Show the bill as it stands now."""
    bill = _find(token)
    language = bill.language
    g.page_language = language
    invoice = bill.now
    closed = CLOSED.get(bill.status, "")
    if not closed and invoice.amount_due.minor <= 0:
        closed = "nothing_due"
    return render_template(
        "bill.html",
        token=token,
        invoice=invoice,
        status=bill.status,
        closed=closed,
        shop=clean_words(invoice.shop_name),
        customer=clean_words(invoice.customer_name),
        sign=format_sign(invoice.currency, language),
        amount=show_money(invoice.amount_due, language),
        bare_amount=invoice.amount_due.plain(),
        amount_name=name_amount_due(invoice, language),
        lines=[
            (clean_words(line.name), describe_line(line, language), line) for line in invoice.lines
        ],
        totals=list_totals(invoice, language, sign=False),
        notes=list_notes(invoice, language),
        has_qr=bool(_qr_payload(bill)),
        takes_transfer=any(way.kind == "transfer" for way in bill.ways),
    )


@blueprint.get("/b/<token>.png")
def show_picture(token: str) -> Response:
    """Give the invoice as a picture."""
    return _document(token, "png")


@blueprint.get("/b/<token>.pdf")
def show_pdf(token: str) -> Response:
    """Give the invoice as a PDF."""
    return _document(token, "pdf")


@blueprint.get("/b/<token>/qr.svg")
def show_qr(token: str) -> Response:
    """Give the QR for the exact amount; there is none once the bill takes no money."""
    bill = _find(token)
    payload = _qr_payload(bill)
    if payload is None or bill.status in CLOSED:
        abort(404)
    drawing = BytesIO()
    segno.make_qr(payload, error="m").save(
        drawing, kind="svg", border=3, dark="#000", light="#fff", omitsize=True
    )
    return Response(drawing.getvalue(), content_type="image/svg+xml")


def _find(token: str) -> BillPage:
    wish = request.args.get("lang")
    language = wish if wish in LANGUAGES else None
    bill = None
    if TOKEN.fullmatch(token):
        bill = invoicing.find_bill(runtime(), token, language)
    if bill is None:
        abort(404)
    return bill


def _qr_payload(bill: BillPage) -> str | None:
    return next((way.qr_payload for way in bill.ways if way.qr_payload), None)


def _document(token: str, kind: Kind) -> Response:
    bill = _find(token)
    invoice = bill.invoice
    try:
        body = invoicing.document(runtime(), bill, kind)
    except RenderError as error:
        sentence = error.sentence(bill.language)
        return Response(sentence, 503, {"Retry-After": "30"}, content_type="text/plain")
    response = Response(body, content_type=TYPES[kind])
    name = f"bill-{invoice.order_number}-r{invoice.revision}.{kind}"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.set_etag(f"{bill.invoice_id}-{invoice.revision}-{kind}")
    response.make_conditional(request)
    return response
