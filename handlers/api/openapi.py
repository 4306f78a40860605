"""The API's description, as OpenAPI 3.1: written beside the shapes, tested against the answers."""

from __future__ import annotations

from bot.channels import CHANNELS
from handlers.api.schemas import (
    COUNT,
    DELIVERY_STATES,
    FLAG,
    FLAGS,
    MAYBE_TEXT,
    SCHEMAS,
    TEXT,
    Schema,
    list_of,
    object_of,
    ref_to,
    word_of,
)
from orders.states import Status


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
                    _query("channel", word_of(*CHANNELS)),
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
                    _query("status", word_of(*Status)),
                    _query("q", TEXT),
                )
            },
            "/orders/{number}": {
                "get": {
                    "summary": "One order",
                    "parameters": [_path_parameter("number", COUNT)],
                    "responses": {"200": _json("The order", ref_to("Order")), **_problems("404")},
                }
            },
            "/products": {
                "get": _page(
                    "Product",
                    "Products by code",
                    _query("q", TEXT),
                    _query("category", TEXT),
                    _query("active", word_of(*FLAGS)),
                )
            },
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
                        "200": _json("The customer", ref_to("Customer")),
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
                    _query("state", word_of(*DELIVERY_STATES)),
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
    page = object_of(items=list_of(ref_to(name)), next_cursor=MAYBE_TEXT)
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
        _query("channel", word_of(*CHANNELS)),
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
            "200": _json("The command's answer", object_of(card=ref_to("Card"))),
            "201": _json("The message that is owed to the customer", ref_to("Message")),
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
    content = {"application/problem+json": {"schema": ref_to("Problem")}}
    return {status: {"description": "Refused", "content": content} for status in ("401", *statuses)}
