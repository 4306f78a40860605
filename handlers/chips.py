"""Chips: one line beside a customer's message that says what it ordered, or why it did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.keywords import explain_reason
from handlers.words import phrase

SILENT = frozenset({"off", "empty"})


@dataclass(frozen=True, slots=True)
class Chip:
    """The words of a chip; ``ordered`` says that the message ordered something."""

    words: str
    ordered: bool


def show_chip(hit: Any | None, language: str) -> Chip | None:
    """Word what a message did as a keyword order; None where it is of no concern."""
    if hit is None or hit.outcome in SILENT:
        return None
    parts = []
    if hit.facts.get("picks"):
        items = ", ".join(_pick(one) for one in hit.facts["picks"])
        parts.append(phrase("chip.ordered", language, number=hit.facts["number"], items=items))
    refused = hit.facts.get("refused", [])
    if refused:
        reasons = [explain_reason(one["reason"], one["facts"], language) for one in refused]
        parts.append(phrase("chip.refused", language, reason="; ".join(reasons)))
    if hit.facts.get("untold"):
        parts.append(explain_reason("untold", {}, language))
    if hit.facts.get("source"):
        parts.append(phrase(f"chip.{hit.facts['source']}", language))
    return Chip(" · ".join(parts), bool(hit.order_id)) if parts else None


def _pick(pick: dict[str, Any]) -> str:
    name = "/".join((pick["code"], *pick["options"]))
    sign = "+" if pick["effect"] == "add" else "×"
    return f"{name} {sign} {pick['quantity']}"
