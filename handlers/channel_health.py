"""A channel's health as ``/ops``, ``/health`` and ``/metrics`` tell it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prometheus_client import Gauge

from bot import watch
from bot.channels import CHANNELS
from bot.runtime import Runtime
from bot.store import watches
from bot.words import format_when
from handlers.api.shapes import shape_time
from handlers.display import show_span
from handlers.words import phrase

TIMEZONE = "UTC"
TOKEN_STATES = ("ok", "bad", "unreachable")


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """A channel with its watch's row, and the names of what is wrong with it."""

    row: Any
    address: str
    alarms: tuple[str, ...]
    now: datetime

    def words(self, language: str) -> tuple[str, ...]:
        """Say each alarm in a sentence, with the mend."""
        return tuple(
            phrase(
                f"alarm.{name}",
                language,
                reason=(self.row.token_reason if name == "unreachable" else self.row.reason)
                or self.row.token_reason
                or "",
                address=self.address,
                span=self.silence(language),
                when=when(self.row.token_ends_at, language),
                used=self.row.quota_used,
                limit=self.row.quota_limit,
            )
            for name in self.alarms
            # What is wrong with the token is why the channel is down: once is enough.
            if not (name == "token_bad" and "down" in self.alarms)
        )

    def silence(self, language: str) -> str:
        """Say how long nothing was heard; "" where nothing ever was."""
        heard = self.row.last_webhook_at
        return show_span((self.now - heard).total_seconds(), language) if heard else ""

    def describe(self) -> dict[str, Any]:
        """Give it as ``/health`` tells it: no words of anybody, no secret."""
        row = self.row
        return {
            "key": row.key,
            "kind": row.kind,
            "state": row.state,
            "last_webhook_at": shape_time(row.last_webhook_at),
            "alarms": list(self.alarms),
            "silence": {
                "ok": "silent" not in self.alarms,
                "usual_seconds": row.usual_silence,
                "unusual_after": shape_time(row.silent_after),
            },
            "token": {
                "state": row.token_state,
                "asked_at": shape_time(row.token_at),
                "ends_at": shape_time(row.token_ends_at),
            },
            "quota": {
                "used": row.quota_used,
                "limit": row.quota_limit,
                "asked_at": shape_time(row.quota_at),
            },
        }


def read_channels(runtime: Runtime, connection: Any, now: datetime) -> tuple[ChannelHealth, ...]:
    """Read every channel's health, by key."""
    return tuple(
        ChannelHealth(row, webhook_address(runtime, row), watch.find_alarms(row, now), now)
        for row in watches.list_watches(connection)
    )


def webhook_address(runtime: Runtime, row: Any) -> str:
    """Give the address that a channel's platform must post to."""
    name = CHANNELS[row.kind].webhook
    path = name if name == "meta" else f"{name}/{row.key}"
    return f"{runtime.settings.base_url}/webhooks/{path}"


def when(at: datetime | None, language: str) -> str:
    """Give a moment in UTC, "" for none."""
    return f"{format_when(at, TIMEZONE, language)} UTC" if at else ""


def measure_channels(channels: Iterable[ChannelHealth], gauge: Callable[..., Gauge]) -> None:
    """Put the channels' figures into gauges."""
    labels = ("channel", "kind")
    up = gauge("channel_up", "Whether a channel may send.", *labels)
    heard = gauge("channel_last_webhook", "Unix time of the last webhook.", *labels)
    silent = gauge("channel_silent", "Whether its silence is unusual.", *labels)
    token = gauge("channel_token", "How its token's last probe ended.", *labels, "state")
    ends = gauge("channel_token_end", "Unix time at which its token ends.", *labels)
    used = gauge("channel_quota_used", "Messages of this month that count.", *labels)
    limit = gauge("channel_quota_limit", "Messages that there may be this month.", *labels)
    for channel in channels:
        row = channel.row
        names = (row.key, row.kind)
        up.labels(*names).set(row.state == "up")
        silent.labels(*names).set("silent" in channel.alarms)
        for state in TOKEN_STATES:
            token.labels(*names, state).set(row.token_state == state)
        for one, at in ((heard, row.last_webhook_at), (ends, row.token_ends_at)):
            if at is not None:
                one.labels(*names).set(at.timestamp())
        for one, number in ((used, row.quota_used), (limit, row.quota_limit)):
            if number is not None:
                one.labels(*names).set(number)
