"""Asks platforms who writes: name, picture and language, cleaned before they are kept.

A contact is named by the profile of one of its addresses, the first that had
one. In a group each member who wrote is asked for too, by name.
"""

from __future__ import annotations

import re
import time
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Any

import structlog

from bot import outbox
from bot.channels import CHANNELS
from bot.channels.graphemes import graphemes
from bot.messages import (
    Address,
    AddressKind,
    ChannelDown,
    PersonGone,
    Profile,
    Retry,
    SendError,
)
from bot.runtime import Runtime, Work
from bot.store import changes, members, shops
from bot.store import contacts as rows
from bot.store.customer_terms import index_contact

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
"""How long who asks for a profile has it alone; longer than a job may run (30 s)."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 180))
"""How long to wait after each attempt but the last."""

MOST_ATTEMPTS = len(PAUSES) + 1
"""Then the next message after ``conversations.PROFILE_LIFE`` starts anew."""

PATIENCE = 5.0
"""Seconds after which a round begins no other call: a job may run 30, a call takes up to 14."""

LONGEST_NAME = 80
LONGEST_CLUSTER = 8
_MOST_SIGNS = 200  # what the column holds
_LONGEST_URL = 2_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,2}")
# Controls, hidden and turning signs, halves of pairs, signs that nobody has given a meaning.
_SPEAKS_AS_NOTHING = ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")


@dataclass(frozen=True, slots=True)
class _Task:
    """An address, or a member of a group, to ask about until the lease ends."""

    row: Any
    channel: Any
    attempts: int
    is_member: bool


def fetch_due(runtime: Runtime) -> int:
    """Ask the platforms for the profiles that are due; give how many were asked for.

    A round ends after ``PATIENCE``; what is left then is rung for again.
    """
    end = time.monotonic() + PATIENCE
    asked = 0
    while (task := runtime.transact(_claim)) is not None:
        asked += 1
        _fetch(runtime, task)
        if time.monotonic() >= end:
            runtime.bell.ring("upkeep")
            break
    return asked


def clean_name(name: str | None) -> str | None:
    """Give a name without hidden signs, at most 80 characters as a reader counts; None if empty."""
    spoken = "".join(
        " " if sign.isspace() else sign
        for sign in name or ""
        if sign.isspace() or unicodedata.category(sign) not in _SPEAKS_AS_NOTHING
    )
    kept = ""
    for cluster in islice(graphemes(" ".join(spoken.split())), LONGEST_NAME):
        if len(kept) + len(cluster[:LONGEST_CLUSTER]) > _MOST_SIGNS:
            break
        kept += cluster[:LONGEST_CLUSTER]
    return kept.strip() or None


def announce(work: Work, shop_id: int, contact_id: int) -> None:
    """Tell open pages that a contact's conversations look different now."""
    for conversation_id in rows.list_conversation_ids(work.connection, contact_id):
        changes.announce(work.connection, shop_id, work.now, conversation_id=conversation_id)


def _claim(work: Work) -> _Task | None:
    for is_member, find in ((False, rows.next_profile), (True, members.next_member)):
        row = find(work.connection, work.now)
        # Whoever asked so often and never came back was ended by it.
        while row is not None and row.profile_attempts >= MOST_ATTEMPTS:
            _give_up(work, row.id, is_member=is_member)
            row = find(work.connection, work.now)
        if row is None:
            continue
        attempts = row.profile_attempts + 1
        due = {"profile_due_at": work.now + LEASE, "profile_attempts": attempts}
        _update(work, row.id, is_member=is_member, **due)
        channel = shops.find_channel(work.connection, row.channel_id)
        return _Task(row, channel, attempts, is_member)
    return None


def _fetch(runtime: Runtime, task: _Task) -> None:
    channel, account = CHANNELS[task.channel.kind], runtime.account(task.channel)
    row = task.row
    try:
        if task.is_member:
            group = Address(row.group_id, AddressKind(row.group_kind))
            profile = channel.profile(account, group, row.platform_id)
        else:
            profile = channel.profile(account, Address(row.platform_id, AddressKind(row.kind)))
    except PersonGone:
        runtime.transact(partial(_give_up, row_id=row.id, is_member=task.is_member))
    except SendError as error:
        log.info("profile not told", channel=task.channel.key, why=type(error).__name__)
        runtime.transact(partial(_put_off, task=task, error=error))
    else:
        runtime.transact(partial(_keep, task=task, profile=profile))


def _keep(work: Work, task: _Task, profile: Profile) -> None:
    _give_up(work, task.row.id, is_member=task.is_member)
    name = clean_name(profile.name)
    if task.is_member:
        if name is not None and name != task.row.name:
            members.update_member(work.connection, task.row.id, name=name)
            about = {"conversation_id": task.row.conversation_id}
            changes.announce(work.connection, task.row.shop_id, work.now, **about)
        return
    told = {
        "name": name,
        "picture_url": _clean_url(profile.picture_url),
        "language": _clean_language(profile.language),
    }
    if any(told.values()):
        contact_id = rows.name_contact(work.connection, task.row.id, **told)
        if contact_id is not None:
            index_contact(work.connection, contact_id)
            announce(work, task.row.shop_id, contact_id)


def _give_up(work: Work, row_id: int, *, is_member: bool) -> None:
    """Ask no more, until they write again after a week."""
    over = {"profile_due_at": None, "profile_at": work.now, "profile_attempts": 0}
    _update(work, row_id, is_member=is_member, **over)


def _put_off(work: Work, task: _Task, error: SendError) -> None:
    if isinstance(error, ChannelDown) and error.by_token:
        outbox.doubt_token(work, task.channel.id)
    if task.attempts >= MOST_ATTEMPTS:
        _give_up(work, task.row.id, is_member=task.is_member)
        return
    pause = PAUSES[task.attempts - 1]
    if isinstance(error, Retry) and error.after is not None:
        pause = max(pause, timedelta(seconds=error.after))
    _update(work, task.row.id, is_member=task.is_member, profile_due_at=work.now + pause)


def _update(work: Work, row_id: int, *, is_member: bool, **values: Any) -> None:
    write = members.update_member if is_member else rows.update_address
    write(work.connection, row_id, **values)


def _clean_url(url: str | None) -> str | None:
    """Give a picture's address if it is one of the web; nothing is fetched or shown here."""
    plain = url is not None and len(url) <= _LONGEST_URL and url.isprintable() and " " not in url
    return url if plain and url is not None and url.startswith(("https://", "http://")) else None


def _clean_language(language: str | None) -> str | None:
    fits = language is not None and len(language) <= 16 and _LANGUAGE.fullmatch(language)
    return language if fits else None
