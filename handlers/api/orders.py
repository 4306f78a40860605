"""Writing orders: opened in a conversation or offline, and changed."""

from __future__ import annotations

from typing import Any

from flask import Response

from bot import drafting, ordering
from bot.contacts import Draft, read_code
from bot.drafting import KEEP, Buyer, Keep, Line, Shipping, Wanted
from bot.repeats import Answered
from handlers.api.access import Refusal
from handlers.api.asking import read_id
from handlers.api.bodies import Body
from handlers.api.routes import blueprint
from handlers.api.shapes import shape_order
from handlers.api.writing import Do, Writing, write
from orders.payment import PayMethod
from orders.totals import TaxMode


@blueprint.post("/orders")
def open_order() -> Response:
    """Open a draft, in a conversation or offline for a customer, who may be new."""
    return write(_read_new)


@blueprint.patch("/orders/<number>")
def change_order(number: str) -> Response:
    """Change an order that is still at the version that was seen."""
    wanted_number = read_id(number)

    def read(body: Body, currency: str) -> Do:
        version, wanted = body.number("version"), read_wanted(body, currency)

        def do(writing: Writing) -> Answered:
            row = drafting.find_row(writing.desk, wanted_number)
            made = drafting.change_order(writing.desk, row, writing.asker, wanted, version)
            return answer_order(writing, made)

        return do

    return write(read)


def answer_order(
    writing: Writing, made: ordering.Made, status: int = 200, *, new: bool = False
) -> Answered:
    """Answer with an order as it stands after a move; ``new`` gives its address."""
    row = drafting.find_row(writing.desk, made.row.number)
    told = shape_order(ordering.view(writing.desk.runtime, writing.work.connection, row))
    return Answered(status, told, f"/api/v1/orders/{row.number}" if new else None)


def read_wanted(body: Body, currency: str) -> Wanted:
    """Read what an order shall be; keys that are not there leave its parts as they are."""
    return Wanted(
        items=_read_items(body, currency),
        shipping=_read_shipping(body, currency),
        discount=_read_maybe(body, "discount", lambda name: body.discount(name, currency)),
        deposit=_read_maybe(body, "deposit", lambda name: body.money(name, currency)),
        tax_mode=TaxMode(body.word("tax_mode", list(TaxMode))) if "tax_mode" in body else KEEP,
        due_at=_read_maybe(body, "due_at", body.moment),
        note=body.text("note") if "note" in body else KEEP,
        tags=body.texts("tags") if "tags" in body else KEEP,
        phone=body.text("phone") if "phone" in body else KEEP,
        recipient=body.text("recipient") if "recipient" in body else KEEP,
        address=body.text("address") if "address" in body else KEEP,
        payment_method=_read_maybe(body, "payment_method", lambda name: read_method(body, name)),
    )


def read_method(body: Body, name: str, default: str | None = None) -> PayMethod:
    """Read a way to pay."""
    return PayMethod(body.word(name, list(PayMethod), default))


def _read_new(body: Body, currency: str) -> Do:
    buyer, wanted = _read_buyer(body), read_wanted(body, currency)

    def do(writing: Writing) -> Answered:
        made = drafting.open_order(writing.desk, writing.asker, buyer, wanted)
        return answer_order(writing, made, 201, new=True)

    return do


def _read_buyer(body: Body) -> Buyer:
    if ("conversation_id" in body) == ("customer" in body):
        raise Refusal(400, "Say for whom, once: give conversation_id, or customer.")
    if "conversation_id" in body:
        return Buyer(conversation_id=read_id(body.text("conversation_id")))
    told = body.take("customer")
    if isinstance(told, str):
        code = read_code(told)
        if code is None:
            raise Refusal(404, "There is no such customer in this shop.", "customer.unknown")
        return Buyer(code=code)
    new = Body.of(told, "customer")
    name, phone = new.text("name"), new.text("phone", "")
    new.close()
    return Buyer(new=Draft(name, (phone,) if phone else ()))


def _read_maybe(body: Body, name: str, read: Any) -> Any:
    """Read a part that may be left as it is, taken away by null, or given."""
    if name not in body:
        return KEEP
    return None if body.is_null(name) else read(name)


def _read_items(body: Body, currency: str) -> tuple[Line, ...] | Keep:
    if "items" not in body:
        return KEEP
    return tuple(_read_line(part, currency) for part in body.objects("items"))


def _read_line(part: Body, currency: str) -> Line:
    """Read an item: a product's by its code, else a one-off by its name and price."""
    code = None if "code" not in part or part.is_null("code") else part.text("code")
    line = Line(
        quantity=part.number("quantity", 1),
        code=code,
        name="" if code is not None else part.text("name"),
        options=part.texts("options"),
        price=part.money("price", currency) if "price" in part or code is None else None,
        discount=_read_maybe(part, "discount", lambda name: part.discount(name, currency))
        if "discount" in part
        else None,
        keep=part.flag("keep") if code is None else False,
    )
    part.close()
    return line


def _read_shipping(body: Body, currency: str) -> Shipping | Keep | None:
    """Read a way by its code, a fee, or a fee with the name of a way."""

    def read(name: str) -> Shipping:
        part = body.child(name)
        way = part.text("way", "")
        fee = part.money("fee", currency) if "fee" in part else None
        part.close()
        if fee is None and not way:
            raise Refusal(400, f"{name} has a way, a fee, or both. Give one.")
        return Shipping(way, fee)

    shipping: Shipping | Keep | None = _read_maybe(body, "shipping", read)
    return shipping
