"""Meta's comments: what somebody wrote in public under a Page's or an account's post.

A comment gives no right to write in private but for one private reply, within
seven days; to a comment on an Instagram broadcast only while that goes on.
Its writer's id need not be the one that messages know them by: on a Page it
mostly is not, and only the answer to the private reply tells the other.

https://developers.facebook.com/docs/graph-api/webhooks/reference/page (feed) and
https://developers.facebook.com/docs/instagram-platform/webhooks
"""

from __future__ import annotations

from typing import Any

from bot.channels.fields import (
    PERSON_ID_LENGTH,
    digest,
    event_key,
    identifier,
    label,
    mapping,
    moment,
    picked,
    readable,
    stated,
)
from bot.channels.graph_events import Change
from bot.messages import Address, Author, Event, InboundMessage, MessageChange, OtherEvent

INSTAGRAM_FIELDS = frozenset({"comments", "live_comments"})
_UNNAMED = "The comment does not say who wrote it, or which it is."


def read_instagram_comment(change: Change) -> Event:
    """Read a comment under a picture, or on a broadcast."""
    comment = change.value
    media_id = identifier(mapping(comment.get("media")).get("id"))
    return _comment(
        change,
        comment_id=identifier(comment.get("id")),
        text=comment.get("text"),  # none where it is only a GIF
        facts={"media_id": media_id, "live": change.field == "live_comments"},
    )


def is_page_comment(change: Change) -> bool:
    """Say whether a Page's change is a comment that was written, edited or removed."""
    return change.field == "feed" and change.value.get("item") == "comment"


def read_page_comment(change: Change) -> Event:
    """Read what happened to a comment under a Page's post; a hidden one is of no concern."""
    comment = change.value
    verb, comment_id = comment.get("verb"), identifier(comment.get("comment_id"))
    if verb in ("edited", "remove"):
        return _page_change(change, comment_id, edited=verb == "edited")
    writer_id = identifier(mapping(comment.get("from")).get("id"), PERSON_ID_LENGTH)
    # Facebook leaves the writer out where the person has not agreed to be known.
    if verb != "add" or comment_id is None or writer_id is None:
        return _quiet(change)
    return _comment(
        change,
        comment_id=comment_id,
        text=comment.get("message"),
        facts={"media_id": identifier(comment.get("post_id")), "live": False},
    )


def _comment(change: Change, *, comment_id: str | None, text: Any, facts: dict[str, Any]) -> Event:
    writer = mapping(change.value.get("from"))
    writer_id = identifier(writer.get("id"), PERSON_ID_LENGTH)
    if comment_id is None or writer_id is None:
        return OtherEvent(change.key, change.field, change.sent_at, error=_UNNAMED, raw=change.raw)
    parent_id = identifier(change.value.get("parent_id"))
    return InboundMessage(
        event_key=event_key("comment", comment_id),
        address=Address(writer_id),
        author=Author.STAFF if writer_id == change.account_id else Author.CUSTOMER,
        kind="comment",
        text=readable(text) if isinstance(text, str) else None,
        platform_id=comment_id,
        sent_at=moment(change.value.get("created_time")) or change.sent_at,
        sender_id=writer_id,
        quoted_id=parent_id,
        opens_window=False,
        facts=stated(
            comment_id=comment_id,
            parent_id=parent_id,
            username=label(writer.get("username")) or label(writer.get("name")),
            **facts,
        ),
        raw=change.raw,
    )


def _page_change(change: Change, comment_id: str | None, *, edited: bool) -> Event:
    writer_id = identifier(mapping(change.value.get("from")).get("id"), PERSON_ID_LENGTH)
    text = change.value.get("message")
    if comment_id is None or writer_id is None or (edited and not isinstance(text, str)):
        return _quiet(change)
    kind = "edit" if edited else "unsend"
    # An edit has no id of its own. What it says does not count: it may be taken out of the body.
    which = digest(change.sent_at.isoformat()) if edited else None
    return MessageChange(
        event_key(kind, comment_id, which),
        Address(writer_id),
        kind,
        comment_id,
        change.sent_at,
        readable(text) if edited and isinstance(text, str) else None,
        writer_id,
        change.raw,
    )


def _quiet(change: Change) -> OtherEvent:
    """Keep what concerns no conversation, as the rest of a Page's feed is kept."""
    facts = picked(change.value, "item", "verb")
    return OtherEvent(
        change.key, change.field, change.sent_at, quiet=True, facts=facts, raw=change.raw
    )
