"""A channel's rhythm: from the hours in which it was heard, when its silence is unusual.

Plain arithmetic without a clock. Each clock hour was either heard in or not,
so a burst counts once and a busy channel is treated like a quiet one. From the
last four weeks each hour of the week has its chance of being heard, leaning on
the same hour of the other days where there are few weeks to count. A whole
hour of silence weighs ``-ln(1 - chance)``: next to nothing at night, much in a
busy hour. The weights add up until the silence would come by chance less than
once in ten thousand times, and is well beyond the silences of those four weeks.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise

WINDOW = timedelta(days=28)
HOUR = timedelta(hours=1)

LEAST_HISTORY = timedelta(days=1)
YOUNG = timedelta(days=8)
"""Before its second week nobody knows what a channel's week-end is like."""
YOUNG_PATIENCE = timedelta(hours=72)
OUTLIERS_AFTER = timedelta(days=21)
"""From here on the longest silence may have been a failure: the second longest counts."""

LEAST_WEIGHT = math.log(10_000)
MARGIN = 1.5
OTHER_DAYS = 2
"""For how many weeks of an hour of the week the same hour of all days stands."""
MOST_CHANCE = 0.95
AWAKE = 0.25
"""An hour of day counts as waking from this share of the liveliest hour's chance."""
FURTHEST = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a channel is usually heard, and when its silence will be unusual (None: never, so far).

    ``usual_hours`` of a day's 24 hours bring something; ``usual_silence`` is
    about the longest that nothing came.
    """

    usual_hours: int
    usual_silence: timedelta
    silent_after: datetime | None


class _Week:
    """The chance of being heard, for each hour of the day and of the week."""

    def __init__(self, heard: Sequence[datetime], zone: tzinfo) -> None:
        self._zone = zone
        hits, hours = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
        known, at = set(heard), heard[0]
        while at <= heard[-1]:
            hours[self._slot(at)] += 1
            hits[self._slot(at)] += at in known
            at += HOUR
        self._hits, self._hours = hits, hours
        self._by_hour = {hour: self._of_days(hour) for hour in range(24)}
        self._liveliest = max(self._by_hour.values())

    def _slot(self, at: datetime) -> tuple[int, int]:
        local = at.astimezone(self._zone)
        return local.weekday(), local.hour

    def _of_days(self, hour: int) -> float:
        days = [(day, hour) for day in range(7)]
        return sum(self._hits[day] for day in days) / (sum(self._hours[day] for day in days) + 1)

    def chance(self, at: datetime) -> float:
        slot = self._slot(at)
        other = OTHER_DAYS * self._by_hour[slot[1]]
        found = (self._hits[slot] + other) / (self._hours[slot] + OTHER_DAYS)
        return min(found, MOST_CHANCE)

    def weight(self, at: datetime) -> float:
        return -math.log(1 - self.chance(at))

    def is_awake(self, at: datetime) -> bool:
        return self._by_hour[self._slot(at)[1]] >= AWAKE * self._liveliest


def hour_of(at: datetime) -> datetime:
    """Give the beginning of a moment's clock hour."""
    return at.replace(minute=0, second=0, microsecond=0)


def read_rhythm(hours: Sequence[datetime], zone: tzinfo) -> Rhythm | None:
    """Read a channel's rhythm from the beginnings of the hours it was heard in, oldest first.

    The last of them is when it was heard last; what is more than four weeks
    older does not count. ``zone`` says when the shop's day begins. None before
    a day is over since it was heard first.
    """
    heard = [hour for hour in hours if hour > hours[-1] - WINDOW]
    if not heard or heard[-1] - heard[0] < LEAST_HISTORY:
        return None
    week = _Week(heard, zone)
    silences = [(_weigh(week, a, b), b - a) for a, b in pairwise(heard)]
    age = heard[-1] - heard[0]
    place = 1 if age >= OUTLIERS_AFTER and len(silences) > 1 else 0
    weight = sorted((weight for weight, _ in silences), reverse=True)[place]
    length = sorted((length for _, length in silences), reverse=True)[place]
    days = age / timedelta(days=1)
    return Rhythm(
        usual_hours=max(1, min(24, round(len(heard) / days))),
        usual_silence=length,
        silent_after=_silent_after(
            week,
            heard[-1],
            limit=max(LEAST_WEIGHT, MARGIN * weight),
            least=YOUNG_PATIENCE if age < YOUNG else timedelta(0),
        ),
    )


def _weigh(week: _Week, before: datetime, after: datetime) -> float:
    """Weigh the silent hours between two that were heard in."""
    total, at = 0.0, before + HOUR
    while at < after:
        total += week.weight(at)
        at += HOUR
    return total


def _silent_after(
    week: _Week, last: datetime, *, limit: float, least: timedelta
) -> datetime | None:
    """Find when silence since the hour ``last`` weighs ``limit``, in an hour when the shop wakes.

    Not sooner than ``least`` after it; None where that is further off than sixty days.
    """
    total, at = 0.0, last + HOUR
    while at < last + FURTHEST:
        if total >= limit and at >= last + least and week.is_awake(at):
            return at
        total += week.weight(at)
        at += HOUR
    return None
