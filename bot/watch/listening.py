"""Listens for silence: notes when channels are heard, reads their rhythm, raises what is new."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from bot.runtime import Runtime, Work
from bot.store import changes
from bot.store import watches as rows
from bot.watch.alarms import OWN_ALARM, find_alarms
from bot.watch.rhythm import WINDOW, hour_of, read_rhythm

log = structlog.get_logger(__name__)


def look(runtime: Runtime) -> None:
    """Look at every channel: note the hour in which it was heard, and say what is wrong, once.

    Nothing is asked of any platform, and nothing is written where nothing is new.
    """
    with runtime.store.read() as connection:
        newest = rows.newest_hours(connection)
        heard = [row for row in rows.list_watches(connection) if _has_news(row, newest)]
    for row in heard:
        _listen(runtime, row)
    with runtime.store.read() as connection:
        now = runtime.store.now(connection)
        found = [(row, _own_alarms(row, now)) for row in rows.list_watches(connection)]
    for row, names in found:
        if names != row.alarms:
            runtime.transact(partial(_raise_new, row=row, names=names))


def _has_news(row: Any, newest: dict[int, datetime]) -> bool:
    """Say whether a channel was heard in an hour that is not noted yet."""
    if row.last_webhook_at is None:
        return False
    known = newest.get(row.channel_id)
    return known is None or known < hour_of(row.last_webhook_at)


def _listen(runtime: Runtime, row: Any) -> None:
    """Note the hour in which a channel was heard last, and read its rhythm anew."""
    hour = hour_of(row.last_webhook_at)

    def note(work: Work) -> list[datetime]:
        rows.note_hour(work.connection, shop_id=row.shop_id, channel_id=row.channel_id, hour=hour)
        rows.forget_hours(work.connection, row.channel_id, hour - WINDOW)
        return rows.list_hours(work.connection, row.channel_id)

    rhythm = read_rhythm(runtime.transact(note), ZoneInfo(row.timezone))
    if rhythm is None:
        return
    found = {
        "usual_hours": rhythm.usual_hours,
        "usual_silence": int(rhythm.usual_silence.total_seconds()),
        "silent_after": rhythm.silent_after,
    }
    runtime.transact(lambda work: rows.update_watch(work.connection, row.channel_id, **found))


def _own_alarms(row: Any, now: datetime) -> list[str]:
    return [name for name in find_alarms(row, now) if name not in OWN_ALARM]


def _raise_new(work: Work, row: Any, names: list[str]) -> None:
    """Tell of alarms that were not there at the last look; one that is over may come again."""
    known = rows.find_watch(work.connection, row.channel_id, lock=True).alarms
    rows.update_watch(work.connection, row.channel_id, alarms=names)
    for name in names:
        if name not in known:
            _raise(work, row, name)


def _raise(work: Work, row: Any, name: str) -> None:
    log.error("channel alarm", channel=row.key, alarm=name)
    changes.record(
        work.connection,
        work.now,
        "system",
        "channel alarm",
        f"channel:{row.channel_id}",
        shop_id=row.shop_id,
        alarm=name,
    )
