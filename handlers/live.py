"""Live pages: a stream of what changed in the visitor's shop, and the same to be polled.

A stream tells only the ids of conversations; the page then asks for the parts
it shows, with the rights of that moment. No database connection is held while
a stream sleeps.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
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
TAB = re.compile(r"[a-z0-9]{1,32}")
MOST_STREAMS = 60
MOST_EACH = 6
BEAT = 0.7
BEATS_TO_HEARTBEAT = 3  # only who writes learns that the page has gone, and its seat is free
BEATS_TO_CHECK = 5
BEATS_AT_MOST = 1_300  # about a quarter of an hour; the page comes back by itself
LOOK_BACK = 100
"""Ids are given before their commits, so that a smaller one may appear after a larger."""


@dataclass(eq=False, slots=True)
class Seat:
    """A stream's seat; ``taken_over`` says that the same tab has opened another since."""

    staff_id: int
    tab: str
    taken_over: bool = False


class Streams:
    """The seats for streams: each holds a thread, so there are only so many.

    Who walks from page to page leaves streams behind that learn of it late;
    so a tab's new stream takes the seat of its old one.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._seats: dict[tuple[int, str], Seat] = {}
        self._lock = threading.Lock()

    def take(self, staff_id: int, tab: str) -> Seat | None:
        """Take a seat; None when all are taken, or this person has enough."""
        with self._lock:
            old = self._seats.get((staff_id, tab))
            if old is not None:
                old.taken_over = True
            elif len(self._seats) >= self._most or self._held_by(staff_id) >= MOST_EACH:
                return None
            seat = self._seats[staff_id, tab] = Seat(staff_id, tab)
            return seat

    def leave(self, seat: Seat) -> None:
        """Give a seat back, unless the same tab sits on it anew."""
        with self._lock:
            if self._seats.get((seat.staff_id, seat.tab)) is seat:
                del self._seats[seat.staff_id, seat.tab]

    @property
    def taken(self) -> int:
        """Count the seats that are taken."""
        with self._lock:
            return len(self._seats)

    def _held_by(self, staff_id: int) -> int:
        return sum(1 for holder, _ in self._seats if holder == staff_id)


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
    seat = seats.take(me.staff_id, _tab()) if held else None
    if held is None or seat is None:
        return Response(status=503, headers={"Retry-After": "15"})
    lines = follow(runtime(), held.token, me.shop_id, _since(), partial(_sleep, seat))
    response = Response(lines, content_type="text/event-stream; charset=utf-8")
    response.headers["Cache-Control"] = "no-store, no-transform"
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(partial(seats.leave, seat))
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
    pause: Callable[[float], bool],
) -> Iterator[str]:
    """Yield a shop's changes after ``since`` as server-sent events, until the session is over.

    ``pause`` sleeps for as many seconds as it is told, and says whether to go on.
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
        if not pause(BEAT):
            return


def _sleep(seat: Seat, seconds: float) -> bool:
    time.sleep(seconds)
    return not seat.taken_over


def _tab() -> str:
    """Give the name that a tab gave itself; each stream of a nameless one stands alone."""
    tab = request.args.get("tab", "")
    return tab if TAB.fullmatch(tab) else secrets.token_hex(8)


def _since() -> int:
    given = request.headers.get("Last-Event-ID") or request.args.get("since", "")
    fits = given.isascii() and given.isdigit() and len(given) <= 18
    return int(given) if fits else 0


def _ids(rows: Iterable[Any]) -> list[int]:
    return sorted({row.conversation_id for row in rows if row.conversation_id})
