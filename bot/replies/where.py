"""Where is my order: a customer's question, answered with the state of their own orders alone."""

from __future__ import annotations

import re
from typing import Any

from bot import ordering, outbox
from bot.messages import Button, Text
from bot.rendering.wording import show_money
from bot.replies.settings import read_answer
from bot.runtime import Runtime, Work
from bot.statuses import render_status_message
from bot.store import orders as order_rows
from bot.store import replies as rows
from bot.words import LANGUAGES, choose_language, say
from bot.words.filling import fill
from orders.folding import fold_key

MOST_READ = 300
_NUMBER = re.compile(r"[0-9]{1,15}")


def answer_where(runtime: Runtime, work: Work, shop: Any, conversation: Any, text: str) -> bool:
    """Answer a question about orders; False where it is none, or the shop chose not to."""
    answer = read_answer(work.connection, shop.id, "where")
    if not answer.enabled or len(text) > MOST_READ:
        return False
    asked = fold_key(text)
    if not any(word in asked for word in _asking_words(answer.words)):
        return False
    language = choose_language(conversation.language or shop.locale)
    own = rows.list_open_orders(work.connection, shop.id, conversation.contact_id)
    numbers = {int(found) for found in _NUMBER.findall(asked)}
    named = [row for row in own if row.number in numbers]
    if len(own) == 1 or named:
        told = _tell_order(runtime, work, shop, (named or own)[0].id, language)
        outbox.plan_automatic(work, conversation, Text(told))
    elif own:
        facts = {
            "name": conversation.contact_name or say("auto.nameless", language),
            "shop": shop.name,
        }
        buttons = tuple(_button(row, language) for row in own)
        words = fill(answer.text("where", language), facts)
        outbox.plan_automatic(work, conversation, Text(words, buttons))
    else:
        outbox.plan_automatic(work, conversation, Text(say("auto.where_none", language)))
    return True


def _button(row: Any, language: str) -> Button:
    words = say("auto.where_button", language, number=row.number)
    return Button(words, text=words)


def _asking_words(own: tuple[str, ...]) -> list[str]:
    """What customers ask with: the shop's own words, and the house's in every language.

    A button's words are among them, so that a tap is a question too.
    """
    words = [fold_key(word) for word in own]
    for language in LANGUAGES:
        words += map(fold_key, say("auto.where_words", language).split("|"))
        words.append(fold_key(say("auto.where_button", language, number="")))
    return [word.strip() for word in words if word.strip()]


def _tell_order(runtime: Runtime, work: Work, shop: Any, order_id: int, language: str) -> str:
    row = order_rows.find_order(work.connection, shop.id, order_id=order_id)
    view = ordering.view(runtime, work.connection, row)
    parcel = view.parcels[-1] if view.parcels else None
    facts = {
        "order_no": str(view.order.number),
        "name": view.row.customer_name or say("auto.nameless", language),
        "shop": shop.name,
        "status": say(f"status.{view.row.status}", language),
        "total": show_money(view.totals.total, language),
        "bill_url": view.bill_url or "",
        "tracking_code": parcel.tracking if parcel else "",
        "tracking_url": view.bill_url or "",  # the order's own page tells of its parcels
        "carrier": parcel.carrier if parcel else "",
    }
    return render_status_message(work.connection, shop.id, "now", language, facts)
