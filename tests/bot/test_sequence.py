"""In order: with several workers a conversation's commands run as written, one after the other.

Each test has a twin without the lock, which must fail where the database lets two write at once.
SQLite has one writer: there the lock is the writer's turn.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot import conversation
from bot.store import conversations, events, tables
from bot.store import orders as order_rows
from tests.support.group import Group
from tests.support.shop import STAFF_PHONE, Shop, at_once

WAIT = 10.0
"""Seconds that bound what hangs; nothing waits so long where all is well."""


@pytest.fixture
def busy(shop: Shop) -> Group:
    """A claimed group and a customer, C2, with a draft that is in use."""
    group = Group(shop)
    group.claim()
    shop.hear_line("hello")
    shop.handle()
    shop.answer("/o A1 1", to=2)
    group.say("/use @C2")
    shop.handle()
    return group


def write_shuffled(group: Group, number: int) -> None:
    """Write ``/set A1 1`` to ``/set A1 number`` in a second, delivered in any order."""
    shop, now = group.shop, group.shop.clock()
    told = [
        shop.line_event(
            f"/set A1 {count}",
            source=group.source(STAFF_PHONE),
            at=now + timedelta(milliseconds=10 * count),
        )
        for count in range(1, number + 1)
    ]
    random.Random(7).shuffle(told)
    shop.post_line(shop.line_body(*told))


def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the lock away: everything else stays."""
    query = conversations._conversation_query

    def find(connection: Any, conversation_id: int, *, skip_locked: bool = False) -> Any:
        wanted = query().where(tables.conversations.c.id == conversation_id)
        return connection.execute(wanted).one_or_none()

    real = order_rows.find_order

    def find_order(*args: Any, **named: Any) -> Any:
        return real(*args, **(named | {"lock": False}))

    monkeypatch.setattr(conversations, "lock_conversation", find)
    monkeypatch.setattr(order_rows, "find_order", find_order)


def quantities(shop: Shop) -> list[int]:
    return [row.quantity for row in shop.rows("order_items")]


def sources(shop: Shop) -> list[int]:
    """Which messages changed the order, in the order in which they did."""
    told = [row.source for row in shop.rows("order_events", surface="line")]
    return [int(source.removeprefix("message:")) for source in told]


def test_commands_of_a_group_run_in_the_order_of_writing_with_four_workers(busy: Group) -> None:
    shop = busy.shop
    write_shuffled(busy, 12)
    at_once(4, lambda place: [conversation.drain(shop.runtime) for _ in range(3)])
    conversation.drain(shop.runtime)

    assert quantities(shop) == [12]
    written = sorted(shop.rows("messages", author="staff", direction="in"), key=lambda m: m.sent_at)
    in_order = [row.id for row in written if row.text.startswith("/set")]
    assert sources(shop) == in_order
    assert {row.attempts for row in shop.rows("events")} == {0}


def test_events_taken_as_they_came_end_in_another_order(
    busy: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the order: by arrival instead of by writing the last word is not the last."""

    table = tables.events

    def next_by_arrival(connection: Any, conversation_id: int) -> Any:
        waits = (table.c.state == "pending") & (table.c.conversation_id == conversation_id)
        query = table.select().where(waits).order_by(table.c.id).limit(1)
        return connection.execute(query).one_or_none()

    monkeypatch.setattr(events, "next_pending_event", next_by_arrival)
    write_shuffled(busy, 12)
    conversation.drain(busy.shop.runtime)

    assert quantities(busy.shop) != [12]


@pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
def test_without_the_lock_two_workers_run_one_command_at_once(
    busy: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: two workers take the same event, and its command is run by both."""
    shop = busy.shop
    without_lock(monkeypatch)
    meet = threading.Barrier(2)
    real = events.next_pending_event
    runs: list[int] = []

    def next_together(connection: Any, conversation_id: int) -> Any:
        found = real(connection, conversation_id)
        if found is not None and len(runs) < 2:
            runs.append(found.id)
            meet.wait(WAIT)
        return found

    monkeypatch.setattr(events, "next_pending_event", next_together)
    busy.say("/add A1 1")
    own = busy.row.conversation_id
    before = len(shop.rows("messages", conversation_id=own, author="bot"))
    at_once(2, lambda place: conversation.handle_next(shop.runtime, own))

    assert runs[0] == runs[1]
    assert len(shop.rows("messages", conversation_id=own, author="bot")) == before + 2


def run_both(busy: Group, monkeypatch: pytest.MonkeyPatch, *, when: Callable[..., None]) -> Any:
    """Run a web command on C2 that stops before it writes, and one from the group beside it.

    ``when`` is told the gate that lets the first go on, and what says that the second is done.
    """
    shop = busy.shop
    started, gate, done = threading.Event(), threading.Event(), threading.Event()
    real = order_rows.update_order

    def update_slowly(*args: Any, **values: Any) -> bool:
        if threading.current_thread().name == "web" and not started.is_set():
            started.set()
            assert gate.wait(WAIT)
        return real(*args, **values)

    monkeypatch.setattr(order_rows, "update_order", update_slowly)
    said: list[Any] = []
    web = threading.Thread(name="web", target=lambda: said.append(shop.say("/add A1 1", to=2)))
    web.start()
    assert started.wait(WAIT)

    def hear() -> None:
        busy.say("/add A1 1")
        shop.handle()
        done.set()

    other = threading.Thread(target=hear)
    other.start()
    when(gate, done)
    web.join(WAIT)
    other.join(WAIT)
    assert not web.is_alive()
    assert not other.is_alive()
    return said[0]


def test_a_command_from_the_group_waits_for_one_that_runs_on_the_same_customer(
    busy: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run_both(busy, monkeypatch, when=lambda gate, done: gate.set())

    assert not said.is_error
    assert quantities(busy.shop) == [3]


@pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
def test_without_the_lock_the_one_that_began_first_loses(
    busy: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the group's command overtakes, and the first finds the order changed."""
    without_lock(monkeypatch)

    def overtake(gate: threading.Event, done: threading.Event) -> None:
        assert done.wait(WAIT)
        gate.set()

    said = run_both(busy, monkeypatch, when=overtake)

    assert said.is_error
    assert quantities(busy.shop) == [2]
