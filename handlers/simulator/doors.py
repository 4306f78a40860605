"""The doors for tests and for the curious: the ledger, the behaviour, the clock, any event."""

from __future__ import annotations

import json
import math
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from handlers.simulator.behaviour import parse_behaviour
from handlers.simulator.phones import read_json, read_number
from handlers.simulator.world import World

_MOST_OFFSET = 10 * 366 * 24 * 60 * 60
_JSON_COLUMNS = frozenset({"payload", "statuses", "faults"})
_SEEN = "id, channel, account, person, at, kind, text, payload, platform_id, delivery_key, lane"
_REQUESTS = (
    "id, at, channel, account, person, method, path, delivery_key, status, outcome, fault, accepted"
)
_WEBHOOKS = "id, at, channel, account, person, kind, state, tries, statuses, faults"


def add_doors(blueprint: Blueprint, world: World) -> None:
    """Add the doors."""

    @blueprint.get("/ledger")
    def show_ledger() -> Response:
        return jsonify(_read_ledger(world, request.args.get("person"), read_number("after")))

    @blueprint.get("/behaviour")
    def show_behaviour() -> Response:
        return jsonify(world.moods.show())

    @blueprint.post("/behaviour")
    def set_behaviour() -> Response:
        try:
            world.moods.set(parse_behaviour(read_json()))
        except ValueError as error:
            abort(400, str(error))
        return jsonify(world.moods.show())

    @blueprint.delete("/behaviour")
    def clear_behaviour() -> Response:
        world.moods.clear()
        return jsonify(world.moods.show())

    @blueprint.post("/clock")
    def set_clock() -> Response:
        offset = read_json().get("offset_seconds")
        if (
            not isinstance(offset, int | float)
            or not math.isfinite(offset)
            or abs(offset) > _MOST_OFFSET
        ):
            abort(400, "offset_seconds must be a number of seconds, ten years at most.")
        world.ledger.remember("clock", offset)
        return jsonify({"offset_seconds": offset, "now": world.ledger.now()})

    @blueprint.post("/phones/<person_id>/events")
    def make_event(person_id: str) -> tuple[Response, int]:
        person = world.people.get(person_id)
        if person is None:
            abort(404, "Nobody of this id has a phone here.")
        return jsonify({"webhook": world.do(person, read_json())}), 201


def _read_ledger(world: World, person: str | None, after: int) -> dict[str, Any]:
    """Everything, or one person's; ``after`` is an id of ``seen`` and cuts only what was seen."""

    def read(table: str, columns: str, where: str = "1", *values: Any) -> list[dict[str, Any]]:
        mine = "" if person is None else " AND person = ?"
        sql = f"SELECT {columns} FROM {table} WHERE {where}{mine} ORDER BY id"  # noqa: S608
        rows = world.ledger.rows(sql, *values, *(() if person is None else (person,)))
        return [_decode(dict(row)) for row in rows]

    seen = "direction = ? AND id > ?"
    return {
        "seen": read("seen", _SEEN, seen, "out", after),
        "said": read("seen", _SEEN, seen, "in", after),
        "requests": read("requests", _REQUESTS),
        "webhooks": read("webhooks", _WEBHOOKS),
    }


def _decode(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: json.loads(value) if name in _JSON_COLUMNS else value for name, value in row.items()
    }
