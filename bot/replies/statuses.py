"""Status messages: the words in which a customer is told where an order stands.

A shop may write its own, a state and language at a time. What a customer
cannot do without must be in them: the number of a paid order, the tracking of
a shipped one. ``[order_no]`` is replaced; any other bracket stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.replies.errors import ReplyError
from bot.replies.settings import MAY_SET, record
from bot.runtime import Runtime, Work
from bot.staff import Actor
from bot.store import replies as rows
from bot.store.database import Connection
from bot.words import LANGUAGES, choose_language, say
from bot.words.filling import fill, find_placeholders

REQUIRED: Mapping[str, frozenset[str]] = {
    "now": frozenset({"order_no", "status"}),
    "unpaid": frozenset({"order_no", "bill_url"}),
    "checking": frozenset({"order_no"}),
    "paid": frozenset({"order_no"}),
    "shipped": frozenset({"order_no", "tracking_code", "tracking_url"}),
    "completed": frozenset({"order_no"}),
    "expired": frozenset({"order_no"}),
    "cancelled": frozenset({"order_no"}),
    "returned": frozenset({"order_no"}),
}
"""What a message of each state must name; ``now`` answers a customer who asks."""

STATUS_FACTS = (
    *("order_no", "name", "shop", "status", "total", "bill_url"),
    *("tracking_code", "tracking_url", "carrier"),
)
LONGEST_TEXT = 1_000


def render_status_message(
    connection: Connection, shop: Any, status: str, language: str, facts: Mapping[str, str]
) -> str:
    """Word where an order stands, in the shop's words or the house's.

    ``status`` is one of ``REQUIRED``. ``facts`` are named in ``STATUS_FACTS``;
    those that are not given are empty. Lines that say nothing but an empty
    fact are left out. Raises ``KeyError`` for another status.
    """
    tongue = choose_language(language)
    own = rows.find_template(connection, shop.id, status, tongue)
    return _render(own or default_template(status, tongue), facts)


def default_template(status: str, language: str) -> str:
    """Give the house's words for a state."""
    if status not in REQUIRED:
        raise KeyError(status)
    return say(f"status_message.{status}", language)


def preview_status(text: str, shop_name: str, language: str, status: str) -> str:
    """Show words with made-up facts in them."""
    word = say(f"status.{status}", language) if status != "now" else say("status.paid", language)
    example = {
        "order_no": "1042",
        "name": say("auto.example_name", language),
        "shop": shop_name,
        "status": word,
        "total": "฿240.00",
        "bill_url": "https://shop.example/b/…",
        "tracking_code": "TH0123456789",
        "tracking_url": "https://track.example/TH0123456789",
        "carrier": "Flash",
    }
    return _render(text, example)


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


def _render(text: str, facts: Mapping[str, str]) -> str:
    known = {name: facts.get(name, "") for name in STATUS_FACTS}
    lines = []
    for line in text.split("\n"):
        named = find_placeholders(line, brackets=True) & known.keys()
        if named and not any(known[name] for name in named):
            continue
        lines.append(fill(line, known, brackets=True))
    return "\n".join(lines)
