"""The phones: a web page with one chat a person, and the doors through which they write."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request, url_for

from handlers.simulator.comments import end_broadcast, write_comment
from handlers.simulator.config import SimPerson
from handlers.simulator.world import World

_MAX_PICTURE = 10 * 1024 * 1024
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_PAGE = 200
HELLO = "สวัสดีค่ะ เอาชาเขียว 2"


def add_phones(blueprint: Blueprint, world: World) -> None:
    """The page, and for each person: what they see, what they say, what they tap."""
    _add_page(blueprint, world)
    _add_writing(blueprint, world)
    _add_comments(blueprint, world)


def _add_page(blueprint: Blueprint, world: World) -> None:

    @blueprint.get("/")
    def show_phones() -> str:
        names = {account.key: account.name for account in world.config.accounts}
        return render_template(
            "simulator/phones.html",
            people=world.config.people,
            groups=world.config.groups,
            account_names=names,
            hint=world.config.hint,
            hello=HELLO,
            base=url_for("simulator.show_phones").rstrip("/"),
        )

    @blueprint.get("/phones/<person_id>/messages")
    def list_messages(person_id: str) -> Response:
        person = _require_person(world, person_id)
        return jsonify(list_seen(world, person.id, person.account_key, read_number("after")))

    @blueprint.get("/contents/<content_id>")
    def show_content(content_id: str) -> Response:
        row = world.ledger.row("SELECT * FROM contents WHERE id = ?", content_id)
        if row is None:
            abort(404)
        response = Response(row["data"], content_type=row["type"])
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _add_writing(blueprint: Blueprint, world: World) -> None:

    @blueprint.post("/phones/<person_id>/messages")
    def write_message(person_id: str) -> tuple[Response, int]:
        person, body = _require_person(world, person_id), read_json()
        text, payload = body.get("text"), body.get("payload")
        if not isinstance(text, str) or not text:
            abort(400, "Write something first: text must be a string that is not empty.")
        quoted = body.get("quoted")
        number = world.say(
            person,
            text,
            payload if isinstance(payload, str) else None,
            quoted=quoted if isinstance(quoted, str) else None,
        )
        return jsonify({"webhook": number}), 201

    @blueprint.post("/phones/<person_id>/postbacks")
    def tap_button(person_id: str) -> tuple[Response, int]:
        person, body = _require_person(world, person_id), read_json()
        data, title = body.get("data"), body.get("title", "")
        if not isinstance(data, str) or not isinstance(title, str):
            abort(400, "data and title must be strings.")
        return jsonify({"webhook": world.tap(person, data, title)}), 201

    @blueprint.post("/phones/<person_id>/pictures")
    def send_picture(person_id: str) -> tuple[Response, int]:
        person = _require_person(world, person_id)
        if request.mimetype not in _PICTURES:
            abort(415, f"Send one of {', '.join(sorted(_PICTURES))}.")
        data = request.stream.read(_MAX_PICTURE + 1)
        if not 0 < len(data) <= _MAX_PICTURE:
            abort(413, "A picture may have up to 10 MB.")
        base = url_for("simulator.show_phones", _external=True).rstrip("/")
        return jsonify({"webhook": world.send_picture(person, request.mimetype, data, base)}), 201

    @blueprint.post("/phones/<person_id>/read")
    def read_messages(person_id: str) -> tuple[str, int]:
        person, body = _require_person(world, person_id), read_json()
        world.read(person, str(body.get("platform_id", "")))
        return "", 204


def _add_comments(blueprint: Blueprint, world: World) -> None:

    @blueprint.post("/phones/<person_id>/comments")
    def comment(person_id: str) -> tuple[Response, int]:
        person, body = _require_person(world, person_id), read_json()
        text = body.get("text")
        if not isinstance(text, str) or not text:
            abort(400, "Write something first: text must be a string that is not empty.")
        try:
            number = write_comment(world, person, text, live=body.get("live") is True)
        except ValueError as error:
            abort(400, str(error))
        return jsonify({"webhook": number}), 201

    @blueprint.post("/phones/<person_id>/broadcast/end")
    def end(person_id: str) -> tuple[str, int]:
        person, _ = _require_person(world, person_id), read_json()
        end_broadcast(world, world.account(person.account_key))
        return "", 204


def read_json() -> dict[str, Any]:
    """The request's JSON object; 415 for anything else, so that no foreign form can post here."""
    if request.mimetype != "application/json":
        abort(415, "Send application/json.")
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        abort(400, "Send a JSON object.")
    return body


def read_number(name: str) -> int:
    """A whole number from the query, 0 where it is absent; 400 where it is none."""
    value = request.args.get(name, "0")
    if not value.isdecimal() or len(value) > 18:
        abort(400, f"{name} must be a whole number.")
    return int(value)


def _require_person(world: World, person_id: str) -> SimPerson:
    person = world.people.get(person_id)
    if person is None:
        abort(404, "Nobody of this id has a phone here.")
    return person


def list_seen(world: World, address: str, account_key: str, after: int) -> dict[str, Any]:
    """Give what a person or a group has seen and said after a ledger's id, and any trouble."""
    # A phone that opens shows the end of a long chat; one that follows misses nothing.
    order = "ASC" if after else "DESC"
    rows = world.ledger.rows(
        f"SELECT * FROM seen WHERE person = ? AND account = ? AND id > ? ORDER BY id {order} LIMIT ?",  # noqa: S608, E501
        address,
        account_key,
        after,
        _PAGE,
    )
    messages = [
        {
            "id": row["id"],
            "at": row["at"],
            "mine": row["direction"] == "in",
            "kind": row["kind"],
            "text": row["text"],
            "payload": json.loads(row["payload"]),
            "platform_id": row["platform_id"],
        }
        for row in sorted(rows, key=lambda row: int(row["id"]))
    ]
    return {"messages": messages, "trouble": _tell_trouble(world, address)}


def _tell_trouble(world: World, address: str) -> str:
    """A sentence where the shop's server has not taken what was said here, else nothing."""
    rows = world.ledger.rows(
        "SELECT statuses FROM webhooks WHERE person = ? AND state IN ('waiting', 'failed')"
        " AND statuses <> '[]' ORDER BY id",
        address,
    )
    if not rows:
        return ""
    last = json.loads(rows[-1]["statuses"])[-1]
    return f"The shop's server has not taken {len(rows)} of the webhooks (answer: {last})."
