"""Live pages: a stream of what changed in the visitor's shop, and the same to be polled.

A stream tells only the ids of conversations; the page then asks for the parts
it shows, with the rights of that moment. No database connection is held while
a stream sleeps.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from bot import staff
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import changes
from bot.store.database import StoreUnavailable
from handlers.auth import require_staff
from handlers.context import actor, runtime, ticket
from handlers.server import options

blueprint = Blueprint("live", __name__)

STREAMS = "live streams"
MOST_STREAMS = 60
MOST_EACH = 6
BEAT = 0.7
BEATS_TO_HEARTBEAT = 3  # only who writes learns that the page has gone, and its seat is free
BEATS_TO_CHECK = 5
BEATS_AT_MOST = 1_300  # about a quarter of an hour; the page comes back by itself
LOOK_BACK = 100
"""Ids are given before their commits, so that a smaller one may appear after a larger."""


class Streams:
    """The seats for streams: each holds a thread, so there are only so many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._seats: Counter[int] = Counter()
        self._lock = threading.Lock()

    def take(self, staff_id: int) -> bool:
        """Take a seat; False when all are taken, or this person has enough."""
        with self._lock:
            if self._seats.total() >= self._most or self._seats[staff_id] >= MOST_EACH:
                return False
            self._seats[staff_id] += 1
            return True

    def leave(self, staff_id: int) -> None:
        """Give a seat back."""
        with self._lock:
            self._seats[staff_id] -= 1
            if self._seats[staff_id] <= 0:
                del self._seats[staff_id]

    @property
    def taken(self) -> int:
        """Count the seats that are taken."""
        with self._lock:
            return self._seats.total()


def most_streams(settings: Settings) -> int:
    """Give how many streams a process may hold: half its threads stay free for requests."""
    return min(MOST_STREAMS, int(options(settings)["threads"]) // 2)


@blueprint.get("/inbox/stream")
@require_staff
def stream() -> Response:
    """Stream the ids of conversations that change, from ``Last-Event-ID`` or ``since`` on."""
    me = actor()
    held = ticket()
    seats: Streams = current_app.extensions[STREAMS]
    if held is None or not seats.take(me.staff_id):
        return Response(status=503, headers={"Retry-After": "15"})
    lines = follow(runtime(), held.token, me.shop_id, _since(), time.sleep)
    response = Response(lines, content_type="text/event-stream; charset=utf-8")
    response.headers["Cache-Control"] = "no-store, no-transform"
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(lambda: seats.leave(me.staff_id))
    return response


@blueprint.get("/inbox/changes")
@require_staff
def show_changes() -> Response:
    """Give the same to a page whose stream was refused: what changed after ``since``."""
    shop_id = actor().shop_id
    since = _since()
    with runtime().store.read() as connection:
        found = changes.read_feed(connection, shop_id, since)
    return jsonify(last=max([since, *(row.id for row in found)]), conversations=_ids(found))


def follow(
    house: Runtime,
    token: str,
    shop_id: int,
    since: int,
    pause: Callable[[float], None],
) -> Iterator[str]:
    """Yield a shop's changes after ``since`` as server-sent events, until the session is over.

    ``pause`` sleeps for as many seconds as it is told.
    """
    yield "retry: 2000\n\n"
    with house.store.read() as connection:
        known = {
            row.id
            for row in changes.read_feed(connection, shop_id, since - LOOK_BACK)
            if row.id <= since
        }
    last = since
    for beat in range(1, BEATS_AT_MOST):
        try:
            with house.store.read() as connection:
                found = changes.read_feed(connection, shop_id, last - LOOK_BACK)
            if beat % BEATS_TO_CHECK == 0 and staff.find_visitor(house, token) is None:
                return
        except StoreUnavailable:
            return
        fresh = [row for row in found if row.id not in known]
        if fresh:
            last = max(last, *(row.id for row in fresh))
            known = {one for one in known if one > last - LOOK_BACK} | {row.id for row in fresh}
            yield f"id: {last}\nevent: change\ndata: {json.dumps(_ids(fresh))}\n\n"
        elif beat % BEATS_TO_HEARTBEAT == 0:
            yield ": here\n\n"
        pause(BEAT)


def _since() -> int:
    given = request.headers.get("Last-Event-ID") or request.args.get("since", "")
    fits = given.isascii() and given.isdigit() and len(given) <= 18
    return int(given) if fits else 0


def _ids(rows: Iterable[Any]) -> list[int]:
    return sorted({row.conversation_id for row in rows if row.conversation_id})
