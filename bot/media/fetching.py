"""Fetches what is due: claim, download, check, keep, settle; no transaction is open meanwhile."""

from __future__ import annotations

import random
import tempfile
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import IO, Any

import structlog

from bot.channels import CHANNELS
from bot.channels.attachments import (
    Fetched,
    FetchError,
    Gone,
    NotYet,
    Refused,
    Source,
    TokenRefused,
    TooBig,
)
from bot.media.forgetting import sweep
from bot.media.keeping import THUMB, files_of
from bot.pictures import NoPicture, remake
from bot.runtime import Runtime, Work
from bot.store import changes, shops, watches
from bot.store import media as rows

log = structlog.get_logger(__name__)

BUDGET = 1.0
"""Seconds of a drain: with the last download (20) and picture (8) it stays below a job's 30."""

LEASE = timedelta(seconds=90)
"""Longer than a job may run."""

BACKOFF = (5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 6 * 3600.0)
"""Seconds before the next attempt; Meta's addresses live for days, LINE's contents for weeks."""

IN_MEMORY = 1024 * 1024
PICTURES = frozenset({"image", "sticker"})

GIVEN_UP = "It could not be fetched: "
INTERRUPTED = "each attempt was cut off."
_STATES: dict[type[FetchError], str] = {Gone: "gone", TooBig: "too_big", Refused: "refused"}


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was kept: its type, the bytes of its file, whether it has a thumbnail."""

    mime: str | None
    size: int
    has_thumb: bool


def drain(runtime: Runtime, *, seconds: float = BUDGET) -> int:
    """Remove what is over, then fetch what is due; give how many were tried.

    After ``seconds`` the rest is left to the next job, which is rung for.
    """
    sweep(runtime)
    end = time.monotonic() + seconds
    tried = 0
    while fetch_next(runtime):
        tried += 1
        if time.monotonic() >= end:
            runtime.bell.ring("media")
            break
    return tried


def fetch_next(runtime: Runtime) -> bool:
    """Work on what is due next; False when nothing is."""
    row, lease = runtime.transact(_claim)
    if row is None:
        return False
    if lease is None:
        return True
    try:
        outcome: _Kept | FetchError = _fetch(runtime, row)
    except FetchError as failure:
        outcome = failure
    except OSError as error:  # the disk is full, the folder or the store away
        log.warning("file not kept", media=row.id, error=type(error).__name__)
        outcome = NotYet("The file could not be kept in our storage.")
    if not runtime.transact(lambda work: _settle(runtime, work, row, lease, outcome)):
        # Taken back meanwhile, or another process's by now, whose file bears the same name.
        log.info("fetched too late", media=row.id)
    return True


def _claim(work: Work) -> tuple[Any, str | None]:
    """Take the row that is due next: it, and our lease; no lease where it was given up."""
    row = rows.next_due(work.connection, work.now)
    if row is None:
        return None, None
    if row.attempts > len(BACKOFF):
        _end(work, row, "gone", GIVEN_UP + INTERRUPTED)
        return row, None
    lease = str(uuid.uuid4())
    rows.update_media(
        work.connection,
        row.id,
        lease=lease,
        lease_until=work.now + LEASE,
        due_at=work.now + LEASE,
        attempts=row.attempts + 1,
        on_disk=True,  # said before there is one, so that a sweep finds whatever we leave
    )
    return row, lease


def _fetch(runtime: Runtime, row: Any) -> _Kept:
    """Download, check and keep one. Raises a ``FetchError`` and ``OSError``."""
    with runtime.store.read() as connection:
        channel = shops.find_channel(connection, row.channel_id)
    limit = runtime.settings.media.largest_mb * 1_000_000
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as draft:
        fetched = CHANNELS[row.channel].fetch(
            runtime.account(channel), Source(row.content_id, row.url), limit, partial(_write, draft)
        )
        draft.seek(0)
        if _is_picture(row, fetched):
            return _keep_picture(runtime, row, draft)
        files_of(runtime).put(row.token, draft)
        return _Kept(fetched.mime, fetched.size, has_thumb=False)


def _write(draft: IO[bytes], piece: bytes) -> None:
    draft.write(piece)


def _is_picture(row: Any, fetched: Fetched) -> bool:
    """Say whether it is to be shown as a picture, and so must be one."""
    if row.kind in PICTURES:
        return True
    return row.kind != "file" and (fetched.mime or "").startswith("image/")


def _keep_picture(runtime: Runtime, row: Any, draft: IO[bytes]) -> _Kept:
    try:
        made = remake(draft.read())
    except NoPicture as none:
        raise Refused(none.reason) from None
    files = files_of(runtime)
    files.put(row.token, BytesIO(made.main))
    files.put(row.token + THUMB, BytesIO(made.thumb))
    return _Kept(made.mime, len(made.main), has_thumb=True)


def _settle(
    runtime: Runtime, work: Work, row: Any, lease: str, outcome: _Kept | FetchError
) -> bool:
    """Write down how an attempt ended; False when the row is not ours any more."""
    if isinstance(outcome, _Kept):
        days = runtime.settings.media.keep_days.of(row.channel)
        return _end(
            work,
            row,
            "stored",
            None,
            lease=lease,
            mime=outcome.mime,
            size=outcome.size,
            has_thumb=outcome.has_thumb,
            forget_at=row.created_at + timedelta(days=days) if days else None,
        )
    if isinstance(outcome, TokenRefused):
        watches.ask_soon(work.connection, row.channel_id, work.now)
        work.ring("upkeep")
    state = _STATES.get(type(outcome))
    if state is not None:
        return _end(work, row, state, outcome.reason, lease=lease)
    if row.attempts >= len(BACKOFF):
        return _end(work, row, "gone", GIVEN_UP + outcome.reason, lease=lease)
    asked = outcome.after if isinstance(outcome, NotYet) and outcome.after else 0.0
    pause = max(asked, BACKOFF[row.attempts] * random.uniform(0.8, 1.2))  # noqa: S311 jitter
    return rows.update_media(
        work.connection,
        row.id,
        while_leased=lease,
        lease=None,
        lease_until=None,
        due_at=work.now + timedelta(seconds=pause),
        reason=outcome.reason,
    )


def _end(
    work: Work, row: Any, state: str, reason: str | None, *, lease: str | None = None, **values: Any
) -> bool:
    """Put a row into its last state, and tell open pages; where it ends badly, no file stays."""
    if state != "stored":
        values["forget_at"] = work.now
        work.ring("media")
    ended = rows.update_media(
        work.connection,
        row.id,
        while_leased=lease,
        state=state,
        reason=reason,
        lease=None,
        lease_until=None,
        content_id=None,
        url=None,
        **values,
    )
    if ended:
        conversation_id = rows.conversation_of(work.connection, row.message_id)
        changes.announce(work.connection, row.shop_id, work.now, conversation_id=conversation_id)
    return ended
