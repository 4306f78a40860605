"""The pretend LINE's quieter half: quota, profiles, contents, the webhook's address."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response

from handlers.simulator.config import SimPerson
from handlers.simulator.line_answers import Refused, answer, quota_key, read_body, require_account
from handlers.simulator.line_messages import is_loopback
from handlers.simulator.world import World


def add_account(line: Blueprint, world: World) -> None:
    """What the account may ask about itself, its people and its webhook."""
    _add_itself(line, world)
    _add_people(line, world)
    _add_endpoint(line, world)


def _add_itself(line: Blueprint, world: World) -> None:
    @line.get("/v2/bot/message/quota")
    def quota() -> Response:
        limit = require_account().quota
        return answer({"type": "none"} if limit is None else {"type": "limited", "value": limit})

    @line.get("/v2/bot/message/quota/consumption")
    def consumption() -> Response:
        return answer({"totalUsage": world.ledger.fact(quota_key(world, require_account()), 0)})

    @line.get("/v2/bot/info")
    def info() -> Response:
        account = require_account()
        return answer(
            {
                "userId": account.account_id,
                "basicId": f"@{account.key}",
                "displayName": account.name,
                "chatMode": "bot",
                "markAsReadMode": "manual",
            }
        )


def _add_people(line: Blueprint, world: World) -> None:
    @line.get("/v2/bot/profile/<person_id>")
    @line.get("/v2/bot/group/<_room>/member/<person_id>")
    @line.get("/v2/bot/room/<_room>/member/<person_id>")
    def profile(person_id: str, _room: str = "") -> Response:
        person = world.person_of(require_account(), person_id) or _find_member(
            world, _room, person_id
        )
        if person is None:
            raise Refused(404, "Not found")
        return answer({"displayName": person.name, "userId": person.id, "language": "th"})

    @line.get("/v2/bot/group/<group_id>/summary")
    def summary(group_id: str) -> Response:
        account = require_account()
        if not world.ledger.fact(f"room:{account.key}:{group_id}"):
            raise Refused(404, "Not found")
        names = {group.id: group.name for group in world.config.groups}
        name = names.get(group_id, f"Group of {account.name}")
        return answer({"groupId": group_id, "groupName": name})

    @line.get("/v2/bot/message/<message_id>/content")
    def content(message_id: str) -> Response:
        row = world.ledger.row("SELECT * FROM contents WHERE id = ?", message_id)
        if row is None:
            raise Refused(404, "Not found")
        return Response(row["data"], 200, content_type=row["type"])

    @line.post("/v2/bot/chat/loading/start")
    def show_loading() -> Response:
        read_body()
        return answer({}, 202)

    @line.post("/v2/bot/chat/markAsRead")
    @line.post("/v2/bot/message/markAsRead")
    def mark_as_read() -> Response:
        read_body()
        return answer({})


def _find_member(world: World, group_id: str, person_id: str) -> SimPerson | None:
    """Find a member of a group who has no phone of their own here."""
    groups = [group for group in world.config.groups if group.id == group_id]
    members = [member for group in groups for member in group.members]
    return next((one for one in members if one.id == person_id), None)


def _add_endpoint(line: Blueprint, world: World) -> None:
    own_host = urlsplit(world.config.webhook_base).hostname

    @line.get("/v2/bot/channel/webhook/endpoint")
    def show_endpoint() -> Response:
        return answer({"endpoint": world.postman.endpoint(require_account()), "active": True})

    @line.put("/v2/bot/channel/webhook/endpoint")
    def set_endpoint() -> Response:
        address = read_body().get("endpoint")
        # Posting anywhere else would make the simulator a tool against other hosts.
        if not isinstance(address, str) or not (
            is_loopback(address) or urlsplit(address).hostname == own_host
        ):
            raise Refused(400, "Invalid webhook endpoint URL")
        world.ledger.remember(f"endpoint:{require_account().key}", address)
        return answer({})

    @line.post("/v2/bot/channel/webhook/test")
    def test_endpoint() -> Response:
        status, why = world.postman.test(require_account())
        ok = status == 200
        return answer(
            {
                "success": ok,
                "timestamp": datetime.fromtimestamp(time.time(), UTC).isoformat(),
                "statusCode": status or 0,
                "reason": "OK" if ok else "ERROR_STATUS_CODE" if status else "COULD_NOT_CONNECT",
                "detail": why,
            }
        )
