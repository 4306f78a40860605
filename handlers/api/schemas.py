"""What the API's things look like, as JSON schemas: written beside the shapes."""

from __future__ import annotations

from typing import Any

from bot.channels import CHANNELS
from bot.messages import Lane
from orders.payment import PayMethod
from orders.states import FulfilmentState, PaymentState, Status
from orders.totals import TaxMode

Schema = dict[str, Any]

DELIVERY_STATES = ("pending", "sending", "sent", "ambiguous", "held", "dead", "needs_review")
FLAGS = ("true", "false")

TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer"}
MAYBE_COUNT: Schema = {"type": ["integer", "null"]}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
MAYBE_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}


def ref_to(name: str) -> Schema:
    """Refer to one of ``SCHEMAS``."""
    return {"$ref": f"#/components/schemas/{name}"}


def list_of(items: Schema) -> Schema:
    """Describe a list of such things."""
    return {"type": "array", "items": items}


def word_of(*words: str) -> Schema:
    """Describe one of some words."""
    return {"type": "string", "enum": list(words)}


def object_of(**properties: Schema) -> Schema:
    """An object whose keys are all always there, and no others. ``_`` at a name's end falls off."""
    named = {name.rstrip("_"): schema for name, schema in properties.items()}
    return {
        "type": "object",
        "properties": named,
        "required": list(named),
        "additionalProperties": False,
    }


MESSAGE: dict[str, Schema] = {
    "id": TEXT,
    "conversation_id": TEXT,
    "direction": word_of("in", "out"),
    "author": word_of("customer", "staff", "bot", "system"),
    "kind": TEXT,
    "text": MAYBE_TEXT,
    "platform_id": MAYBE_TEXT,
    "sent_at": TIME,
    "received_at": TIME,
    "state": TEXT,
    "redacted": {**FLAG, "description": "Taken back: nothing that it said is here any more."},
    "edited_at": MAYBE_TIME,
}

SCHEMAS: dict[str, Schema] = {
    "Money": object_of(amount=TEXT, currency=TEXT),
    "Conversation": object_of(
        id=TEXT,
        channel=word_of(*CHANNELS),
        channel_key=TEXT,
        address={**TEXT, "description": "The platform's user, group or room id."},
        customer_code={**TEXT, "description": "As in @C123."},
        contact_name=MAYBE_TEXT,
        last_message_at=TIME,
        unread=COUNT,
        can_send=object_of(lane=word_of(*Lane), until=MAYBE_TIME),
    ),
    "Attachment": object_of(
        kind=TEXT,
        name=MAYBE_TEXT,
        state={
            **word_of("none", "fetching", "stored", "gone", "too_big", "refused"),
            "description": "none: there is no file to fetch, as of a place.",
        },
        reason={**MAYBE_TEXT, "description": "Why there is no file."},
        mime=MAYBE_TEXT,
        size={**MAYBE_COUNT, "description": "In bytes."},
        url={
            **MAYBE_TEXT,
            "description": "null: not stored. Give the same token as here to fetch it.",
        },
        thumb=MAYBE_TEXT,
        details={
            "type": "object",
            "description": "What else the platform told: title, latitude, longitude, …",
        },
    ),
    "Message": object_of(
        **MESSAGE,
        sender={
            "oneOf": [object_of(id=TEXT, name=MAYBE_TEXT), {"type": "null"}],
            "description": "Who wrote, by the platform's id; the name is known in groups.",
        },
        attachments=list_of(ref_to("Attachment")),
        versions={
            **list_of(object_of(text=MAYBE_TEXT, at=TIME)),
            "description": "What it said before, oldest first.",
        },
        quoted={
            "oneOf": [
                object_of(platform_id=TEXT, id=MAYBE_TEXT, author=MAYBE_TEXT, text=MAYBE_TEXT),
                {"type": "null"},
            ],
            "description": "What it answers; id is null where that is not here.",
        },
        reactions=list_of(object_of(by=TEXT, emoji=TEXT, at=TIME)),
    ),
    "FoundMessage": object_of(
        **MESSAGE,
        channel=word_of(*CHANNELS),
        customer_code=TEXT,
        contact_name=MAYBE_TEXT,
        snippet={
            **list_of(object_of(text=TEXT, match=FLAG)),
            "description": "The line around the words that were found, in parts.",
        },
    ),
    "Item": object_of(
        code={**MAYBE_TEXT, "description": "null: a one-off."},
        name=TEXT,
        options=list_of(TEXT),
        quantity=COUNT,
        unit_price=ref_to("Money"),
        discount=ref_to("Money"),
        total=ref_to("Money"),
    ),
    "OrderEvent": object_of(
        at=TIME, move=TEXT, from_=MAYBE_TEXT, to=TEXT, actor=TEXT, surface=TEXT
    ),
    "Payment": object_of(
        id=TEXT,
        amount=ref_to("Money"),
        method=word_of(*PayMethod),
        provider={**TEXT, "description": "Who gave the reference."},
        reference=MAYBE_TEXT,
        paid_at=TIME,
        actor=TEXT,
    ),
    "Refund": object_of(
        id=TEXT,
        amount=ref_to("Money"),
        method=word_of(*PayMethod),
        reference=MAYBE_TEXT,
        refunded_at=TIME,
        reason=TEXT,
        actor=TEXT,
    ),
    "Slip": object_of(
        id=TEXT,
        state=word_of("pending", "accepted", "rejected", "late"),
        bank=TEXT,
        amount={"oneOf": [ref_to("Money"), {"type": "null"}]},
        paid_at=MAYBE_TIME,
        reference=MAYBE_TEXT,
        note=TEXT,
        reason=MAYBE_TEXT,
        actor=TEXT,
        received_at=TIME,
    ),
    "Shipment": object_of(
        id=TEXT,
        tracking=TEXT,
        carrier=TEXT,
        shipped_at=TIME,
        items=list_of(object_of(line=COUNT, quantity=COUNT)),
        actor=TEXT,
    ),
    "Order": object_of(
        number=COUNT,
        status=word_of(*Status),
        payment_state=word_of(*PaymentState),
        fulfilment_state=word_of(*FulfilmentState),
        revision={**COUNT, "description": "0: never issued."},
        version=COUNT,
        conversation_id=MAYBE_TEXT,
        customer={"oneOf": [object_of(code=TEXT, name=MAYBE_TEXT), {"type": "null"}]},
        items=list_of(ref_to("Item")),
        subtotal={
            **ref_to("Money"),
            "description": "The items' totals, their own discounts taken off.",
        },
        discount={**ref_to("Money"), "description": "The order's own."},
        shipping=ref_to("Money"),
        shipping_way=MAYBE_TEXT,
        tax_mode=word_of(*TaxMode),
        tax=ref_to("Money"),
        total=ref_to("Money"),
        deposit=ref_to("Money"),
        paid=ref_to("Money"),
        balance=ref_to("Money"),
        due_at=MAYBE_TIME,
        payment_method={"enum": [*PayMethod, None]},
        phone=MAYBE_TEXT,
        recipient=MAYBE_TEXT,
        address=MAYBE_TEXT,
        note=TEXT,
        tags=list_of(TEXT),
        bill_url=MAYBE_TEXT,
        copy_text={**MAYBE_TEXT, "description": "The bill in plain words; null: never issued."},
        sms_url=MAYBE_TEXT,
        payments=list_of(ref_to("Payment")),
        refunds=list_of(ref_to("Refund")),
        slips=list_of(ref_to("Slip")),
        shipments=list_of(ref_to("Shipment")),
        stock_short={**COUNT, "description": "Pieces that are paid for and not in stock."},
        created_at=TIME,
        updated_at=TIME,
        events=list_of(ref_to("OrderEvent")),
    ),
    "Product": object_of(
        code=TEXT,
        name=TEXT,
        names={
            "type": "object",
            "additionalProperties": TEXT,
            "description": "In other languages, by their codes.",
        },
        category=TEXT,
        description=TEXT,
        price=ref_to("Money"),
        stock={**MAYBE_COUNT, "description": "All that is left; null: no limit."},
        condition=word_of("stock", "preorder", "unlimited"),
        options=list_of(list_of(TEXT)),
        variants=list_of(ref_to("Variant")),
        weight={**MAYBE_COUNT, "description": "In grams; null: unknown."},
        pictures={**list_of(TEXT), "description": "Addresses, in order."},
        active=FLAG,
        version=COUNT,
    ),
    "Variant": object_of(
        options=list_of(TEXT),
        price=ref_to("Money"),
        stock={**MAYBE_COUNT, "description": "null: it sells from the product's."},
        active=FLAG,
    ),
    "PostalAddress": object_of(
        id=TEXT,
        label=TEXT,
        recipient=TEXT,
        phone=TEXT,
        lines={**TEXT, "description": "Street and place, a line each."},
        postcode=TEXT,
        country={**TEXT, "description": "ISO 3166-1, two letters."},
        default={**FLAG, "description": "One of a customer's addresses is."},
    ),
    "Note": object_of(id=TEXT, text=TEXT, by=TEXT, at=TIME, edited_at=MAYBE_TIME),
    "Customer": object_of(
        code=TEXT,
        name=MAYBE_TEXT,
        language=MAYBE_TEXT,
        phones=list_of({**TEXT, "description": "As it was typed."}),
        addresses=list_of(ref_to("PostalAddress")),
        notes=list_of(ref_to("Note")),
        tags=list_of(TEXT),
        banned={**FLAG, "description": "What they write opens no order by itself."},
        ban={"oneOf": [object_of(reason=TEXT, by=TEXT, at=TIME), {"type": "null"}]},
        version={**COUNT, "description": "Counts changes; a change names the one it saw."},
    ),
    "Delivery": object_of(
        id=TEXT,
        conversation_id=TEXT,
        order_number=MAYBE_COUNT,
        revision=MAYBE_COUNT,
        state=word_of(*DELIVERY_STATES),
        kind=word_of("text", "card", "bill", "cards", "receipt", "private"),
        lane=word_of(*Lane),
        attempts=COUNT,
        reason=MAYBE_TEXT,
        platform_id=MAYBE_TEXT,
    ),
    "Card": object_of(
        title=TEXT,
        subtitle=TEXT,
        rows=list_of(object_of(label=TEXT, value=TEXT, strong=FLAG)),
        notes=list_of(TEXT),
        text={**TEXT, "description": "All of it in plain words."},
    ),
    "Problem": {
        "type": "object",
        "description": "RFC 9457; detail is a sentence for a person.",
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": COUNT,
            "detail": TEXT,
            "code": {**TEXT, "description": "The rule that refused, by its name."},
        },
        "required": ["type", "title", "status", "detail"],
    },
}
