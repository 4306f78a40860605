"""The shape of a message: its words, what came with it, what it answers, and what it said before.

A message that was taken back has none of these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot import media
from bot.media import MediaView
from bot.store import members, messages, versions
from bot.store.database import Connection
from handlers.api.shapes import Shape, shape_time
from handlers.display import cut_snippet

# What a platform says of an attachment and no other key here holds.
DETAILS = frozenset(
    {
        *("title", "address", "latitude", "longitude", "link", "duration", "text", "elements"),
        *("sticker_id", "package_id", "keywords", "media_id", "template_type", "type"),
    }
)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside messages, by their ids, and by what they quote."""

    files: Mapping[int, Sequence[MediaView]]
    versions: Mapping[int, Sequence[Any]]
    quoted: Mapping[str, Any]
    names: Mapping[str, str]


def shape_messages(connection: Connection, base_url: str, rows: Sequence[Any]) -> list[Shape]:
    """Messages of one conversation, in the order given, with all that is known beside them."""
    if not rows:
        return []
    conversation_id = rows[0].conversation_id
    shown = [row for row in rows if not row.redacted]
    ids = [row.id for row in shown]
    answered = {row.quoted_id for row in shown if row.quoted_id}
    beside = Beside(
        files=media.list_for(connection, ids),
        versions=versions.list_versions(connection, ids),
        quoted=messages.find_quoted(connection, conversation_id, answered),
        names=members.names_in(connection, conversation_id),
    )
    return [_shape(row, base_url, beside) for row in rows]


def shape_found(row: Any, terms: Sequence[str]) -> Shape:
    """A message that was found: whose it is, and the line around the words."""
    return {
        **_shape_itself(row),
        "channel": row.channel,
        "customer_code": f"C{row.code}",
        "contact_name": row.contact_name,
        "snippet": [{"text": text, "match": hit} for text, hit in cut_snippet(row.text, terms)],
    }


def _shape_itself(row: Any) -> Shape:
    return {
        "id": str(row.id),
        "conversation_id": str(row.conversation_id),
        "direction": row.direction,
        "author": row.author,
        "kind": row.kind,
        "text": None if row.redacted else row.text,
        "platform_id": row.platform_id,
        "sent_at": shape_time(row.sent_at),
        "received_at": shape_time(row.received_at),
        "state": row.state,
        "redacted": row.redacted,
        "edited_at": shape_time(row.edited_at),
    }


def _shape(row: Any, base_url: str, beside: Beside) -> Shape:
    quoted = None if row.redacted or not row.quoted_id else beside.quoted.get(row.quoted_id)
    named = {"id": row.sender_id, "name": beside.names.get(row.sender_id)}
    return {
        **_shape_itself(row),
        "sender": named if row.sender_id else None,
        "attachments": _attachments(row, base_url, beside.files.get(row.id, ())),
        "versions": [
            {"text": one.text, "at": shape_time(one.at)} for one in beside.versions.get(row.id, ())
        ],
        "quoted": _quoted(row, quoted),
        "reactions": []
        if row.redacted
        else [
            {"by": who, "emoji": one["emoji"], "at": one["at"]}
            for who, one in row.reactions.items()
        ],
    }


def _quoted(row: Any, other: Any) -> Shape | None:
    if row.redacted or not row.quoted_id:
        return None
    seen = other is not None and not other.redacted
    return {
        "platform_id": row.quoted_id,
        "id": str(other.id) if other is not None else None,
        "author": other.author if other is not None else None,
        "text": other.text if seen else None,
    }


def _attachments(row: Any, base_url: str, files: Sequence[MediaView]) -> list[Shape]:
    """What came with a message: what the platform told of each, and its file where there is one."""
    if row.redacted:
        return []
    told = list(row.facts.get("attachments", []))
    kept = {one.position: one for one in files}
    places = range(max([len(told), *(place + 1 for place in kept)]))
    return [
        _attachment(told[at] if at < len(told) else {}, kept.get(at), base_url)
        for at in places
        if at < len(told) or at in kept
    ]


def _attachment(thing: Mapping[str, Any], view: MediaView | None, base_url: str) -> Shape:
    stored = view is not None and view.state == "stored"
    url = f"{base_url}/media/{view.token}" if view is not None and stored else None
    return {
        "kind": thing.get("kind") or (view.kind if view else "unsupported"),
        "name": (view.name if view else None) or thing.get("name"),
        "state": view.state if view else "none",
        "reason": view.reason if view else None,
        "mime": view.mime if view else None,
        "size": view.size if view and view.size is not None else thing.get("size"),
        "url": url,
        "thumb": f"{url}/thumb" if view is not None and url and view.has_thumb else None,
        "details": {name: thing[name] for name in sorted(DETAILS & thing.keys())},
    }
