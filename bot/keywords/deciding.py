"""Deciding: what a customer's words may order now, and why the rest may not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot import catalogue
from bot.keywords.reading import Words
from bot.keywords.terms import Terms
from bot.store.database import Connection
from orders.errors import OrderError
from orders.item import Item
from orders.keywords import Effect, Miss, Pick
from orders.order import Order

_SHOWN = frozenset({"code", "left", "quantity", "option", "first"})
_EXPLAINED = frozenset(
    {
        *("stock_short", "product_inactive"),
        *("option_missing", "option_unknown", "option_twice", "option_none"),
    }
)


@dataclass(frozen=True, slots=True)
class Wish:
    """One product that may be ordered: its line, and what that does to the order."""

    item: Item
    effect: Effect


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a text, or one product of it, orders nothing: a key of the words files, and facts."""

    reason: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What of a text may be ordered, and what not."""

    wishes: tuple[Wish, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What a customer has already: in the draft that grows, and in other orders by code."""

    order: Order | None = None
    others: Mapping[str, int] = field(default_factory=dict)


def decide(connection: Connection, shop: Any, words: Words, text: str, taken: Taken) -> Decision:
    """Decide about one text; nothing is changed."""
    read = words.read(text)
    if isinstance(read, Miss):
        return Decision(refusals=(Refusal(read.reason, read.facts),))
    wishes: list[Wish] = []
    refusals: list[Refusal] = []
    held = Counter(taken.others)
    for item in taken.order.items if taken.order is not None else ():
        held[item.code or ""] += item.quantity
    for pick in read.picks:
        found = _find_wish(connection, shop, pick, taken)
        if isinstance(found, Wish):
            replaced = _replaced(taken.order, found)
            found = _check_caps(words.terms, found, held, replaced) or found
        if isinstance(found, Wish):
            wishes.append(found)
            held[found.item.code or ""] += found.item.quantity - _replaced(taken.order, found)
        else:
            refusals.append(found)
    return Decision(tuple(wishes), tuple(refusals))


def is_over(terms: Terms, post: Any, written_at: datetime) -> bool:
    """Say whether a comment came too late: after its post had ended, and the grace after it."""
    if post is None or post.ended_at is None:
        return False
    return bool(written_at > post.ended_at + timedelta(minutes=terms.late_minutes))


def _find_wish(connection: Connection, shop: Any, pick: Pick, taken: Taken) -> Wish | Refusal:
    found = catalogue.find_product(connection, shop, pick.code)
    if found is None:
        return Refusal("product_gone", {"code": pick.code})
    product = found[1]
    try:
        wish = Wish(product.item(pick.quantity, pick.options), pick.effect)
        line = _line_of(taken.order, wish.item)
        more = line.quantity if line is not None and wish.effect is Effect.ADD else 0
        product.check_sale(pick.quantity + more, wish.item.options)
    except OrderError as error:
        facts = {name: str(fact) for name, fact in error.facts.items() if name in _SHOWN}
        if error.key not in _EXPLAINED:
            return Refusal("not_possible", {"reason": error.sentence(shop.locale)})
        return Refusal(error.key, {"code": pick.code, **facts})
    return wish


def _check_caps(terms: Terms, wish: Wish, held: Counter[str], replaced: int) -> Refusal | None:
    code, quantity = wish.item.code or "", wish.item.quantity
    of_item = held[code] + quantity - replaced
    if terms.cap_item is not None and of_item > terms.cap_item:
        facts = {"code": code, "quantity": str(of_item), "cap": str(terms.cap_item)}
        return Refusal("over_item_cap", facts)
    whole = held.total() + quantity - replaced
    if terms.cap_customer is not None and whole > terms.cap_customer:
        return Refusal(
            "over_customer_cap", {"quantity": str(whole), "cap": str(terms.cap_customer)}
        )
    return None


def _replaced(order: Order | None, wish: Wish) -> int:
    """Give how many of a draft's pieces a wish takes the place of."""
    line = _line_of(order, wish.item)
    return line.quantity if line is not None and wish.effect is Effect.SET else 0


def _line_of(order: Order | None, item: Item) -> Item | None:
    if order is None:
        return None
    return next(
        (own for own in order.items if own.code == item.code and own.options == item.options), None
    )
