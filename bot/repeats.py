"""Repeats: what a program asks with an idempotency key is done once, and repeats get its answer.

Key, effect and answer are one transaction: what was refused has left no trace,
and its key is free. An answer holds names and a bill's address, so it lies
sealed, and only as long as a program may still ask again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.runtime import Runtime, Work
from bot.store import changes
from bot.store.vault import WrongKey, digest

LIFE = timedelta(days=7)
"""How long a key is known; after that it may be used anew."""


class KeyReused(Exception):
    """The key came before with another request, or its answer cannot be read any more."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a request was answered: status, JSON (None: nothing), the address of what is new.

    ``repeated``: this had been done before, and nothing was done now.
    """

    status: int
    body: Any = None
    location: str | None = None
    repeated: bool = False


def answer_once(
    runtime: Runtime,
    shop_id: int,
    key: str | None,
    request: str,
    body: Callable[[Work], Answered],
) -> Answered:
    """Run ``body`` in one transaction, once for each key of a shop's programs.

    ``request`` is the digest of all that is asked, and of who asks. Two at once:
    the second waits for the first. Raises ``KeyReused``, and what ``body`` raises.
    """
    if key is None:
        return runtime.transact(body)
    scoped = f"api:{digest(key)}"

    def once(work: Work) -> Answered:
        until = work.now + LIFE
        if not changes.claim_key(work.connection, shop_id, scoped, work.now, request, until):
            return _recall(runtime, work, shop_id, scoped, request)
        answered = body(work)
        told = [answered.status, answered.body, answered.location]
        sealed = runtime.vault.seal_text(json.dumps(told))
        changes.keep_answer(work.connection, shop_id, scoped, {"sealed": sealed})
        return answered

    return runtime.transact(once)


def _recall(runtime: Runtime, work: Work, shop_id: int, key: str, request: str) -> Answered:
    if changes.find_request(work.connection, shop_id, key) != request:
        raise KeyReused
    kept = changes.find_answer(work.connection, shop_id, key) or {}
    try:
        status, body, location = json.loads(runtime.vault.open_text(kept["sealed"]))
    except WrongKey:
        raise KeyReused from None
    return Answered(status, body, location, repeated=True)
