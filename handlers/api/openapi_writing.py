"""What the API's description says of writing: bodies, keys, answers, refusals."""

from __future__ import annotations

from typing import Any

from handlers.api.describing import answer, in_path, problems
from handlers.api.schemas import (
    COUNT,
    FLAG,
    TEXT,
    TIME,
    Schema,
    list_of,
    object_of,
    ref_to,
    word_of,
)
from orders.payment import PayMethod
from orders.product import Condition
from orders.totals import TaxMode

AMOUNT: Schema = {
    "description": "Never a JSON number.",
    "oneOf": [{"type": "string", "examples": ["120.00"]}, ref_to("Money")],
}
DISCOUNT: Schema = {**AMOUNT, "description": 'An amount, or a share as "10%".'}
VERSION: Schema = {**COUNT, "minimum": 0, "description": "The one that was seen."}
NUMBER: Schema = {**COUNT, "minimum": 0, "maximum": 1_000_000_000}
PIECES: Schema = list_of(
    {
        "type": "object",
        "properties": {"line": {**NUMBER, "description": "From 1."}, "quantity": NUMBER},
        "required": ["line", "quantity"],
        "additionalProperties": False,
    }
)


def _body(*required: str, **properties: Schema) -> Schema:
    """A request's object: no other keys, and those that are required are there."""
    return {**object_of(**properties), "required": list(required)}


def _maybe(schema: Schema) -> Schema:
    """A part that null takes away."""
    return {"oneOf": [schema, {"type": "null"}]}


_TERMS: dict[str, Schema] = {
    "items": {**list_of(ref_to("NewItem")), "description": "All the order's lines."},
    "shipping": _maybe(ref_to("NewShipping")),
    "discount": _maybe(DISCOUNT),
    "deposit": _maybe(AMOUNT),
    "tax_mode": word_of(*TaxMode),
    "due_at": _maybe(TIME),
    "note": TEXT,
    "tags": list_of(TEXT),
    "phone": TEXT,
    "recipient": TEXT,
    "address": TEXT,
    "payment_method": _maybe(word_of(*PayMethod)),
}
_PRODUCT: dict[str, Schema] = {
    "name": TEXT,
    "names": {"type": "object", "additionalProperties": TEXT},
    "price": AMOUNT,
    "category": TEXT,
    "description": TEXT,
    "condition": word_of(*Condition),
    "options": list_of(list_of(TEXT)),
    "variants": list_of(ref_to("NewVariant")),
    "weight": _maybe({**NUMBER, "description": "In grams."}),
    "active": FLAG,
}
_CUSTOMER: dict[str, Schema] = {
    "name": TEXT,
    "phones": list_of(TEXT),
    "tags": list_of(TEXT),
    "language": TEXT,
}

REQUESTS: dict[str, Schema] = {
    "NewItem": _body(
        code={**TEXT, "description": "A product's; without it, a one-off by name and price."},
        name=TEXT,
        options=list_of(TEXT),
        quantity=NUMBER,
        price=AMOUNT,
        discount=_maybe(DISCOUNT),
        keep={**FLAG, "description": "Keep a one-off in the album."},
    ),
    "NewShipping": _body(
        way={**TEXT, "description": "One of the shop's ways, by code or name."},
        fee={**AMOUNT, "description": "In place of what the way asks."},
    ),
    "NewOrder": _body(
        conversation_id=TEXT,
        customer={
            "description": "Of an offline order: a code such as C123, or a new customer.",
            "oneOf": [TEXT, _body("name", name=TEXT, phone=TEXT)],
        },
        **_TERMS,
    ),
    "OrderChanges": _body("version", version=VERSION, **_TERMS),
    "NewVariant": _body("options", options=list_of(TEXT), price=_maybe(AMOUNT), active=FLAG),
    "NewProduct": _body(
        "code",
        "name",
        "price",
        code=TEXT,
        stock={**NUMBER, "description": "How many there are."},
        **_PRODUCT,
    ),
    "ProductChanges": _body("version", version=VERSION, **_PRODUCT),
    "StockCount": _body(
        "reason",
        reason=TEXT,
        options=list_of(TEXT),
        by={**COUNT, "minimum": -1_000_000_000, "maximum": 1_000_000_000},
        count={**NUMBER, "description": "With seen, in place of by."},
        seen={**NUMBER, "description": "What was in stock when it was counted."},
    ),
    "NewCustomer": _body("name", **_CUSTOMER),
    "CustomerChanges": _body("version", version=VERSION, **_CUSTOMER),
    "NewAddress": _body(
        "lines",
        lines=TEXT,
        label=TEXT,
        recipient=TEXT,
        phone=TEXT,
        postcode=TEXT,
        country=TEXT,
        default=FLAG,
        version=VERSION,
    ),
    "NewNote": _body("text", text=TEXT),
    "NewBan": _body("reason", reason=TEXT),
    "NewMessage": _body("text", text=TEXT),
}

_VERSION = {"version": VERSION}
_REASON = {"reason": TEXT, **_VERSION}
_MONEY = {"amount": AMOUNT, "method": word_of(*PayMethod), "reference": TEXT}

MOVES: dict[str, tuple[str, Schema]] = {
    "send": (
        "Freeze the next revision and owe the bill; offline: open its address",
        _body(**_VERSION),
    ),
    "draft": ("Take an unpaid order back to a draft", _body(**_VERSION)),
    "cancel": ("Cancel", _body(**_REASON)),
    "delete": ("Drop a draft that was never issued", _body(**_VERSION)),
    "renew": ("Let the bill wait longer, sent anew", _body(due_at=TIME, **_VERSION)),
    "notify-transfer": (
        "Tell of a transfer on the customer's behalf",
        _body(amount=AMOUNT, bank=TEXT, paid_at=TIME, reference=TEXT, note=TEXT),
    ),
    "confirm-payment": (
        "Confirm money that was seen, all of it or a part",
        _body(paid_at=TIME, **_MONEY, **_VERSION),
    ),
    "reject-slip": ("Refuse the slip and say why", _body("reason", **_REASON)),
    "choose-cod": (
        "Let it be paid on delivery",
        _body(recipient=TEXT, address=TEXT, phone=TEXT, **_VERSION),
    ),
    "refund": ("Write down money that went back", _body("amount", **_MONEY, **_REASON)),
    "ship": (
        "Send a parcel, of all that is left or of some pieces",
        _body("tracking", tracking=TEXT, carrier=TEXT, items=PIECES, **_VERSION),
    ),
    "undo-ship": ("Take the last parcel back, within a day", _body("reason", **_REASON)),
    "complete": ("Note that it has arrived", _body(**_VERSION)),
    "return": (
        "Take it back; what is restocked is for sale again",
        _body(restock=FLAG, restock_items=PIECES, **_REASON),
    ),
    "merge": (
        "Take in another unpaid order or draft of the same customer",
        _body("number", number={**NUMBER, "description": "The other's."}, **_VERSION),
    ),
    "copy": ("Open a new draft like a cancelled order", _body()),
}
"""What each move does, and the body that it is made with."""


def describe_writing() -> dict[str, Schema]:
    """Give the addresses that are written to, with their methods."""
    return {
        "/conversations/{conversation_id}/messages": {"post": _describe_saying()},
        **_describe_orders(),
        **_describe_products(),
        **_describe_customers(),
    }


def _describe_saying() -> Schema:
    said = _write(
        "Say something as the token's member of staff: words go to the customer, a command is run",
        "NewMessage",
        ("201", "The message that is owed to the customer", "Message"),
        in_path("conversation_id", TEXT),
    )
    card = answer("The command's answer", object_of(card=ref_to("Card")))
    return {**said, "responses": {"200": card, **said["responses"]}}


def _describe_orders() -> dict[str, Schema]:
    number = in_path("number", COUNT)
    paths = {
        "/orders": {
            "post": _write("Open a draft, in a conversation or offline", "NewOrder", _new("Order"))
        },
        "/orders/{number}": {
            "patch": _write("Change an order", "OrderChanges", _now("Order"), number)
        },
    }
    for name, (summary, body) in MOVES.items():
        found = _new("Order") if name == "copy" else _now("Order")
        moved = _write(summary, body, found, number, needed=bool(body["required"]))
        if name == "delete":
            del moved["responses"]["200"]
            moved["responses"]["204"] = {"description": "It is in no list any more"}
        paths[f"/orders/{{number}}/{name}"] = {"post": moved}
    return paths


def _describe_products() -> dict[str, Schema]:
    code = in_path("code", TEXT)
    return {
        "/products": {
            "post": _write("Put a product into the album", "NewProduct", _new("Product"))
        },
        "/products/{code}": {
            "patch": _write("Change a product", "ProductChanges", _now("Product"), code)
        },
        "/products/{code}/stock": {
            "post": _write("Count, or add and take off", "StockCount", _now("Product"), code)
        },
    }


def _describe_customers() -> dict[str, Schema]:
    code, customer = in_path("code", {**TEXT, "description": "As C123."}), _now("Customer")
    address, note = in_path("address_id", TEXT), in_path("note_id", TEXT)
    at = "/customers/{code}"
    return {
        "/customers": {"post": _write("Create a customer", "NewCustomer", _new("Customer"))},
        at: {"patch": _write("Change a customer", "CustomerChanges", customer, code)},
        f"{at}/addresses": {"post": _write("Add an address", "NewAddress", _new("Customer"), code)},
        f"{at}/addresses/{{address_id}}": {
            "put": _write("Write an address anew", "NewAddress", customer, code, address),
            "delete": _write("Take an address out", None, customer, code, address),
        },
        f"{at}/notes": {"post": _write("Add a note", "NewNote", _new("Customer"), code)},
        f"{at}/notes/{{note_id}}": {
            "put": _write("Write a note anew", "NewNote", customer, code, note),
            "delete": _write("Remove a note", None, customer, code, note),
        },
        f"{at}/ban": {
            "put": _write("Ban from keyword orders", "NewBan", customer, code),
            "delete": _write("Lift the ban", None, customer, code),
        },
    }


def _new(name: str) -> tuple[str, str, str]:
    return "201", "What is there now", name


def _now(name: str) -> tuple[str, str, str]:
    return "200", "As it is now", name


def _write(
    summary: str,
    body: str | Schema | None,
    found: tuple[str, str, str],
    *parameters: Schema,
    needed: bool = True,
) -> Schema:
    """Describe one writing request; ``body`` is a schema or the name of one."""
    status, told, name = found
    answered = answer(told, ref_to(name))
    replayed = {"description": "true: done before with this key.", "schema": TEXT}
    answered["headers"] = {"Idempotency-Replayed": replayed}
    if status == "201":
        answered["headers"]["Location"] = {"schema": TEXT}
    described: dict[str, Any] = {
        "summary": summary,
        "parameters": [*parameters, _KEY],
        "responses": {
            status: answered,
            **problems("400", "403", "404", "409", "413", "422"),
        },
    }
    if body is not None:
        schema = ref_to(body) if isinstance(body, str) else body
        content = {"application/json": {"schema": schema}}
        described["requestBody"] = {"required": needed, "content": content}
    return described


_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and request again: the same answer, and nothing done twice. "
    "Known for seven days; with another request it is refused.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,100}$"},
}
