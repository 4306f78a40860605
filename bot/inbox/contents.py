"""What a message's row holds beside its words: its facts, and what came with it."""

from __future__ import annotations

from typing import Any

from bot import media
from bot.messages import InboundMessage
from bot.runtime import Work

NOTICES = frozenset(
    {
        *("follow", "unfollow", "join", "leave", "memberJoined", "memberLeft"),
        *("accountLink", "membership", "videoPlayComplete", "beacon"),
        *("referral", "optin", "mention", "account_linking"),
        *("pass_thread_control", "take_thread_control", "request_thread_control"),
        *("policy-enforcement", "policy_enforcement", "game_play", "response_feedback"),
        *("activated", "deactivated", "botSuspended", "botResumed", "module", "things"),
    }
)
"""Events that pages have words for; others are shown as what they are: unsupported."""


def note_media(work: Work, owner: Any, message_id: int, event: InboundMessage) -> None:
    """Have what came with a message fetched after the commit."""
    media.note(
        work,
        shop_id=owner.shop_id,
        channel_id=owner.id,
        message_id=message_id,
        attachments=event.attachments,
    )


def facts_of(event: InboundMessage) -> dict[str, Any]:
    """Give what is kept beside a message's words: its facts, and what each attachment is."""
    if not event.attachments:
        return event.facts
    told = [{"kind": one.kind, **one.facts} for one in event.attachments]
    return {**event.facts, "attachments": told}
