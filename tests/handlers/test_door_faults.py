"""What can go wrong around a delivery, at the doors: it comes again, late, or in no order."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text

from bot import conversation
from bot.inbox import keeping
from handlers import webhooks
from tests.handlers.door import Door

NOW = int(time.time() * 1000)


def delivery(words: str, number: int, *, at: int = 0, **more: Any) -> dict[str, Any]:
    """One LINE event, written ``at`` seconds after now."""
    return {
        "type": "message",
        "mode": "active",
        "webhookEventId": f"01F{number:023}",
        "deliveryContext": {"isRedelivery": False},
        "timestamp": NOW + at * 1000,
        "source": {"type": "user", "userId": "U" + "c" * 32},
        "replyToken": f"token-{number}",
        "message": {"id": str(number), "type": "text", "text": words},
        **more,
    }


def body(*events: dict[str, Any]) -> bytes:
    return json.dumps({"destination": "U", "events": events}).encode()


def texts(door: Door) -> list[str]:
    """The words of every message, oldest first."""
    return [message["text"] for message in reversed(door.messages())]


@contextmanager
def rival(door: Door) -> Iterator[Engine]:
    """A connection of somebody else's."""
    engine = create_engine(door.front.runtime.store.url)
    yield engine
    engine.dispose()


@contextmanager
def locked(door: Door) -> Iterator[None]:
    """The database in somebody else's hands."""
    with rival(door) as engine, engine.connect() as connection:
        if door.front.runtime.store.is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("LOCK TABLE raw_deliveries IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


@contextmanager
def full(door: Door) -> Iterator[None]:
    """No room left on the database's disk."""
    store = door.front.runtime.store
    if store.is_sqlite:

        def cap(connection: Any, _record: Any, _proxy: Any) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")

        event.listen(store._engine, "checkout", cap)
        yield
        event.remove(store._engine, "checkout", cap)
        store._engine.dispose()
        return
    refuse = "BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END"
    with rival(door) as engine, engine.begin() as connection:
        connection.execute(
            text(f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {refuse} $$")
        )
        connection.execute(
            text(
                "CREATE TRIGGER full_disk BEFORE INSERT ON raw_deliveries EXECUTE FUNCTION refuse()"
            )
        )
    yield
    with rival(door) as engine, engine.begin() as connection:
        connection.execute(text("DROP TRIGGER full_disk ON raw_deliveries"))


def test_F03_a_redelivery_hours_later_is_known(door: Door) -> None:
    first = delivery("two teas", 1)
    assert door.post("line", body(first)) == 200
    conversation.drain(door.front.runtime)
    before = door.front.state()
    later = "UPDATE events SET received_at = :at, processed_at = :at"
    old = {"at": "2020-01-01 00:00:00"}
    if door.front.runtime.store.is_sqlite:
        old["at"] += ".000000"
    door.front.runtime.store.write(lambda connection: connection.execute(text(later), old))

    again = first | {"deliveryContext": {"isRedelivery": True}, "replyToken": "token-new"}
    assert door.post("line", body(again)) == 200
    conversation.drain(door.front.runtime)

    after = door.front.state()
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {
        "raw_deliveries": 1
    }


def test_F04_events_in_no_order_end_in_the_order_of_writing(door: Door) -> None:
    assert door.post("line", body(delivery("second", 2, at=2))) == 200
    assert door.post("line", body(delivery("first", 1, at=1))) == 200
    assert texts(door) == ["first", "second"]


def test_F04_an_unsend_before_its_message_and_an_edit_before_its_original(door: Door) -> None:
    unsend = delivery("", 11, at=5, type="unsend", unsend={"messageId": "3"})
    del unsend["message"]
    edit = delivery("mended", 12, at=6, type="messageEdited")
    edit["message"]["id"] = "4"
    assert door.post("line", body(unsend, edit)) == 200
    assert (
        door.post("line", body(delivery("never seen", 3, at=1), delivery("wrong", 4, at=2))) == 200
    )
    assert [one for one in texts(door) if one] == ["mended"]
    assert "never seen" not in json.dumps(door.messages())


def test_F05_a_process_that_dies_between_commit_and_answer_loses_nothing(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = body(delivery("two teas", 1))

    def die(_queue: str) -> bool:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(door.front.runtime.bell, "ring", die)
        with pytest.raises(SystemExit):
            door.post("line", said)
    assert texts(door) == ["two teas"]
    assert door.post("line", said) == 200
    assert texts(door) == ["two teas"]


def test_F06_a_process_that_dies_before_its_commit_leaves_nothing_half_written(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = body(delivery("two teas", 1), delivery("and milk", 2, at=1))
    before, real, calls = door.front.state(), keeping.keep, []

    def die(*given: Any) -> bool:
        calls.append(given)
        if len(calls) == 2:
            raise SystemExit
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setattr("bot.inbox.keep", die)
        with pytest.raises(SystemExit):
            door.post("line", said)
    assert door.front.state() == before
    assert door.post("line", said) == 200
    assert texts(door) == ["two teas", "and milk"]


def test_F07_a_locked_database_makes_the_platform_come_again(door: Door) -> None:
    said = body(delivery("two teas", 1))
    with locked(door):
        assert door.post("line", said) == 503
    assert door.post("line", said) == 200
    assert texts(door) == ["two teas"]


def test_F08_a_full_disk_makes_the_platform_come_again(door: Door) -> None:
    said = body(delivery("tea " * 4000, 1))
    before = door.front.state()
    with full(door):
        answers = [door.post("line", said) for _ in range(3)]
    assert set(answers) == {503}
    assert door.front.state() == before
    assert door.post("line", said) == 200
    assert len(texts(door)) == 1


def test_T12_of_a_thousand_events_one_is_bad_and_one_comes_twice(door: Door) -> None:
    events = [delivery(f"tea {n}", n, at=n) for n in range(1, 999)]
    bad = delivery("x", 1000) | {"message": "no object"}
    batch = [*reversed(events), events[5], bad]
    assert len(batch) == 1000

    assert door.post("line", body(*batch)) == 200
    conversation.drain(door.front.runtime)

    assert [one for one in texts(door) if one] == [f"tea {n}" for n in range(1, 999)]
    states = door.row("SELECT count(*) AS n FROM events WHERE state = 'error'")
    assert states.n == 1
    operator = door.front.staff(email="ops@example.com", password="night-watch-lamp-77")
    assert "The message event has no message." in operator.get("/ops").text


def test_T15_unsigned_deliveries_touch_no_database(door: Door) -> None:
    said = body(delivery("two teas", 1))
    with locked(door):
        for path in ("/webhooks/line/siam-line", "/webhooks/meta", "/webhooks/line/nobody"):
            answers = {door.client.post(path, data=said).status_code for _ in range(500)}
            assert answers == {401}
    assert door.front.app.extensions[webhooks.REFUSALS].count == 1500
    assert door.front.count("raw_deliveries") == 0
