"""Settles deliveries: how a call ended decides what a row becomes, and what staff read of it."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.channels import CHANNELS
from bot.messages import (
    Author,
    BadMessage,
    ChannelDown,
    Guarantee,
    Lane,
    PersonGone,
    QuotaUsedUp,
    Receipt,
    Retry,
    SendError,
    ThreadTaken,
    TokenSpent,
    WindowClosed,
)
from bot.outbox.holding import take_channel_down
from bot.runtime import Work
from bot.store import changes, commenters, conversations, groups, messages, watches
from bot.store import outbox as rows

ECHO_WAIT = timedelta(seconds=60)
"""How long an echo may take before the shop's policy decides about an uncertain send."""

QUOTA_AGE = timedelta(minutes=1)
"""How old a quota may be when a send was refused for it, and still be believed."""

BACKOFF = (1, 3, 10, 30, 60, 120, 300, 600)

SETTLED = ("sent", "dead", "needs_review", "held")

RECEIPT = ("shop_id", "channel_id", "conversation_id", "kind", "part", "about_id", "awaits_id")
"""What a second receipt has in common with the first."""

RECEIPT_LIFE = timedelta(minutes=20)

SPENT = "The free reply may have arrived: its token is spent. Look before you send again."


def settle(work: Work, claim: Any, outcome: Receipt | SendError) -> None:
    """Write down how a call ended, if the delivery is still ours."""
    row = rows.find_delivery(work.connection, claim.row.id, lock=True)
    if row is None or row.lease != claim.lease:
        return
    if isinstance(outcome, Receipt):
        _mark_sent(work, row, outcome.platform_ids)
        _meet(work, row, outcome.person_id)
    elif isinstance(outcome, Retry):
        _again(work, row, outcome)
    elif isinstance(outcome, TokenSpent):
        _after_spent_token(work, claim, row, outcome)
    elif isinstance(outcome, ChannelDown):
        _hold(work, row, outcome)
    elif isinstance(outcome, ThreadTaken):
        end(work, row, "held", outcome.reason, code=outcome.code)
    elif isinstance(outcome, QuotaUsedUp | WindowClosed):
        if isinstance(outcome, QuotaUsedUp):
            _read_quota(work, row)
        end(work, row, "needs_review", outcome.reason, code=outcome.code)
    elif isinstance(outcome, PersonGone):
        conversations.mark_gone(work.connection, row.conversation_id, outcome.reason)
        end(work, row, "dead", outcome.reason, code=outcome.code)
    elif isinstance(outcome, BadMessage):
        end(work, row, "dead", outcome.reason, code=outcome.code)
    else:
        _after_unknown(work, row, outcome)


def _mark_sent(work: Work, row: Any, platform_ids: tuple[str, ...]) -> None:
    rows.update_delivery(
        work.connection,
        row.id,
        state="sent",
        lease=None,
        platform_ids=list(platform_ids) or row.platform_ids,
        settled_at=work.now,
        reason=None,
        code=None,
    )
    if row.lane == Lane.PUSH:
        watches.count_push(work.connection, row.channel_id)
    _tell(work, row, "sent", None, platform_id=platform_ids[-1] if platform_ids else None)
    if row.kind == "cards":
        groups.name_cards(work.connection, row.id, platform_ids)
    work.ring("deliver")  # what waits behind it in its conversation


def _meet(work: Work, row: Any, person_id: str | None) -> None:
    """Learn by a private reply who a comment's writer is in messages; both are one from now on."""
    if not row.comment_id or not person_id:
        return
    conversation_id = commenters.meet(work.connection, row, person_id, work.now)
    if conversation_id is not None:
        _announce(work, row.shop_id, conversation_id)
        work.ring("upkeep")


def _read_quota(work: Work, row: Any) -> None:
    """Learn how much is used up; once for all deliveries that are refused together."""
    watches.read_quota_soon(work.connection, row.channel_id, work.now, work.now - QUOTA_AGE)
    work.ring("upkeep")


def _again(work: Work, row: Any, error: Retry) -> None:
    pause = error.after or _backoff(row.attempts)
    rows.update_delivery(
        work.connection,
        row.id,
        state="pending",
        lease=None,
        due_at=work.now + timedelta(seconds=pause),
        offered_at=None,
        reason=error.reason,
        code=error.code,
    )
    _tell(work, row, "pending", error.reason)


def _after_spent_token(work: Work, claim: Any, row: Any, error: TokenSpent) -> None:
    if claim.repeats_unknown:
        end(work, row, "needs_review", SPENT, code=error.code)
        return
    messages.spend_reply_token(work.connection, row.id, work.now)
    rows.update_delivery(
        work.connection,
        row.id,
        state="pending",
        lane=Lane.NONE,
        reply_token=None,
        lease=None,
        due_at=work.now,
        offered_at=None,
        reason=error.reason,
    )
    work.ring("deliver")


def _hold(work: Work, row: Any, error: ChannelDown) -> None:
    """Hold a delivery, and with it everything of its channel: nothing is burned."""
    rows.update_delivery(
        work.connection, row.id, state="held", lease=None, reason=error.reason, code=error.code
    )
    _tell(work, row, "held", error.reason)
    take_channel_down(work, row.channel_id, error)


def _after_unknown(work: Work, row: Any, error: SendError) -> None:
    """Nobody knows whether it arrived: what the lane guarantees says what may follow."""
    target = rows.delivery_target(work.connection, row.id)
    guarantee = CHANNELS[target.channel].guarantee(Lane(row.lane))
    keyed = guarantee is Guarantee.KEYED
    pause = ECHO_WAIT.total_seconds() if guarantee is Guarantee.ECHO else _backoff(row.attempts)
    rows.update_delivery(
        work.connection,
        row.id,
        # A keyed send may simply be repeated; the others remember that they are uncertain.
        state="pending" if keyed else "ambiguous",
        unknowns=row.unknowns + 1 if keyed else row.unknowns,
        lease=None,
        due_at=work.now + timedelta(seconds=pause),
        offered_at=None,
        reason=error.reason,
        code=error.code,
    )
    _tell(work, row, "pending", error.reason)


def settle_by_status(
    work: Work, conversation_id: int, status: str, data: Mapping[str, Any], at: datetime
) -> None:
    """Take a platform's word about something we sent: its echo, its delivery, its reading."""
    if status == "echo":
        row = rows.find_delivery(work.connection, str(data.get("delivery_id")), lock=True)
        if row is None or (row.conversation_id != conversation_id and not row.comment_id):
            return
        if row.state in ("sending", "ambiguous", "pending", "needs_review"):
            _mark_sent(work, row, (str(data["platform_id"]),) if data.get("platform_id") else ())
        _meet(work, row, data.get("person_id"))
        return
    named = data.get("platform_id")
    if named:  # this message and what was sent before it
        message = messages.find_message_by_platform_id(work.connection, conversation_id, named)
        at = message.sent_at if message is not None else at
    moved = messages.mark_read_up_to(work.connection, conversation_id, status, at)
    if moved:
        conversation = conversations.lock_conversation(work.connection, conversation_id)
        if conversation is not None:
            _announce(work, conversation.shop_id, conversation_id)


def release(work: Work, conversation: Any) -> None:
    """Send what waited while another app had the thread: the customer is back with us."""
    if conversation.channel_state == "up" and rows.release_conversation(
        work.connection, conversation.id, work.now
    ):
        work.ring("deliver")


def withdraw_bills(work: Work, order_id: int, reason: str) -> int:
    """Keep back an order's bills that surely nobody has got; give how many there were.

    What a worker has in hand is not kept back: the news behind it tells the rest.
    """
    unsent = rows.lock_unsent_bills(work.connection, order_id)
    for row in unsent:
        end(work, row, "dead", reason)
    return len(unsent)


def offer_due(work: Work, again_after: timedelta) -> int:
    """Wake the workers for what is due, each row at most once per ``again_after``."""
    due = rows.offer_due(work.connection, work.now, work.now - again_after)
    if due:
        work.ring("deliver")
    return due


def end(work: Work, row: Any, state: str, reason: str, *, code: str | None = None) -> None:
    """Settle a delivery for good, or until a person acts, and say why beside its message."""
    rows.update_delivery(
        work.connection,
        row.id,
        state=state,
        lease=None,
        settled_at=work.now,
        reason=reason[:300],
        code=code,
    )
    _tell(work, row, state, reason)
    work.ring("deliver")


def _tell(
    work: Work, row: Any, state: str, reason: str | None, *, platform_id: str | None = None
) -> None:
    """Carry a delivery's state to the message that staff see."""
    if row.message_id is None:
        return
    message = messages.find_message(work.connection, row.message_id)
    if message is None:
        return
    values: dict[str, Any] = {"lane": row.lane}
    if message.delivery_id == row.id:
        values.update(state=state, reason=reason[:300] if reason else None)
        if platform_id:
            values["platform_id"] = platform_id
    elif state in ("dead", "needs_review"):
        # A part that failed is worth a word, though the message itself went out.
        values["reason"] = (reason or "")[:300]
    messages.update_message(work.connection, message.id, **values)
    _announce(work, row.shop_id, row.conversation_id)
    if values.get("state") in SETTLED and message.author == Author.STAFF:
        _tell_typist(work, message.id, failed=state != "sent")


def _tell_typist(work: Work, message_id: int, *, failed: bool) -> None:
    """Let the receipts go that wait for a message; one that went too early gets a second."""
    gone = rows.hasten_receipts(work.connection, message_id, work.now)
    last = rows.last_receipt(work.connection, message_id) if gone and failed else None
    if last is not None and last.state != "pending":
        rows.insert_delivery(
            work.connection,
            **{name: getattr(last, name) for name in RECEIPT},
            id=str(uuid.uuid4()),
            due_at=work.now,
            deadline=work.now + RECEIPT_LIFE,
            created_at=work.now,
        )
    work.ring("deliver")


def _announce(work: Work, shop_id: int, conversation_id: int) -> None:
    changes.announce(work.connection, shop_id, work.now, conversation_id=conversation_id)


def _backoff(attempts: int) -> float:
    """Give the seconds before the next attempt: growing, and never in step with others."""
    pause = BACKOFF[min(attempts, len(BACKOFF)) - 1]
    return pause * random.uniform(0.8, 1.2)  # noqa: S311 jitter, no secret
