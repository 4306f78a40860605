"""Asks for background work by name: the doorbell, and nothing that anybody relies on.

The database row is the job. A ring only spares it the wait for the relay, so
Redis may be slow, full, flushed or gone: a ring that fails is forgotten, and
for a while none is tried. A job carries no arguments at all: whoever reads or
writes Redis learns nothing and chooses nothing.
"""

from __future__ import annotations

import threading
import time
import uuid

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

log = structlog.get_logger(__name__)

JOBS = {
    "inbound": "workers.inbound.drain",
    "deliver": "workers.deliver.drain",
    "render": "workers.render.drain",
    "media": "workers.media.drain",
    "upkeep": "workers.upkeep.sweep",
}
"""Which job each queue runs; a worker refuses every other name."""

QUEUES = ("inbound", "deliver", "render", "media", "upkeep")
"""The names that stay, whether or not a queue has a job yet."""

TIMEOUT = 0.5
"""Seconds that a ring may cost the request which makes it."""

PAUSE = 5.0
"""Seconds without a try after one that failed."""

JOB_TIMEOUT = 30
JOB_TTL = 60
FAILURE_TTL = 7 * 24 * 3600


class Doorbell:
    """Rings the workers through Redis. One per process, made after any fork."""

    def __init__(self, url: str) -> None:
        """``url`` is ``redis://…`` or ``unix://…``; nothing connects until the first ring."""
        self._redis = Redis.from_url(
            url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=None
        )
        self._lock = threading.Lock()
        self._quiet_until = 0.0

    def ring(self, queue: str) -> bool:
        """Have a worker look at what is due in ``queue``; False when the bell is out of order.

        A job that already waits was enqueued before it could see our row and
        will run after our commit, so one waiting job is enough.
        """
        if time.monotonic() < self._quiet_until:
            return False
        try:
            if int(self._redis.llen(f"rq:queue:{queue}")) == 0:
                self._enqueue(queue)
        except RedisError as error:
            with self._lock:
                self._quiet_until = time.monotonic() + PAUSE
            log.warning("doorbell out of order", queue=queue, error=type(error).__name__)
            return False
        return True

    def _enqueue(self, queue: str) -> None:
        Queue(queue, connection=self._redis, serializer=JSONSerializer).enqueue_call(
            JOBS[queue],
            job_id=str(uuid.uuid4()),  # always new: a stable id is blocked by its own ghost
            timeout=JOB_TIMEOUT,
            ttl=JOB_TTL,
            result_ttl=0,
            failure_ttl=FAILURE_TTL,
            description=queue,
        )

    def answers(self) -> bool:
        """Say whether Redis answers now."""
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False

    def waiting(self) -> dict[str, int]:
        """Count the jobs that wait in each queue. Raises ``RedisError``."""
        return {queue: int(self._redis.llen(f"rq:queue:{queue}")) for queue in QUEUES}

    def close(self) -> None:
        """Let go of Redis."""
        self._redis.close()
