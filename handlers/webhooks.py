"""Webhooks: the platforms' doors. Verify the raw bytes, have them stored, answer 200.

Nothing here can fail on content, calls a platform or waits for Redis. A
refusal says nothing: not whether the address exists, nor what was wrong.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import structlog
from flask import Blueprint, Response, abort, current_app, request

from bot import inbox
from handlers.context import runtime
from handlers.security import LARGEST_BODY

blueprint = Blueprint("webhooks", __name__)
log = structlog.get_logger(__name__)

REFUSALS = "webhook refusals"
LONGEST_CHALLENGE = 200
SECONDS_BETWEEN_LINES = 10.0


@dataclass(slots=True)
class Refusals:
    """Counts refused deliveries and logs a line now and then, however many come."""

    count: int = 0
    _said_at: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, webhook: str, why: str) -> None:
        """Count one more."""
        now = time.monotonic()
        with self._lock:
            self.count += 1
            quiet = self._said_at is not None and now - self._said_at < SECONDS_BETWEEN_LINES
            if not quiet:
                self._said_at = now
        if not quiet:
            log.warning("webhook refused", webhook=webhook, why=why, refused_so_far=self.count)


@blueprint.post("/webhooks/line/<key>", provide_automatic_options=False)
def receive_line(key: str) -> Response:
    """Take a delivery of LINE for the channel ``key``."""
    return _receive("line", key, "X-Line-Signature")


@blueprint.post("/webhooks/meta", provide_automatic_options=False)
def receive_meta() -> Response:
    """Take a delivery of Messenger or Instagram, for any of our accounts."""
    return _receive("meta", None, "X-Hub-Signature-256")


@blueprint.get("/webhooks/meta", provide_automatic_options=False)
def shake_hands() -> Response:
    """Answer Meta's verification with its own challenge, as text that no browser runs."""
    mode = request.args.get("hub.mode", "")
    challenge = request.args.get("hub.challenge", "")
    token = request.args.get("hub.verify_token", "")
    fits = len(challenge) <= LONGEST_CHALLENGE
    if not fits or not inbox.accepts_handshake(runtime(), mode, token):
        return Response(status=403)
    return Response(challenge, content_type="text/plain; charset=utf-8")


def _receive(webhook: str, key: str | None, signature: str) -> Response:
    refusals: Refusals = current_app.extensions[REFUSALS]
    if not request.headers.get(signature):
        # Neither body nor database is touched for whoever does not even pretend.
        refusals.add(webhook, "unsigned")
        return Response(status=401)
    body = request.get_data(cache=False)
    if len(body) >= LARGEST_BODY:  # a chunked body that is longer is cut there, without a word
        abort(413)
    try:
        inbox.receive(runtime(), webhook, key, dict(request.headers), body)
    except inbox.Refused:
        refusals.add(webhook, "wrong signature")
        return Response(status=401)
    return Response(status=200)
