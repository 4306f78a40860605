from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.runtime import Work
from bot.store import changes
from handlers import condition
from handlers.condition import Condition


def beat(front: Any, name: str, kind: str, seconds_ago: float = 0) -> None:
    def body(work: Work) -> None:
        at = work.now - timedelta(seconds=seconds_ago)
        changes.beat(work.connection, name, kind, at)

    front.runtime.transact(body)


def health(front: Any) -> tuple[int, dict[str, Any]]:
    answer = front.visitor().get("/health")
    return answer.status_code, answer.get_json()


def owe(front: Any, minutes: float) -> None:
    """Owe a customer words since some minutes."""
    front.say(front.hear("hello"), "thank you")
    change = {"at": datetime.now(UTC) - timedelta(minutes=minutes)}
    front.runtime.store.write(
        lambda connection: connection.execute(text("UPDATE outbox SET due_at = :at"), change)
    )


@pytest.fixture
def alive(front: Any) -> Any:
    beat(front, "relay", "relay")
    beat(front, "worker deliver", "worker")
    return front


def test_an_installation_that_works_is_healthy(alive: Any) -> None:
    status, told = health(alive)
    assert status == 200
    assert told["status"] == "ok"
    assert told["database"]["ok"] is True
    assert told["relay"]["ok"] is True
    assert [(one["name"], one["ok"]) for one in told["workers"]] == [("worker deliver", True)]
    assert {channel["key"] for channel in told["channels"]} == {"siam-line", "siam-page", "siam-ig"}


def test_a_relay_that_never_was_is_no_health(front: Any) -> None:
    status, told = health(front)
    assert status == 503
    assert told["relay"] == {"ok": False, "beat_at": None}


def test_a_relay_that_stopped_beating_is_no_health(alive: Any) -> None:
    beat(alive, "relay", "relay", seconds_ago=31)
    assert health(alive)[0] == 503
    beat(alive, "relay", "relay", seconds_ago=20)
    assert health(alive)[0] == 200


def test_a_worker_that_stopped_beating_is_told(alive: Any) -> None:
    beat(alive, "worker deliver", "worker", seconds_ago=60)
    status, told = health(alive)
    assert status == 200, "the relay still heals"
    assert told["workers"][0]["ok"] is False


def test_F46_a_delivery_due_for_over_five_minutes_is_no_health(alive: Any) -> None:
    owe(alive, minutes=4)
    assert health(alive)[0] == 200
    owe(alive, minutes=6)
    status, told = health(alive)
    assert status == 503
    assert told["oldest_due"]["ok"] is False
    assert 359 <= told["oldest_due"]["seconds"] <= 420


def test_redis_away_is_told_and_no_failure(alive: Any) -> None:
    status, told = health(alive)
    assert status == 200
    assert told["redis"] == {"ok": False}


def test_the_last_webhook_of_each_channel_is_told(alive: Any) -> None:
    alive.hear("hello")
    heard = {one["key"]: one["last_webhook_at"] for one in health(alive)[1]["channels"]}
    assert heard["siam-line"].endswith("Z")
    assert heard["siam-page"] is None


def test_a_database_that_is_away_is_no_health_and_no_fault(
    alive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> tuple[int, ...]:
        raise OSError("the host is gone")

    monkeypatch.setattr(type(alive.runtime.store), "version", lambda _: gone())
    status, told = health(alive)
    assert status == 503
    assert told["database"]["ok"] is False
    figures = alive.visitor().get("/metrics").text
    assert "openbill_database_up 0.0" in figures


@pytest.mark.parametrize(("version", "warns"), [((3, 40, 1), True), ((3, 51, 3), False)])
def test_an_sqlite_with_the_reset_fault_is_warned_of(version: tuple[int, ...], warns: bool) -> None:
    now = Condition(has_redis=True, has_database=True, engine="sqlite", version=version)
    assert bool(now.warnings) is warns
    assert not Condition(has_redis=True, engine="postgresql", version=(15, 0)).warnings


@pytest.mark.parametrize("path", ["/health", "/metrics"])
def test_health_tells_no_secret_and_no_words(alive: Any, path: str) -> None:
    alive.say(alive.hear("my secret wish"), "thank you kindly")
    told = alive.visitor().get(path).text
    for secret in (*alive.runtime.settings.secrets(), "my secret wish", "thank you kindly"):
        assert secret not in told
    assert str(alive.runtime.settings.data_dir) not in told


def test_health_answers_whatever_the_host_is_called(alive: Any) -> None:
    assert alive.visitor().get("/health", headers={"Host": "10.0.0.7"}).status_code == 200


def test_metrics_tell_what_waits_and_what_may_send(alive: Any) -> None:
    owe(alive, minutes=2)
    alive.hear("more", "U" + "b" * 32)
    figures = alive.visitor().get("/metrics").text
    for line in (
        "openbill_database_up 1.0",
        "openbill_relay_up 1.0",
        'openbill_deliveries{state="pending"} 1.0',
        'openbill_channel_up{channel="siam-line",kind="line"} 1.0',
        "openbill_pending_events 0.0",
    ):
        assert line in figures
    assert 'openbill_channel_last_webhook{channel="siam-line",kind="line"}' in figures


def test_reading_the_condition_changes_nothing(alive: Any) -> None:
    before = alive.state()
    condition.read_condition(alive.runtime)
    assert alive.state() == before
