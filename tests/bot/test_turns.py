"""Threads of one process share SQLite's writer: fairly, in one commit, each for itself."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from bot.store.database import Store, StoreUnavailable


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An SQLite file with one table of names."""
    store = Store(f"sqlite:///{tmp_path / 'turns.db'}")
    store.write(lambda c: c.execute(text("CREATE TABLE names (name TEXT PRIMARY KEY)")))
    yield store
    store.close()


def write(name: str) -> Any:
    return lambda c: c.execute(text("INSERT INTO names VALUES (:name)"), {"name": name})


def names(store: Store) -> set[str]:
    with store.read() as connection:
        return set(connection.execute(text("SELECT name FROM names")).scalars())


class Held:
    """Holds the writer, so that others gather behind it."""

    def __init__(self, store: Store) -> None:
        self._entered, self._leave = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._write, args=(store,))
        self._thread.start()
        assert self._entered.wait(10)

    def _write(self, store: Store) -> None:
        with contextlib.suppress(RuntimeError):  # where the test lets commits fail
            store.write(self._hold)

    def _hold(self, connection: Connection) -> None:
        self._entered.set()
        assert self._leave.wait(10)

    def let_go(self) -> None:
        self._leave.set()
        self._thread.join(10)


def gather(store: Store, bodies: list[Any]) -> list[BaseException | None]:
    """Ask for every write while the writer is held; give each one's error once all are done."""
    errors: list[BaseException | None] = [None] * len(bodies)

    def ask(index: int) -> None:
        try:
            store.write(bodies[index], patience=10)
        except Exception as error:  # noqa: BLE001 it is looked at below
            errors[index] = error

    held = Held(store)
    threads = [threading.Thread(target=ask, args=(index,)) for index in range(len(bodies))]
    for thread in threads:
        thread.start()
    assert store._turns is not None
    while len(store._turns._waiting) < len(bodies):
        assert any(thread.is_alive() for thread in threads)
    held.let_go()
    for thread in threads:
        thread.join(10)
    return errors


def test_writes_that_wait_together_share_one_commit(store: Store) -> None:
    commits: list[int] = []
    event.listen(store._engine, "commit", lambda _connection: commits.append(1))

    errors = gather(store, [write(f"name {n}") for n in range(20)])

    assert errors == [None] * 20
    assert len(commits) == 2  # the one that held the writer, and the twenty
    assert names(store) == {f"name {n}" for n in range(20)}


def test_a_write_that_fails_costs_its_neighbours_nothing(store: Store) -> None:
    def fail(connection: Connection) -> None:
        write("half done")(connection)
        raise ValueError("on purpose")

    errors = gather(store, [write("before"), fail, write("after"), write("before")])

    assert sorted(type(error).__name__ for error in errors) == [
        "IntegrityError",
        "NoneType",
        "NoneType",
        "ValueError",
    ]
    assert names(store) == {"before", "after"}


def test_who_waits_too_long_is_told_and_has_written_nothing(store: Store) -> None:
    held = Held(store)
    with pytest.raises(StoreUnavailable):
        store.write(write("late"), patience=0.05)
    held.let_go()
    store.write(write("in time"))
    assert names(store) == {"in time"}


def test_more_than_fit_into_one_turn_are_all_written(store: Store) -> None:
    errors = gather(store, [write(f"name {n}") for n in range(70)])
    assert errors == [None] * 70
    assert len(names(store)) == 70


def test_a_failed_commit_is_every_asker_s_failure(store: Store) -> None:
    def refuse(connection: Connection) -> None:
        raise RuntimeError("the disk is gone")

    event.listen(store._engine, "commit", refuse)
    errors = gather(store, [write("one"), write("two")])
    event.remove(store._engine, "commit", refuse)
    assert [type(error) for error in errors] == [RuntimeError, RuntimeError]
    assert names(store) == set()
    store.write(write("three"))
    assert names(store) == {"three"}
