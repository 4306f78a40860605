"""The API's description, as OpenAPI 3.1: written beside the shapes, tested against the answers."""

from __future__ import annotations

from typing import Any

from bot.channels import CHANNELS
from bot.messages import Lane
from orders.payment import PayMethod
from orders.states import FulfilmentState, PaymentState, Status

Schema = dict[str, Any]

DELIVERY_STATES = ("pending", "sending", "sent", "ambiguous", "held", "dead", "needs_review")

TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer"}
MAYBE_COUNT: Schema = {"type": ["integer", "null"]}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
MAYBE_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _word(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


def _object(**properties: Schema) -> Schema:
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
    "direction": _word("in", "out"),
    "author": _word("customer", "staff", "bot", "system"),
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
    "Money": _object(amount=TEXT, currency=TEXT),
    "Conversation": _object(
        id=TEXT,
        channel=_word(*CHANNELS),
        channel_key=TEXT,
        address={**TEXT, "description": "The platform's user, group or room id."},
        customer_code={**TEXT, "description": "As in @C123."},
        contact_name=MAYBE_TEXT,
        last_message_at=TIME,
        unread=COUNT,
        can_send=_object(lane=_word(*Lane), until=MAYBE_TIME),
    ),
    "Attachment": _object(
        kind=TEXT,
        name=MAYBE_TEXT,
        state={
            **_word("none", "fetching", "stored", "gone", "too_big", "refused"),
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
    "Message": _object(
        **MESSAGE,
        sender={
            "oneOf": [_object(id=TEXT, name=MAYBE_TEXT), {"type": "null"}],
            "description": "Who wrote, by the platform's id; the name is known in groups.",
        },
        attachments=_list(_ref("Attachment")),
        versions={
            **_list(_object(text=MAYBE_TEXT, at=TIME)),
            "description": "What it said before, oldest first.",
        },
        quoted={
            "oneOf": [
                _object(platform_id=TEXT, id=MAYBE_TEXT, author=MAYBE_TEXT, text=MAYBE_TEXT),
                {"type": "null"},
            ],
            "description": "What it answers; id is null where that is not here.",
        },
        reactions=_list(_object(by=TEXT, emoji=TEXT, at=TIME)),
    ),
    "FoundMessage": _object(
        **MESSAGE,
        channel=_word(*CHANNELS),
        customer_code=TEXT,
        contact_name=MAYBE_TEXT,
        snippet={
            **_list(_object(text=TEXT, match=FLAG)),
            "description": "The line around the words that were found, in parts.",
        },
    ),
    "Item": _object(
        code={**MAYBE_TEXT, "description": "null: a one-off."},
        name=TEXT,
        options=_list(TEXT),
        quantity=COUNT,
        unit_price=_ref("Money"),
        discount=_ref("Money"),
        total=_ref("Money"),
    ),
    "OrderEvent": _object(at=TIME, move=TEXT, from_=MAYBE_TEXT, to=TEXT, actor=TEXT, surface=TEXT),
    "Order": _object(
        number=COUNT,
        status=_word(*Status),
        payment_state=_word(*PaymentState),
        fulfilment_state=_word(*FulfilmentState),
        revision={**COUNT, "description": "0: never issued."},
        version=COUNT,
        conversation_id=MAYBE_TEXT,
        customer={"oneOf": [_object(code=TEXT, name=MAYBE_TEXT), {"type": "null"}]},
        items=_list(_ref("Item")),
        subtotal={
            **_ref("Money"),
            "description": "The items' totals, their own discounts taken off.",
        },
        discount={**_ref("Money"), "description": "The order's own."},
        shipping=_ref("Money"),
        tax=_ref("Money"),
        total=_ref("Money"),
        deposit=_ref("Money"),
        paid=_ref("Money"),
        balance=_ref("Money"),
        due_at=MAYBE_TIME,
        payment_method={"enum": [*PayMethod, None]},
        phone=MAYBE_TEXT,
        note=TEXT,
        tags=_list(TEXT),
        bill_url=MAYBE_TEXT,
        copy_text={**MAYBE_TEXT, "description": "The bill in plain words; null: never issued."},
        sms_url=MAYBE_TEXT,
        events=_list(_ref("OrderEvent")),
    ),
    "Product": _object(
        code=TEXT,
        name=TEXT,
        price=_ref("Money"),
        stock={**MAYBE_COUNT, "description": "null: no limit."},
        condition=_word("stock", "preorder", "unlimited"),
        options=_list(_list(TEXT)),
        active=FLAG,
    ),
    "PostalAddress": _object(
        id=TEXT,
        label=TEXT,
        recipient=TEXT,
        phone=TEXT,
        lines={**TEXT, "description": "Street and place, a line each."},
        postcode=TEXT,
        country={**TEXT, "description": "ISO 3166-1, two letters."},
        default={**FLAG, "description": "One of a customer's addresses is."},
    ),
    "Note": _object(id=TEXT, text=TEXT, by=TEXT, at=TIME, edited_at=MAYBE_TIME),
    "Customer": _object(
        code=TEXT,
        name=MAYBE_TEXT,
        language=MAYBE_TEXT,
        phones=_list({**TEXT, "description": "As it was typed."}),
        addresses=_list(_ref("PostalAddress")),
        notes=_list(_ref("Note")),
        tags=_list(TEXT),
        banned={**FLAG, "description": "What they write opens no order by itself."},
        ban={"oneOf": [_object(reason=TEXT, by=TEXT, at=TIME), {"type": "null"}]},
        version={**COUNT, "description": "Counts changes; a change names the one it saw."},
    ),
    "Delivery": _object(
        id=TEXT,
        conversation_id=TEXT,
        order_number=MAYBE_COUNT,
        revision=MAYBE_COUNT,
        state=_word(*DELIVERY_STATES),
        kind=_word("text", "card", "bill"),
        lane=_word(*Lane),
        attempts=COUNT,
        reason=MAYBE_TEXT,
        platform_id=MAYBE_TEXT,
    ),
    "Card": _object(
        title=TEXT,
        subtitle=TEXT,
        rows=_list(_object(label=TEXT, value=TEXT, strong=FLAG)),
        notes=_list(TEXT),
        text={**TEXT, "description": "All of it in plain words."},
    ),
    "Problem": {
        "type": "object",
        "description": "RFC 9457; detail is a sentence for a person.",
        "properties": {"type": TEXT, "title": TEXT, "status": COUNT, "detail": TEXT},
        "required": ["type", "title", "status", "detail"],
    },
}


def describe(base_url: str) -> Schema:
    """Give the whole description of the API at ``base_url``."""
    conversation = _path_parameter("conversation_id", TEXT)
    customer = _path_parameter("code", {**TEXT, "description": "As C123."})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OpenBill",
            "version": "1",
            "description": "One shop's conversations, orders and deliveries. A token is made by "
            "`openbill token add`.",
        },
        "servers": [{"url": f"{base_url}/api/v1"}],
        "security": [{"token": []}],
        "paths": {
            "/conversations": {
                "get": _page(
                    "Conversation",
                    "Conversations, newest first",
                    _query("channel", _word(*CHANNELS)),
                    _query(
                        "q",
                        TEXT,
                        "A customer's code, or words that all occur in a name or in one message; "
                        "the newest 300 messages that have them count.",
                    ),
                )
            },
            "/messages": {"get": _searching()},
            "/conversations/{conversation_id}/messages": {
                "get": _page("Message", "Messages, newest first", conversation),
                "post": _saying(conversation),
            },
            "/orders": {
                "get": _page(
                    "Order",
                    "Orders, newest number first",
                    _query("status", _word(*Status)),
                    _query("q", TEXT),
                )
            },
            "/orders/{number}": {
                "get": {
                    "summary": "One order",
                    "parameters": [_path_parameter("number", COUNT)],
                    "responses": {"200": _json("The order", _ref("Order")), **_problems("404")},
                }
            },
            "/products": {"get": _page("Product", "Products by code")},
            "/customers": {
                "get": _page(
                    "Customer",
                    "Customers by code; with q the 50 who answer it best, on one page",
                    _query(
                        "q",
                        {
                            **TEXT,
                            "description": "Words of the name in any order, parts and typing "
                            "errors too; a phone or part of it; a code such as C123; #tag.",
                        },
                    ),
                    _query("tag", TEXT),
                )
            },
            "/customers/{code}": {
                "get": {
                    "summary": "One customer; a merged one's code shows whom they were merged into",
                    "parameters": [customer],
                    "responses": {
                        "200": _json("The customer", _ref("Customer")),
                        **_problems("404"),
                    },
                }
            },
            "/customers/{code}/orders": {
                "get": _page("Order", "A customer's orders, newest number first", customer)
            },
            "/deliveries": {
                "get": _page(
                    "Delivery",
                    "Deliveries, newest first",
                    _query("state", _word(*DELIVERY_STATES)),
                )
            },
            "/openapi.json": {
                "get": {
                    "summary": "This description",
                    "security": [],
                    "responses": {"200": _json("The description", {"type": "object"})},
                }
            },
        },
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _page(name: str, summary: str, *parameters: Schema) -> Schema:
    page = _object(items=_list(_ref(name)), next_cursor=MAYBE_TEXT)
    in_path = any(parameter["in"] == "path" for parameter in parameters)
    return {
        "summary": summary,
        "parameters": [*parameters, _query("cursor", TEXT)],
        "responses": {
            "200": _json("A page", page),
            **_problems("400", *(("404",) if in_path else ())),
        },
    }


def _searching() -> Schema:
    page = _page(
        "FoundMessage",
        "Messages by their words, newest first",
        _query("q", TEXT, "Words that must all occur; case, width and digits' script are one."),
        _query("channel", _word(*CHANNELS)),
        _query("from", TEXT, "A time (RFC 3339), or a day of the shop: its beginning."),
        _query("to", TEXT, "A time, itself not included, or a day of the shop: its end."),
        _query("customer", TEXT, "A code as C123; everyone merged into this customer counts."),
    )
    schema = page["responses"]["200"]["content"]["application/json"]["schema"]
    # Partial: the page ended before it was full, go on; behind: older ones are still being read.
    schema["properties"] |= {"partial": FLAG, "behind": FLAG}
    schema["required"] += ["partial", "behind"]
    return page


def _saying(conversation: Schema) -> Schema:
    body = {"type": "object", "properties": {"text": TEXT}, "required": ["text"]}
    key = {"name": "Idempotency-Key", "in": "header", "schema": TEXT}
    return {
        "summary": "Say something as the token's member of staff: words go to the customer, "
        "a command is run",
        "parameters": [conversation, key],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "200": _json("The command's answer", _object(card=_ref("Card"))),
            "201": _json("The message that is owed to the customer", _ref("Message")),
            **_problems("400", "403", "404", "422"),
        },
    }


def _query(name: str, schema: Schema, description: str = "") -> Schema:
    told = {"description": description} if description else {}
    return {"name": name, "in": "query", "schema": schema, **told}


def _path_parameter(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _json(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _problems(*statuses: str) -> Schema:
    content = {"application/problem+json": {"schema": _ref("Problem")}}
    return {status: {"description": "Refused", "content": content} for status in ("401", *statuses)}
