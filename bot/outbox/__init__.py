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

from bot.outbox.holding import doubt_token, resume_channel, take_channel_down
from bot.outbox.planning import (
    plain,
    plan_answer,
    plan_automatic,
    plan_bill,
    plan_private_reply,
    plan_text,
    route_now,
    routes_now,
)
from bot.outbox.sending import Prepare, deliver_next, drain
from bot.outbox.settling import offer_due, release, settle_by_status

__all__ = [
    "Prepare",
    "deliver_next",
    "doubt_token",
    "drain",
    "offer_due",
    "plain",
    "plan_answer",
    "plan_automatic",
    "plan_bill",
    "plan_private_reply",
    "plan_text",
    "release",
    "resume_channel",
    "route_now",
    "routes_now",
    "settle_by_status",
    "take_channel_down",
]
