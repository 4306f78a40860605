"""Saved replies: words that staff keep ready under a short name, with what they leave open."""

from __future__ import annotations

import re
from typing import Any

from bot.ordering import OrderView
from bot.rendering.wording import show_money
from bot.replies.errors import ReplyError
from bot.replies.settings import check_placeholders, record
from bot.runtime import Runtime, Work
from bot.staff import Actor
from bot.store import replies as rows
from bot.words import choose_language, say
from bot.words.filling import fill
from orders.states import Role

MAY_KEEP = frozenset({Role.OWNER, Role.MANAGER, Role.SALES})
PLACEHOLDERS = frozenset({"name", "shop", "order_no", "status", "total", "bill_url"})
MOST_REPLIES = 200
LONGEST_TEXT = 2_000
_NAME = re.compile(r"[^\W_](?:[\w\u0e31-\u0e4e-]{0,30})", re.UNICODE)


def save_reply(runtime: Runtime, actor: Actor, name: str, text: str) -> None:
    """Keep words under a short name, in place of what was there.

    Raises ``ReplyError``, ``PermissionError``.
    """
    _check(actor)
    short, words = name.strip().lstrip(";").casefold(), text.replace("\r\n", "\n").strip()
    if not _NAME.fullmatch(short):
        raise ReplyError("name", name=short[:20])
    if not 0 < len(words) <= LONGEST_TEXT:
        raise ReplyError("text_length", limit=f"{LONGEST_TEXT:,}")
    check_placeholders(words, PLACEHOLDERS)

    def body(work: Work) -> None:
        known = rows.list_saved(work.connection, actor.shop_id)
        if len(known) >= MOST_REPLIES and short not in {row.name for row in known}:
            raise ReplyError("too_many", limit=MOST_REPLIES)
        rows.save_reply(work.connection, actor.shop_id, short, words, work.now)
        record(work, actor, "saved reply kept", f"reply:{short}")

    runtime.transact(body)


def delete_reply(runtime: Runtime, actor: Actor, name: str) -> None:
    """Take a saved reply away. Raises ``LookupError``, ``PermissionError``."""
    _check(actor)

    def body(work: Work) -> None:
        if not rows.delete_reply(work.connection, actor.shop_id, name):
            raise LookupError("there is no such reply")
        record(work, actor, "saved reply taken away", f"reply:{name}")

    runtime.transact(body)


def expand(text: str, shop: Any, conversation: Any, view: OrderView | None) -> str:
    """Fill a saved reply for one conversation; what nobody knows yet stays open to be seen."""
    language = choose_language(conversation.language or shop.locale)
    facts = {"shop": shop.name}
    if conversation.contact_name:
        facts["name"] = conversation.contact_name
    if view is not None:
        facts |= {
            "order_no": str(view.order.number),
            "status": say(f"status.{view.row.status}", language),
            "total": show_money(view.totals.total, language),
        }
        if view.bill_url:
            facts["bill_url"] = view.bill_url
    return fill(text, facts)


def _check(actor: Actor) -> None:
    if actor.role not in MAY_KEEP:
        raise PermissionError(actor.role)
