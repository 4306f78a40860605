"""Status messages: the words in which a customer is told where an order stands.

A shop may write its own, a state and language at a time. What a customer
cannot do without must be in them: the number of a paid order, the tracking of
a shipped one. ``[order_no]`` is replaced; any other bracket stays. Any use case
that tells a customer of an order words it here.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.store import replies as rows
from bot.store.database import Connection
from bot.words import choose_language, say
from bot.words.filling import fill, find_placeholders

REQUIRED: Mapping[str, frozenset[str]] = {
    "now": frozenset({"order_no", "status"}),
    "unpaid": frozenset({"order_no", "bill_url"}),
    "checking": frozenset({"order_no"}),
    "slip_refused": frozenset({"order_no", "reason"}),
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
    *("tracking_code", "tracking_url", "carrier", "reason"),
)


def render_status_message(
    connection: Connection, shop_id: int, status: str, language: str, facts: Mapping[str, str]
) -> str:
    """Word where an order stands, in the shop's words or the house's.

    ``status`` is one of ``REQUIRED``. ``facts`` are named in ``STATUS_FACTS``;
    those that are not given are empty. Where one is empty that the shop's words
    cannot do without, the house's are told. Raises ``KeyError`` for another status.
    """
    tongue = choose_language(language)
    house = default_template(status, tongue)
    has_all = all(facts.get(name) for name in REQUIRED[status])
    own = rows.find_template(connection, shop_id, status, tongue) if has_all else None
    return fill_status(own or house, facts)


def default_template(status: str, language: str) -> str:
    """Give the house's words for a state. Raises ``KeyError`` for another status."""
    if status not in REQUIRED:
        raise KeyError(status)
    return say(f"status_message.{status}", language)


def fill_status(text: str, facts: Mapping[str, str]) -> str:
    """Fill words with facts, each on one line; lines of nothing but empty facts are left out."""
    known = {name: " ".join(facts.get(name, "").split()) for name in STATUS_FACTS}
    lines = []
    for line in text.split("\n"):
        named = find_placeholders(line, brackets=True) & known.keys()
        if named and not any(known[name] for name in named):
            continue
        lines.append(fill(line, known, brackets=True))
    return "\n".join(lines)
