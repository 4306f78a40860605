"""Greeting: the first words to who follows the account, or presses its start button."""

from __future__ import annotations

from typing import Any

from bot import outbox
from bot.messages import AddressKind, Text
from bot.replies.settings import read_answer
from bot.runtime import Work
from bot.store import changes
from bot.words import choose_language, say
from bot.words.filling import fill

GREETED = frozenset({"follow", "optin"})
"""The events that are greeted; Messenger's start button comes as a tap."""

START = frozenset({"GET_STARTED", "GET_STARTED_PAYLOAD"})


def greet(work: Work, shop: Any, conversation: Any) -> bool:
    """Greet a person, at most once a day however often they come; True when it is on."""
    answer = read_answer(work.connection, shop.id, "greeting")
    if not answer.enabled or conversation.address_kind != AddressKind.USER:
        return False
    if conversation.internal or conversation.linked_staff_id is not None:
        return False
    key = f"greeting:{conversation.id}:{work.now:%Y-%m-%d}"
    if changes.claim_key(work.connection, shop.id, key, work.now):
        language = choose_language(conversation.language or shop.locale)
        facts = {
            "name": conversation.contact_name or say("auto.nameless", language),
            "shop": shop.name,
        }
        words = fill(answer.text("greeting", language), facts)
        outbox.plan_automatic(work, conversation, Text(words))
    return True


def is_start(message: Any) -> bool:
    """Say whether a message is a tap on Messenger's start button."""
    return message.kind == "postback" and message.facts.get("payload") in START
