"""The shapes of the API: what each thing looks like as JSON; all keys are always there.

Ids are opaque strings, money ``{"amount": "120.00", "currency": "THB"}``, times RFC 3339 in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from bot import outbox
from bot.catalogue import ProductView
from bot.contacts import Customer
from bot.invoicing import TAKES_MONEY
from bot.messages import Card, Route, Text
from bot.ordering import OrderView
from bot.rendering.bill import build_bill
from bot.words import say
from orders.invoice import Invoice
from orders.item import Item
from orders.money import Money

Shape = dict[str, Any]


def shape_conversation(row: Any, route: Route) -> Shape:
    """A conversation, with the way a message would go now."""
    return {
        "id": str(row.id),
        "channel": row.channel,
        "channel_key": row.channel_key,
        "address": row.address,
        "customer_code": f"C{row.code}",
        "contact_name": row.contact_name,
        "last_message_at": shape_time(row.last_message_at),
        "unread": row.unread,
        "can_send": {"lane": str(route.lane), "until": shape_time(route.until)},
    }


def shape_order(view: OrderView) -> Shape:
    """An order, with its bill's words where it was issued, and what happened to it."""
    row, order, sums = view.row, view.order, view.totals
    copy_text = _bill_text(view)
    return {
        "number": order.number,
        "status": str(order.status),
        "payment_state": str(view.payment_state),
        "fulfilment_state": str(view.fulfilment_state),
        "revision": row.revision,
        "version": order.version,
        "conversation_id": _text_or_none(row.conversation_id),
        "customer": _shape_buyer(row),
        "items": [
            _shape_item(item, total) for item, total in zip(order.items, sums.items, strict=True)
        ],
        "subtotal": shape_money(sums.subtotal),
        "discount": shape_money(sums.discount),
        "shipping": shape_money(sums.shipping),
        "shipping_way": order.shipping_name or None,
        "tax_mode": str(order.tax_mode),
        "tax": shape_money(sums.tax),
        "total": shape_money(sums.total),
        "deposit": shape_money(sums.deposit),
        "paid": shape_money(sums.paid),
        "balance": shape_money(sums.balance),
        "due_at": shape_time(order.due_at),
        "payment_method": _text_or_none(order.pay_method),
        "phone": order.phone or None,
        "recipient": order.recipient or None,
        "address": order.address or None,
        "note": order.note,
        "tags": list(order.tags),
        "bill_url": view.bill_url,
        "copy_text": copy_text,
        "sms_url": _sms_url(order.phone, copy_text),
        "payments": [_shape_payment(each, row.currency) for each in view.payments],
        "refunds": [_shape_refund(each, row.currency) for each in view.refunds],
        "slips": [_shape_slip(each, row.currency) for each in view.slips],
        "shipments": [_shape_parcel(each, view.inside[each.id]) for each in view.parcels],
        "stock_short": row.missing,
        "created_at": shape_time(row.created_at),
        "updated_at": shape_time(row.updated_at),
        "events": [_shape_event(event) for event in view.events],
    }


def shape_product(view: ProductView, base_url: str) -> Shape:
    """A product; a ``stock`` is None where nothing is counted, or not for that variant alone."""
    entry = view.entry
    return {
        "code": entry.code,
        "name": entry.name,
        "names": dict(entry.names),
        "category": entry.category,
        "description": entry.description,
        "price": shape_money(entry.price),
        "stock": view.row.available,
        "condition": str(entry.condition),
        "options": [list(group) for group in entry.options],
        "variants": [
            {
                "options": list(one.options),
                "price": shape_money(entry.price if one.price is None else one.price),
                "stock": one.stock,
                "active": one.active,
            }
            for one in view.product.variants
        ],
        "weight": entry.weight,
        "pictures": [f"{base_url}/media/{token}" for token in view.pictures],
        "active": entry.active,
        "version": view.row.version,
    }


def shape_customer(customer: Customer) -> Shape:
    """A customer with all that the shop keeps of them."""
    row = customer.row
    return {
        "code": f"C{row.code}",
        "name": row.name,
        "language": row.language,
        "phones": list(customer.phones),
        "addresses": [
            _shape_address(address, is_default=address.id == customer.default_address_id)
            for address in customer.addresses
        ],
        "notes": [_shape_note(note) for note in customer.notes],
        "tags": list(customer.tags),
        "banned": customer.ban is not None,
        "ban": _shape_ban(customer.ban),
        "version": row.version,
    }


def shape_delivery(row: Any, revisions: dict[int, int]) -> Shape:
    """A delivery; ``revisions`` gives the revision of each invoice by its id."""
    return {
        "id": row.id,
        "conversation_id": str(row.conversation_id),
        "order_number": row.order_number,
        "revision": revisions.get(row.invoice_id),
        "state": row.state,
        "kind": row.kind,
        "lane": row.lane,
        "attempts": row.attempts,
        "reason": row.reason,
        "platform_id": row.platform_ids[0] if row.platform_ids else None,
    }


def shape_card(answered: Card | Text) -> Shape:
    """The answer to a command; ``text`` is all of it in plain words."""
    card = answered if isinstance(answered, Card) else Card("", "", ())
    return {
        "title": card.title,
        "subtitle": card.subtitle,
        "rows": [
            {"label": row.label, "value": row.value, "strong": row.strong} for row in card.rows
        ],
        "notes": list(card.notes),
        "text": outbox.plain(answered),
    }


def shape_money(amount: Money) -> Shape:
    """An amount with all its currency's decimals."""
    return {"amount": amount.plain(), "currency": amount.currency}


def shape_time(moment: datetime | None) -> str | None:
    """A time as RFC 3339 in UTC, to the millisecond."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _shape_buyer(row: Any) -> Shape | None:
    if row.customer_code is None:
        return None
    return {"code": f"C{row.customer_code}", "name": row.customer_name}


def _shape_address(row: Any, *, is_default: bool) -> Shape:
    return {
        "id": str(row.id),
        "label": row.label,
        "recipient": row.recipient,
        "phone": row.phone,
        "lines": row.lines,
        "postcode": row.postcode,
        "country": row.country,
        "default": is_default,
    }


def _shape_ban(row: Any) -> Shape | None:
    if row is None:
        return None
    return {"reason": row.reason, "by": row.author, "at": shape_time(row.at)}


def _shape_note(row: Any) -> Shape:
    return {
        "id": str(row.id),
        "text": row.text,
        "by": row.author,
        "at": shape_time(row.at),
        "edited_at": shape_time(row.edited_at),
    }


def _shape_item(item: Item, total: Money) -> Shape:
    return {
        "code": item.code,
        "name": item.name,
        "options": list(item.options),
        "quantity": item.quantity,
        "unit_price": shape_money(item.unit_price),
        "discount": shape_money(item.gross - total),
        "total": shape_money(total),
    }


def _shape_event(row: Any) -> Shape:
    return {
        "at": shape_time(row.at),
        "move": row.move,
        "from": row.from_status,
        "to": row.to_status,
        "actor": row.actor,
        "surface": row.surface,
    }


def _shape_payment(row: Any, currency: str) -> Shape:
    return {
        "id": str(row.id),
        "amount": shape_money(Money(row.amount_minor, currency)),
        "method": row.method,
        "provider": row.provider,
        "reference": row.reference,
        "paid_at": shape_time(row.paid_at),
        "actor": row.actor,
    }


def _shape_refund(row: Any, currency: str) -> Shape:
    return {
        "id": str(row.id),
        "amount": shape_money(Money(row.amount_minor, currency)),
        "method": row.method,
        "reference": row.reference,
        "refunded_at": shape_time(row.refunded_at),
        "reason": row.reason,
        "actor": row.actor,
    }


def _shape_slip(row: Any, currency: str) -> Shape:
    amount = None if row.amount_minor is None else Money(row.amount_minor, currency)
    return {
        "id": str(row.id),
        "state": row.state,
        "bank": row.bank,
        "amount": None if amount is None else shape_money(amount),
        "paid_at": shape_time(row.paid_at),
        "reference": row.reference,
        "note": row.note,
        "reason": row.reason,
        "actor": row.actor,
        "received_at": shape_time(row.received_at),
    }


def _shape_parcel(row: Any, inside: Mapping[int, int]) -> Shape:
    return {
        "id": str(row.id),
        "tracking": row.tracking,
        "carrier": row.carrier,
        "shipped_at": shape_time(row.shipped_at),
        "items": [{"line": line, "quantity": pieces} for line, pieces in sorted(inside.items())],
        "actor": row.actor,
    }


def _bill_text(view: OrderView) -> str | None:
    """Word the revision that counts as the customer reads it; None where none was issued."""
    if view.billed is None or view.bill_url is None:
        return None
    invoice = Invoice.from_json(view.billed.snapshot).as_paid(view.order.paid)
    bill = build_bill(
        invoice,
        invoice.language,
        bill_url=view.bill_url,
        image_url=None,
        status_word=say(f"status.{view.order.status}", invoice.language),
        # Words that ask again for what is paid, or is over, would be paid again.
        asks=view.order.status in TAKES_MONEY and invoice.amount_due.minor > 0,
    )
    return bill.text


def _sms_url(phone: str, text: str | None) -> str | None:
    """Give an address that opens a text message to the customer; phones know ``?&body=``."""
    return f"sms:{phone}?&body={quote(text, safe='')}" if phone and text else None


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)
