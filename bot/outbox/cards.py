"""Cards of customers who wait, for the staff's group: one message each, several in one send.

A card's words are read when it is sent, not when it is planned: what was
withdrawn meanwhile is not shown. They are the customer's and stand in places
of their own, cut between characters.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from bot.channels import CHANNELS
from bot.channels.graphemes import cut
from bot.messages import Button, Card
from bot.outbox.planning import insert
from bot.runtime import Runtime, Work
from bot.store import groups, shops
from bot.words import say

MOST_CARDS = 5
"""LINE takes five messages in one request, and counts the request as one."""

SHOWN_WORDS = 3
WORDS_LENGTH = 160
NAME_LENGTH = 40
NAMED_KINDS = ("image", "video", "audio", "file", "sticker", "location", "postback", "comment")


def plan_cards(
    work: Work, group: Any, conversation: Any, waiting: Sequence[Any], *, free_only: bool
) -> None:
    """Owe a staff group, whose ``conversation`` is locked, the cards of up to five customers."""
    delivery_id = str(uuid.uuid4())
    insert(work, conversation, delivery_id, kind="cards", part="cards", free_only=free_only)
    groups.insert_cards(
        work.connection,
        [
            {
                "shop_id": group.shop_id,
                "group_id": group.id,
                "conversation_id": row.id,
                "delivery_id": delivery_id,
                "position": position,
                "first_message_id": row.first_message_id,
                "last_message_id": row.last_message_id,
            }
            for position, row in enumerate(waiting[:MOST_CARDS])
        ],
    )


def prepare_cards(runtime: Runtime, delivery: Any) -> dict[str, Any]:
    """Make the payload of a delivery of cards, of what customers' words are now."""
    with runtime.store.read() as connection:
        shop = shops.find_shop(connection, delivery.shop_id)
        channel = CHANNELS[shops.find_channel(connection, delivery.channel_id).kind]
        cards = [
            _card(row, groups.list_words(connection, row, SHOWN_WORDS), shop.locale)
            for row in groups.list_cards(connection, delivery.id)
        ]
    return channel.compose_together(cards)


def _card(row: Any, words: Sequence[Any], language: str) -> Card:
    name = cut(" ".join((row.contact_name or "").split()), NAME_LENGTH)
    code = f"@C{row.code}"
    if row.order_number is None:
        order = say("waiting.no_order", language)
    else:
        status = say(f"status.{row.order_status}", language)
        order = say("waiting.order", language, number=row.order_number, status=status)
    return Card(
        title=f"{code} {name}".strip(),
        subtitle=CHANNELS[row.channel].name,
        rows=(),
        notes=(*(_words(word, language) for word in words), order),
        buttons=(Button(say("button.use", language), text=f"/use {code}"),),
    )


def _words(message: Any, language: str) -> str:
    if message.redacted:
        return say("waiting.withdrawn", language)
    if message.text and message.text.strip():
        return f"“{cut(' '.join(message.text.split()), WORDS_LENGTH)}”"
    kind = message.kind if message.kind in NAMED_KINDS else "other"
    return say(f"waiting.{kind}", language)
