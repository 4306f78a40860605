"""Forgets what came with messages: taken back by who sent it, or kept for its time."""

from __future__ import annotations

from functools import partial
from typing import Any

import structlog

from bot.media.keeping import THUMB, files_of
from bot.runtime import Runtime, Work
from bot.store import album, changes
from bot.store import media as rows

log = structlog.get_logger(__name__)

TAKEN_BACK = "It was taken back by who sent it."
KEPT_LONG_ENOUGH = "Its time is over: files of this channel are kept for a while only."
A_SWEEP = 200
"""Files of one sweep; the rest is the next one's."""


def forget(work: Work, message_id: int) -> None:
    """Give up what came with a message: hidden with this commit, its files removed after it."""
    if rows.forget_message(work.connection, message_id, work.now, TAKEN_BACK):
        work.ring("media")


def sweep(runtime: Runtime) -> int:
    """Remove the files whose time is over; give how many rows that were.

    A file is removed before its row says so: who dies between the two removes
    it again.
    """
    with runtime.store.read() as connection:
        over = rows.list_over(connection, runtime.store.now(connection), limit=A_SWEEP)
    swept = 0
    for row in over:
        try:
            files_of(runtime).remove(row.token)
            files_of(runtime).remove(row.token + THUMB)
        except OSError as error:
            log.warning("file not removed", media=row.id, error=type(error).__name__)
            continue
        runtime.transact(partial(_settle, row))
        swept += 1
    return swept + _sweep_album(runtime)


def tidy(runtime: Runtime) -> None:
    """Remove what downloads that were killed left half written."""
    files_of(runtime).tidy()


def _sweep_album(runtime: Runtime) -> int:
    """Remove pictures of products that are shown no more, and those that were never finished."""
    with runtime.store.read() as connection:
        over = album.list_over(connection, runtime.store.now(connection), A_SWEEP)
    swept = 0
    for token in over:
        try:
            files_of(runtime).remove(token)
            files_of(runtime).remove(token + THUMB)
        except OSError as error:
            log.warning("file not removed", error=type(error).__name__)
            continue
        runtime.transact(partial(_drop_picture, token))
        swept += 1
    return swept


def _drop_picture(token: str, work: Work) -> None:
    album.delete_picture(work.connection, token)


def _settle(row: Any, work: Work) -> None:
    values: dict[str, Any] = {"on_disk": False, "has_thumb": False}
    if row.state == "stored":
        values.update(state="gone", reason=KEPT_LONG_ENOUGH, name=None)
    rows.update_media(work.connection, row.id, **values)
    if row.state == "stored":
        conversation_id = rows.conversation_of(work.connection, row.message_id)
        changes.announce(work.connection, row.shop_id, work.now, conversation_id=conversation_id)
