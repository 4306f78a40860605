"""News of an order: the short words by which its customer learns what became of it.

Of a state they are the shop's own where it wrote some, see ``bot.statuses``.
"""

from __future__ import annotations

from bot import outbox
from bot.messages import Author
from bot.ordering.situation import Situation
from bot.rendering.wording import show_money
from bot.statuses import render_status_message
from bot.words import say
from orders.totals import totals

_STATES = {
    "settle": "paid",
    "confirm_payment": "paid",
    "expire": "expired",
    "reject_slip": "slip_refused",
    "cancel": "cancelled",
    "cancel_with_money": "cancelled",
    "ship": "shipped",
}
"""Which state's words tell the customer of each move that has some."""

_WORDS = {"choose_cod": "cod", "take_part": "part", "ship_part": "part_shipped"}
"""Which news the other moves are that tell the customer something."""


def tell(situation: Situation) -> None:
    """Owe the customer the move's news, in their language; an offline one has the bill's page."""
    if situation.conversation is None:
        return
    outbox.plan_text(
        situation.desk.work, situation.conversation, word(situation), author=Author.BOT
    )


def word(situation: Situation) -> str:
    """Word the move's news, with the bill's address where there is one."""
    language = situation.row.customer_language or situation.desk.shop.locale
    url, name = _bill_url(situation), situation.move.name
    if name in _STATES:
        text = _word_state(situation, _STATES[name], language, url)
    else:
        text = _word_other(situation, _WORDS[name], language)
    return text if not url or url in text else f"{text}\n{say('news.link', language, url=url)}"


def _word_state(situation: Situation, state: str, language: str, url: str) -> str:
    shop, parcel = situation.desk.shop, situation.asked.parcel
    facts = {
        "order_no": str(situation.row.number),
        "name": situation.row.customer_name or say("auto.nameless", language),
        "shop": shop.name,
        "status": say(f"status.{situation.order.status}", language),
        "total": show_money(totals(situation.order).total, language),
        "bill_url": url,
        "tracking_code": parcel.tracking if parcel else "",
        "tracking_url": url,  # the order's own page tells of its parcels
        "carrier": parcel.carrier if parcel else "",
        "reason": situation.asked.reason,
    }
    return render_status_message(situation.desk.connection, shop.id, state, language, facts)


def _word_other(situation: Situation, key: str, language: str) -> str:
    parcel, money = situation.asked.parcel, situation.asked.money
    text = say(
        f"news.{key}",
        language,
        number=situation.row.number,
        tracking=parcel.tracking if parcel else "",
        carrier=parcel.carrier if parcel else "",
        balance=show_money(totals(situation.order).balance, language),
        amount=show_money(money.amount, language) if money else "",
    )
    return " ".join(text.split())


def _bill_url(situation: Situation) -> str:
    """Give the bill's address as it is after the move; "" where there is none."""
    generation = situation.values.get("link_generation", situation.row.link_generation)
    if not generation:
        return ""
    return situation.desk.runtime.bill_url(situation.row.id, generation)
