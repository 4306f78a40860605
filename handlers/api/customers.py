"""Writing customers: created, changed, their address book, their notes, their ban."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response

from bot import contacts
from bot.contacts import Changes, Draft, PostalAddress
from bot.repeats import Answered
from handlers.api.access import Refusal
from handlers.api.asking import read_id
from handlers.api.bodies import Body
from handlers.api.routes import blueprint
from handlers.api.shapes import shape_customer
from handlers.api.writing import Do, Writing, write

Case = Callable[[Writing, int], Any]
"""What is done to a customer, by code."""


@blueprint.post("/customers")
def create_customer() -> Response:
    """Create a customer; who has one of the same phones is named in the answer."""

    def read(body: Body, _: str) -> Do:
        draft = Draft(
            body.text("name"),
            body.texts("phones"),
            body.texts("tags"),
            body.text("language") if "language" in body else None,
        )

        def do(writing: Writing) -> Answered:
            kept = contacts.create(writing.work, writing.actor, draft)
            return _answer(writing, kept.code, f"/api/v1/customers/C{kept.code}")

        return do

    return write(read)


@blueprint.patch("/customers/<code>")
def change_customer(code: str) -> Response:
    """Change a customer who is still at the version that was seen."""

    def read(body: Body) -> Case:
        version = body.number("version")
        wanted = Changes(
            name=body.text("name") if "name" in body else None,
            phones=body.texts("phones") if "phones" in body else None,
            tags=body.texts("tags") if "tags" in body else None,
            language=body.text("language") if "language" in body else None,
        )
        return _with(contacts.change, version, wanted)

    return _change(code, read)


@blueprint.post("/customers/<code>/addresses")
def add_address(code: str) -> Response:
    """Add an address to the book."""
    return _change(code, lambda body: _put(contacts.add_address, body), new=True)


@blueprint.put("/customers/<code>/addresses/<address_id>")
def change_address(code: str, address_id: str) -> Response:
    """Write an address anew."""
    which = read_id(address_id)
    return _change(code, lambda body: _put(contacts.change_address, body, which))


@blueprint.delete("/customers/<code>/addresses/<address_id>")
def remove_address(code: str, address_id: str) -> Response:
    """Take an address out of the book."""
    which = read_id(address_id)
    return _change(code, lambda _: _with(contacts.remove_address, which))


@blueprint.post("/customers/<code>/notes")
def add_note(code: str) -> Response:
    """Add a note for colleagues."""
    return _change(code, lambda body: _with(contacts.add_note, body.text("text")), new=True)


@blueprint.put("/customers/<code>/notes/<note_id>")
def change_note(code: str, note_id: str) -> Response:
    """Write a note anew."""
    which = read_id(note_id)
    return _change(code, lambda body: _with(contacts.change_note, which, body.text("text")))


@blueprint.delete("/customers/<code>/notes/<note_id>")
def remove_note(code: str, note_id: str) -> Response:
    """Remove a note."""
    which = read_id(note_id)
    return _change(code, lambda _: _with(contacts.remove_note, which))


@blueprint.put("/customers/<code>/ban")
def ban(code: str) -> Response:
    """Let what a customer writes open no order by itself any more."""
    return _change(code, lambda body: _with(contacts.ban, body.text("reason")))


@blueprint.delete("/customers/<code>/ban")
def lift_ban(code: str) -> Response:
    """Let a customer order by keyword again."""
    return _change(code, lambda _: _with(contacts.lift_ban))


def _change(code: str, read: Callable[[Body], Case], *, new: bool = False) -> Response:
    """Change what belongs to a customer, and answer with all of them."""
    number = _read_code(code)

    def read_all(body: Body, _: str) -> Do:
        case = read(body)

        def do(writing: Writing) -> Answered:
            case(writing, number)
            return _answer(writing, number, f"/api/v1/customers/C{number}" if new else None)

        return do

    return write(read_all)


def _with(case: Callable[..., Any], *facts: Any, **named: Any) -> Case:
    """Give a use case of contacts with what it is asked."""
    return lambda writing, code: case(writing.work, writing.actor, code, *facts, **named)


def _put(case: Callable[..., Any], body: Body, *which: int) -> Case:
    """Give a use case of addresses with the one that the body tells of."""
    address, default, version = _read_address(body)
    return _with(case, *which, address, default=default, version=version)


def _answer(writing: Writing, code: int, location: str | None = None) -> Answered:
    """Answer with a customer; ``location`` is the address of what is new."""
    found = contacts.find_customer(writing.work.connection, writing.shop.id, code)
    if found is None:
        raise contacts.CustomerUnknown("unknown", code=f"C{code}")
    return Answered(201 if location else 200, shape_customer(found), location)


def _read_code(code: str) -> int:
    number = contacts.read_code(code)
    if number is None:
        raise Refusal(404, "There is no such customer in this shop.", "customer.unknown")
    return number


def _read_address(body: Body) -> tuple[PostalAddress, bool, int | None]:
    """Read an address, whether it is the default, and the version that was seen."""
    names = ("label", "recipient", "phone", "postcode", "country")
    told = {name: body.text(name, "") for name in names}
    address = PostalAddress(body.text("lines"), **told)
    version = body.number("version") if "version" in body else None
    return address, body.flag("default"), version
