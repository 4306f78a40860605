"""What LINE tells of an account: the month's quota, and whether webhooks reach us.

Facts are from https://developers.line.biz/en/reference/messaging-api/, "Get
the target limit", "Get number of messages sent this month" and "Webhook
settings". The auto-response is set by hand alone: no API tells of it.
"""

from __future__ import annotations

from typing import Any

from bot.channels.fields import label, mapping
from bot.channels.line_client import ask
from bot.messages import Account, Check, PersonGone, Quota, Retry

_ENDPOINT = "/v2/bot/channel/webhook/endpoint"
_TEST = "/v2/bot/channel/webhook/test"
_CONSOLE = "in the LINE Developers console, tab Messaging API"


def quota(account: Account) -> Quota:
    """Ask how many pushes there may be this month, and how many there were.

    Raises a ``SendError``.
    """
    told = mapping(ask(account, "/v2/bot/message/quota"))
    used = _count(mapping(ask(account, "/v2/bot/message/quota/consumption")).get("totalUsage"))
    limit = _count(told.get("value")) if told.get("type") == "limited" else None
    if used is None or (limit is None and told.get("type") != "none"):
        raise Retry("LINE told no quota just now; ask again.", code="200")
    return Quota(used, limit)


def examine(account: Account, webhook: str) -> list[Check]:
    """Look at the address that LINE posts to, let LINE test it, and tell of the auto-response."""
    return [
        _endpoint(account, webhook),
        _test(account, webhook),
        Check(
            "auto-response",
            "ok",
            "no API tells: switch it off in LINE Official Account Manager (Settings, Response "
            "settings), or LINE may accept replies and never show them",
        ),
    ]


def _endpoint(account: Account, webhook: str) -> Check:
    try:
        told = mapping(ask(account, _ENDPOINT))
    except PersonGone:  # 404: none was ever set
        told = {}
    address = told.get("endpoint")
    if address != webhook:
        found = label(address) or "nowhere"
        words = f"LINE posts to {found}: set the webhook URL to {webhook} {_CONSOLE}"
        return Check("webhook", "FAIL", words)
    if told.get("active") is not True:
        return Check("webhook", "FAIL", f"is set but not used: switch on Use webhook {_CONSOLE}")
    return Check("webhook", "ok", f"LINE posts to {webhook}")


def _test(account: Account, webhook: str) -> Check:
    told = mapping(ask(account, _TEST, method="POST", body={"endpoint": webhook}))
    if told.get("success") is True:
        return Check("webhook test", "ok", "LINE's test delivery came through")
    status = told.get("statusCode")
    parts = [label(told.get("reason")), str(status) if isinstance(status, int) and status else None]
    why = ", ".join(part for part in parts if part) or "no reason told"
    return Check(
        "webhook test",
        "FAIL",
        f"LINE's test delivery failed ({why}): see that {webhook} is reached from outside, with a "
        "certificate that others trust, and that channel_secret is this channel's",
    )


def _count(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value < 2**31 else None
