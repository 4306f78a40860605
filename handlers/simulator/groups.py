"""The groups: a LINE chat of several people, into which the shop's account is invited.

Who is a member writes there, quotes, and is shown what everybody else is. A
member who writes from a computer is told of without their id, as LINE does it.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, jsonify

from handlers.simulator import events
from handlers.simulator.config import SimGroup, SimPerson
from handlers.simulator.phones import list_seen, read_json, read_number
from handlers.simulator.world import World

OUTSIDE = "The shop's account is not in this group: invite it first."


def add_groups(blueprint: Blueprint, world: World) -> None:
    """Add each group's doors: what is seen, what a member says, who invites the shop's account."""
    _add_looking(blueprint, world)
    _add_writing(blueprint, world)


def _add_looking(blueprint: Blueprint, world: World) -> None:

    @blueprint.get("/groups/<group_id>/messages")
    def list_group_messages(group_id: str) -> Response:
        group = _require_group(world, group_id)
        told = list_seen(world, group.id, group.account_key, read_number("after"))
        for message in told["messages"]:
            message["writer"] = world.ledger.fact(f"writer:{message['platform_id']}", "")
        return jsonify(told | {"invited": _is_inside(world, group)})


def _add_writing(blueprint: Blueprint, world: World) -> None:

    @blueprint.post("/groups/<group_id>/messages")
    def write_group_message(group_id: str) -> tuple[Response, int]:
        group, body = _require_group(world, group_id), read_json()
        text, quoted = body.get("text"), body.get("quoted")
        if not isinstance(text, str) or not text:
            abort(400, "Write something first: text must be a string that is not empty.")
        if not _is_inside(world, group):
            abort(409, OUTSIDE)
        member = _require_member(group, body.get("member"))
        message = events.line_text(text)
        if isinstance(quoted, str) and quoted:
            message["quotedMessageId"] = quoted
        world.ledger.remember(f"writer:{message['id']}", member.name)
        hidden = body.get("from_computer") is True
        source = _source(group) | ({} if hidden else {"userId": member.id})
        number = world.do(member, {"message": message, "source": source})
        return jsonify({"webhook": number}), 201

    @blueprint.post("/groups/<group_id>/join")
    def invite(group_id: str) -> tuple[Response, int]:
        group = _require_group(world, group_id)
        read_json()
        number = world.do(group.members[0], {"type": "join", "source": _source(group)})
        return jsonify({"webhook": number}), 201

    @blueprint.post("/groups/<group_id>/leave")
    def take_out(group_id: str) -> tuple[Response, int]:
        group = _require_group(world, group_id)
        read_json()
        number = world.do(group.members[0], {"type": "leave", "source": _source(group)})
        # From now on LINE knows no such group for this account.
        world.ledger.remember(f"room:{group.account_key}:{group.id}", None)
        return jsonify({"webhook": number}), 201


def _source(group: SimGroup) -> dict[str, Any]:
    return {"type": "group", "groupId": group.id}


def _is_inside(world: World, group: SimGroup) -> bool:
    return world.ledger.fact(f"room:{group.account_key}:{group.id}") is not None


def _require_group(world: World, group_id: str) -> SimGroup:
    group = next((one for one in world.config.groups if one.id == group_id), None)
    if group is None:
        abort(404, "There is no group of this id here.")
    return group


def _require_member(group: SimGroup, member_id: object) -> SimPerson:
    member = next((one for one in group.members if one.id == member_id), None)
    if member is None:
        abort(404, "Nobody of this id is in the group.")
    return member
