"""How the pretend LINE reads a call and words an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify, request

from handlers.simulator.calls import current_call
from handlers.simulator.config import SimAccount
from handlers.simulator.line_messages import Problem
from handlers.simulator.world import World

AUTH_WORDS = (
    "Authentication failed. Confirm that the access token in the authorization header is valid."
)


class Refused(Exception):
    """An answer in LINE's error form."""

    def __init__(self, status: int, message: str, details: list[Problem] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"message": message} | ({"details": details} if details else {})


def require_account() -> SimAccount:
    """The account whose token the call bears."""
    account = current_call().account
    if account is None:
        raise Refused(401, AUTH_WORDS)
    return account


def read_body() -> dict[str, Any]:
    """The call's JSON object; Refused where there is none."""
    if request.mimetype != "application/json":
        raise Refused(415, f"The content type, {request.mimetype}, is not supported")
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Refused(400, "The request body could not be parsed as JSON")
    return body


def quota_key(world: World, account: SimAccount) -> str:
    """Where the ledger counts the pushes of the current month."""
    return f"quota:{account.key}:{datetime.fromtimestamp(world.ledger.now(), UTC):%Y-%m}"


def answer(body: dict[str, Any], status: int = 200) -> Response:
    """An answer in JSON."""
    response = jsonify(body)
    response.status_code = status
    return response
