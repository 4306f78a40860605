from __future__ import annotations

import os
import pickle
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from redis import Redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer
from werkzeug.serving import make_server

from bot.jobs import JOBS
from handlers import dashboard

OPERATOR = {"email": "ops@example.com", "password": "night-watch-lamp-77"}
EVIL = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
PAGES = [
    "/rq/",
    "/rq/0/view/workers",
    "/rq/0/view/jobs",
    "/rq/0/view/job/{id}",
]
DATA = [
    "/rq/0/data/queues.json",
    "/rq/0/data/workers.json",
    "/rq/0/data/jobs/upkeep/failed/8/asc/1.json",
    "/rq/0/data/job/{id}.json",
]
ASSETS = ["/rq/static/js/jquery-3.5.1.min.js"]


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as connection:
        yield connection


@pytest.fixture
def front(open_front: Callable[..., Any], redis_url: str) -> Any:
    return open_front(OPENBILL_REDIS__URL=redis_url)


@pytest.fixture
def operator(front: Any) -> Any:
    return front.staff(**OPERATOR)


@pytest.fixture
def failed(redis: Redis) -> Job:
    """A failed job whose every word tries to run in its reader's browser."""
    queue = Queue("upkeep", connection=redis, serializer=JSONSerializer)
    job = queue.enqueue_call(
        JOBS["upkeep"], description=EVIL, job_id="failed-one", meta={"note": EVIL}
    )
    queue.remove(job)
    with redis.pipeline() as pipeline:
        job._handle_failure(EVIL, pipeline)
        pipeline.execute()
    return job


def waiting(redis: Redis) -> int:
    return int(redis.llen("rq:queue:upkeep"))


def test_T61_nobody_but_the_operator_sees_the_dashboard(
    front: Any, operator: Any, failed: Job
) -> None:
    visitor, staff = front.visitor(), front.staff()
    for path in (each.format(id=failed.id) for each in (*PAGES, *DATA, *ASSETS)):
        with visitor.get(path) as stranger:
            assert stranger.status_code == 303, path
            assert stranger.headers["Location"].startswith("/login")
        with staff.get(path) as known:
            assert known.status_code == 404
        with operator.get(path) as shown:
            assert shown.status_code == 200


def test_T61_nobody_but_the_operator_requeues(front: Any, redis: Redis, failed: Job) -> None:
    visitor, staff = front.visitor(), front.staff()
    for path in ("/rq/requeue/upkeep", "/rq/job/failed-one/requeue"):
        assert visitor.post(path).status_code == 303
        assert staff.post(path, form_on="/account").status_code == 404
    assert waiting(redis) == 0


@pytest.mark.parametrize("method", ["get", "head"])
def test_T61_no_get_changes_anything(method: str, operator: Any, redis: Redis, failed: Job) -> None:
    for path in (
        "/rq/requeue/upkeep",
        "/rq/job/failed-one/requeue",
        "/rq/job/failed-one/delete",
        "/rq/queue/upkeep/failed/empty",
        "/rq/queue/upkeep/compact",
    ):
        assert getattr(operator.client, method)(path).status_code == 405
    assert waiting(redis) == 0
    assert redis.exists(failed.key)


def test_T61_a_post_without_our_token_changes_nothing(
    operator: Any, redis: Redis, failed: Job
) -> None:
    for headers in ({}, {"X-CSRFToken": "guessed"}):
        assert operator.client.post("/rq/requeue/upkeep", headers=headers).status_code == 400
    assert waiting(redis) == 0


def test_the_operator_requeues_with_the_token_that_the_page_gives(
    operator: Any, redis: Redis, failed: Job
) -> None:
    operator.get("/rq/")
    cookie = operator.client.get_cookie("_csrf_token", path="/rq/")
    assert cookie is not None
    answer = operator.client.post("/rq/requeue/upkeep", headers={"X-CSRFToken": cookie.value})
    assert answer.get_json() == {"status": "OK", "count": 1}
    assert waiting(redis) == 1


def test_T61_the_dashboard_cannot_be_framed_and_only_its_policy_is_loose(
    front: Any, operator: Any
) -> None:
    policy = operator.get("/rq/").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "'unsafe-eval'" in policy
    assert operator.get("/rq/").headers["X-Frame-Options"] == "DENY"
    assert "unsafe" not in operator.get("/ops").headers["Content-Security-Policy"]
    assert "_csrf_token" not in operator.get("/ops").headers.get("Set-Cookie", "")


def test_T61_no_page_shows_a_value_raw(operator: Any, failed: Job) -> None:
    for path in PAGES:
        page = operator.get(path.format(id=failed.id)).text
        assert "<%=" not in page
        assert EVIL not in page


@pytest.fixture
def served(front: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, front.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def job_page(served: str, page: Page, failed: Job) -> Callable[[], Page]:
    """The failed job's page, as the operator opens it in a browser."""

    def open_it() -> Page:
        page.goto(f"{served}/login")
        page.fill("input[name=email]", OPERATOR["email"])
        page.fill("input[name=password]", OPERATOR["password"])
        page.click("main form button")
        page.wait_for_url("**/ops")
        page.goto(f"{served}/rq/0/view/job/{failed.id}")
        return page

    return open_it


@pytest.mark.browser
def test_T61_what_a_job_says_of_itself_is_text(job_page: Callable[[], Page]) -> None:
    page = job_page()
    assert EVIL in page.inner_text("pre.exc_info")
    assert page.title() == "RQ dashboard"
    assert page.query_selector("#job-data img") is None


@pytest.mark.browser
def test_the_librarys_own_page_runs_what_a_job_says(
    job_page: Callable[[], Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin that proves the attack, without our loader's cure."""
    original = dashboard.EscapingLoader()._original
    monkeypatch.setattr(
        dashboard.EscapingLoader, "get_source", lambda _, *asked: original.get_source(*asked)
    )
    job_page().wait_for_function("document.title === 'taken'")


class Mischief:
    """Runs a function when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.path,)


def test_T60_no_page_unpickles_what_lies_in_redis(
    operator: Any, redis: Any, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    evil = pickle.dumps(Mischief(str(made)))
    redis.hset(
        "rq:job:forged",
        mapping={
            "data": zlib.compress(evil),
            "meta": evil,
            "result": evil,
            "origin": "upkeep",
            "status": "failed",
            "created_at": "2026-11-22T00:00:00.000000Z",
        },
    )
    redis.sadd("rq:queues", "rq:queue:upkeep")
    redis.zadd("rq:failed:upkeep", {"forged": 4102444800})
    redis.rpush("rq:queue:upkeep", "forged")
    for path in (*PAGES, *DATA, "/rq/0/data/jobs/upkeep/queued/8/asc/1.json"):
        operator.get(path.format(id="forged"))
    cookie = operator.client.get_cookie("_csrf_token", path="/rq/")
    assert cookie is not None
    for path in ("/rq/requeue/upkeep", "/rq/job/forged/requeue", "/rq/job/forged/delete"):
        operator.client.post(path, headers={"X-CSRFToken": cookie.value})
    assert not made.exists()


def test_what_is_not_there_is_not_found(operator: Any) -> None:
    for path in (
        "/rq/0/view/job/nobody",
        "/rq/0/data/job/nobody.json",
        "/rq/7/",
        "/rq/0/view/jobs/upkeep/nonsense/8/asc/1",
        "/rq/0/data/jobs/upkeep/nonsense/8/asc/1.json",
        "/rq/0/data/jobs/upkeep/failed/x/asc/1.json",
        "/rq/0/data/jobs/upkeep/failed/8/asc/0.json",
        "/rq/nowhere",
    ):
        assert operator.get(path).status_code == 404, path


def test_without_redis_the_dashboard_says_so(open_front: Callable[..., Any]) -> None:
    answer = open_front().staff(**OPERATOR).get("/rq/")
    assert answer.status_code == 503
    assert "Redis" in answer.text


def test_every_address_of_the_library_is_known_to_us(front: Any) -> None:
    theirs = {
        rule.endpoint
        for rule in front.app.url_map.iter_rules()
        if rule.endpoint.startswith("rq_dashboard.")
    }
    assert theirs == dashboard.READS | dashboard.CHANGES
