"""Writing requests: one transaction, once for each idempotency key, every refusal a problem."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify, request

from bot.catalogue import Keeper, ProductChanged, ProductError, ProductUnknown
from bot.contacts import CustomerChanged, CustomerError, CustomerForbidden, CustomerUnknown
from bot.drafting import DraftError
from bot.ordering import Asker, Desk
from bot.repeats import Answered, KeyReused, answer_once
from bot.runtime import Work
from bot.staff import Actor
from bot.store import shops
from bot.store.vault import digest
from handlers.api.access import Refusal, bearer, writer
from handlers.api.asking import read_key
from handlers.api.bodies import Body, read_body
from handlers.api.routes import blueprint, refuse
from handlers.context import runtime
from orders.errors import OrderError

LANGUAGE = "en"

FORBIDDEN = ("move_forbidden", "album_forbidden", "owner_only", "right_fixed")
OVERTAKEN = ("order_changed", "guard_same_version", "key_reused")
UNKNOWN = ("order_missing", "conversation_unknown")
"""Keys that refuse not what is asked but who asks, when, or of what."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A writing request in its transaction: the shop, and the person that the token acts as."""

    work: Work
    shop: Any
    actor: Actor

    @property
    def desk(self) -> Desk:
        """Where orders are moved."""
        return Desk(runtime(), self.work, self.shop)

    @property
    def asker(self) -> Asker:
        """Who asks for a move: the person, and in the order's history the token."""
        return Asker(self.actor, "api", source=f"token:{bearer().token_id}")

    @property
    def keeper(self) -> Keeper:
        """Who works on the album."""
        return Keeper(self.work, self.shop, self.actor)


Do = Callable[[Writing], Answered]
Read = Callable[[Body, str], Do]
"""Reads all of a body, whose amounts are in the shop's currency, and gives what is to be done."""


def write(read: Read) -> Response:
    """Answer a writing request. Raises ``Refusal``, and what ``explain`` words."""
    actor, key, body = writer(), read_key(), read_body()
    with runtime().store.read() as connection:
        currency = shops.find_shop(connection, actor.shop_id).currency
    body_digest = body.digest()
    do = read(body, currency)
    body.close()

    def run(work: Work) -> Answered:
        return do(Writing(work, shops.find_shop(work.connection, actor.shop_id), actor))

    asked = digest(json.dumps([actor.staff_id, request.method, request.path, body_digest]))
    return _respond(answer_once(runtime(), actor.shop_id, key, asked, run))


Explained = OrderError | CustomerError | ProductError | DraftError | KeyReused


def explain(error: Explained) -> Refusal:
    """Say as which problem an error of the house is answered; its sentence is for a person."""
    if isinstance(error, KeyReused):
        sentence = "This Idempotency-Key came with another request. Take a new key for each."
        return Refusal(409, sentence, "key_reused")
    return Refusal(_status(error), error.sentence(LANGUAGE), _code(error))


for _kind in (OrderError, CustomerError, ProductError, DraftError, KeyReused):
    blueprint.register_error_handler(_kind, lambda error: refuse(explain(error)))


def _code(error: Explained) -> str:
    """Name the rule that refused: the rulebook's key, or the part of the house and its key."""
    if isinstance(error, OrderError):
        return error.key
    part = (
        "customer"
        if isinstance(error, CustomerError)
        else "album"
        if isinstance(error, ProductError)
        else "drafting"
    )
    return f"{part}.{error}"


def _status(error: Explained) -> int:
    if isinstance(error, CustomerUnknown | ProductUnknown):
        return 404
    if isinstance(error, CustomerChanged | ProductChanged):
        return 409
    if isinstance(error, CustomerForbidden):
        return 403
    key = str(error)
    if key in UNKNOWN:
        return 404
    return 403 if key in FORBIDDEN else 409 if key in OVERTAKEN else 422


def _respond(answered: Answered) -> Response:
    if answered.body is None:
        response = Response(status=answered.status)
        del response.headers["Content-Type"]
    else:
        response = jsonify(answered.body)
        response.status_code = answered.status
    if answered.location is not None:
        response.headers["Location"] = answered.location
    if answered.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response
