"""News of an order: the short words by which its customer learns what became of it."""

from __future__ import annotations

from bot import outbox
from bot.messages import Author
from bot.ordering.situation import Situation
from bot.words import format_money, say
from orders.money import Money, exponent
from orders.totals import totals

_WORDS = {
    "settle": "paid",
    "confirm_payment": "paid",
    "choose_cod": "cod",
    "take_part": "part",
    "expire": "expired",
    "reject_slip": "slip_refused",
    "cancel": "cancelled",
    "cancel_with_money": "cancelled",
    "ship": "shipped",
    "ship_part": "part_shipped",
}
"""Which news each move is that tells the customer something."""


def tell(situation: Situation) -> None:
    """Owe the customer the move's news, in their language; an offline one has the bill's page."""
    if situation.conversation is None:
        return
    outbox.plan_text(
        situation.desk.work, situation.conversation, word(situation), author=Author.BOT
    )


def word(situation: Situation) -> str:
    """Word the move's news, with the bill's address where there is one."""
    row = situation.row
    language = row.customer_language or situation.desk.shop.locale
    parcel = situation.asked.parcel
    balance = totals(situation.order).balance
    text = say(
        f"news.{_WORDS[situation.move.name]}",
        language,
        number=row.number,
        reason=situation.asked.reason,
        tracking=parcel.tracking if parcel else "",
        carrier=parcel.carrier if parcel else "",
        balance=_amount(balance, language),
        amount=_amount(situation.asked.money.amount, language) if situation.asked.money else "",
    )
    lines = [" ".join(text.split())]
    generation = situation.values.get("link_generation", row.link_generation)
    if generation:
        url = situation.desk.runtime.bill_url(row.id, generation)
        lines.append(say("news.link", language, url=url))
    return "\n".join(lines)


def _amount(amount: Money, language: str) -> str:
    return format_money(amount.minor, amount.currency, exponent(amount.currency), language)
