"""The database behind the store: one code path for SQLite and PostgreSQL.

SQLite runs in WAL with ``synchronous=FULL``, and every writing transaction
begins IMMEDIATE: a deferred one that reads and then writes fails at once when
another writes between. PostgreSQL runs READ COMMITTED with a ``lock_timeout``.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.store.turns import NoTurn, Turns

__all__ = ["Connection", "SchemaMismatch", "Store", "StoreUnavailable", "is_passing"]

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds a transaction waits for another's lock, unless its caller is in a hurry."""

RETRIES = 5
_RETRYABLE = {"40001", "40P01", "55P03"}  # serialisation failure, deadlock, lock not available


class StoreUnavailable(Exception):
    """The database did not answer, or stayed locked, within the caller's patience."""


class SchemaMismatch(Exception):
    """The database's schema is not the one that this code was written for."""


class Store:
    """A database, its connections and its transactions. Make one per process, after any fork."""

    def __init__(self, url: str, *, now: Callable[[], datetime] | None = None) -> None:
        """``url`` is SQLAlchemy's; ``now`` replaces the clock of this process in tests."""
        self._now = now or (lambda: datetime.now(UTC))
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = self._open_sqlite() if self.is_sqlite else self._open_postgresql()
        self._turns = Turns(self._engine) if self.is_sqlite else None

    def _open_sqlite(self) -> Engine:
        if self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            self.url,
            pool_size=24,
            max_overflow=24,
            pool_timeout=5,
            hide_parameters=True,  # an error's text reaches the log; what people wrote does not
            connect_args={"check_same_thread": False, "timeout": PATIENCE},
        )

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            # The driver's own BEGIN comes too late and is never IMMEDIATE: we send ours.
            connection.isolation_level = None
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.close()

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            options = connection.get_execution_options()
            patience = options.get("patience", PATIENCE)
            connection.exec_driver_sql(f"PRAGMA busy_timeout={int(patience * 1000)}")
            if options.get("migrating"):
                # SQLite alters a table by dropping it: what refers to it would forbid that.
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing") else "BEGIN")

        return engine

    def _open_postgresql(self) -> Engine:
        return create_engine(
            self.url,
            pool_size=16,
            max_overflow=32,
            pool_timeout=5,
            hide_parameters=True,  # an error's text reaches the log; what people wrote does not
            pool_pre_ping=True,
            connect_args={
                # Prepared statements make PostgreSQL plan generically, and slowly, for rare words.
                "prepare_threshold": None,
                "connect_timeout": 2,
                "options": "-c timezone=UTC",
            },
        )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises ``StoreUnavailable`` when there is no answer."""
        try:
            with self._engine.connect() as connection, connection.begin():
                yield connection
        except (DBAPIError, PoolTimeout) as error:
            if not is_passing(error):
                raise
            raise StoreUnavailable("the database does not answer") from None

    def write(self, body: Callable[[Connection], T], *, patience: float = PATIENCE) -> T:
        """Run ``body`` in one writing transaction and return what it returns, once committed.

        ``body`` may run more than once when the database asks for it, so it
        has no effect outside the transaction. Raises ``StoreUnavailable``
        when no lock or connection was had within ``patience`` seconds.
        """
        deadline = time.monotonic() + patience
        for attempt in range(1, RETRIES + 1):
            left = max(deadline - time.monotonic(), 0.05)
            try:
                return self._write_once(body, left)
            except (DBAPIError, PoolTimeout) as error:
                if not is_passing(error):
                    raise
                if attempt == RETRIES or time.monotonic() >= deadline:
                    raise StoreUnavailable("the database is locked or does not answer") from None
                time.sleep(random.uniform(0, min(0.05 * attempt, left)))  # noqa: S311 jitter, no secret
        raise AssertionError("unreachable")

    def _write_once(self, body: Callable[[Connection], T], patience: float) -> T:
        if self._turns is not None:
            try:
                result: T = self._turns.run(body, patience)
            except NoTurn:
                raise StoreUnavailable("the database is busy") from None
            return result
        with self._engine.connect() as connection, connection.begin():
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(patience * 1000)}")
            return body(connection)

    def now(self, connection: Connection | None = None) -> datetime:
        """The time for leases and deadlines, UTC: the database's where processes share one.

        With ``connection`` and PostgreSQL it is the server's clock, so that
        two machines whose clocks differ agree on who holds a lease.
        """
        if connection is None or self.is_sqlite:
            return self._now()
        skew = self._now() - datetime.now(UTC)  # tests move the clock; production's is zero
        stamp = connection.execute(select(func.clock_timestamp())).scalar_one()
        return datetime.fromisoformat(str(stamp)).astimezone(UTC) + skew

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()

    # Schema ------------------------------------------------------------------

    def migrate(self, version: str = "head") -> None:
        """Bring the schema to a version, up or back; nothing happens when it is there already.

        Raises ``StoreUnavailable`` when the database cannot be reached.
        """
        with self._reach() as reached:
            reached.detach()  # what is switched off for it is not for the pool
            connection = reached.execution_options(writing=True, migrating=True)
            config = _alembic_config()
            config.attributes["connection"] = connection
            found = MigrationContext.configure(connection).get_current_revision() or ""
            back = version != "head" and version < found
            (command.downgrade if back else command.upgrade)(config, version)
            if self.is_sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise RuntimeError(f"the migration would leave {len(broken)} rows astray")
            connection.commit()

    def check_schema(self) -> None:
        """Raise ``SchemaMismatch`` unless the schema is the one of this code.

        Raises ``StoreUnavailable`` when the database cannot be reached.
        """
        wanted = ScriptDirectory.from_config(_alembic_config()).get_current_head()
        with self._reach() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
        if found != wanted:
            raise SchemaMismatch(
                f"the database is at version {found or 'none'}, this OpenBill wants {wanted}: "
                "run `openbill migrate` (or install the newer OpenBill)"
            )

    def version(self) -> tuple[int, ...]:
        """Give the version of SQLite or PostgreSQL. Raises ``StoreUnavailable``."""
        with self._reach() as connection:
            parts = connection.dialect.server_version_info or ()
            return tuple(int(part) for part in parts)

    def _reach(self) -> Connection:
        """Open a connection, or say in a sentence that there is none to be had."""
        try:
            return self._engine.connect()
        except (OperationalError, PoolTimeout) as error:
            # The driver's words may name the user; its first line says enough.
            why = str(getattr(error, "orig", error)).partition("\n")[0]
            raise StoreUnavailable(f"the database does not answer: {why}") from None


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def is_passing(error: Exception) -> bool:
    """Say whether the same transaction may succeed when tried again."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlstate", None)
    if code in _RETRYABLE:
        return True
    # No connection; out of disk, memory or connections; stopped by an operator.
    if code is not None and not str(code).startswith(("08", "53", "57")):
        return False
    return isinstance(error, OperationalError)
