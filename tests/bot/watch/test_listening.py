"""Silence is heard: hours are noted, rhythms read, and each alarm is raised once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import watch
from bot.runtime import Work
from bot.store import shops, watches
from bot.watch.rhythm import WINDOW, hour_of
from tests.bot.watch.conftest import Keeper
from tests.support.shop import at_once

SHOP_HOURS = range(2, 14)  # nine to nine in Bangkok


def live(keeper: Keeper, days: int, key: str = "siam-line") -> datetime:
    """Let the shop be heard in its hours for so many days; give when it was heard last."""
    channel_id = keeper.row(key).channel_id
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    begin = today - timedelta(days=days)
    heard = [begin + timedelta(days=day, hours=hour) for day in range(days) for hour in SHOP_HOURS]

    def note(work: Work) -> None:
        shop_id = keeper.row(key).shop_id
        for hour in heard[:-1]:
            watches.note_hour(work.connection, shop_id=shop_id, channel_id=channel_id, hour=hour)
        shops.note_webhook(work.connection, channel_id, heard[-1])

    keeper.shop.runtime.transact(note)
    keeper.shop.clock.move(seconds=(heard[-1] - datetime.now(UTC)).total_seconds())
    watch.look(keeper.shop.runtime)
    return heard[-1]


@pytest.fixture
def used(keeper: Keeper) -> Keeper:
    """A channel with four weeks behind it."""
    live(keeper, 28)
    return keeper


def look_after(keeper: Keeper, **time: float) -> tuple[str, ...]:
    keeper.shop.clock.move(**time)
    watch.look(keeper.shop.runtime)
    return keeper.alarms()


def test_a_webhook_leaves_the_hour_it_came_in(keeper: Keeper) -> None:
    keeper.shop.hear_line("hello")
    keeper.shop.hear_line("again")
    watch.look(keeper.shop.runtime)
    watch.look(keeper.shop.runtime)
    (row,) = keeper.shop.rows("heard_hours")
    assert row.hour == hour_of(keeper.row().last_webhook_at)
    assert row.channel_id == keeper.row().channel_id


def test_F06_a_shop_that_sleeps_raises_no_alarm_at_night_and_one_in_the_day(used: Keeper) -> None:
    for _ in range(12):
        assert look_after(used, hours=1) == ()
    told = [look_after(used, hours=1) for _ in range(8)]
    assert ("silent",) in told
    assert told[-1] == ("silent",)
    assert used.raised() == ["silent"]


def test_F06_what_is_heard_ends_the_alarm_at_once_and_it_may_come_again(used: Keeper) -> None:
    assert look_after(used, hours=24) == ("silent",)
    used.shop.hear_line("here we are")
    assert used.alarms() == ()
    watch.look(used.shop.runtime)
    assert used.row().silent_after > used.shop.clock()
    assert look_after(used, days=4) == ("silent",)
    assert used.raised() == ["silent", "silent"]


def test_the_silence_itself_does_not_become_the_rhythm(used: Keeper) -> None:
    look_after(used, hours=24)
    for _ in range(60):
        assert look_after(used, days=1) == ("silent",)
    assert used.raised() == ["silent"]


def test_old_hours_are_forgotten(keeper: Keeper) -> None:
    last = live(keeper, 40)
    hours = [row.hour for row in keeper.shop.rows("heard_hours")]
    assert min(hours) >= last - WINDOW
    assert len(hours) <= 28 * 24


def test_the_rhythm_is_told(used: Keeper) -> None:
    row = used.row()
    assert row.usual_hours == 12
    assert timedelta(seconds=row.usual_silence) == timedelta(hours=13)
    assert row.silent_after is not None


def test_never_heard_is_said_after_the_first_day_and_not_before(keeper: Keeper) -> None:
    assert look_after(keeper, hours=23) == ()
    assert look_after(keeper, hours=2) == ("never_heard",)
    keeper.shop.hear_line("hello")
    assert keeper.alarms() == ()
    look_after(keeper, days=3)
    assert keeper.alarms() == (), "one day of hearing is no rhythm"
    assert [keeper.raised(key) for key in ("siam-line", "siam-page")] == [["never_heard"]] * 2


def test_two_looks_at_once_raise_one_alarm(used: Keeper) -> None:
    used.shop.clock.move(hours=24)
    at_once(4, lambda _: watch.look(used.shop.runtime))
    assert used.raised() == ["silent"]


def test_other_channels_keep_their_own_rhythm(used: Keeper) -> None:
    rows: dict[str, Any] = {key: used.row(key) for key in ("siam-line", "siam-page")}
    assert rows["siam-line"].silent_after is not None
    assert rows["siam-page"].silent_after is None


def test_a_shop_without_news_writes_nothing(used: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(*_: Any, **__: Any) -> None:
        raise AssertionError("written")

    monkeypatch.setattr(type(used.shop.runtime), "transact", write)
    watch.look(used.shop.runtime)
