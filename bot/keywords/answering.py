"""Answering: the words that a customer gets for their words, and the chip that staff see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.keywords.deciding import Decision
from bot.keywords.terms import PLACEHOLDERS, Terms
from bot.ordering import OrderView
from bot.rendering.wording import show_money
from bot.words import choose_language, say
from bot.words.filling import fill

MOST_LINES = 8


def word_answer(
    terms: Terms, shop: Any, conversation: Any, decision: Decision, view: OrderView | None
) -> str:
    """Word what a customer is answered; "" where the shop answers nothing to this."""
    language = choose_language(conversation.language or shop.locale)
    facts = dict.fromkeys(PLACEHOLDERS, "")
    facts |= {
        "name": conversation.contact_name or say("auto.nameless", language),
        "shop": shop.name,
    }
    if view is not None:
        facts |= _tell_order(view, language)
    parts = []
    if view is not None and decision.wishes:
        parts.append(_say(terms, "ordered", language, facts))
    for refusal in decision.refusals:
        kind = {"stock_short": "sold_out", "product_inactive": "sold_out", "too_late": "late"}.get(
            refusal.reason, "refused"
        )
        told = {"code": "", "left": "0", **refusal.facts}
        reason = explain_reason(refusal.reason, refusal.facts, language)
        parts.append(_say(terms, kind, language, {**facts, **told, "reason": reason}))
    lines = dict.fromkeys(part for part in parts if part)
    return "\n".join(lines)


def explain_reason(reason: str, facts: Mapping[str, str], language: str) -> str:
    """Say why a text, or one product of it, orders nothing, in a sentence."""
    blank = dict.fromkeys(
        ("code", "left", "quantity", "cap", "words", "number", "limit", "option", "first"), ""
    )
    blank |= dict.fromkeys(("second", "prefixes", "sign", "reason"), "")
    return say(f"keyword_reason.{reason}", language, **{**blank, **facts})


def _say(terms: Terms, name: str, language: str, facts: Mapping[str, str]) -> str:
    if name not in terms.answers:
        return ""
    own = terms.texts.get(name, {}).get(language, "")
    if own:
        return fill(own, facts)
    key = name
    if name == "ordered" and facts.get("bill_url"):
        key = "ordered_sent"
    return say(f"keyword.{key}", language, **facts)


def _tell_order(view: OrderView, language: str) -> dict[str, str]:
    items = [f"{item} × {item.quantity}" for item in view.order.items[:MOST_LINES]]
    if len(view.order.items) > MOST_LINES:
        items.append(f"… +{len(view.order.items) - MOST_LINES}")
    return {
        "order_no": str(view.order.number),
        "items": "\n".join(items),
        "total": show_money(view.totals.total, language),
        "bill_url": view.bill_url or "",
    }
