"""Sends what is due: claim, prepare, call, settle; no transaction is open during a call."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from bot.channels import CHANNELS
from bot.messages import Address, AddressKind, Receipt, SendError, SendRequest
from bot.outbox.cards import prepare_cards
from bot.outbox.claiming import Claim, claim_next
from bot.outbox.receipts import prepare_receipt
from bot.outbox.settling import settle
from bot.runtime import Runtime
from bot.store import outbox as rows
from bot.store import shops

log = structlog.get_logger(__name__)

BUDGET = 5.0
"""Seconds of a drain: with the last delivery's rendering and call it stays below a job's 30."""

Prepare = Callable[[Runtime, Any], dict[str, Any]]
"""Makes a claimed delivery's payload; called outside any transaction, may take seconds."""


OWN: Mapping[str, Prepare] = {"cards": prepare_cards, "receipt": prepare_receipt}
"""Makes the payloads that the outbox knows itself."""


def drain(runtime: Runtime, prepare: Mapping[str, Prepare], *, seconds: float = BUDGET) -> int:
    """Send what is due, one after the other, until nothing is; give how many were tried.

    After ``seconds`` the rest is left to the next job, which is rung for.
    """
    end = time.monotonic() + seconds
    tried = 0
    while deliver_next(runtime, prepare):
        tried += 1
        if time.monotonic() >= end:
            runtime.bell.ring("deliver")
            break
    return tried


def deliver_next(runtime: Runtime, prepare: Mapping[str, Prepare]) -> bool:
    """Work on the delivery that is due next; False when none is."""
    claim, found = runtime.transact(claim_next)
    if claim is None:
        return found
    payload = claim.row.payload
    if payload is None:
        payload = {**OWN, **prepare}[claim.row.kind](runtime, claim.row)
        if not _freeze(runtime, claim, payload):
            return True
    outcome = _call(runtime, claim, payload)
    runtime.transact(lambda work: settle(work, claim, outcome))
    return True


def _freeze(runtime: Runtime, claim: Claim, payload: dict[str, Any]) -> bool:
    """Keep the payload as it will be sent at every attempt; False when the lease was lost."""
    return runtime.transact(
        lambda work: rows.update_delivery(
            work.connection, claim.row.id, while_leased=claim.lease, payload=payload
        )
    )


def _call(runtime: Runtime, claim: Claim, payload: dict[str, Any]) -> Receipt | SendError:
    """Make the call, outside any transaction."""
    with runtime.store.read() as connection:
        target = rows.delivery_target(connection, claim.row.id)
        account = runtime.account(shops.find_channel(connection, claim.row.channel_id))
    request = SendRequest(
        delivery_id=claim.row.id,
        address=Address(target.address, AddressKind(target.address_kind)),
        payload=payload,
        lane=claim.route.lane,
        reply_token=claim.reply_token,
        comment_id=claim.row.comment_id,
    )
    try:
        return CHANNELS[target.channel].send(account, request)
    except SendError as error:
        log.info(
            "send failed",
            delivery=claim.row.id,
            outcome=error.outcome,
            code=error.code,
            lane=claim.route.lane,
        )
        return error
