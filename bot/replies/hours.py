"""Opening hours: when a shop is there, by weekday in its own zone, and when it is away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.replies.errors import ReplyError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_SPANS = 4
DAY_END = 24 * 60

Span = tuple[int, int]
"""From and until, in minutes after midnight; until 1,440 is the day's end."""

_SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*[-–]\s*([0-9]{1,2}):([0-9]{2})")


def parse_spans(text: str) -> tuple[Span, ...]:
    """Read ``09:00-12:00, 13:00-18:00``; empty is closed all day. Raises ``ReplyError``."""
    spans: list[Span] = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        found = _SPAN.fullmatch(part)
        if found is None:
            raise ReplyError("hours", text=part[:20])
        hour, minute, until_hour, until_minute = map(int, found.groups())
        start, end = hour * 60 + minute, until_hour * 60 + until_minute
        if minute > 59 or until_minute > 59 or not start < end <= DAY_END:
            raise ReplyError("hours", text=part[:20])
        spans.append((start, end))
    if len(spans) > MOST_SPANS:
        raise ReplyError("too_many_hours", limit=MOST_SPANS)
    return tuple(sorted(spans))


def write_spans(spans: tuple[Span, ...]) -> str:
    """Write what ``parse_spans`` reads."""
    return ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)


def away_since(hours: Mapping[str, tuple[Span, ...]], zone: str, now: datetime) -> datetime | None:
    """Give when the shop closed last, where it is closed now (UTC); None while it is open.

    A shop that never opens has been away since the Monday of this week.
    """
    local = now.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    for back in range(8):
        day = midnight - timedelta(days=back)
        for start, end in reversed(hours.get(DAYS[day.weekday()], ())):
            if back == 0 and start <= minute < end:
                return None
            if back or end <= minute:
                closed = day + timedelta(minutes=end)
                return closed.astimezone(now.tzinfo)
    return (midnight - timedelta(days=local.weekday())).astimezone(now.tzinfo)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
