"""Orders in a customer's words: what a Page's person writes in front of the customer.

``Order summary: A1 2, B2 1; ship EMS`` opens or extends the draft; ``Your
bill: A1 2`` does so and sends the bill; ``Your bill`` alone sends what is
there. Products at their own prices, a way of sending that the shop has at its
own fee, a telephone number, a note; no price, no discount, nothing about
money, and nothing that takes an order back: nobody in particular has written
it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import cast

from bot.commands import edits, moves
from bot.commands.context import Answer, CommandError, Context
from bot.commands.grammar import Body, Command, parse
from bot.words import LANGUAGES, say
from orders.money import exponent

ALLOWED = frozenset({"ship", "tel", "note"})
SEPARATORS = (":", "：", " ", "\n", "\t")
POLITE = ("นะคะ", "นะครับ", "ค่ะ", "คะ", "ครับ", "จ้า", "จ้ะ")


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the items and changes after the marker, and whether the bill is wanted."""

    body: str
    wants_bill: bool


def find(text: str) -> Written | None:
    """Find an order in a text that begins with one of the markers; None for any other words."""
    for key, wants_bill in (("page.bill_marker", True), ("page.order_marker", False)):
        for language in LANGUAGES:
            body = _after(text, say(key, language))
            if body is not None and (body or wants_bill):
                return Written(body, wants_bill)
    return None


def command_text(written: Written) -> str:
    """Give the command that the words stand for."""
    return f"/o {written.body}".strip()


def run(context: Context, written: Written) -> Answer:
    """Do what was written. Raises ``GrammarError``, ``CommandError`` and ``OrderError``."""
    send = Command("send", None, Body(), "/send", "/", (1, 5))
    if not written.body:
        return moves.send(context, send)
    command = parse(
        context.text,
        prefixes=("/",),
        decimals=exponent(context.shop.currency),
        currency=context.shop.currency,
    )
    command = cast("Command", command)  # what begins with /o is one, or an error
    _check(context, command)
    answer = edits.order(context, command)
    return moves.send(context, send) if written.wants_bill else answer


def _check(context: Context, command: Command) -> None:
    """Refuse what nobody in particular may decide in front of a customer."""
    body = command.body
    named_elsewhere = command.target is not None
    priced = any(item.name or item.price or item.discount for item in body.items)
    other = any(one.kind not in ALLOWED or one.amount for one in body.modifiers)
    if named_elsewhere or priced or other:
        raise CommandError(context.say("page.too_much"))


def _after(text: str, marker: str) -> str | None:
    """Give what follows a marker at the beginning of a text, as a command would write it."""
    words = unicodedata.normalize("NFC", text).strip()
    if not words.casefold().startswith(marker.casefold()):
        return None
    rest = words[len(marker) :]
    if rest[:1] not in SEPARATORS and _without_manners(rest):
        return None
    rest = rest.lstrip("".join(SEPARATORS))
    for language in LANGUAGES:
        rest = rest.replace(say("page.shipping_phrase", language), "; ship")
    return _without_manners(rest)


def _without_manners(words: str) -> str:
    words = words.rstrip()
    for polite in POLITE:
        if words.endswith(polite):
            return _without_manners(words.removesuffix(polite))
    return words
