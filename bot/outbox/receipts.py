"""Receipts: tell staff in chat what became of the words that they had sent to a customer.

A receipt waits for the send it tells of, a few seconds at most, so that one
message says it all. Words that fail later get a second receipt.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from bot.channels import CHANNELS
from bot.messages import Author, Text
from bot.outbox.planning import insert, show
from bot.runtime import Runtime, Work
from bot.store import conversations, messages, shops
from bot.words import say

WAIT = timedelta(seconds=5)
"""How long a receipt waits for the outcome; LINE's free reply is to be had for a minute."""

ARRIVED = ("sent", "delivered", "read")
FAILED = ("dead", "needs_review", "held")


def plan_receipt(work: Work, conversation: Any, *, message_id: int, about_id: int) -> None:
    """Owe staff, in their own conversation, word of what becomes of a message."""
    message = messages.find_message(work.connection, message_id)
    settled = message is not None and message.state in FAILED
    delivery_id = str(uuid.uuid4())
    insert(
        work,
        conversation,
        delivery_id,
        kind="receipt",
        part="receipt",
        message_id=show(
            work, conversation, delivery_id, kind="receipt", text="", author=Author.BOT
        ),
        about_id=about_id,
        awaits_id=message_id,
        due_at=work.now if settled else work.now + WAIT,
    )


def prepare_receipt(runtime: Runtime, delivery: Any) -> dict[str, Any]:
    """Make a receipt's payload of how the message stands now."""
    with runtime.store.read() as connection:
        shop = shops.find_shop(connection, delivery.shop_id)
        channel = CHANNELS[shops.find_channel(connection, delivery.channel_id).kind]
        message = messages.find_message(connection, delivery.awaits_id)
        about = conversations.find_conversation(connection, delivery.shop_id, delivery.about_id)
    if message is None or about is None:
        raise LookupError("what a receipt tells of is never deleted")
    facts = {"customer": name(about), "channel": CHANNELS[about.channel].name}
    language = shop.locale
    if message.state in ARRIVED:
        lane = say(f"lane.{message.lane or 'none'}", language)
        words = say("receipt.sent", language, lane=lane, **facts)
    elif message.state in FAILED:
        words = say("receipt.failed", language, reason=message.reason or "", **facts)
    else:
        words = say("receipt.waiting", language, **facts)
    return channel.compose(Text(words))[0]


def name(conversation: Any) -> str:
    """Name a customer as commands do, without line breaks."""
    told = " ".join((conversation.contact_name or "").split())
    return f"@C{conversation.code} {told}".strip()
