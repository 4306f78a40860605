"""Meta's envelope, walked: every item of every entry becomes an event.

A delivery is ``{"object", "entry": [{"id", "time", ...}]}``; an entry holds
``messaging`` or ``standby`` (conversations), ``changes`` (everything else), or
one change flat as ``field`` and ``value``. A console's test button sends
conversations as changes too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.fields import digest, identifier, label, listing, malformed, mapping, moment
from bot.channels.graph_items import read_item
from bot.channels.redaction import slimmed
from bot.messages import Entry, Event

_AROUND = frozenset({"sender", "recipient", "timestamp"})
_SPEAKING = frozenset({"message", "message_edit", "postback"})
_KEPT = frozenset(
    {"mid", "app_id", "metadata", "num_edit", "reply_to"}
    | {"is_echo", "is_deleted", "is_self", "is_unsupported"}
)
_KEPT_OF_COMMENT = frozenset(
    {"id", "parent_id", "media", "from", "item", "verb", "comment_id", "post_id", "created_time"}
)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened outside the conversations, such as a comment under a picture.

    ``key`` names it by its content.
    """

    field: str
    value: dict[str, Any]
    key: str
    account_id: str | None
    sent_at: datetime
    raw: dict[str, Any]


def bodies(body: Any) -> list[Any]:
    """Give the deliveries that a body holds: itself, or each one of a list of them."""
    return body if isinstance(body, list) and body else [body]


def read_entry(entry: Any, received_at: datetime, read_change: Callable[[Change], Event]) -> Entry:
    """Read one entry; whatever is wrong with an event stays with it. Never raises."""
    if not isinstance(entry, dict):
        return Entry(None, (malformed(entry, "The entry is not an object.", received_at),))
    account_id = identifier(entry.get("id"))
    if account_id in (None, "0"):  # so does the console's test button
        account_id = _addressed(entry)
    time = moment(entry.get("time")) or received_at
    events: list[Event] = []
    for name in ("messaging", "standby"):
        for item in listing(entry.get(name)):
            events += read_item(item, account_id, time, standby=name == "standby")
    for change in _changes(entry):
        events += _read_change(entry, change, account_id, time, read_change)
    if not events:
        events.append(malformed(entry, "The entry holds no events.", received_at))
    return Entry(account_id, tuple(events))


def _addressed(entry: dict[str, Any]) -> str | None:
    """Name the one account that an entry's items are of; None where they name none, or several."""
    items = [*listing(entry.get("messaging")), *listing(entry.get("standby"))]
    items += [mapping(change).get("value") for change in _changes(entry)]
    named = set()
    for item in map(mapping, items):
        echo = mapping(item.get("message")).get("is_echo") is True
        ours = mapping(item.get("sender" if echo else "recipient"))
        named.add(identifier(ours.get("id")))
    return named.pop() if len(named) == 1 else None


def redact_entry(entry: Any, platform_id: str) -> Any:
    """Give the entry without what the message or comment ``platform_id`` said."""
    if not isinstance(entry, dict):
        return entry
    clean = dict(entry)
    for name, redact in (
        ("messaging", _redact_item),
        ("standby", _redact_item),
        ("changes", _redact_change),
    ):
        if isinstance(entry.get(name), list):
            clean[name] = [redact(one, platform_id) for one in entry[name]]
    return _redact_change(clean, platform_id) if "field" in clean else clean


def _changes(entry: dict[str, Any]) -> Iterator[Any]:
    yield from listing(entry.get("changes"))
    if "field" in entry:
        yield {name: entry.get(name) for name in ("field", "value")}


def _read_change(
    entry: dict[str, Any],
    change: Any,
    account_id: str | None,
    time: datetime,
    read_change: Callable[[Change], Event],
) -> Iterator[Event]:
    field = label(mapping(change).get("field"))
    value = mapping(mapping(change).get("value"))
    if field is None:
        yield malformed(change, "The change does not name its field.", time)
    elif isinstance(value.get("sender"), dict):
        yield from read_item(value, account_id, time, standby=field == "standby")
    else:
        key = "change:" + digest(account_id, entry.get("time"), change)
        yield read_change(Change(field, value, key, account_id, time, change))


def _redact_item(item: Any, platform_id: str) -> Any:
    blocks = [
        name
        for name in _SPEAKING
        if identifier(mapping(mapping(item).get(name)).get("mid")) == platform_id
    ]
    if not blocks:
        return item
    around = {name: item[name] for name in item if name in _AROUND}
    return around | {name: slimmed(item[name], _KEPT) for name in blocks}


def _redact_change(change: Any, platform_id: str) -> Any:
    """Clean a comment, or a conversation's item that came as a change."""
    value = mapping(mapping(change).get("value"))
    named = (identifier(value.get("id")), identifier(value.get("comment_id")))
    if platform_id in named:
        return {**change, "value": slimmed(value, _KEPT_OF_COMMENT)}
    return {**change, "value": _redact_item(value, platform_id)} if value else change
