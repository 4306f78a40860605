"""Asks platforms after their accounts: whose token, a fresh token, what is left of the quota.

A call is claimed by putting its next time off, made with no transaction open,
and settled only while that claim stands and the secrets are still the same.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot import outbox
from bot.channels import CHANNELS, Channel
from bot.messages import Account, ChannelDown, NewToken, Quota, Retry, SendError
from bot.runtime import Runtime, Work
from bot.store import changes, shops
from bot.store import watches as rows
from bot.store.vault import WrongKey

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
"""Longer than a job may run (30 s): whoever claimed a call and died is forgotten then."""

PATIENCE = 1.0
"""Seconds after which a round begins no other call: a quota's two may take 26, a job 30."""

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""How long to wait after each failure in a row; then always the last."""

TOO_YOUNG = timedelta(hours=25)
"""Meta renews no token of less than 24 hours, and nobody tells how old one is."""

EARLY = timedelta(days=15)
"""How long before its end a token is renewed."""

_Told = Any
"""What a call gave: a name, a ``NewToken``, a ``Quota``, None for no quota, or a ``SendError``."""


@dataclass(frozen=True, slots=True)
class Task:
    """One call to make, ours until ``claimed``."""

    duty: str
    channel: Any
    watch: Any
    claimed: datetime


def drain(runtime: Runtime, *, seconds: float = PATIENCE) -> int:
    """Make the calls that are due; give how many were made.

    A round ends after ``seconds``; what is left then is rung for again.
    """
    end = time.monotonic() + seconds
    made = 0
    while (task := runtime.transact(_claim)) is not None:
        made += 1
        told = _ask(runtime, task)
        runtime.transact(partial(_settle, runtime=runtime, task=task, told=told))
        if time.monotonic() >= end:
            runtime.bell.ring("upkeep")
            break
    return made


def probe_now(work: Work, key: str) -> bool:
    """Have a channel asked at once for an operator; False where there is no such channel.

    A good answer then brings the channel up whatever it went down for.
    """
    channel = shops.find_channel_by_key(work.connection, key)
    if channel is None:
        return False
    rows.update_watch(work.connection, channel.id, probe_due_at=work.now, probe_by_hand=True)
    if channel.state == "up":
        rows.read_quota_soon(work.connection, channel.id, work.now, work.now)
    work.ring("upkeep")
    return True


def _claim(work: Work) -> Task | None:
    for duty, column in rows.DUE.items():
        watch = rows.next_due(work.connection, duty, work.now)
        if watch is not None:
            claimed = work.now + LEASE
            rows.update_watch(work.connection, watch.channel_id, **{column: claimed})
            channel = shops.find_channel(work.connection, watch.channel_id)
            return Task(duty, channel, watch, claimed)
    return None


_CALLS: Mapping[str, Callable[[Channel, Account], _Told]] = {
    "probe": lambda channel, account: channel.check(account),
    "renew": lambda channel, account: channel.renew(account),
    "quota": lambda channel, account: channel.quota(account),
}


def _ask(runtime: Runtime, task: Task) -> _Told:
    """Make the call; no transaction is open."""
    try:
        account = runtime.account(task.channel)
        return _CALLS[task.duty](CHANNELS[task.channel.kind], account)
    except WrongKey as wrong:
        return ChannelDown(f"{wrong}.".capitalize(), code="key", by_token=True)
    except SendError as error:
        log.info("watch not answered", channel=task.channel.key, duty=task.duty, code=error.code)
        return error


def _settle(work: Work, runtime: Runtime, task: Task, told: _Told) -> None:
    # Whoever settles a send locks the channel before its watch: so do we.
    now = shops.find_channel(work.connection, task.channel.id, lock=True)
    if now.sealed != task.channel.sealed:
        # What we know is of a token that is gone: ask anew, with the one that came.
        _write(work, task, **{rows.DUE[task.duty]: work.now})
        return
    _SETTLE[task.duty](work, runtime, task, told)


def _write(work: Work, task: Task, **values: Any) -> bool:
    """Write down how the call ended; False where the claim was lost."""
    return rows.settle(work.connection, task.channel.id, task.duty, task.claimed, **values)


def _after_probe(work: Work, runtime: Runtime, task: Task, told: _Told) -> None:
    """Good, bad, or no answer; a missing right to ask says nothing of the right to send."""
    is_good, is_bad = isinstance(told, str), _is_dead(told)
    failures = 0 if is_good or is_bad else task.watch.probe_failures + 1
    pause = DAY if is_good else HOUR if is_bad else _pause(failures, told)
    written = _write(
        work,
        task,
        token_state="ok" if is_good else "bad" if is_bad else "unreachable",
        token_reason=None if is_good else told.reason[:300],
        token_at=work.now,
        probe_due_at=work.now + _jittered(pause),
        probe_failures=failures,
        # An operator's wish stands until the platform has answered.
        probe_by_hand=task.watch.probe_by_hand and failures > 0,
    )
    if written and is_bad:
        outbox.take_channel_down(work, task.channel.id, told, probed=True)
    elif written and is_good:
        _after_good_probe(work, runtime, task)


def _is_dead(told: _Told) -> bool:
    return isinstance(told, ChannelDown) and told.by_token


def _after_good_probe(work: Work, runtime: Runtime, task: Task) -> None:
    channel = shops.find_channel(work.connection, task.channel.id)
    watch = rows.find_watch(work.connection, channel.id)
    if channel.state == "down" and (watch.down_by_token or task.watch.probe_by_hand):
        outbox.resume_channel(work, channel.id)
        rows.update_watch(work.connection, channel.id, resumed_at=work.now)
        _record(work, channel, "channel up")
    if watch.renew_due_at is None:
        lives = CHANNELS[channel.kind].lifetime(runtime.account(channel))
        if lives is not None:
            due = work.now + TOO_YOUNG
            rows.update_watch(work.connection, channel.id, renew_due_at=due)


def _after_renewal(work: Work, runtime: Runtime, task: Task, told: _Told) -> None:
    if isinstance(told, NewToken):
        ends = work.now + told.lives
        due = max(ends - EARLY, work.now + DAY)
        if _write(work, task, token_ends_at=ends, renew_due_at=due, renew_failures=0):
            _put_in(work, runtime, task, told)
        return
    failures = task.watch.renew_failures + 1
    _write(work, task, renew_due_at=work.now + _jittered(DAY), renew_failures=failures)
    if _is_dead(told):
        outbox.doubt_token(work, task.channel.id)


def _put_in(work: Work, runtime: Runtime, task: Task, told: NewToken) -> None:
    old = task.channel.sealed
    secrets = {**runtime.vault.open(old), "access_token": told.access_token}
    sealed = runtime.vault.seal(secrets)
    if shops.replace_secrets(work.connection, task.channel.id, old, sealed):
        _record(work, task.channel, "token renewed")
        outbox.doubt_token(work, task.channel.id)


def _after_quota(work: Work, _runtime: Runtime, task: Task, told: _Told) -> None:
    if isinstance(told, SendError):
        failures = task.watch.quota_failures + 1
        due = work.now + _jittered(_pause(failures, told))
        _write(work, task, quota_due_at=due, quota_failures=failures)
        if _is_dead(told):
            outbox.doubt_token(work, task.channel.id)
        return
    counted = told if isinstance(told, Quota) else None
    _write(
        work,
        task,
        quota_used=counted.used if counted else None,
        quota_limit=counted.limit if counted else None,
        quota_at=work.now if counted else None,
        quota_due_at=work.now + (HOUR if counted else DAY),
        quota_failures=0,
    )


_SETTLE: Mapping[str, Callable[[Work, Runtime, Task, _Told], None]] = {
    "probe": _after_probe,
    "renew": _after_renewal,
    "quota": _after_quota,
}


def _record(work: Work, channel: Any, action: str) -> None:
    log.warning(action, channel=channel.key)
    changes.record(
        work.connection,
        work.now,
        "system",
        action,
        f"channel:{channel.id}",
        shop_id=channel.shop_id,
    )


def _pause(failures: int, told: _Told) -> timedelta:
    asked = timedelta(seconds=told.after or 0) if isinstance(told, Retry) else timedelta(0)
    return max(asked, PAUSES[min(failures, len(PAUSES)) - 1])


def _jittered(pause: timedelta) -> timedelta:
    return pause * random.uniform(0.9, 1.1)  # noqa: S311 jitter, no secret
