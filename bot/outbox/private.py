"""Private replies: the one message that who wrote a comment may get, before they wrote to us."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from bot.channels import CHANNELS
from bot.messages import Author, Lane, Text
from bot.outbox.breaker import may_speak
from bot.outbox.planning import PATIENCE, insert, show
from bot.runtime import Work
from bot.store import outbox as rows

BROADCAST = timedelta(hours=4)
"""The longest that a broadcast may go on after a comment on it."""


def plan_private_reply(
    work: Work,
    conversation: Any,
    text: str,
    *,
    comment: Any,
    ended_at: datetime | None,
    order_id: int | None,
) -> bool:
    """Owe who wrote a comment the one private reply that it may get; False where it gets none.

    That is when it is too late, or the loop breaker holds it back. ``comment``
    is its message, ``ended_at`` when its broadcast was over; ``text`` is cut to
    what one message holds.
    """
    ends_at = _last_moment(comment, ended_at)
    known = rows.find_private_reply(work.connection, conversation.channel_id, comment.platform_id)
    if known is not None or work.now >= ends_at or not may_speak(work, conversation):
        return known is not None
    payload = CHANNELS[conversation.channel].compose(Text(text))[0]
    delivery_id = str(uuid.uuid4())
    message_id = show(
        work,
        conversation,
        delivery_id,
        kind="text",
        text=text,
        author=Author.BOT,
        quoted_id=comment.platform_id,
        automatic=True,
    )
    insert(
        work,
        conversation,
        delivery_id,
        kind="private",
        part="text",
        payload=payload,
        message_id=message_id,
        order_id=order_id,
        comment_id=comment.platform_id,
        lane=Lane.PRIVATE_REPLY,
        deadline=ends_at,
    )
    return True


def _last_moment(comment: Any, ended_at: datetime | None) -> datetime:
    """Give the time after which the platform takes no private reply to a comment."""
    ends_at: datetime = comment.sent_at + PATIENCE["private"]
    if comment.facts.get("live"):  # the platform takes it during the broadcast only
        ends_at = min(ends_at, comment.sent_at + BROADCAST, ended_at or ends_at)
    return ends_at
