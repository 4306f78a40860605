"""The loop breaker: what nobody asked for is said a few times a minute, then held back, visibly.

Our words may come back as somebody's answer, from another bot or from an
away message. An answer to a command is asked for and does not count.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.messages import Author, Text
from bot.options import read_options
from bot.outbox.planning import plan_text
from bot.runtime import Work
from bot.store import changes, messages, shops

SPAN = timedelta(minutes=1)
HELD_BACK = "held_back"


def plan_automatic(
    work: Work, conversation: Any, content: Text, *, free_only: bool = False
) -> int | None:
    """Owe a conversation words that nobody asked for; give the message's id, None: held back.

    ``free_only`` words are dropped where saying them would cost.
    """
    if not may_speak(work, conversation):
        return None
    return plan_text(
        work,
        conversation,
        content.text,
        author=Author.BOT,
        buttons=content.buttons,
        automatic=True,
        free_only=free_only,
    )


def may_speak(work: Work, conversation: Any) -> bool:
    """Say whether one more automatic message may go into a conversation now.

    Where not, staff find a note in the thread, one a minute. The caller holds
    the conversation's lock, so two cannot both be the last one.
    """
    shop = shops.find_shop(work.connection, conversation.shop_id)
    most = read_options(shop.options).automatic_a_minute
    since = work.now - SPAN
    if messages.count_automatic(work.connection, conversation.id, since) < most:
        return True
    if not messages.has_notice(work.connection, conversation.id, HELD_BACK, since):
        note(work, conversation, kind="notice", reason=HELD_BACK)
        changes.record(
            work.connection,
            work.now,
            "system",
            "automatic answers held back",
            f"conversation:{conversation.id}",
            shop_id=conversation.shop_id,
        )
    return False


def note(
    work: Work,
    conversation: Any,
    *,
    kind: str,
    text: str | None = None,
    reason: str | None = None,
) -> None:
    """Write into a thread what only staff see."""
    messages.insert_message(
        work.connection,
        shop_id=conversation.shop_id,
        conversation_id=conversation.id,
        direction="in",
        author=Author.SYSTEM,
        kind=kind,
        text=text,
        sent_at=work.now,
        received_at=work.now,
        state="received",
        reason=reason,
    )
    changes.announce(
        work.connection, conversation.shop_id, work.now, conversation_id=conversation.id
    )
