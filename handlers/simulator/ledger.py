"""The simulator's own book: what each person saw and said, every API call, every webhook.

One SQLite file that outlives restarts, so that a harness may read after a crash what the
pretend customers really got. It is no part of the product's store.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, direction TEXT NOT NULL,
  channel TEXT NOT NULL, account TEXT NOT NULL, person TEXT NOT NULL, kind TEXT NOT NULL,
  text TEXT NOT NULL, payload TEXT NOT NULL, platform_id TEXT NOT NULL,
  delivery_key TEXT, lane TEXT, request INTEGER);
CREATE INDEX IF NOT EXISTS seen_person ON seen (person, id);
CREATE INDEX IF NOT EXISTS seen_platform_id ON seen (platform_id);
CREATE TABLE IF NOT EXISTS requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, channel TEXT NOT NULL,
  account TEXT, person TEXT, method TEXT NOT NULL, path TEXT NOT NULL, delivery_key TEXT,
  status INTEGER, outcome TEXT NOT NULL, fault TEXT, accepted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS webhooks (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, channel TEXT NOT NULL,
  account TEXT NOT NULL, person TEXT, kind TEXT NOT NULL, body TEXT NOT NULL, reply_token TEXT,
  state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, due_at REAL NOT NULL,
  duplicates INTEGER NOT NULL DEFAULT 0, statuses TEXT NOT NULL DEFAULT '[]', faults TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS webhooks_due ON webhooks (account, state, due_at);
CREATE TABLE IF NOT EXISTS tokens (
  token TEXT PRIMARY KEY, account TEXT NOT NULL, source TEXT NOT NULL, event_at REAL NOT NULL,
  posted_at REAL, used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS retry_keys (
  account TEXT NOT NULL, key TEXT NOT NULL, at REAL NOT NULL, request_id TEXT NOT NULL,
  sent TEXT NOT NULL, PRIMARY KEY (account, key));
CREATE TABLE IF NOT EXISTS contents (
  id TEXT PRIMARY KEY, type TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Ledger:
    """The book's one connection in this process, shared by its threads.

    Nothing is opened before the first use, and a forked child opens its own.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._pid = 0

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A writing transaction, alone among threads and processes; nested uses join the outer."""
        with self._lock:
            connection = self._connect()
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Every row that the query gives."""
        with self._lock:
            return self._connect().execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """The query's first row, or None."""
        rows = self.rows(sql, *values)
        return rows[0] if rows else None

    def write(self, sql: str, *values: Any) -> int:
        """Run one writing statement; gives the id of an inserted row."""
        with self.transaction() as connection:
            return connection.execute(sql, values).lastrowid or 0

    def insert(self, table: str, **values: Any) -> int:
        """Insert one row; dicts and lists are kept as JSON. Names come from our code only."""
        columns = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        encoded = [_encode(value) for value in values.values()]
        return self.write(f"INSERT INTO {table} ({columns}) VALUES ({marks})", *encoded)  # noqa: S608

    def fact(self, key: str, default: Any = None) -> Any:
        """A remembered single value (JSON), or ``default``."""
        row = self.row("SELECT value FROM facts WHERE key = ?", key)
        return default if row is None else json.loads(row["value"])

    def remember(self, key: str, value: Any) -> None:
        """Keep a single value; None forgets it."""
        if value is None:
            self.write("DELETE FROM facts WHERE key = ?", key)
        else:
            self.write("INSERT OR REPLACE INTO facts VALUES (?, ?)", key, json.dumps(value))

    def now(self) -> float:
        """The simulator's time: seconds since 1970, moved by the clock's offset."""
        return time.time() + float(self.fact("clock", 0.0))

    def close(self) -> None:
        """Close this process's connection; the next use opens another."""
        with self._lock:
            if self._connection is not None and self._pid == os.getpid():
                self._connection.close()
            self._connection = None

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None or self._pid != os.getpid():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self._path, timeout=15, isolation_level=None, check_same_thread=False
            )
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            # A killed process loses nothing so; only a power cut could, and this is a rehearsal.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_SCHEMA)
            self._connection, self._pid = connection, os.getpid()
        return self._connection


def _encode(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=True) if isinstance(value, dict | list) else value
