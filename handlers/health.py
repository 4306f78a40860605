"""Health for machines: ``/health`` as JSON with 200 or 503, ``/metrics`` for Prometheus."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from handlers.api.shapes import shape_time
from handlers.channel_health import measure_channels
from handlers.condition import OVERDUE, RELAY, Condition, read_condition
from handlers.context import runtime

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def show_health() -> tuple[Response, int]:
    """Tell the condition. 503: no database, no relay, or a delivery due for over five minutes."""
    now = read_condition(runtime())
    return jsonify(_describe(now)), 200 if now.is_sound else 503


@blueprint.get("/metrics")
def show_metrics() -> Response:
    """Tell the same as figures, read from the database at this moment."""
    return Response(
        generate_latest(_measure(read_condition(runtime()))), content_type=CONTENT_TYPE_PLAIN_0_0_4
    )


def _describe(now: Condition) -> dict[str, Any]:
    hearts = [
        {"name": heart.name, "ok": heart.is_alive, "beat_at": shape_time(heart.beat_at)}
        for heart in now.hearts
    ]
    return {
        "status": "ok" if now.is_sound else "failing",
        "database": {
            "ok": now.has_database,
            "engine": now.engine or None,
            "version": ".".join(map(str, now.version)) or None,
        },
        "redis": {"ok": now.has_redis},
        "relay": {
            "ok": now.has_relay,
            "beat_at": next((one["beat_at"] for one in hearts if one["name"] == RELAY), None),
        },
        "workers": [one for one in hearts if one["name"] != RELAY],
        "oldest_due": {
            "ok": now.overdue <= OVERDUE,
            "due_at": shape_time(now.oldest_due_at),
            "seconds": int(now.overdue.total_seconds()),
        },
        "deliveries": now.deliveries,
        "events": {"pending": now.pending_events, "error": now.failed_events},
        "channels": [channel.describe() for channel in now.channels],
        "warnings": [*now.warnings, *now.channel_warnings],
    }


def _measure(now: Condition) -> CollectorRegistry:
    """Put the condition into a registry of its own: nothing is counted in this process."""
    registry = CollectorRegistry()

    def gauge(name: str, about: str, *labels: str) -> Gauge:
        return Gauge(f"openbill_{name}", about, labels, registry=registry)

    gauge("database_up", "Whether the database answers.").set(now.has_database)
    gauge("redis_up", "Whether Redis answers.").set(now.has_redis)
    if not now.has_database:
        return registry
    gauge("relay_up", "Whether a relay beats.").set(now.has_relay)
    due = gauge("oldest_due_seconds", "How long the oldest delivery has been due.")
    due.set(now.overdue.total_seconds())
    gauge("pending_events", "Events without their effects.").set(now.pending_events)
    gauge("failed_events", "Events put aside as errors.").set(now.failed_events)
    deliveries = gauge("deliveries", "Deliveries by state.", "state")
    for state, count in now.deliveries.items():
        deliveries.labels(state).set(count)
    measure_channels(now.channels, gauge)
    return registry
