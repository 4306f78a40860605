"""Upkeep: throws away what has had its time, and nothing that anybody was promised."""

from __future__ import annotations

from datetime import timedelta

from bot import media
from bot.runtime import Runtime, Work
from bot.store import changes, messages, people

FEED_LIFE = timedelta(days=1)
"""A page that was away for longer reloads anyway."""

SIGN_IN_LIFE = timedelta(days=1)
"""How long failed sign-ins count; longer than any delay that they cause."""

TOKEN_LIFE = timedelta(days=1)
"""A reply token of LINE's lives for a minute; what asks whether one is left reads all there are."""


def sweep(runtime: Runtime) -> int:
    """Drop what is over: sessions, link codes, sign-ins, the feed, files; give how many rows."""

    def drop(work: Work) -> int:
        dropped = people.delete_expired(work.connection, work.now, work.now - SIGN_IN_LIFE)
        dropped += messages.forget_reply_tokens(work.connection, work.now - TOKEN_LIFE)
        return dropped + changes.forget_feed(work.connection, work.now - FEED_LIFE)

    media.tidy(runtime)
    return runtime.transact(drop) + media.sweep(runtime)
