"""A channel that may not speak: what it owes is held, and goes out in its place afterwards."""

from __future__ import annotations

from datetime import timedelta

import structlog

from bot.messages import ChannelDown
from bot.runtime import Work
from bot.store import changes, shops, watches
from bot.store import outbox as rows

log = structlog.get_logger(__name__)

RELAPSE = timedelta(hours=1)
"""A channel that falls so soon after a good probe has not been mended: the alarm still stands."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (0, 1, 5, 30, 120))
"""How long to wait for the next probe after each relapse: a probe may succeed where sends fail."""


def take_channel_down(
    work: Work, channel_id: int, error: ChannelDown, *, probed: bool = False
) -> None:
    """Hold everything of a channel whose token is dead: nothing is burned, one alarm is raised.

    A send's word is put to the proof by a probe; ``probed`` says that this was one.
    """
    channel = shops.find_channel(work.connection, channel_id)
    if shops.mark_channel_down(work.connection, channel_id, error.reason):
        watch = watches.find_watch(work.connection, channel_id)
        again = watch.resumed_at is not None and work.now - watch.resumed_at < RELAPSE
        relapses = watch.relapses + 1 if again else 0
        watches.update_watch(
            work.connection,
            channel_id,
            down_by_token=error.by_token,
            relapses=relapses,
        )
        if not relapses:
            _raise_alarm(work, channel_id, channel.shop_id, error)
        if not probed:
            doubt_token(work, channel_id, PAUSES[min(relapses, len(PAUSES) - 1)])
    for conversation_id in rows.hold_channel(work.connection, channel_id, error.reason):
        changes.announce(
            work.connection, channel.shop_id, work.now, conversation_id=conversation_id
        )


def doubt_token(work: Work, channel_id: int, pause: timedelta = timedelta(0)) -> None:
    """Have a channel's token probed after ``pause``: a call by it was refused."""
    watches.ask_soon(work.connection, channel_id, work.now + pause)
    if not pause:
        work.ring("upkeep")


def resume_channel(work: Work, channel_id: int) -> None:
    """Let a channel speak again after its token was mended."""
    shops.update_channel(work.connection, channel_id, state="up", reason=None)
    watches.update_watch(work.connection, channel_id, down_by_token=False)
    channel = shops.find_channel(work.connection, channel_id)
    for conversation_id in rows.release_channel(work.connection, channel_id, work.now):
        changes.announce(
            work.connection, channel.shop_id, work.now, conversation_id=conversation_id
        )
        work.ring("deliver")


def _raise_alarm(work: Work, channel_id: int, shop_id: int, error: ChannelDown) -> None:
    log.error("channel down", channel=channel_id, code=error.code)
    changes.record(
        work.connection,
        work.now,
        "system",
        "channel down",
        f"channel:{channel_id}",
        shop_id=shop_id,
        reason=error.reason,
    )
