"""Who calls the API: a bearer token of one shop, its scope, and the person it acts as."""

from __future__ import annotations

from typing import cast

from flask import Response, g, request

from bot import staff
from bot.staff import Actor, Bearer
from handlers.context import runtime
from handlers.errors import answer

LONGEST_TOKEN = 200
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="OpenBill"'}


class Refusal(Exception):
    """A request that is answered with a problem: its status, its sentence, the rule's name."""

    def __init__(self, status: int, detail: str = "", code: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.code = code


def admit() -> Response | None:
    """Find whose token this request carries; a problem to answer with where there is none."""
    bearer = find_bearer()
    if bearer is None:
        refused = answer(
            401,
            detail="Give a token of the shop as `Authorization: Bearer …`; "
            "`openbill token add` makes one.",
        )
        refused.headers.extend(CHALLENGE)
        return refused
    g.bearer = bearer
    return None


def find_bearer() -> Bearer | None:
    """Find whose token this request carries; None for none, or a wrong one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token.strip()) <= LONGEST_TOKEN:
        return None
    return staff.find_bearer(runtime(), token.strip())


def bearer() -> Bearer:
    """Give what this request's token may do; ``admit`` has let nobody in without one."""
    return cast("Bearer", g.bearer)


def writer() -> Actor:
    """Give the member of staff that this request acts as. Raises ``Refusal``."""
    held = bearer()
    if not held.may_write:
        raise Refusal(403, "This token may only read: make one with `--scope write`.")
    if held.actor is None:
        raise Refusal(
            403, "This token acts as nobody: make one with `--staff EMAIL` to say something."
        )
    return held.actor
