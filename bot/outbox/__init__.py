"""The outbox: plans a delivery, claims it, sends it, settles it; the only caller of a send.

A row is one call to a platform. Its life::

    pending -> sending -> sent
                       -> pending       surely not sent: again later
                       -> ambiguous     nobody knows; the echo may tell
                       -> held          the channel is down, or another app has the thread
                       -> dead          the person is gone, or the platform refuses the content
                       -> needs_review  a person must decide

An attempt is counted before the call. A process may die anywhere: what it
held comes due again when its lease ends, and is then treated as a call whose
outcome nobody knows.
"""

from bot.outbox.breaker import may_speak, note, plan_automatic
from bot.outbox.cards import MOST_CARDS, plan_cards
from bot.outbox.holding import doubt_token, resume_channel, take_channel_down
from bot.outbox.planning import plain, plan_answer, plan_bill, plan_text, route_now, routes_now
from bot.outbox.private import plan_private_reply
from bot.outbox.receipts import plan_receipt
from bot.outbox.sending import Prepare, deliver_next, drain
from bot.outbox.settling import offer_due, release, settle_by_status, withdraw_bills

__all__ = [
    "MOST_CARDS",
    "Prepare",
    "deliver_next",
    "doubt_token",
    "drain",
    "may_speak",
    "note",
    "offer_due",
    "plain",
    "plan_answer",
    "plan_automatic",
    "plan_bill",
    "plan_cards",
    "plan_private_reply",
    "plan_receipt",
    "plan_text",
    "release",
    "resume_channel",
    "route_now",
    "routes_now",
    "settle_by_status",
    "take_channel_down",
    "withdraw_bills",
]
