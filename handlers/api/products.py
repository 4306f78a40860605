"""Writing products: put into the album, changed, counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, jsonify

from bot import catalogue
from bot.repeats import Answered
from bot.store import products, shops
from handlers.api.access import Refusal, bearer
from handlers.api.bodies import Body
from handlers.api.routes import blueprint
from handlers.api.shapes import shape_product
from handlers.api.writing import Do, Writing, write
from handlers.context import runtime
from orders.album import Entry
from orders.product import Condition, Variant


@blueprint.get("/products/<code>")
def show_product(code: str) -> Response:
    """Show one product, also one that is archived."""
    with runtime().store.read() as connection:
        shop = shops.find_shop(connection, bearer().shop_id)
        row = products.find_product(connection, shop.id, code)
        if row is None:
            raise Refusal(404, "There is no such product in this shop.", "album.unknown")
        view = catalogue.view(connection, row, shop.currency)
    return jsonify(shape_product(view, runtime().settings.base_url))


@blueprint.post("/products")
def create_product() -> Response:
    """Put a product into the album."""

    def read(body: Body, currency: str) -> Do:
        entry = _read_entry(body, currency)
        stock = body.number("stock") if "stock" in body else None

        def do(writing: Writing) -> Answered:
            counts: dict[tuple[str, ...], int] = {} if stock is None else {(): stock}
            row = catalogue.create(writing.keeper, entry, counts)
            return _answer(writing, row, 201, new=True)

        return do

    return write(read)


@blueprint.patch("/products/<code>")
def change_product(code: str) -> Response:
    """Change a product that is still at the version that was seen; its code stays."""

    def read(body: Body, currency: str) -> Do:
        version, changes = body.number("version"), _read_parts(body, currency)

        def do(writing: Writing) -> Answered:
            row = writing.keeper.hold(code, version)
            entry = catalogue.read_entry(writing.work.connection, row, currency)
            changed = replace(entry, **changes)
            return _answer(writing, catalogue.change(writing.keeper, code, version, changed))

        return do

    return write(read)


@blueprint.post("/products/<code>/stock")
def count_stock(code: str) -> Response:
    """Add to what is in stock or take off it, or count it anew; with the reason."""

    def read(body: Body, currency: str) -> Do:
        options, reason = body.texts("options"), body.text("reason")
        if ("by" in body) == ("count" in body):
            raise Refusal(400, "Give by, or count with what was seen; one of the two.")
        by = body.number("by", signed=True) if "by" in body else None
        count, seen = (0, 0) if by is not None else (body.number("count"), body.number("seen"))

        def do(writing: Writing) -> Answered:
            keeper = writing.keeper
            if by is not None:
                catalogue.adjust_stock(keeper, code, by, reason, options)
            else:
                catalogue.set_stock(
                    keeper, code, count=count, seen=seen, reason=reason, options=options
                )
            return _answer(writing, keeper.hold(code, None))

        return do

    return write(read)


def _answer(writing: Writing, row: Any, status: int = 200, *, new: bool = False) -> Answered:
    view = catalogue.view(writing.work.connection, row, writing.shop.currency)
    told = shape_product(view, writing.desk.runtime.settings.base_url)
    return Answered(status, told, f"/api/v1/products/{row.code}" if new else None)


def _read_entry(body: Body, currency: str) -> Entry:
    code, name = body.text("code"), body.text("name")
    price = body.money("price", currency)
    return Entry(code=code, name=name, price=price, **_read_parts(body, currency))


def _read_parts(body: Body, currency: str) -> dict[str, Any]:
    """Read those parts of a product that are given."""
    parts: dict[str, Any] = {}
    if "names" in body:
        parts["names"] = _read_names(body.child("names"))
    if "price" in body:
        parts["price"] = body.money("price", currency)
    for name in ("name", "category", "description"):
        if name in body:
            parts[name] = body.text(name)
    if "condition" in body:
        parts["condition"] = Condition(body.word("condition", list(Condition)))
    if "options" in body:
        parts["options"] = body.groups("options")
    if "variants" in body:
        parts["variants"] = tuple(_read_variant(one, currency) for one in body.objects("variants"))
    if "weight" in body:
        parts["weight"] = None if body.is_null("weight") else body.number("weight")
    if "active" in body:
        parts["active"] = body.flag("active")
    return parts


def _read_names(body: Body) -> dict[str, str]:
    return {language: body.text(language) for language in body.names()}


def _read_variant(part: Body, currency: str) -> Variant:
    priced = "price" in part and not part.is_null("price")
    variant = Variant(
        options=part.texts("options"),
        price=part.money("price", currency) if priced else None,
        active=part.flag("active", default=True),
    )
    part.close()
    return variant
