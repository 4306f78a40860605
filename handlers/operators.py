"""The operators' page at ``/ops``: channels, processes, queues, and what needs a look; no chats."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from bot import inbox, watch
from bot.channels import CHANNELS
from bot.jobs import QUEUES
from bot.store import events, outbox
from handlers.auth import require_operator
from handlers.channel_health import TIMEZONE
from handlers.condition import OVERDUE, Condition, read_condition
from handlers.context import language, runtime
from handlers.display import show_span

blueprint = Blueprint("operators", __name__)
log = structlog.get_logger(__name__)

TROUBLED = ("needs_review", "dead", "held", "ambiguous")
MOST_ROWS = 50
OUTCOMES = ("read", *events.ODD, "gone")


@blueprint.get("/ops")
@require_operator
def show_operators() -> str:
    """Show how the installation is."""
    now = read_condition(runtime())
    return render_template(
        "operators/ops.html",
        now=now,
        waiting=_read_queues(has_redis=now.has_redis),
        is_late=now.overdue > OVERDUE,
        timezone=TIMEZONE,
        span=lambda seconds: show_span(seconds, language()),
        names={kind: channel.name for kind, channel in CHANNELS.items()},
        outcome=_outcome(),
        asked=_asked(now),
        **(_read_trouble() if now.has_database else {"troubled": (), "odd": (), "unshown": ()}),
    )


@blueprint.post("/ops/replay/<int:delivery_id>")
@require_operator
def replay(delivery_id: int) -> AnyResponse:
    """Run a stored raw delivery again; nothing that had its effect has it twice."""
    try:
        state = inbox.replay(runtime(), delivery_id)
    except LookupError:
        abort(404)
    log.info("delivery replayed", delivery=delivery_id, state=state)
    runtime().bell.ring("inbound")
    return redirect(f"/ops?replayed={state}", 303)


@blueprint.post("/ops/probe/<key>")
@require_operator
def probe(key: str) -> AnyResponse:
    """Have a channel's platform asked after its token and quota at once, by a worker."""
    if not runtime().transact(lambda work: watch.probe_now(work, key)):
        abort(404)
    log.info("probe asked for", channel=key)
    return redirect(f"/ops?asked={key}", 303)


def _read_queues(*, has_redis: bool) -> dict[str, int] | None:
    """Count what waits in each queue; None where Redis cannot be asked."""
    if not has_redis:
        return None
    try:
        return runtime().bell.waiting()
    except Exception as error:  # noqa: BLE001 Redis's own errors are not known here
        log.warning("queues cannot be counted", queues=QUEUES, error=type(error).__name__)
        return None


def _read_trouble() -> dict[str, Any]:
    with runtime().store.read() as connection:
        troubled = [
            row
            for state in TROUBLED
            for row in outbox.list_deliveries(connection, state=state, limit=MOST_ROWS)
        ]
        odd = events.list_raw(connection, events.ODD, limit=MOST_ROWS)
        unshown = events.list_unshown(connection, limit=MOST_ROWS)
    return {"troubled": troubled, "odd": odd, "unshown": unshown}


def _outcome() -> str:
    """Give how the replay ended from which we come; "" for any other way here."""
    given = request.args.get("replayed", "")
    return given if given in OUTCOMES else ""


def _asked(now: Condition) -> str:
    """Give the channel that was asked after when we come from that; "" for any other way here."""
    given = request.args.get("asked", "")
    return given if given in {channel.row.key for channel in now.channels} else ""
