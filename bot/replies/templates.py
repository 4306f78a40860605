"""Templates: a shop's own words for the states of its orders, looked at before they are kept."""

from __future__ import annotations

from typing import Any

from bot.replies.errors import ReplyError
from bot.replies.settings import MAY_SET, record
from bot.runtime import Runtime, Work
from bot.staff import Actor
from bot.statuses import REQUIRED, STATUS_FACTS, fill_status
from bot.store import replies as rows
from bot.words import LANGUAGES, say
from bot.words.filling import find_placeholders

LONGEST_TEXT = 1_000


def preview_status(text: str, shop_name: str, language: str, status: str) -> str:
    """Show words with made-up facts in them."""
    state = {"now": "paid", "slip_refused": "unpaid"}.get(status, status)
    example = {
        "order_no": "1042",
        "name": say("auto.example_name", language),
        "shop": shop_name,
        "status": say(f"status.{state}", language),
        "total": "฿240.00",
        "bill_url": "https://shop.example/b/…",
        "tracking_code": "TH0123456789",
        "tracking_url": "https://track.example/TH0123456789",
        "carrier": "Flash",
        "reason": say("auto.example_reason", language),
    }
    return fill_status(text, example)


def save_template(runtime: Runtime, actor: Actor, status: str, language: str, text: str) -> None:
    """Write a shop's own words for a state; blank ones give the house's back.

    Raises ``ReplyError`` where something that must be told is missing,
    ``LookupError`` for another state or language, ``PermissionError``.
    """
    if actor.role not in MAY_SET:
        raise PermissionError(actor.role)
    if status not in REQUIRED or language not in LANGUAGES:
        raise LookupError(f"there are no words for {status} in {language}")
    words = text.replace("\r\n", "\n").strip()
    if words:
        check_template(status, words)

    def body(work: Work) -> None:
        rows.save_template(
            work.connection,
            actor.shop_id,
            status=status,
            language=language,
            text=words,
            at=work.now,
        )
        record(work, actor, "status message saved", f"status:{status}:{language}", own=bool(words))

    runtime.transact(body)


def check_template(status: str, text: str) -> None:
    """Raise ``ReplyError`` for words that leave out what must be told, or are too long."""
    if len(text) > LONGEST_TEXT:
        raise ReplyError("text_length", limit=f"{LONGEST_TEXT:,}")
    found = find_placeholders(text, brackets=True)
    missing = REQUIRED[status] - found
    if missing:
        raise ReplyError("required", missing=_show(missing))
    unknown = found - set(STATUS_FACTS)
    if unknown:
        raise ReplyError("placeholder", word=_show(unknown), known=_show(STATUS_FACTS))


def _show(names: Any) -> str:
    return ", ".join(f"[{name}]" for name in sorted(names))
