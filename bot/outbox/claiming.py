"""Claims a delivery: one process may try it, until its lease ends.

A process may die anywhere. What it held comes due again when the lease ends,
and is then a call whose outcome nobody knows, unless it had no payload yet.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.channels import CHANNELS
from bot.messages import Guarantee, Lane, Route, Window
from bot.outbox.settling import ECHO_WAIT, end
from bot.runtime import Work
from bot.store import messages
from bot.store import outbox as rows
from bot.store.groups import NOT_FREE

LEASE = timedelta(seconds=90)
"""Longer than a job may run (30 s), which is longer than a call may take (10 s)."""

KEY_LIFE = timedelta(hours=23)
"""LINE remembers a retry key for 24 h; after that a repeat is a second copy."""

MOST_PREPARATIONS = 5
"""Attempts after which a payload that cannot be made is a person's business."""

CLOSED = "The platform's window for answers is closed: copy the text and send it by hand."
UNMET = "The customer has only commented: this goes out when they answer the private reply."
TOO_LATE = "The comment can have no private reply any more: its time or its broadcast is over."
UNCONFIRMED = "It may have arrived: the platform never confirmed it. Look before you send again."


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is ours to try until its lease ends."""

    row: Any
    lease: str
    route: Route
    reply_token: str | None
    repeats_unknown: bool


def claim_next(work: Work) -> tuple[Claim | None, bool]:
    """Take the delivery that is due next, or settle one that must not be tried any more.

    Gives the claim, if there is one, and whether anything was due at all.
    """
    row = rows.next_due(work.connection, work.now)
    if row is None:
        return None, False
    target = rows.delivery_target(work.connection, row.id)
    guarantee = CHANNELS[target.channel].guarantee(Lane(row.lane))
    unknown = row.payload is not None and row.state in ("sending", "ambiguous")
    if unknown and guarantee is Guarantee.ECHO and not _may_resend(row):
        _wait_or_ask(work, row)
        return None, True
    if _must_stop(work, row, target):
        return None, True
    if (unknown or row.unknowns) and guarantee is not Guarantee.ECHO:
        # The same call once more, never by another lane: the first one may have arrived.
        route, token = Route(Lane(row.lane)), row.reply_token
    else:
        route, token = _choose(work, row, target)
    if row.free_only and route.lane is not Lane.REPLY:
        end(work, row, "dead", "It would have cost a message.", code=NOT_FREE)
        return None, True
    if route.lane is Lane.NONE and _waits_for_answer(work, row, target):
        end(work, row, "held", UNMET, code="private_reply")
        return None, True
    if route.lane is Lane.NONE:
        end(work, row, "needs_review", CLOSED, code="window")
        return None, True
    return _lease(work, row, route, token, unknown=unknown), True


def _must_stop(work: Work, row: Any, target: Any) -> bool:
    """Settle a delivery that is past its time, or whose conversation is not ours now."""
    if work.now >= _last_moment(row):
        late = TOO_LATE if row.comment_id else "It could not be sent in time."
        end(work, row, "needs_review", late, code="late")
    elif row.payload is None and row.attempts >= MOST_PREPARATIONS:
        end(work, row, "needs_review", "It could not be prepared.", code="preparation")
    elif target.standby:
        end(work, row, "held", "Another app has this conversation now.", code="standby")
    else:
        return False
    return True


def _lease(work: Work, row: Any, route: Route, token: str | None, *, unknown: bool) -> Claim:
    lease = str(uuid.uuid4())
    rows.update_delivery(
        work.connection,
        row.id,
        state="sending",
        lane=route.lane,
        reply_token=token,
        lease=lease,
        lease_until=work.now + LEASE,
        due_at=work.now + LEASE,
        attempts=row.attempts + 1,
        unknowns=row.unknowns + (1 if unknown else 0),
        first_attempt_at=row.first_attempt_at or work.now,
    )
    return Claim(row, lease, route, token, repeats_unknown=unknown or row.unknowns > 0)


def _choose(work: Work, row: Any, target: Any) -> tuple[Route, str | None]:
    """Pick the lane for this attempt and, on a reply, take the token that goes with it."""
    if row.comment_id:
        return Route(Lane.PRIVATE_REPLY), None
    channel = CHANNELS[target.channel]
    billing = row.kind == "bill"
    until = messages.reply_until(work.connection, target.id, work.now, delivery_id=row.id)
    window = Window(last_inbound_at=target.last_inbound_at, reply_until=until)
    route = channel.route(window, work.now, billing=billing)
    if route.lane is not Lane.REPLY:
        return route, None
    token = messages.take_reply_token(work.connection, target.id, row.id, work.now)
    if token is None:  # another process took it between the two looks
        return channel.route(replace(window, reply_until=None), work.now, billing=billing), None
    return route, token


def _waits_for_answer(work: Work, row: Any, target: Any) -> bool:
    """Say whether a person who only commented is being asked, in private, to write to us."""
    return target.last_inbound_at is None and rows.has_private_reply(
        work.connection, row.conversation_id
    )


def _may_resend(row: Any) -> bool:
    """Say whether an uncertain send without an idempotency key may go out once more.

    Default policy: a bill once, since its link stays the same; words never,
    until the shop says otherwise.
    """
    return bool(row.kind == "bill" and row.unknowns == 0 and row.state == "ambiguous")


def _wait_or_ask(work: Work, row: Any) -> None:
    """Give a cut-off attempt time for its echo; when that is over, a person decides."""
    if row.state == "sending":
        rows.update_delivery(
            work.connection,
            row.id,
            state="ambiguous",
            lease=None,
            due_at=work.now + ECHO_WAIT,
            reason="The attempt was cut off: waiting for the platform's echo.",
        )
    else:
        end(work, row, "needs_review", UNCONFIRMED, code="unconfirmed")


def _last_moment(row: Any) -> datetime:
    """Give the time after which no automatic attempt is made."""
    deadline: datetime = row.deadline
    first: datetime | None = row.first_attempt_at
    if row.comment_id:  # the comment's own limit
        return deadline
    return min(deadline, first + KEY_LIFE) if first else deadline
