"""When a channel's silence is unusual, by its own rhythm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.watch.rhythm import HOUR, WINDOW, hour_of, read_rhythm

BANGKOK = ZoneInfo("Asia/Bangkok")
MONDAY = datetime(2026, 11, 2, tzinfo=BANGKOK)
SHOP_HOURS = range(9, 21)

hours_of_day = st.sets(st.integers(0, 23), min_size=1)
hours_of_week = st.sets(st.integers(0, 167), min_size=1)


def daily(hours: set[int] | range, days: int) -> list[datetime]:
    """The hours heard in, when each day brings something in the same ones."""
    return [
        (MONDAY + timedelta(days=day, hours=hour)).astimezone(UTC)
        for day in range(days)
        for hour in sorted(hours)
    ]


def weekly(hours: set[int], weeks: int) -> list[datetime]:
    return [
        (MONDAY + timedelta(weeks=week, hours=hour)).astimezone(UTC)
        for week in range(weeks)
        for hour in sorted(hours)
    ]


def at_random(chance_of: dict[int, float], days: int, seed: int) -> list[datetime]:
    """A shop whose local hours bring something each by its own chance."""
    random = Random(seed)
    every = [MONDAY.astimezone(UTC) + HOUR * number for number in range(24 * days)]
    return [at for at in every if random.random() < chance_of.get(at.astimezone(BANGKOK).hour, 0)]


def alarm_of(heard: list[datetime]) -> datetime | None:
    rhythm = read_rhythm(heard, BANGKOK)
    return rhythm.silent_after if rhythm else None


def test_nothing_is_expected_before_a_day_is_over() -> None:
    assert read_rhythm([], BANGKOK) is None
    assert read_rhythm(daily({10}, 1), BANGKOK) is None
    assert read_rhythm([MONDAY, MONDAY + timedelta(hours=23)], BANGKOK) is None
    assert read_rhythm([MONDAY, MONDAY + timedelta(hours=24)], BANGKOK) is not None


@given(hours_of_day, st.integers(3, 40))
def test_F06_a_channel_that_keeps_its_daily_hours_never_alarms(hours: set[int], days: int) -> None:
    heard = daily(hours, days + 1)
    for place in range(len(heard) - len(hours), len(heard)):
        alarm = alarm_of(heard[:place])
        assert alarm is None or alarm > heard[place]


@given(hours_of_week, st.integers(2, 5))
def test_F06_a_channel_that_keeps_its_weekly_hours_never_alarms(
    hours: set[int], weeks: int
) -> None:
    heard = weekly(hours, weeks + 1)
    for place in range(len(hours) * weeks, len(heard)):
        alarm = alarm_of(heard[:place])
        assert alarm is None or alarm > heard[place]


@pytest.mark.parametrize("weeks", [2, 3, 4])
def test_F06_a_closed_week_end_is_no_alarm_however_busy_the_week(weeks: int) -> None:
    heard = weekly(set(range(5 * 24)), weeks)
    alarm = alarm_of(heard)
    monday = heard[-1] + timedelta(hours=49)
    assert alarm is not None
    assert monday < alarm < monday + timedelta(days=2)


def test_F06_nobody_knows_a_new_channels_first_week_end_yet() -> None:
    heard = weekly(set(range(5 * 24)), 1)
    alarm = alarm_of(heard)
    assert alarm is not None
    assert alarm >= heard[-1] + timedelta(hours=72)


@given(hours_of_day, st.integers(1, 40), st.integers(0, 10_000))
def test_no_alarm_falls_into_an_hour_in_which_the_shop_sleeps(
    hours: set[int], days: int, seed: int
) -> None:
    heard = at_random(dict.fromkeys(hours, 0.7), days, seed)
    alarm = alarm_of(heard)
    if alarm is not None:
        assert alarm.astimezone(BANGKOK).hour in {at.astimezone(BANGKOK).hour for at in heard}
        assert alarm > heard[-1] + HOUR


@given(hours_of_day, st.integers(8, 40))
def test_F06_a_channel_that_is_heard_daily_is_missed_within_days(
    hours: set[int], days: int
) -> None:
    heard = daily(hours, days + 1)
    alarm = alarm_of(heard)
    assert alarm is not None
    assert alarm - heard[-1] <= timedelta(days=5)


@given(hours_of_week, st.integers(2, 5), st.integers(1, 500))
def test_the_same_weeks_later_make_the_same_rhythm(hours: set[int], weeks: int, later: int) -> None:
    heard = weekly(hours, weeks)
    move = timedelta(weeks=later)
    first, second = alarm_of(heard), alarm_of([at + move for at in heard])
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert second - first == move


@given(st.lists(st.integers(0, 24 * 200), min_size=1, unique=True))
def test_any_history_makes_a_rhythm_that_lies_ahead(numbers: list[int]) -> None:
    heard = [MONDAY.astimezone(UTC) + HOUR * number for number in sorted(numbers)]
    rhythm = read_rhythm(heard, BANGKOK)
    if rhythm is not None:
        assert 1 <= rhythm.usual_hours <= 24
        assert HOUR <= rhythm.usual_silence <= WINDOW
        assert rhythm.silent_after is None or rhythm.silent_after > heard[-1]


def test_F06_a_busy_channel_is_missed_within_hours() -> None:
    heard = at_random(dict.fromkeys(range(24), 0.999), 28, seed=1)
    alarm = alarm_of(heard)
    assert alarm is not None
    assert timedelta(hours=3) <= alarm - heard[-1] <= timedelta(hours=5)


def test_a_shop_that_sleeps_is_missed_in_the_morning_and_not_at_night() -> None:
    heard = at_random(dict.fromkeys(SHOP_HOURS, 0.95), 28, seed=2)
    evening = max(at for at in heard if at.astimezone(BANGKOK).hour == SHOP_HOURS[-1])
    alarm = alarm_of([at for at in heard if at <= evening])
    assert alarm is not None
    local = alarm.astimezone(BANGKOK)
    assert local.date() == evening.astimezone(BANGKOK).date() + timedelta(days=1)
    assert SHOP_HOURS[1] <= local.hour <= SHOP_HOURS[6]


@pytest.mark.parametrize("seed", range(8))
def test_three_messages_a_day_are_missed_after_days_and_not_after_one(seed: int) -> None:
    heard = at_random(dict.fromkeys(range(8, 22), 3 / 14), 28, seed)
    alarm = alarm_of(heard)
    assert alarm is not None
    assert timedelta(days=1) < alarm - heard[-1] < timedelta(days=7)


@pytest.mark.parametrize("a_day", [1, 3, 10, 100])
def test_false_alarms_are_rare_whatever_the_traffic(a_day: int) -> None:
    """A shop heard by chance alone, over a year: an alarm at most every third month."""
    chance = min(0.98, a_day / 14)
    heard = at_random(dict.fromkeys(range(8, 22), chance), 365, seed=a_day)
    false = 0
    for place in range(len(heard) - 1):
        if heard[place] - heard[0] < WINDOW:
            continue
        quiet = heard[place + 1] - heard[place]
        if quiet < timedelta(hours=3):  # no alarm comes so soon
            continue
        history = [at for at in heard[: place + 1] if at > heard[place] - WINDOW]
        alarm = alarm_of(history)
        false += alarm is not None and alarm <= heard[place + 1]
    assert false <= 4


def test_one_failure_among_the_four_weeks_does_not_blunt_the_alarm() -> None:
    heard = daily(SHOP_HOURS, 28)
    whole = alarm_of(heard)
    gap = [at for at in heard if not timedelta(days=12) < at - heard[0] < timedelta(days=15)]
    assert whole is not None
    after = alarm_of(gap)
    assert after is not None
    assert after - whole <= timedelta(hours=2)


def test_what_is_older_than_four_weeks_is_forgotten() -> None:
    old = daily({3}, 20)
    now = [at + timedelta(days=60) for at in daily(SHOP_HOURS, 28)]
    assert read_rhythm(old + now, BANGKOK) == read_rhythm(now, BANGKOK)


def test_an_hour_begins_at_its_full_hour() -> None:
    assert hour_of(datetime(2026, 11, 2, 9, 59, 59, 999, tzinfo=UTC)).isoformat() == (
        "2026-11-02T09:00:00+00:00"
    )
