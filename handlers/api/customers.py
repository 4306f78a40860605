"""Writing customers: created, changed, their address book, their notes, their ban."""

from __future__ import annotations

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
            return _answer(writing, kept.code, 201, f"/api/v1/customers/C{kept.code}")

        return do

    return write(read)


@blueprint.patch("/customers/<code>")
def change_customer(code: str) -> Response:
    """Change a customer who is still at the version that was seen."""
    number = _read_code(code)

    def read(body: Body, _: str) -> Do:
        version = body.number("version")
        wanted = Changes(
            name=body.text("name") if "name" in body else None,
            phones=body.texts("phones") if "phones" in body else None,
            tags=body.texts("tags") if "tags" in body else None,
            language=body.text("language") if "language" in body else None,
        )

        def do(writing: Writing) -> Answered:
            contacts.change(writing.work, writing.actor, number, version, wanted)
            return _answer(writing, number)

        return do

    return write(read)


@blueprint.post("/customers/<code>/addresses")
def add_address(code: str) -> Response:
    """Add an address to the book."""
    number = _read_code(code)

    def read(body: Body, _: str) -> Do:
        address, default, version = _read_address(body)

        def do(writing: Writing) -> Answered:
            contacts.add_address(
                writing.work, writing.actor, number, address, default=default, version=version
            )
            return _answer(writing, number, 201, f"/api/v1/customers/C{number}")

        return do

    return write(read)


@blueprint.put("/customers/<code>/addresses/<address_id>")
def change_address(code: str, address_id: str) -> Response:
    """Write an address anew."""
    number, which = _read_code(code), read_id(address_id)

    def read(body: Body, _: str) -> Do:
        address, default, version = _read_address(body)

        def do(writing: Writing) -> Answered:
            contacts.change_address(
                writing.work,
                writing.actor,
                number,
                which,
                address,
                default=default,
                version=version,
            )
            return _answer(writing, number)

        return do

    return write(read)


@blueprint.delete("/customers/<code>/addresses/<address_id>")
def remove_address(code: str, address_id: str) -> Response:
    """Take an address out of the book."""
    number, which = _read_code(code), read_id(address_id)

    def do(writing: Writing) -> Answered:
        contacts.remove_address(writing.work, writing.actor, number, which)
        return _answer(writing, number)

    return write(lambda *_: do)


@blueprint.post("/customers/<code>/notes")
def add_note(code: str) -> Response:
    """Add a note for colleagues."""
    number = _read_code(code)

    def read(body: Body, _: str) -> Do:
        text = body.text("text")

        def do(writing: Writing) -> Answered:
            contacts.add_note(writing.work, writing.actor, number, text)
            return _answer(writing, number, 201, f"/api/v1/customers/C{number}")

        return do

    return write(read)


@blueprint.put("/customers/<code>/notes/<note_id>")
def change_note(code: str, note_id: str) -> Response:
    """Write a note anew."""
    number, which = _read_code(code), read_id(note_id)

    def read(body: Body, _: str) -> Do:
        text = body.text("text")

        def do(writing: Writing) -> Answered:
            contacts.change_note(writing.work, writing.actor, number, which, text)
            return _answer(writing, number)

        return do

    return write(read)


@blueprint.delete("/customers/<code>/notes/<note_id>")
def remove_note(code: str, note_id: str) -> Response:
    """Remove a note."""
    number, which = _read_code(code), read_id(note_id)

    def do(writing: Writing) -> Answered:
        contacts.remove_note(writing.work, writing.actor, number, which)
        return _answer(writing, number)

    return write(lambda *_: do)


@blueprint.put("/customers/<code>/ban")
def ban(code: str) -> Response:
    """Let what a customer writes open no order by itself any more."""
    number = _read_code(code)

    def read(body: Body, _: str) -> Do:
        reason = body.text("reason")

        def do(writing: Writing) -> Answered:
            contacts.ban(writing.work, writing.actor, number, reason)
            return _answer(writing, number)

        return do

    return write(read)


@blueprint.delete("/customers/<code>/ban")
def lift_ban(code: str) -> Response:
    """Let a customer order by keyword again."""
    number = _read_code(code)

    def do(writing: Writing) -> Answered:
        contacts.lift_ban(writing.work, writing.actor, number)
        return _answer(writing, number)

    return write(lambda *_: do)


def _answer(
    writing: Writing, code: int, status: int = 200, location: str | None = None
) -> Answered:
    found = contacts.find_customer(writing.work.connection, writing.shop.id, code)
    if found is None:
        raise contacts.CustomerUnknown("unknown", code=f"C{code}")
    return Answered(status, shape_customer(found), location)


def _read_code(code: str) -> int:
    number = contacts.read_code(code)
    if number is None:
        raise Refusal(404, "There is no such customer in this shop.", "customer.unknown")
    return number


def _read_address(body: Body) -> tuple[PostalAddress, bool, int | None]:
    names: tuple[str, ...] = ("label", "recipient", "phone", "postcode", "country")
    told: dict[str, Any] = {name: body.text(name, "") for name in names}
    address = PostalAddress(body.text("lines"), **told)
    version = body.number("version") if "version" in body else None
    return address, body.flag("default"), version
