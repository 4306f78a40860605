"""Keyword orders for tests: a rule switched on, and comments as Meta tells of them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from bot import keywords
from bot.keywords import Terms
from tests.support.shop import ACCOUNTS, OBJECTS, Shop

POST = "1234567890_500"
COMMENTER = "7001"


def rule(shop: Shop, scope: str = "chat", *, enabled: bool = True, **terms: Any) -> None:
    """Switch a rule on, as the owner's form does."""
    with shop.runtime.store.read() as connection:
        _, _, version = keywords.read_rule(connection, shop.owner.shop_id, scope)
    keywords.save_rule(
        shop.runtime, shop.owner, scope, Terms(**terms), enabled=enabled, version=version
    )


def comment_body(
    shop: Shop,
    text: str,
    comment_id: str,
    *,
    kind: str = "messenger",
    user: str = COMMENTER,
    live: bool = False,
    at: datetime | None = None,
    verb: str = "add",
    post: str = POST,
) -> bytes:
    """The body that Meta posts for a comment."""
    when = int((at or shop.clock()).timestamp())
    value: dict[str, Any]
    if kind == "messenger":
        field = "feed"
        value = {
            "item": "comment",
            "verb": verb,
            "comment_id": comment_id,
            "post_id": post,
            "parent_id": post,
            "from": {"id": user, "name": "Nok Sim"},
            "message": text,
            "created_time": when,
        }
    else:
        field = "live_comments" if live else "comments"
        value = {
            "id": comment_id,
            "text": text,
            "from": {"id": user, "username": "nok.sim"},
            "media": {"id": post},
        }
    entry = {"id": ACCOUNTS[kind], "time": when, "changes": [{"field": field, "value": value}]}
    return json.dumps({"object": OBJECTS[kind], "entry": [entry]}).encode()


def comment(shop: Shop, text: str, comment_id: str, **more: Any) -> None:
    """Hear a comment and let it have its effect."""
    shop.post_meta(comment_body(shop, text, comment_id, **more))
    shop.handle()
