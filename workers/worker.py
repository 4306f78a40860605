"""The worker: takes rings from one queue and runs that queue's job, and nothing else ever.

Whoever can write to Redis can write a job that names any function of any
module, callbacks to run after it, addresses to call and repeats to make. So a
ring is read through an allow-list: of its fields, of its name and of its
arguments, which must be none. The function comes from our own table, and the
runtime it needs from this process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from uuid import uuid4

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import NoSuchJobError
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import now
from rq.worker import WorkerStatus

from bot.jobs import FAILURE_TTL, JOB_TIMEOUT
from bot.jobs import JOBS as NAMES
from bot.runtime import Runtime
from workers.jobs import JOBS
from workers.stop import Stop, StopRequested

log = structlog.get_logger(__name__)

MAINTENANCE = 60
TTL = 25
"""Seconds a worker counts as alive for RQ; it waits ten less fifteen for a ring."""

RETURN = 1.0
"""Seconds before a worker that lost Redis begins anew."""

# What may be read of a job's hash: no callbacks, webhooks, dependencies, retries or repeats.
FIELDS = frozenset(
    {
        *("created_at", "enqueued_at", "started_at", "ended_at", "last_heartbeat"),
        *("data", "origin", "description", "status", "ttl", "result_ttl", "worker_name"),
    }
)


class TimeIsUp(BaseException):
    """A job ran for longer than any job may.

    No ``Exception``, so that nothing on its way mistakes it for a failure of
    its own and goes on.
    """


class Ring(Job):
    """A job as our worker reads it: its name, its times, and nothing that acts."""

    def restore(self, raw_data: Mapping[bytes, bytes]) -> None:
        """Take over the harmless fields of what lies in Redis; odd ones make it unreadable."""
        known = {
            key: value
            for key, value in raw_data.items()
            if key.decode("utf-8", "replace") in FIELDS
        }
        try:
            super().restore(known)
        except NoSuchJobError:
            raise
        except Exception:  # noqa: BLE001 whatever is wrong with it, it is refused by its data
            super().restore({b"data": b"unreadable"})
        self.timeout = JOB_TIMEOUT
        self.failure_ttl = FAILURE_TTL

    def is_named(self, name: str | None) -> bool:
        """Say whether this is a ring for that job: its name, and no arguments."""
        try:
            asked = (self.func_name, self.instance, tuple(self.args), dict(self.kwargs))
        except Exception:  # noqa: BLE001 RQ lets through what a forged job makes it raise
            return False
        return name is not None and asked == (name, None, (), {})


class Worker(SimpleWorker):
    """RQ's worker without forks, commands from Redis, suspension and imports by name."""

    job_class = Ring
    max_connection_wait_time = 5.0

    job_name: str | None = None
    duty: Callable[[], object]
    stop: Stop

    # What RQ would do by itself -------------------------------------------------------------

    def subscribe(self) -> None:
        """Take no commands from Redis: this process is stopped by a signal."""

    def check_for_suspension(self, burst: bool) -> None:
        """Go on whatever a key in Redis says: deliveries are stopped in the settings."""

    def procline(self, message: str) -> None:
        """Keep the title that people find this process by."""

    def _install_signal_handlers(self) -> None:
        """Leave the signals to ``Stop``."""

    def run_maintenance_tasks(self) -> None:
        """Tidy Redis, where that is possible; a forged entry must not end the worker."""
        try:
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
        except StopRequested:
            raise
        except Exception as error:  # noqa: BLE001 nothing that matters depends on it
            log.warning("maintenance failed", error=type(error).__name__)
            self.last_cleaned_at = now()  # type: ignore[assignment]

    # A ring ---------------------------------------------------------------------------------

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Answer one ring. A signal waits until its job is over; a lost Redis ends the loop."""
        with self.stop.held():
            try:
                job.origin = queue.name
                if isinstance(job, Ring) and job.is_named(self.job_name):
                    self.perform_job(job, queue, self.prepare_execution(job))
                else:
                    self._refuse(job, queue)
                self.set_state(WorkerStatus.IDLE)
            except RedisError as error:
                log.warning("redis lost during a job", job=job.id, error=type(error).__name__)
                raise StopRequested from None
        self._stop_requested = self.stop.asked

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Run this queue's job; what Redis and the log learn of a failure is its class's name."""
        self.prepare_job_execution(job, remove_from_intermediate_queue=True)
        job.started_at = now()
        try:
            with self.death_penalty_class(JOB_TIMEOUT, TimeIsUp, job_id=job.id):
                self.duty()
        except (Exception, TimeIsUp) as error:  # noqa: BLE001 a failed job is the relay's to repeat
            name = type(error).__name__
            log.error("job failed", job=job.id, queue=queue.name, error=name)  # noqa: TRY400
            job.ended_at = now()
            self.handle_job_failure(job, queue, exc_string=name, execution=execution)
            return False
        self._finalize_success(job, queue, execution, None)
        return True

    def _refuse(self, job: Job, queue: Queue) -> None:
        log.error("job refused: it is none of this queue's", job=job.id, queue=queue.name)
        queue.intermediate_queue.remove(job.id)
        self.handle_job_failure(job, queue, exc_string="Refused")


def hire(runtime: Runtime, queue: str, stop: Stop, connection: Redis) -> Worker:
    """Make the worker of one queue; one queue only, or a killed worker loses rings unseen."""
    worker = Worker(
        [queue],
        name=f"{queue}-{uuid4().hex[:12]}",
        connection=connection,
        serializer=JSONSerializer,
        maintenance_interval=MAINTENANCE,
        worker_ttl=TTL,
        job_monitoring_interval=5,
        log_job_description=False,
    )
    worker.job_name = NAMES.get(queue)
    worker.stop = stop
    if worker.job_name is not None:
        worker.duty = partial(JOBS[worker.job_name], runtime)
    return worker


def serve(runtime: Runtime, queue: str, stop: Stop) -> None:
    """Work for one queue until a signal; come back to a Redis that was away."""
    with suppress(StopRequested):
        while not stop.asked:
            try:
                with Redis.from_url(
                    runtime.settings.redis.url, socket_connect_timeout=2, retry=None
                ) as connection:
                    hire(runtime, queue, stop, connection).work()
            except RedisError as error:
                log.warning("redis does not answer", queue=queue, error=type(error).__name__)
            if not stop.asked:
                time.sleep(RETURN)
