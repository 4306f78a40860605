"""The pretend Graph API: what a shop's bot calls of Messenger and of Instagram messaging.

Sources: Send API and error reference of the Messenger Platform, Instagram Messaging API (v26.0).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request

from handlers.simulator.calls import answer_in_mood, current_call, write_down_calls
from handlers.simulator.comments import note_answer, require_comment
from handlers.simulator.config import Rule, SimAccount
from handlers.simulator.events import make_mid
from handlers.simulator.graph_account import add_account
from handlers.simulator.graph_messages import GraphError, bad_parameter, check_message, describe
from handlers.simulator.world import World

_WINDOW = 24 * 60 * 60
_HUMAN_AGENT_WINDOW = 7 * _WINDOW
_DEAD_TAGS = frozenset({"CONFIRMED_EVENT_UPDATE", "ACCOUNT_UPDATE", "POST_PURCHASE_UPDATE"})
_TYPES = frozenset({"RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY"})
_SENDER_ACTIONS = frozenset({"typing_on", "typing_off", "mark_seen", "react", "unreact"})
_VERSION = re.compile(r"v(\d{1,3})\.\d")
_OLDEST_VERSION = 20


def create_graph(world: World) -> Blueprint:
    """The Graph API on the blueprint's own base path."""
    graph = Blueprint("graph", __name__)
    write_down_calls(world, graph, "meta", lambda: "A" + secrets.token_urlsafe(16))

    @graph.before_request
    def authenticate() -> None:
        current_call().account = _authenticate(world)

    @graph.after_request
    def put_trace(response: Response) -> Response:
        response.headers["x-fb-trace-id"] = current_call().trace
        return response

    @graph.errorhandler(GraphError)
    def answer_refusal(error: GraphError) -> Response:
        code = f"{error.code}/{error.subcode}" if error.subcode else str(error.code)
        current_call().outcome = f"{code} {error.message}"
        return _answer_error(error)

    @graph.post("/<version>/<node>/messages")
    def send(version: str, node: str) -> Response:
        account = _require_node(version, node)
        return answer_in_mood(
            world, account, lambda: _send(world, account), lambda rule: _refuse(rule, account)
        )

    @graph.get("/<version>/<node>")
    def show(version: str, node: str) -> Response:
        return _show(world, _account(version), node)

    add_account(graph, world, _require_node)

    @graph.route("/<path:path>", methods=["GET", "POST", "DELETE"])
    def refuse_unknown(path: str) -> Response:
        raise GraphError(2500, f"Unknown path components: /{path}")

    return graph


def _authenticate(world: World) -> SimAccount:
    """The account whose token the call bears, in its header or its parameters."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() not in ("bearer", "oauth"):
        token = str(_parameter("access_token") or "")
    if not token:
        raise GraphError(
            2500, "An active access token must be used to query information about the current user."
        )
    account = world.account_by_token(token, "messenger", "instagram")
    if account is None:
        raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
    _require_living(world, account, token)
    proof = _parameter("appsecret_proof")
    right = hmac.new(account.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    if proof is not None and not hmac.compare_digest(str(proof).encode(), right.encode()):
        raise bad_parameter("Invalid appsecret_proof provided in the API argument")
    return account


def _require_living(world: World, account: SimAccount, token: str) -> None:
    """Refuse a token that was taken back, or whose sixty days are over."""
    rule = world.moods.draw(account.kind, "token")
    if rule is not None:
        current_call().account, current_call().fault = account, rule.fault
        raise _FAULTS[rule.fault]
    if account.login == "instagram" and world.tokens.is_over(token):
        raise _FAULTS["token_expired"]


def _send(world: World, account: SimAccount) -> Response:
    """One call of the Send API."""
    body, call = _body(), current_call()
    recipient = body.get("recipient")
    if isinstance(recipient, dict) and "comment_id" in recipient:
        return _reply_in_private(world, account, body, recipient["comment_id"])
    person_id = recipient.get("id") if isinstance(recipient, dict) else None
    person = world.person_of(account, str(person_id) if person_id is not None else None)
    if person_id is None:
        raise bad_parameter("The parameter recipient is required")
    call.person = str(person_id)
    if person is None:
        subcode = 2018001 if account.kind == "messenger" else 2534014
        raise bad_parameter("No matching user found", subcode)
    if "sender_action" in body:
        if body["sender_action"] not in _SENDER_ACTIONS:
            raise bad_parameter("Param sender_action is invalid")
        return _answer({"recipient_id": person.id})
    message = _read_message(body)
    lane = _require_lane(world, account, person.id, body)
    check_message(account.kind, message, urlsplit(world.config.webhook_base).hostname or "")
    return _accept(world, account, person.id, dict(message or {}), lane)


def _reply_in_private(
    world: World, account: SimAccount, body: dict[str, Any], comment_id: object
) -> Response:
    """Answer who wrote a comment, once; the answer names them as messages do."""
    message = _read_message(body)
    with world.ledger.transaction():
        comment = require_comment(world, account, comment_id)
        current_call().person = comment.person.id
        check_message(account.kind, message, urlsplit(world.config.webhook_base).hostname or "")
        note_answer(world, comment)
        return _accept(world, account, comment.person.id, dict(message or {}), "private_reply")


def _read_message(body: dict[str, Any]) -> Any:
    """The call's message; its metadata is what the ledger finds it by."""
    message = body.get("message")
    if isinstance(message, dict) and isinstance(message.get("metadata"), str):
        current_call().delivery_key = message["metadata"]
    return message


def _accept(
    world: World, account: SimAccount, person_id: str, message: dict[str, Any], lane: str
) -> Response:
    call, mid = current_call(), make_mid(account.kind)
    kind, text = describe(message)
    with world.ledger.transaction():
        _require_new_receipt(world, account, message)
        world.show(
            account,
            person_id,
            message,
            kind=kind,
            text=text,
            platform_id=mid,
            delivery_key=call.delivery_key,
            lane=lane,
            request=call.number,
        )
        world.echo(account, person_id, mid, message)
        call.accepted = True
    return _answer({"recipient_id": person_id, "message_id": mid})


def _require_lane(world: World, account: SimAccount, person_id: str, body: dict[str, Any]) -> str:
    """The lane's name where the window allows the send, else the window's error."""
    kind, tag = str(body.get("messaging_type", "RESPONSE")), body.get("tag")
    if kind not in _TYPES:
        raise bad_parameter("Param messaging_type must be one of RESPONSE, UPDATE, MESSAGE_TAG")
    if tag in _DEAD_TAGS:
        raise bad_parameter("This message tag is no longer supported", 1893061)
    if kind == "MESSAGE_TAG" and tag != "HUMAN_AGENT":
        raise bad_parameter("Param tag must be HUMAN_AGENT")
    if kind == "UTILITY":
        raise bad_parameter("A utility message needs an approved template")
    length = _HUMAN_AGENT_WINDOW if kind == "MESSAGE_TAG" else _WINDOW
    inbound = world.ledger.fact(f"inbound:{person_id}")
    if inbound is None or world.ledger.now() > inbound + length:
        raise _window_error(account)
    return "human_agent" if kind == "MESSAGE_TAG" else kind.lower()


def _window_error(account: SimAccount) -> GraphError:
    subcode = 2018278 if account.kind == "messenger" else 2534022
    return GraphError(
        10,
        "(#10) This message is sent outside of allowed window.",
        subcode=subcode,
    )


def _require_new_receipt(world: World, account: SimAccount, message: dict[str, Any]) -> None:
    """A receipt's order number may be used once, for ever."""
    attachment = message.get("attachment")
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    if not isinstance(payload, dict) or payload.get("template_type") != "receipt":
        return
    key = f"receipt:{account.key}:{payload.get('order_number')}"
    if world.ledger.fact(key):
        raise bad_parameter("The order number of a receipt must be unique")
    world.ledger.remember(key, value=True)


def _show(world: World, account: SimAccount, node: str) -> Response:
    if node in ("me", account.account_id):
        fields = {"id": account.account_id, "name": account.name, "username": account.key}
    else:
        person = world.person_of(account, node)
        if person is None:
            raise bad_parameter(
                f"Unsupported get request. Object with ID '{node}' does not exist", 33
            )
        fields = {"id": person.id, "name": person.name, "username": person.name.lower()}
        fields |= {"first_name": person.name, "last_name": "Sim"}
    wanted = request.args.get("fields", "id,name").split(",")
    return _answer({"id": fields["id"]} | {key: fields[key] for key in wanted if key in fields})


def _account(version: str) -> SimAccount:
    match = _VERSION.fullmatch(version)
    if match is None:
        raise GraphError(2500, f"Unknown path components: /{version}")
    if int(match[1]) < _OLDEST_VERSION:
        raise GraphError(2635, "(#2635) You are calling a deprecated version of the API.")
    account = current_call().account
    if account is None:
        raise GraphError(190, "Invalid OAuth access token")
    return account


def _require_node(version: str, node: str) -> SimAccount:
    account = _account(version)
    if node not in ("me", account.account_id):
        raise GraphError(200, "(#200) Requires the permission of this page", status=403)
    return account


def _body() -> dict[str, Any]:
    """The call's parameters: a JSON body, or a form whose values are JSON where they can be."""
    if request.mimetype == "application/json":
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise bad_parameter("The request body is not a JSON object")
        return body
    return {name: _decode(value) for name, value in request.form.items()}


def _parameter(name: str) -> object:
    if name in request.args:
        return request.args[name]
    if request.mimetype == "application/json":
        body = request.get_json(silent=True)
        return body.get(name) if isinstance(body, dict) else None
    return request.form.get(name)


def _decode(value: str) -> object:
    if not value.startswith(("{", "[")):
        return value
    try:
        decoded: object = json.loads(value)
    except ValueError:
        return value
    return decoded


_FAULTS: Mapping[str, GraphError] = {
    "error_before": GraphError(2, "An unexpected error has occurred.", status=500),
    "hang_before": GraphError(2, "Service temporarily unavailable", status=503),
    "error_after": GraphError(1, "An unknown error occurred", status=500),
    "429": GraphError(613, "(#613) Calls to this api have exceeded the rate limit."),
    "token_revoked": GraphError(
        190, "Error validating access token: The user has not authorized application", subcode=458
    ),
    "token_expired": GraphError(
        190, "Error validating access token: Session has expired", subcode=463
    ),
    "token_dead": GraphError(
        190, "Error validating access token: The session has been invalidated", subcode=460
    ),
}


def _refuse(rule: Rule, account: SimAccount) -> Response:
    """A fault in Graph's words."""
    if rule.fault == "window_closed":
        return _answer_error(_window_error(account))
    return _answer_error(_FAULTS[rule.fault])


def _answer_error(error: GraphError) -> Response:
    body: dict[str, Any] = {
        "message": error.message,
        "type": "OAuthException",
        "code": error.code,
        "fbtrace_id": current_call().trace,
    }
    if error.subcode is not None:
        body["error_subcode"] = error.subcode
    return _answer({"error": body}, error.status)


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
