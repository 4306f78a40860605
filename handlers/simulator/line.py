"""The pretend LINE: the parts of the Messaging API that a shop's bot calls.

Source: Messaging API reference, with the error texts that LINE answers there.
"""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from flask import Blueprint, Response, request

from handlers.simulator.calls import answer_in_mood, current_call, write_down_calls
from handlers.simulator.config import Rule, SimAccount
from handlers.simulator.events import make_line_message_id
from handlers.simulator.line_account import add_account
from handlers.simulator.line_answers import (
    AUTH_WORDS,
    Refused,
    answer,
    quota_key,
    read_body,
    require_account,
)
from handlers.simulator.line_messages import check_messages, describe, problem
from handlers.simulator.world import World

QUOTA_WORDS = "You have reached your monthly limit."
RATE_WORDS = "The API rate limit has been exceeded. Try again later."
TOKEN_WORDS = "Invalid reply token"
# A reply token lives one minute from the (re)delivery and never longer than twenty from the event.
_TOKEN_SECONDS = 60
_TOKEN_MOST = 20 * 60
_KEY_SECONDS = 24 * 60 * 60


def create_line(world: World) -> Blueprint:
    """The Messaging API on the blueprint's own base path."""
    line = Blueprint("line", __name__)
    write_down_calls(world, line, "line", lambda: str(uuid.uuid4()))

    @line.before_request
    def authenticate() -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        account = world.account_by_token(token, "line") if scheme.lower() == "bearer" else None
        if account is None:
            raise Refused(401, AUTH_WORDS)
        current_call().account = account
        rule = world.moods.draw(account.kind, "token")
        if rule is not None:
            current_call().fault = rule.fault
            raise Refused(401, AUTH_WORDS)

    @line.after_request
    def put_request_id(response: Response) -> Response:
        response.headers["x-line-request-id"] = current_call().trace
        return response

    @line.errorhandler(Refused)
    def answer_refusal(refused: Refused) -> Response:
        current_call().outcome = refused.body["message"]
        return answer(refused.body, refused.status)

    _add_sending(line, world)
    add_account(line, world)

    @line.route("/<path:_>", methods=["GET", "POST", "PUT", "DELETE"])
    def refuse_unknown(_: str) -> Response:
        raise Refused(404, "Not found")

    return line


def _add_sending(line: Blueprint, world: World) -> None:
    @line.post("/v2/bot/message/reply")
    def reply() -> Response:
        account = require_account()
        return answer_in_mood(world, account, lambda: _reply(world, account), _refuse)

    @line.post("/v2/bot/message/push")
    def push() -> Response:
        account = require_account()
        return answer_in_mood(world, account, lambda: _push(world, account), _refuse)

    @line.post("/v2/bot/message/validate/<kind>")
    def validate(kind: str) -> Response:
        if kind not in ("reply", "push", "multicast", "narrowcast", "broadcast"):
            raise Refused(404, "Not found")
        _require_messages(read_body())
        return answer({})


def _reply(world: World, account: SimAccount) -> Response:
    body, call = read_body(), current_call()
    if request.headers.get("X-Line-Retry-Key") is not None:
        raise Refused(400, "The retry key is not supported by this API")
    messages = _require_messages(body)
    with world.ledger.transaction() as connection:
        token = body.get("replyToken")
        row = connection.execute(
            "SELECT * FROM tokens WHERE token = ? AND account = ?", (str(token), account.key)
        ).fetchone()
        now = world.ledger.now()
        if (
            row is None
            or row["used"]
            or row["posted_at"] is None
            or now > row["posted_at"] + _TOKEN_SECONDS
            or now > row["event_at"] + _TOKEN_MOST
        ):
            raise Refused(400, TOKEN_WORDS)
        connection.execute("UPDATE tokens SET used = 1 WHERE token = ?", (str(token),))
        call.person = row["source"]
        sent = _show(world, account, row["source"], messages, "reply")
    return answer({"sentMessages": sent})


def _push(world: World, account: SimAccount) -> Response:
    body, call, key = read_body(), current_call(), _retry_key()
    call.delivery_key = key
    messages, to = _require_messages(body), body.get("to")
    if not isinstance(to, str) or not to:
        raise Refused(400, "The request body has 1 error(s)", [problem("to", "May not be empty")])
    call.person = to
    if not world.knows(account, to):
        raise Refused(400, "Failed to send messages")
    with world.ledger.transaction():
        now = world.ledger.now()
        before = world.ledger.row(
            "SELECT * FROM retry_keys WHERE account = ? AND key = ? AND at > ?",
            account.key,
            key,
            now - _KEY_SECONDS,
        )
        if before is not None:
            return _answer_repeat(before["request_id"], before["sent"])
        _count_push(world, account)
        sent = _show(world, account, to, messages, "push")
        if key is not None:
            world.ledger.write(
                "DELETE FROM retry_keys WHERE account = ? AND key = ?", account.key, key
            )
            world.ledger.insert(
                "retry_keys", account=account.key, key=key, at=now, request_id=call.trace, sent=sent
            )
    return answer({"sentMessages": sent})


def _answer_repeat(request_id: str, sent: str) -> Response:
    """An accepted request came again: nothing is sent, and the first answer is told once more."""
    current_call().outcome = "repeat"
    raw = f'{{"message":"The retry key is already accepted","sentMessages":{sent}}}'
    response = Response(raw, 409, mimetype="application/json")
    response.headers["x-line-accepted-request-id"] = request_id
    return response


def _show(
    world: World, account: SimAccount, address: str, messages: list[dict[str, Any]], lane: str
) -> list[dict[str, str]]:
    call, sent = current_call(), []
    # Who blocked the account is sent nothing, and LINE answers 200 all the same.
    blocked = world.ledger.fact(f"blocked:{address}")
    for message in messages:
        told = {"id": make_line_message_id(), "quoteToken": secrets.token_urlsafe(24)}
        if not blocked:
            world.show(
                account,
                address,
                message,
                kind=str(message["type"]),
                text=describe(message),
                platform_id=told["id"],
                delivery_key=call.delivery_key,
                lane=lane,
                request=call.number,
            )
        sent.append(told)
    call.accepted = True
    return sent


def _require_messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    messages = body.get("messages")
    problems = check_messages(messages)
    if problems or not isinstance(messages, list):
        raise Refused(400, f"The request body has {len(problems)} error(s)", problems)
    return messages


def _retry_key() -> str | None:
    key = request.headers.get("X-Line-Retry-Key")
    if key is None:
        return None
    try:
        if str(uuid.UUID(key)) == key.lower():
            return key.lower()
    except ValueError:
        pass
    raise Refused(400, "The retry key is not a valid UUID")


def _count_push(world: World, account: SimAccount) -> None:
    """One for each push, as to one person; what a group's members would cost is not counted."""
    key = quota_key(world, account)
    used = world.ledger.fact(key, 0)
    if account.quota is not None and used >= account.quota:
        raise Refused(429, QUOTA_WORDS)
    world.ledger.remember(key, used + 1)


def _refuse(rule: Rule) -> Response:
    """A fault in LINE's words."""
    if rule.fault == "429":
        response = answer({"message": RATE_WORDS}, 429)
        if rule.seconds is not None:
            response.headers["Retry-After"] = str(int(rule.seconds))
    elif rule.fault == "quota":
        response = answer({"message": QUOTA_WORDS}, 429)
    elif rule.fault == "token_dead":
        response = answer({"message": AUTH_WORDS}, 401)
    else:
        response = answer({"message": "Internal server error"}, 500)
    return response
