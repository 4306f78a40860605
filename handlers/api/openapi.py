"""The API's description, as OpenAPI 3.1: written beside the shapes, tested against the answers."""

from __future__ import annotations

from bot.channels import CHANNELS
from handlers.api.describing import answer, in_path, problems, query
from handlers.api.openapi_writing import REQUESTS, describe_writing
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
    paths = _describe_reading()
    for path, held in describe_writing().items():
        paths.setdefault(path, {}).update(held)
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
        "paths": paths,
        "components": {
            "schemas": SCHEMAS | REQUESTS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _describe_reading() -> dict[str, Schema]:
    """Give the addresses that are read."""
    conversation = in_path("conversation_id", TEXT)
    customer = in_path("code", {**TEXT, "description": "As C123."})
    return {
        "/conversations": {
            "get": _page(
                "Conversation",
                "Conversations, newest first",
                query("channel", word_of(*CHANNELS)),
                query(
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
        },
        "/orders": {
            "get": _page(
                "Order",
                "Orders, newest number first",
                query("status", word_of(*Status)),
                query("q", TEXT, "A number, a customer's code, part of a name or of an item."),
                query("customer", TEXT, "A code such as C123."),
                query("tag", TEXT, "One of the order's tags."),
                query("from", TEXT, "Opened then (RFC 3339) or later, or a day of the shop."),
                query("to", TEXT, "Opened before, or a day of the shop, itself included."),
            )
        },
        "/orders/{number}": {
            "get": {
                "summary": "One order",
                "parameters": [in_path("number", COUNT)],
                "responses": {"200": answer("The order", ref_to("Order")), **problems("404")},
            }
        },
        "/products/{code}": {
            "get": {
                "summary": "One product, also an archived one",
                "parameters": [in_path("code", TEXT)],
                "responses": {"200": answer("The product", ref_to("Product")), **problems("404")},
            }
        },
        "/products": {
            "get": _page(
                "Product",
                "Products by code",
                query("q", TEXT),
                query("category", TEXT),
                query("active", word_of(*FLAGS)),
            )
        },
        "/customers": {
            "get": _page(
                "Customer",
                "Customers by code; with q the 50 who answer it best, on one page",
                query(
                    "q",
                    {
                        **TEXT,
                        "description": "Words of the name in any order, parts and typing "
                        "errors too; a phone or part of it; a code such as C123; #tag.",
                    },
                ),
                query("tag", TEXT),
            )
        },
        "/customers/{code}": {
            "get": {
                "summary": "One customer; a merged one's code shows whom they were merged into",
                "parameters": [customer],
                "responses": {
                    "200": answer("The customer", ref_to("Customer")),
                    **problems("404"),
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
                query("state", word_of(*DELIVERY_STATES)),
            )
        },
        "/openapi.json": {
            "get": {
                "summary": "This description",
                "security": [],
                "responses": {"200": answer("The description", {"type": "object"})},
            }
        },
    }


def _page(name: str, summary: str, *parameters: Schema) -> Schema:
    page = object_of(items=list_of(ref_to(name)), next_cursor=MAYBE_TEXT)
    has_path = any(parameter["in"] == "path" for parameter in parameters)
    return {
        "summary": summary,
        "parameters": [*parameters, query("cursor", TEXT)],
        "responses": {
            "200": answer("A page", page),
            **problems("400", *(("404",) if has_path else ())),
        },
    }


def _searching() -> Schema:
    page = _page(
        "FoundMessage",
        "Messages by their words, newest first",
        query("q", TEXT, "Words that must all occur; case, width and digits' script are one."),
        query("channel", word_of(*CHANNELS)),
        query("from", TEXT, "A time (RFC 3339), or a day of the shop: its beginning."),
        query("to", TEXT, "A time, itself not included, or a day of the shop: its end."),
        query("customer", TEXT, "A code as C123; everyone merged into this customer counts."),
    )
    schema = page["responses"]["200"]["content"]["application/json"]["schema"]
    # Partial: the page ended before it was full, go on; behind: older ones are still being read.
    schema["properties"] |= {"partial": FLAG, "behind": FLAG}
    schema["required"] += ["partial", "behind"]
    return page
