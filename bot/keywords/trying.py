"""Trying: shows what any text would do by a rule that need not be saved, and changes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from bot.keywords.answering import explain_reason
from bot.keywords.deciding import Decision, Taken, decide
from bot.keywords.reading import Words
from bot.keywords.terms import Terms
from bot.runtime import Runtime
from bot.store import keywords as rows
from bot.store import shops
from orders.keywords import Effect

MOST_TEXTS = 500


@dataclass(frozen=True, slots=True)
class Trial:
    """What one text does: by the rule as it is saved, and by the one that is tried."""

    text: str
    sent_at: Any
    conversation_id: int
    before: str
    after: str
    orders_before: bool
    orders_after: bool

    @property
    def differs(self) -> bool:
        """Whether the change would change anything for this text."""
        return self.before != self.after


def explain(
    runtime: Runtime, shop_id: int, terms: Terms, text: str, language: str
) -> tuple[bool, str]:
    """Say whether a text orders something by some terms, and what, or why not.

    As if its writer had ordered nothing yet; today's stock counts.
    """
    with runtime.store.read() as connection:
        shop = shops.find_shop(connection, shop_id)
        decision = decide(connection, shop, Words(connection, shop_id, terms), text, Taken())
    return bool(decision.wishes), tell(decision, language)


def rerun(
    runtime: Runtime,
    shop_id: int,
    scope: str,
    *,
    saved: Terms | None,
    tried: Terms,
    language: str,
) -> list[Trial]:
    """Read the newest texts of a scope again, by the saved terms (None: off) and by others.

    At most ``MOST_TEXTS``; each as if its writer had ordered nothing yet, so
    that stock and caps of the past do not blur what the words do.
    """
    kind, _, number = scope.partition(":")
    with runtime.store.read() as connection:
        shop = shops.find_shop(connection, shop_id)
        texts = rows.list_texts(
            connection,
            shop_id,
            post_id=int(number) if kind == "post" else None,
            comments=kind == "comments",
            limit=MOST_TEXTS,
        )
        old = Words(connection, shop_id, saved) if saved is not None else None
        new = Words(connection, shop_id, tried)
        trials = []
        for row in texts:
            before = _decide(connection, shop, old, row.text)
            after = _decide(connection, shop, new, row.text)
            trials.append(
                Trial(
                    text=row.text,
                    sent_at=row.sent_at,
                    conversation_id=row.conversation_id,
                    before=tell(before, language),
                    after=tell(after, language),
                    orders_before=bool(before and before.wishes),
                    orders_after=bool(after and after.wishes),
                )
            )
    return trials


def count(trials: list[Trial]) -> Counter[str]:
    """Count what a change would do: ``won``, ``lost``, ``changed`` and ``same``."""
    return Counter(
        "same"
        if not one.differs
        else "changed"
        if one.orders_before == one.orders_after
        else "won"
        if one.orders_after
        else "lost"
        for one in trials
    )


def tell(decision: Decision | None, language: str) -> str:
    """Tell a decision in one line: what it orders, and why not the rest."""
    if decision is None:
        return explain_reason("off", {}, language)
    told = [
        f"{wish.item} {'+' if wish.effect is Effect.ADD else '='} {wish.item.quantity}"
        for wish in decision.wishes
    ]
    told += [explain_reason(one.reason, one.facts, language) for one in decision.refusals]
    return " · ".join(told)


def _decide(connection: Any, shop: Any, words: Words | None, text: str) -> Decision | None:
    return decide(connection, shop, words, text, Taken()) if words is not None else None
