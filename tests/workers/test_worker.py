from __future__ import annotations

import base64
import json
import os
import pickle
import signal
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from bot.jobs import JOBS as NAMES
from bot.jobs import QUEUES, Doorbell
from bot.runtime import Runtime
from workers import jobs, worker
from workers.stop import Stop
from workers.worker import FIELDS, Ring, hire

CANARY = "canary-3f9a-customer-words"


@pytest.fixture
def engine_kind() -> str:
    return "sqlite"


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as connection:
        yield connection


@pytest.fixture
def stop() -> Iterator[Stop]:
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    asked = Stop()
    asked.listen()
    yield asked
    for each, handler in before.items():
        signal.signal(each, handler)


Work = Callable[..., list[Runtime]]


@pytest.fixture
def work(
    runtime: Runtime, redis: Redis, stop: Stop, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[Runtime]]:
    """Work until the queue is empty, with a job of the test's; give what it was called with."""

    def run(queue: str = "upkeep", job: Callable[[Runtime], object] | None = None) -> list[Runtime]:
        calls: list[Runtime] = []

        def duty(given: Runtime) -> int:
            calls.append(given)
            if job is not None:
                job(given)
            return 1

        if queue in NAMES:
            monkeypatch.setitem(jobs.JOBS, NAMES[queue], duty)
        hire(runtime, queue, stop, redis).work(burst=True)
        return calls

    return run


def in_redis(redis: Any) -> bytes:
    """Everything that Redis holds, with what RQ compresses opened."""
    found: list[bytes] = []
    for key in redis.scan_iter():
        found.append(key)
        kind = redis.type(key)
        if kind == b"hash":
            found += redis.hgetall(key).values()
        elif kind == b"stream":
            found += [value for _, each in redis.xrange(key) for value in each.values()]
        elif kind == b"zset":
            found += redis.zrange(key, 0, -1)
        elif kind == b"list":
            found += redis.lrange(key, 0, -1)
    return b"\n".join([*found, *map(opened, found)])


def opened(value: bytes) -> bytes:
    """What is in a value that RQ compressed: a job's call, or in base64 a failure."""
    for decode in (zlib.decompress, lambda coded: zlib.decompress(base64.b64decode(coded))):
        with suppress(zlib.error, ValueError):
            return decode(value)
    return b""


def failed(redis: Redis, queue: str = "upkeep") -> list[Job]:
    registry = Queue(queue, connection=redis, serializer=JSONSerializer).failed_job_registry
    ids = registry.get_job_ids()
    found = Job.fetch_many(ids, connection=redis, serializer=JSONSerializer)
    return [job for job in found if job is not None]


def is_tidy(redis: Redis, queue: str = "upkeep") -> bool:
    """Nothing waits, nothing is on its way, nothing counts as running."""
    keys = (f"rq:queue:{queue}", f"rq:queue:{queue}:intermediate")
    return not any(redis.llen(key) for key in keys) and not redis.zcard(f"rq:wip:{queue}")


def test_every_ring_has_its_job_and_every_job_its_ring() -> None:
    assert set(NAMES.values()) == set(jobs.JOBS)
    assert set(NAMES) <= set(QUEUES)
    for name, job in jobs.JOBS.items():
        assert f"{job.__module__}.{job.__name__}" == name


def test_a_ring_runs_the_queues_job_with_this_process_runtime(
    runtime: Runtime, redis: Redis, work: Work
) -> None:
    assert runtime.bell.ring("upkeep")
    assert work() == [runtime]
    assert is_tidy(redis)
    assert failed(redis) == []
    assert not list(redis.scan_iter("rq:job:*")), "a job that ran leaves nothing behind"


def test_a_ring_while_one_waits_adds_nothing(runtime: Runtime, work: Work) -> None:
    assert runtime.bell.ring("upkeep")
    assert runtime.bell.ring("upkeep")
    assert len(work()) == 1


def test_a_bell_that_is_out_of_order_is_left_alone_for_a_while(tmp_path: Path) -> None:
    bell = Doorbell(f"unix://{tmp_path / 'nobody.sock'}")
    assert bell.ring("deliver") is False
    assert bell.answers() is False


ARGUMENTS: dict[str, dict[str, Any]] = {
    "another module's function": {"func": "os.mkdir", "args": ["{made}"]},
    "a job with arguments": {"func": NAMES["upkeep"], "args": ["{made}"]},
    "a job with named arguments": {"func": NAMES["upkeep"], "kwargs": {"path": "{made}"}},
    "another queue's job": {"func": NAMES["deliver"]},
    "no function at all": {"func": ""},
}


@pytest.mark.parametrize("case", ARGUMENTS)
def test_T60_a_job_that_is_not_on_the_list_is_refused(
    case: str, redis: Redis, work: Work, tmp_path: Path
) -> None:
    made = str(tmp_path / "made")
    forged = {"args": [], "kwargs": {}, **ARGUMENTS[case]}
    queue = Queue("upkeep", connection=redis, serializer=JSONSerializer)
    args = [text.format(made=made) for text in forged["args"]]
    job = queue.enqueue_call(
        forged["func"] or "nothing.at_all", args=args, kwargs=forged["kwargs"], job_id="forged"
    )
    assert work() == []
    assert not Path(made).exists()
    assert [each.id for each in failed(redis)] == [job.id]
    assert is_tidy(redis)


class Mischief:
    """Runs a function when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.path,)


def forge(redis: Any, data: bytes, **fields: bytes | str) -> None:
    """Write a job's hash by hand, as whoever reaches Redis can."""
    values: dict[str, Any] = {"data": data, "origin": "upkeep", "status": "queued", **fields}
    redis.hset("rq:job:forged", mapping=values)
    redis.rpush("rq:queue:upkeep", "forged")


def test_T60_a_pickled_job_is_not_even_read(redis: Redis, work: Work, tmp_path: Path) -> None:
    made = str(tmp_path / "made")
    forge(redis, zlib.compress(pickle.dumps(("os.mkdir", None, Mischief(made), {}))))
    assert work() == []
    assert not Path(made).exists()
    assert [job.id for job in failed(redis)] == ["forged"]


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"[]", b'"abcd"', b"[" * 100_000, b'["workers.upkeep.sweep", 1, [], {}]'],
)
def test_T60_a_job_of_nonsense_costs_the_worker_nothing(
    data: bytes, runtime: Runtime, redis: Redis, work: Work
) -> None:
    forge(redis, data, created_at="not a time", timeout="never", meta=b"\x80", result_ttl="x")
    assert work() == []
    runtime.bell.ring("upkeep")
    assert work() == [runtime]


def test_T60_a_right_name_brings_no_callback_and_no_webhook_along(
    runtime: Runtime, redis: Redis, work: Work, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    good = zlib.compress(json.dumps([NAMES["upkeep"], None, [], {}]).encode())
    callbacks = {f"{kind}_callback_name": "os.getpid" for kind in ("success", "failure", "stopped")}
    forge(
        redis,
        good,
        **callbacks,
        webhooks='[{"url": "http://127.0.0.1:9/"}]',
        repeats_left="5",
        retries_left="5",
        dependency_ids='["other"]',
    )
    stored = Ring.fetch("forged", connection=redis, serializer=JSONSerializer)
    assert stored.success_callback is None
    assert stored.failure_callback is None
    assert stored.stopped_callback is None
    assert not stored.webhooks
    assert not stored.repeats_left
    assert not stored.retries_left
    assert work() == [runtime]
    assert not made.exists()
    assert not list(redis.scan_iter("rq:scheduled:*"))


def test_T60_no_field_that_is_read_of_a_job_can_act() -> None:
    acts = ("callback", "webhook", "depend", "retr", "repeat", "meta", "group", "rate")
    assert not [field for field in FIELDS if any(word in field for word in acts)]


def test_T60_a_forged_abandoned_job_calls_nobody(
    runtime: Runtime, redis: Redis, work: Work, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    module = tmp_path / "mischief.py"
    module.write_text(f"import pathlib\ndef act(*_):\n    pathlib.Path({str(made)!r}).touch()\n")
    forge(
        redis,
        zlib.compress(json.dumps([NAMES["upkeep"], None, [], {}]).encode()),
        status="started",
        failure_callback_name="mischief.act",
    )
    redis.delete("rq:queue:upkeep")
    redis.zadd("rq:wip:upkeep", {"forged:1": 1})
    runtime.bell.ring("upkeep")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        assert len(work()) == 1
    assert not made.exists()


def test_a_forged_entry_does_not_end_the_worker(runtime: Runtime, redis: Redis, work: Work) -> None:
    redis.rpush("rq:queue:upkeep:intermediate", b"\xff\xfe")
    runtime.bell.ring("upkeep")
    assert work() == [runtime]


def test_a_queue_without_a_job_refuses_everything(redis: Redis, work: Work) -> None:
    queue = Queue("media", connection=redis, serializer=JSONSerializer)
    queue.enqueue_call(NAMES["upkeep"])
    assert work("media") == []
    assert len(failed(redis, "media")) == 1


def test_T58_of_a_failure_redis_and_the_log_learn_its_class_only(
    runtime: Runtime,
    redis: Redis,
    work: Work,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_: Runtime) -> None:
        secret = CANARY
        raise ValueError(f"{secret} access_token={secret}")

    runtime.bell.ring("upkeep")
    assert len(work(job=fail)) == 1
    (job,) = failed(redis)
    result = job.latest_result()
    assert result is not None
    assert result.exc_string == "ValueError"
    assert job.description == "upkeep"
    held = in_redis(redis)
    assert b"ValueError" in held
    assert CANARY.encode() not in held
    printed = capsys.readouterr()
    # Where it goes depends on whether a test before has set the logs up.
    said = printed.out + printed.err + caplog.text
    assert "ValueError" in said
    assert CANARY not in said
    assert is_tidy(redis)


def test_a_failed_job_does_not_stop_the_next(runtime: Runtime, work: Work) -> None:
    def fail(_: Runtime) -> None:
        raise RuntimeError

    runtime.bell.ring("upkeep")
    work(job=fail)
    runtime.bell.ring("upkeep")
    assert work() == [runtime]


def test_F18_a_job_whose_time_is_up_cannot_mistake_that_for_a_failure_of_its_own(
    runtime: Runtime, redis: Redis, work: Work
) -> None:
    went_on = []

    def hang(_: Runtime) -> None:
        try:
            signal.raise_signal(signal.SIGALRM)
        except Exception:  # noqa: BLE001
            went_on.append(True)

    runtime.bell.ring("upkeep")
    work(job=hang)
    assert went_on == []
    (job,) = failed(redis)
    result = job.latest_result()
    assert result is not None
    assert result.exc_string == "TimeIsUp"
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL


def test_F20_a_signal_lets_the_job_under_way_finish(
    runtime: Runtime, redis: Redis, work: Work, stop: Stop
) -> None:
    finished = []

    def be_told(given: Runtime) -> None:
        signal.raise_signal(signal.SIGTERM)
        given.bell.ring("upkeep")
        finished.append(True)

    runtime.bell.ring("upkeep")
    assert len(work(job=be_told)) == 1, "no other job is begun after a signal"
    assert finished == [True]
    assert stop.asked
    assert failed(redis) == []
    assert redis.llen("rq:queue:upkeep") == 1


def test_a_worker_takes_no_orders_from_redis(redis: Redis, runtime: Runtime, stop: Stop) -> None:
    one = hire(runtime, "upkeep", stop, redis)
    one.bootstrap()
    assert redis.pubsub_channels() == []
    redis.set("rq:suspended", 1)
    one.check_for_suspension(burst=True)


def test_redis_lost_during_a_job_ends_the_loop_and_not_the_process(
    runtime: Runtime, redis: Redis, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_redis(_: Runtime) -> None:
        def gone(*_: object, **__: object) -> None:
            raise RedisError

        monkeypatch.setattr(worker.Worker, "handle_job_success", gone)

    runtime.bell.ring("upkeep")
    assert work(job=lose_redis) == [runtime]
