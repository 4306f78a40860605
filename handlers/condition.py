"""The installation's condition: what lives, what waits and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.runtime import Runtime
from bot.store import changes, events, outbox
from handlers.channel_health import ChannelHealth, read_channels

STALE = timedelta(seconds=30)
"""Three missed heartbeats."""

OVERDUE = timedelta(minutes=5)
"""How long a delivery may be due before something is wrong."""

SOUND_SQLITE = (3, 51, 3)
"""Libraries before this one have the WAL-reset bug (sqlite.org)."""

RELAY = "relay"


@dataclass(frozen=True, slots=True)
class Heart:
    """A process's last sign of life."""

    name: str
    beat_at: datetime
    is_alive: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """What there is to know at one moment. Without a database only Redis is known."""

    has_redis: bool
    has_database: bool = False
    engine: str = ""
    version: tuple[int, ...] = ()
    hearts: tuple[Heart, ...] = ()
    oldest_due_at: datetime | None = None
    overdue: timedelta = timedelta(0)
    deliveries: dict[str, int] = field(default_factory=dict)
    pending_events: int = 0
    failed_events: int = 0
    channels: tuple[ChannelHealth, ...] = ()

    @property
    def has_relay(self) -> bool:
        """Say whether a relay lives."""
        return any(heart.is_alive for heart in self.hearts if heart.name == RELAY)

    @property
    def is_sound(self) -> bool:
        """Say whether work is done at all; Redis may be away, the relay then works itself."""
        return self.has_database and self.has_relay and self.overdue <= OVERDUE

    @property
    def warnings(self) -> tuple[str, ...]:
        """Say what is no failure and yet wants a person's attention, apart from the channels."""
        if self.engine == "sqlite" and self.version and self.version < SOUND_SQLITE:
            found, sound = (".".join(map(str, v)) for v in (self.version, SOUND_SQLITE))
            fault = f"SQLite {found} has a rare fault in its write-ahead log that {sound} mends"
            return (f"{fault}: keep backups, or use PostgreSQL.",)
        return ()

    @property
    def channel_warnings(self) -> tuple[str, ...]:
        """Say what is wrong with channels: a person must act, and the installation still works."""
        return tuple(
            f"{channel.row.key}: {words}"
            for channel in self.channels
            for words in channel.words("en")
        )


def read_condition(runtime: Runtime) -> Condition:
    """Read the condition; a database that does not answer is part of it and raises nothing."""
    has_redis = runtime.bell.answers()
    try:
        return _read(runtime, has_redis=has_redis)
    except Exception:  # noqa: BLE001 whatever the driver calls it, there is no database now
        return Condition(has_redis=has_redis)


def _read(runtime: Runtime, *, has_redis: bool) -> Condition:
    version = runtime.store.version()
    with runtime.store.read() as connection:
        now = runtime.store.now(connection)
        due_at = outbox.oldest_due(connection)
        return Condition(
            has_redis=has_redis,
            has_database=True,
            engine="sqlite" if runtime.store.is_sqlite else "postgresql",
            version=version,
            hearts=tuple(
                Heart(row.name, row.beat_at, now - row.beat_at <= STALE)
                for row in changes.list_heartbeats(connection)
            ),
            oldest_due_at=due_at,
            overdue=max(now - due_at, timedelta(0)) if due_at else timedelta(0),
            deliveries=outbox.count_by_state(connection),
            pending_events=events.count_events(connection, "pending"),
            failed_events=events.count_events(connection, "error"),
            channels=read_channels(runtime, connection, now),
        )
