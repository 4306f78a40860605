"""The pretend Graph API's quieter half: subscriptions of an account, and tokens that end.

Sources: "Page Subscribed Apps" of the Graph API reference and "Refresh Access Token" of the
Instagram Platform's.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request

from handlers.simulator.calls import current_call
from handlers.simulator.config import SimAccount
from handlers.simulator.graph_messages import GraphError, bad_parameter
from handlers.simulator.tokens import LIFE
from handlers.simulator.world import World

FIELDS = frozenset(
    {
        *("messages", "messaging_postbacks", "message_echoes", "message_deliveries"),
        *("message_reads", "messaging_referrals", "messaging_referral", "message_reactions"),
        *("messaging_seen", "messaging_optins", "messaging_handovers", "standby", "feed"),
        *("comments", "live_comments", "mentions", "message_edits", "message_edit"),
    }
)


def add_account(
    graph: Blueprint, world: World, require_node: Callable[[str, str], SimAccount]
) -> None:
    """Add what an account is subscribed to, and the exchange of its token."""

    @graph.get("/refresh_access_token")
    def refresh() -> Response:
        account = current_call().account
        token = request.args.get("access_token", "")
        if account is None or account.login != "instagram":
            raise GraphError(190, "Invalid OAuth access token")
        if request.args.get("grant_type") != "ig_refresh_token":
            raise bad_parameter("Missing or invalid grant_type")
        if world.tokens.is_young(token):
            raise bad_parameter("The access token must be at least 24 hours old to be refreshed")
        fresh = world.tokens.issue(account)
        return jsonify(access_token=fresh, token_type="bearer", expires_in=LIFE)

    @graph.get("/<version>/<node>/subscribed_apps")
    def list_apps(version: str, node: str) -> Response:
        account = require_node(version, node)
        if world.ledger.fact(f"unsubscribed:{account.key}"):
            return jsonify(data=[])
        fields = world.ledger.fact(f"subscribed:{account.key}", sorted(FIELDS))
        return jsonify(
            data=[{"id": account.app_id, "name": "OpenBill", "subscribed_fields": fields}]
        )

    @graph.post("/<version>/<node>/subscribed_apps")
    def subscribe(version: str, node: str) -> Response:
        account = require_node(version, node)
        wanted = request.values.get("subscribed_fields", "")
        fields = [field for field in wanted.split(",") if field]
        if not set(fields) <= FIELDS:
            raise bad_parameter("Param subscribed_fields[0] must be one of the known fields")
        world.ledger.remember(f"unsubscribed:{account.key}", None)
        if fields:
            world.ledger.remember(f"subscribed:{account.key}", sorted(fields))
        return jsonify(success=True)

    @graph.delete("/<version>/<node>/subscribed_apps")
    def unsubscribe(version: str, node: str) -> Response:
        account = require_node(version, node)
        world.ledger.remember(f"unsubscribed:{account.key}", value=True)
        return jsonify(success=True)
