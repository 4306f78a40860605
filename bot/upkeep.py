"""Upkeep: throws away what has had its time, and nothing that anybody was promised."""

from __future__ import annotations

from datetime import timedelta

from bot import media
from bot.runtime import Runtime, Work
from bot.store import album, changes, messages, people, snapshots

FEED_LIFE = timedelta(days=1)
"""A page that was away for longer reloads anyway."""

SIGN_IN_LIFE = timedelta(days=1)
"""How long failed sign-ins count; longer than any delay that they cause."""

TOKEN_LIFE = timedelta(days=1)
"""A reply token of LINE's lives for a minute; what asks whether one is left reads all there are."""

PREVIEW_LIFE = timedelta(days=1)
"""How long an import that was looked at can be applied, and its repeats are known."""

SNAPSHOT_LIFE = timedelta(hours=1)
"""A change can be taken back for ten minutes; what stood there before holds customers' data."""


def sweep(runtime: Runtime) -> int:
    """Drop what is over: sign-ins, feed, keys, snapshots, previews, files; give how many rows."""

    def drop(work: Work) -> int:
        dropped = people.delete_expired(work.connection, work.now, work.now - SIGN_IN_LIFE)
        dropped += messages.forget_reply_tokens(work.connection, work.now - TOKEN_LIFE)
        dropped += snapshots.forget_snapshots(work.connection, work.now - SNAPSHOT_LIFE)
        dropped += album.forget_imports(work.connection, work.now - PREVIEW_LIFE)
        dropped += changes.forget_keys(work.connection, work.now)
        return dropped + changes.forget_feed(work.connection, work.now - FEED_LIFE)

    media.tidy(runtime)
    return runtime.transact(drop) + media.sweep(runtime)
