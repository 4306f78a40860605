"""What the API reads: lists and single things of the token's shop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from flask import Blueprint, Response, jsonify, request

from bot import catalogue, contacts, ordering
from bot import outbox as outgoing
from bot.channels import CHANNELS
from bot.store import conversations, messages, orders, outbox, shops
from handlers.api.access import Refusal, admit, bearer
from handlers.api.asking import (
    read_cursor,
    read_id,
    read_moment,
    read_search,
    read_word,
    write_cursor,
)
from handlers.api.messages import shape_found, shape_messages
from handlers.api.openapi import describe
from handlers.api.schemas import DELIVERY_STATES, FLAGS
from handlers.api.searching import find_messages, find_talks
from handlers.api.shapes import (
    shape_conversation,
    shape_customer,
    shape_delivery,
    shape_order,
    shape_product,
)
from handlers.context import runtime
from handlers.errors import answer
from orders.states import Status

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

PAGE = 50
LARGEST_BODY = 256 * 1024
OPEN_TO_ALL = ("api.show_description",)

Row = TypeVar("Row")


@blueprint.before_request
def guard() -> Response | None:
    """Let a request in that carries a token of a shop."""
    request.max_content_length = LARGEST_BODY
    return None if request.endpoint in OPEN_TO_ALL else admit()


@blueprint.errorhandler(Refusal)
def refuse(refusal: Refusal) -> Response:
    """Answer with the problem."""
    return answer(refusal.status, detail=refusal.detail, code=refusal.code)


@blueprint.get("/openapi.json")
def show_description() -> Response:
    """Describe the API; the description is no secret."""
    return jsonify(describe(runtime().settings.base_url))


@blueprint.get("/conversations")
def list_conversations() -> Response:
    """List the shop's conversations, newest first."""
    channel = read_word("channel", CHANNELS)
    text = read_search()
    before = read_cursor(datetime, int)
    shop_id = bearer().shop_id
    with runtime().store.read() as connection:
        rows = conversations.list_conversations(
            connection,
            shop_id,
            before=(before[0], before[1]) if before else None,
            channel=channel,
            among=find_talks(connection, shop_id, text, channel) if text else None,
            limit=PAGE + 1,
        )
        now = runtime().store.now(connection)
        routes = outgoing.routes_now(connection, rows[:PAGE], now, billing=False)
    items = [shape_conversation(row, routes[row.id]) for row in rows[:PAGE]]
    return _list(items, rows, lambda row: write_cursor(row.last_message_at, row.id))


@blueprint.get("/messages")
def search_messages() -> Response:
    """Find the shop's messages by their words, newest first."""
    found, terms = find_messages(bearer().shop_id, PAGE)
    return jsonify(
        items=[shape_found(row, terms) for row in found.rows],
        next_cursor=None if found.next is None else write_cursor(found.next),
        partial=found.is_partial,
        behind=found.is_behind,
    )


@blueprint.get("/conversations/<conversation_id>/messages")
def list_messages(conversation_id: str) -> Response:
    """List a conversation's messages, newest first."""
    before = read_cursor(datetime, int)
    with runtime().store.read() as connection:
        _find_conversation(connection, conversation_id)
        rows = messages.list_messages(
            connection,
            read_id(conversation_id),
            before=(before[0], before[1]) if before else None,
            limit=PAGE + 1,
        )
        items = shape_messages(connection, runtime().settings.base_url, rows[:PAGE])
    return _list(items, rows, lambda row: write_cursor(row.sent_at, row.id))


@blueprint.get("/orders")
def list_orders() -> Response:
    """List the shop's orders, newest number first."""
    before = read_cursor(int)
    status, text, tag = read_word("status", list(Status)), read_search(), read_search("tag")
    with runtime().store.read() as connection:
        shop = shops.find_shop(connection, bearer().shop_id)
        rows = orders.list_orders(
            connection,
            shop.id,
            contact_id=_read_buyer(connection),
            before=before[0] if before else None,
            status=status,
            text=text,
            tag=tag,
            since=read_moment("from", shop.timezone),
            until=read_moment("to", shop.timezone, days=1),
            limit=PAGE + 1,
        )
        items = _shape_orders(connection, rows[:PAGE])
    return _list(items, rows, lambda row: write_cursor(row.number))


@blueprint.get("/orders/<number>")
def show_order(number: str) -> Response:
    """Show one order."""
    with runtime().store.read() as connection:
        row = orders.find_order(connection, bearer().shop_id, number=read_id(number))
        if row is None:
            raise Refusal(404)
        return jsonify(_shape_orders(connection, [row])[0])


@blueprint.get("/products")
def list_products() -> Response:
    """List the shop's products by code; what is archived is left out."""
    active = read_word("active", FLAGS)
    after = read_cursor(str)
    with runtime().store.read() as connection:
        shop = shops.find_shop(connection, bearer().shop_id)
        rows = catalogue.list_page(
            connection,
            shop.id,
            text=read_search() or "",
            category=read_search("category"),
            active=None if active is None else active == "true",
            after=after[0] if after else "",
            limit=PAGE + 1,
        )
        shown = catalogue.views(connection, rows[:PAGE], shop.currency)
    base_url = runtime().settings.base_url
    items = [shape_product(view, base_url) for view in shown]
    return _list(items, rows, lambda row: write_cursor(row.code))


@blueprint.get("/customers")
def list_customers() -> Response:
    """List the shop's customers by code; with ``q`` those who answer it, the best first."""
    text, tag = read_search(), read_search("tag")
    after = read_cursor(int)
    with runtime().store.read() as connection:
        if text is not None:
            shop = shops.find_shop(connection, bearer().shop_id)
            rows = contacts.search(connection, shop, text, tag=tag, limit=PAGE)
        else:
            rows = contacts.list_customers(
                connection,
                bearer().shop_id,
                tag=tag,
                after=after[0] if after else 0,
                limit=PAGE + 1,
            )
        found = contacts.read_customers(connection, rows[:PAGE])
    return _list([shape_customer(each) for each in found], rows, lambda row: write_cursor(row.code))


@blueprint.get("/customers/<code>")
def show_customer(code: str) -> Response:
    """Show one customer; the code of one who was merged shows whom they were merged into."""
    with runtime().store.read() as connection:
        return jsonify(shape_customer(_find_customer(connection, code)))


@blueprint.get("/customers/<code>/orders")
def list_customer_orders(code: str) -> Response:
    """List a customer's orders, newest number first."""
    before = read_cursor(int)
    with runtime().store.read() as connection:
        rows = contacts.list_customer_orders(
            connection,
            _find_customer(connection, code),
            before=before[0] if before else None,
            limit=PAGE + 1,
        )
        items = _shape_orders(connection, rows[:PAGE])
    return _list(items, rows, lambda row: write_cursor(row.number))


@blueprint.get("/deliveries")
def list_deliveries() -> Response:
    """List the shop's deliveries, newest first."""
    state = read_word("state", DELIVERY_STATES)
    before = read_cursor(int)
    with runtime().store.read() as connection:
        rows = outbox.list_deliveries(
            connection,
            shop_id=bearer().shop_id,
            state=state,
            before=before[0] if before else None,
            limit=PAGE + 1,
        )
        revisions = _revisions(connection, rows[:PAGE])
    items = [shape_delivery(row, revisions) for row in rows[:PAGE]]
    return _list(items, rows, lambda row: write_cursor(row.seq))


def _shape_orders(connection: Any, rows: list[Any]) -> list[dict[str, Any]]:
    return [shape_order(view) for view in ordering.views(runtime(), connection, rows)]


def _read_buyer(connection: Any) -> int | None:
    """Read whose orders are asked for; nobody's where the shop has no such customer."""
    code = read_search("customer")
    if code is None:
        return None
    number = contacts.read_code(code)
    found = (
        contacts.find_customer(connection, bearer().shop_id, number) if number is not None else None
    )
    return found.row.id if found is not None else 0


def _find_conversation(connection: Any, conversation_id: str) -> Any:
    row = conversations.find_conversation(connection, bearer().shop_id, read_id(conversation_id))
    if row is None:
        raise Refusal(404)
    return row


def _find_customer(connection: Any, code: str) -> contacts.Customer:
    number = contacts.read_code(code)
    if number is not None:
        found = contacts.find_customer(connection, bearer().shop_id, number)
        if found is not None:
            return found
    raise Refusal(404)


def _revisions(connection: Any, rows: list[Any]) -> dict[int, int]:
    wanted = {row.invoice_id for row in rows if row.invoice_id}
    issued = orders.list_issued(connection, bearer().shop_id, wanted) if wanted else {}
    return {row.id: row.revision for row in issued.values()}


def _list(items: list[dict[str, Any]], rows: list[Row], mark: Callable[[Row], str]) -> Response:
    """Answer a page; the rows hold one more than it where another page follows."""
    more = len(rows) > len(items)
    return jsonify(items=items, next_cursor=mark(rows[len(items) - 1]) if more else None)
