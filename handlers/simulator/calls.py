"""One call to a pretend platform: written down, and answered in the mood of the moment."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, g, request

from handlers.simulator.config import Rule, SimAccount
from handlers.simulator.world import World

_HANG = 30.0
_DRIP = 2.0
_BEFORE = frozenset({"error_before", "429", "quota", "token_dead", "window_closed"})

Refuse = Callable[[Rule], Response]


@dataclass(slots=True)
class Call:
    """What is known so far of the call being answered, for its row in the ledger."""

    number: int
    trace: str
    account: SimAccount | None = None
    person: str | None = None
    delivery_key: str | None = None
    fault: str | None = None
    accepted: bool = False
    outcome: str = ""


def write_down_calls(
    world: World, blueprint: Blueprint, kind: str, trace: Callable[[], str]
) -> None:
    """Have every call of this blueprint stand in the ledger from its start."""

    @blueprint.before_request
    def open_call() -> None:
        number = world.ledger.insert(
            "requests",
            at=world.ledger.now(),
            channel=kind,
            method=request.method,
            path=request.path,
            outcome="open",
        )
        g.simulator_call = Call(number, trace())

    @blueprint.after_request
    def close_call(response: Response) -> Response:
        call = current_call()
        world.ledger.write(
            "UPDATE requests SET channel = ?, account = ?, person = ?, delivery_key = ?,"
            " status = ?, outcome = ?, fault = ?, accepted = ? WHERE id = ?",
            call.account.kind if call.account else kind,
            call.account.key if call.account else None,
            call.person,
            call.delivery_key,
            response.status_code,
            call.outcome or ("ok" if response.status_code < 400 else "refused"),
            call.fault,
            int(call.accepted),
            call.number,
        )
        return response


def current_call() -> Call:
    """The call being answered."""
    call: Call = g.simulator_call
    return call


def answer_in_mood(
    world: World, account: SimAccount, send: Callable[[], Response], refuse: Refuse
) -> Response:
    """Answer a send as the rules in force want it.

    ``refuse`` words a fault as the platform would. A fault that strikes after accepting leaves
    the message in the ledger: the person saw it, whatever the caller is told.
    """
    rule = world.moods.draw(account.kind, "send")
    if rule is None:
        return send()
    call = current_call()
    call.fault = rule.fault
    if rule.fault in _BEFORE:
        return refuse(rule)
    if rule.fault == "hang_before":
        time.sleep(_HANG if rule.seconds is None else rule.seconds)
        return refuse(rule)
    response = send()
    return _AFTER[rule.fault](rule, response, refuse) if call.accepted else response


def _fail(rule: Rule, _response: Response, refuse: Refuse) -> Response:
    return refuse(rule)


def _hang(rule: Rule, response: Response, _refuse: Refuse) -> Response:
    time.sleep(_HANG if rule.seconds is None else rule.seconds)
    return response


def _cut(_rule: Rule, response: Response, _refuse: Refuse) -> Response:
    """Cut the line under the server: the caller gets no answer at all."""
    line = request.environ.get("werkzeug.socket") or request.environ.get("gunicorn.socket")
    if line is not None:
        line.shutdown(socket.SHUT_RDWR)
    return response


def _garble(_rule: Rule, _response: Response, _refuse: Refuse) -> Response:
    return Response("<html><body>Sorry, be right back", 200, mimetype="text/html")


def _drip(rule: Rule, response: Response, _refuse: Refuse) -> Response:
    """The same answer, a byte at a time, over the rule's seconds."""
    body = response.get_data()
    pause = (_DRIP if rule.seconds is None else rule.seconds) / max(1, len(body))

    def drops() -> Iterator[bytes]:
        for place in range(len(body)):
            time.sleep(pause)
            yield body[place : place + 1]

    slow = Response(drops(), response.status_code, response.headers)
    slow.headers["Content-Length"] = str(len(body))
    return slow


_AFTER: Mapping[str, Callable[[Rule, Response, Refuse], Response]] = {
    "error_after": _fail,
    "hang_after": _hang,
    "reset_after": _cut,
    "bad_json": _garble,
    "slow": _drip,
}
