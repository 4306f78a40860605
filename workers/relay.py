"""The relay: finds what is due in the database and wakes the workers; what really heals.

Rings get lost with Redis, with killed workers and between a commit and its
ring. The rows remain, and the relay looks for them every second. While the
doorbell itself is out of order it does the work, so that nothing waits for
Redis. Two relays at once do no harm: every row is claimed before it is sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import structlog

from bot import outbox, surfaces
from bot.jobs import JOBS as NAMES
from bot.runtime import Runtime
from bot.store import events, media
from workers.heart import beat
from workers.jobs import JOBS
from workers.stop import Stop, StopRequested

log = structlog.get_logger(__name__)

TURN = 1.0
BEAT = 5.0
UPKEEP = 60.0
CARDS = 2.0
"""Seconds between two looks for staff groups whose cards are due: no free reply may run out."""

AGAIN = timedelta(seconds=30)
"""How long a delivery that was offered is not offered again: repeats choke a queue."""

TROUBLE = 5.0
"""Seconds to leave a part alone after it failed."""


class Relay:
    """One relay's memory: when each of its parts is next due, and whether the bell works."""

    def __init__(self, runtime: Runtime, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` counts seconds and never goes back."""
        self._runtime = runtime
        self._clock = clock
        self._parts: list[tuple[Callable[[], None], float]] = [
            (self._beat, BEAT),
            (self._wake_inbound, TURN),
            (self._wake_deliver, TURN),
            (self._wake_media, TURN),
            (self._post_cards, CARDS),
            (self._wake_upkeep, UPKEEP),
        ]
        self._due = [float("-inf")] * len(self._parts)
        self._bell_works = True

    def turn(self) -> None:
        """Do what is due now. No part's failure costs another its turn."""
        for index, (part, pause) in enumerate(self._parts):
            if self._clock() < self._due[index]:
                continue
            try:
                part()
            except Exception as error:  # noqa: BLE001 whatever it is, the relay must go on
                log.warning("relay stumbled", part=part.__name__, error=type(error).__name__)
                pause = max(pause, TROUBLE)  # noqa: PLW2901
            self._due[index] = self._clock() + pause

    def _beat(self) -> None:
        beat(self._runtime, "relay", "relay")

    def _wake_inbound(self) -> None:
        with self._runtime.store.read() as connection:
            waiting = events.conversations_with_pending_events(connection, limit=1)
        if waiting:
            self._wake("inbound")

    def _wake_deliver(self) -> None:
        # Without a bell nobody else was offered anything: then every turn counts.
        again = AGAIN if self._bell_works else timedelta(0)
        if self._runtime.transact(lambda work: outbox.offer_due(work, again)):
            self._wake("deliver")

    def _wake_media(self) -> None:
        with self._runtime.store.read() as connection:
            due = media.is_due(connection, self._runtime.store.now(connection))
        if due:
            self._wake("media")

    def _post_cards(self) -> None:
        surfaces.post_due(self._runtime)

    def _wake_upkeep(self) -> None:
        self._wake("upkeep")

    def _wake(self, queue: str) -> None:
        """Ring, or do the work here where the bell is out of order."""
        self._bell_works = self._runtime.bell.ring(queue)
        if not self._bell_works:
            JOBS[NAMES[queue]](self._runtime)


def serve(runtime: Runtime, stop: Stop) -> None:
    """Relay until a signal."""
    relay = Relay(runtime)
    with suppress(StopRequested):
        while not stop.asked:
            with stop.held():
                relay.turn()
            if not stop.asked:
                time.sleep(TURN)
