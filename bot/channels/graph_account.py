"""What Meta tells of an account's webhooks: whether our app is subscribed, and to what.

https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
and, for Instagram, the same edge of ``/me`` on its own host. After an hour of
failed webhooks Meta ends a subscription and tells nobody.
"""

from __future__ import annotations

from typing import Any

from bot.channels.fields import listing, mapping
from bot.channels.graph_client import ask
from bot.messages import Account, Check


def examine(account: Account, wanted: frozenset[str], webhook: str) -> list[Check]:
    """Look for a subscription with all of ``wanted``. Raises a ``SendError``.

    The token's own app is the one that answers here; other apps of a Page may
    stand beside it, and then what any of them is subscribed to counts.
    """
    apps = [mapping(app) for app in listing(ask(account, "/me/subscribed_apps").get("data"))]
    call = f"POST /me/subscribed_apps?subscribed_fields={','.join(sorted(wanted or {'messages'}))}"
    if not apps:
        words = "no app is subscribed, so nothing is heard; Meta ends it after an hour of failures"
        return [Check("subscription", "FAIL", f"{words}: mend it with {call}")]
    missing = wanted - {name for app in apps for name in _fields(app)}
    if missing:
        words = f"lacks {', '.join(sorted(missing))}: mend it with {call}"
        return [Check("subscription", "FAIL" if "messages" in missing else "warn", words)]
    words = f"has what we read; see that the app's own webhook is {webhook} (App Dashboard)"
    return [Check("subscription", "ok", words)]


def _fields(app: dict[str, Any]) -> list[str]:
    """Read ``subscribed_fields``: names, or objects that have one."""
    found = [
        mapping(field).get("name") if not isinstance(field, str) else field
        for field in listing(app.get("subscribed_fields"))
    ]
    return [name for name in found if isinstance(name, str)]
