"""Hearing: answers what a customer writes where the shop chose so: start, where is it, away."""

from __future__ import annotations

from typing import Any

from bot import outbox
from bot.messages import AddressKind, Text
from bot.replies.greeting import greet, is_start
from bot.replies.hours import away_since
from bot.replies.settings import read_answer
from bot.replies.where import answer_where
from bot.runtime import Runtime, Work
from bot.store import changes
from bot.words import choose_language, say
from bot.words.filling import fill


def hear(runtime: Runtime, work: Work, shop: Any, conversation: Any, message: Any) -> None:
    """Answer a customer's message; the first answer that fits is the only one."""
    if conversation.address_kind != AddressKind.USER or conversation.internal or message.redacted:
        return
    if is_start(message) and greet(work, shop, conversation):
        return
    if answer_where(runtime, work, shop, conversation, message.text or ""):
        return
    _tell_away(work, shop, conversation)


def _tell_away(work: Work, shop: Any, conversation: Any) -> None:
    """Say once in each time of absence that the shop is closed."""
    answer = read_answer(work.connection, shop.id, "away")
    if not answer.enabled:
        return
    since = away_since(answer.hours, shop.timezone, work.now)
    if since is None:
        return
    key = f"away:{conversation.id}:{since:%Y-%m-%dT%H:%M}"
    if not changes.claim_key(work.connection, shop.id, key, work.now):
        return
    language = choose_language(conversation.language or shop.locale)
    facts = {"name": conversation.contact_name or say("auto.nameless", language), "shop": shop.name}
    words = fill(answer.text("away", language), facts)
    outbox.plan_automatic(work, conversation, Text(words))
