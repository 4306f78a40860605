"""LINE's judgement over outgoing messages: what it would refuse, and in which words.

Source: Messaging API reference, "Message objects" and "Action objects" (limits of 2026).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from handlers.simulator.line_flex import check_flex

Problem = dict[str, str]

MAX_MESSAGES = 5
_MAX_TEXT = 5000
_MAX_ALT = 1500
_MAX_QUICK_REPLIES = 13


def count_utf16(text: str) -> int:
    """How long LINE finds a text: UTF-16 code units."""
    return sum(2 if ord(letter) > 0xFFFF else 1 for letter in text)


def problem(path: str, message: str) -> Problem:
    """One entry of ``details``."""
    return {"message": message, "property": path}


def check_messages(messages: object) -> list[Problem]:
    """Everything that LINE finds wrong with ``messages``; empty when it would take them."""
    if not isinstance(messages, list) or not 1 <= len(messages) <= MAX_MESSAGES:
        return [problem("messages", f"Size must be between 1 and {MAX_MESSAGES}")]
    return [
        found
        for place, message in enumerate(messages)
        for found in _check_message(f"messages[{place}]", message)
    ]


def check_length(
    path: str, value: object, least: int, most: int, count: Callable[[str], int] = count_utf16
) -> Iterator[Problem]:
    """A string between two lengths, both included."""
    if not isinstance(value, str):
        yield problem(path, "May not be empty" if value is None else "must be a string")
    elif not least <= count(value) <= most:
        empty = not value and least
        yield problem(
            path, "May not be empty" if empty else f"Length must be between {least} and {most}"
        )


def check_picture(path: str, url: object) -> Iterator[Problem]:
    """A picture's address: https, or http on this very machine (the simulator's one kindness)."""
    yield from check_length(path, url, 1, 2000)
    if isinstance(url, str) and not (url.startswith("https://") or is_loopback(url)):
        yield problem(path, "Must be a valid HTTPS URL")


def is_loopback(url: str) -> bool:
    """Whether an http address names this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme != "http":
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_action(path: str, action: object, label: int = 20) -> Iterator[Problem]:
    """An action object; ``label`` is the longest label where it stands (0: may be absent)."""
    if not isinstance(action, dict):
        yield problem(path, "May not be empty")
        return
    kind = str(action.get("type"))
    if kind not in _ACTION_FIELDS:
        yield problem(f"{path}.type", "invalid action type")
        return
    if label and action.get("label") is None:
        yield problem(f"{path}.label", "May not be empty")
    if action.get("label") is not None:
        yield from check_length(f"{path}.label", action["label"], 1 if label else 0, label or 20)
    for name, most in _ACTION_FIELDS[kind].items():
        yield from check_length(f"{path}.{name}", action.get(name), 1, most)
    if kind == "postback" and action.get("displayText") is not None:
        yield from check_length(f"{path}.displayText", action["displayText"], 1, 300)
    uri = action.get("uri")
    schemes = ("https://", "http://", "line://", "tel:")
    if kind == "uri" and isinstance(uri, str) and not uri.startswith(schemes):
        yield problem(f"{path}.uri", "invalid uri scheme")


_ACTION_FIELDS: Mapping[str, Mapping[str, int]] = {
    "message": {"text": 300},
    "uri": {"uri": 1000},
    "postback": {"data": 300},
    "clipboard": {"clipboardText": 1000},
    "datetimepicker": {"data": 300, "mode": 8},
    "richmenuswitch": {"data": 300, "richMenuAliasId": 32},
    "camera": {},
    "cameraRoll": {},
    "location": {},
}


def _check_message(path: str, message: object) -> Iterator[Problem]:
    if not isinstance(message, dict):
        yield problem(path, "must be an object")
        return
    check = _MESSAGES.get(str(message.get("type")))
    if check is None:
        yield problem(f"{path}.type", "invalid message type")
        return
    yield from check(path, message)
    yield from _check_quick_reply(f"{path}.quickReply", message.get("quickReply"))


def _check_quick_reply(path: str, quick_reply: object) -> Iterator[Problem]:
    if quick_reply is None:
        return
    items = quick_reply.get("items") if isinstance(quick_reply, dict) else None
    if not isinstance(items, list) or not 1 <= len(items) <= _MAX_QUICK_REPLIES:
        yield problem(f"{path}.items", f"Size must be between 1 and {_MAX_QUICK_REPLIES}")
        return
    for place, item in enumerate(items):
        action = item.get("action") if isinstance(item, dict) else None
        yield from check_action(f"{path}.items[{place}].action", action)


def _check_text(path: str, message: dict[str, Any]) -> Iterator[Problem]:
    yield from check_length(f"{path}.text", message.get("text"), 1, _MAX_TEXT)


def _check_image(path: str, message: dict[str, Any]) -> Iterator[Problem]:
    for name in ("originalContentUrl", "previewImageUrl"):
        yield from check_picture(f"{path}.{name}", message.get(name))


def _check_audio(path: str, message: dict[str, Any]) -> Iterator[Problem]:
    yield from check_picture(f"{path}.originalContentUrl", message.get("originalContentUrl"))
    if not isinstance(message.get("duration"), int):
        yield problem(f"{path}.duration", "must be a number")


def _check_sticker(path: str, message: dict[str, Any]) -> Iterator[Problem]:
    for name in ("packageId", "stickerId"):
        yield from check_length(f"{path}.{name}", message.get(name), 1, 20)


def _check_location(path: str, message: dict[str, Any]) -> Iterator[Problem]:
    for name in ("title", "address"):
        yield from check_length(f"{path}.{name}", message.get(name), 1, 100)
    for name in ("latitude", "longitude"):
        if not isinstance(message.get(name), int | float):
            yield problem(f"{path}.{name}", "must be a number")


def _check_flex(path: str, message: dict[str, Any]) -> Iterator[Problem]:
    yield from check_length(f"{path}.altText", message.get("altText"), 1, _MAX_ALT)
    for place, words in check_flex(message.get("contents"), check_action, check_picture):
        yield problem(f"{path}.contents{place}", words)


def _check_template(path: str, message: dict[str, Any]) -> Iterator[Problem]:
    yield from check_length(f"{path}.altText", message.get("altText"), 1, _MAX_ALT)
    template, path = message.get("template"), f"{path}.template"
    kind = template.get("type") if isinstance(template, dict) else None
    if not isinstance(template, dict) or kind not in ("buttons", "confirm", "carousel"):
        yield problem(f"{path}.type", "invalid template type")
    elif kind == "carousel":
        columns = template.get("columns")
        if not isinstance(columns, list) or not 1 <= len(columns) <= 10:
            yield problem(f"{path}.columns", "Size must be between 1 and 10")
            return
        for place, column in enumerate(columns):
            yield from _check_card(f"{path}.columns[{place}]", column, 120, (1, 3))
    elif kind == "confirm":
        yield from _check_card(path, template, 240, (2, 2))
    else:
        yield from _check_card(path, template, 160, (1, 4))


def _check_card(path: str, card: object, text: int, buttons: tuple[int, int]) -> Iterator[Problem]:
    if not isinstance(card, dict):
        yield problem(path, "must be an object")
        return
    picture = card.get("thumbnailImageUrl")
    # A title or a picture leaves less room for the text.
    narrow = 60 if (picture or card.get("title")) and text <= 160 else text
    yield from check_length(f"{path}.text", card.get("text"), 1, narrow)
    if card.get("title") is not None:
        yield from check_length(f"{path}.title", card["title"], 1, 40)
    if picture is not None:
        yield from check_picture(f"{path}.thumbnailImageUrl", picture)
    actions, (least, most) = card.get("actions"), buttons
    if not isinstance(actions, list) or not least <= len(actions) <= most:
        yield problem(f"{path}.actions", f"Size must be between {least} and {most}")
        return
    for place, action in enumerate(actions):
        yield from check_action(f"{path}.actions[{place}]", action)


_MESSAGES: Mapping[str, Callable[[str, dict[str, Any]], Iterator[Problem]]] = {
    "text": _check_text,
    "image": _check_image,
    "video": _check_image,
    "audio": _check_audio,
    "sticker": _check_sticker,
    "location": _check_location,
    "flex": _check_flex,
    "template": _check_template,
}


def describe(message: dict[str, Any]) -> str:
    """The words of a message, as a notification would show them."""
    return str(message.get("text") or message.get("altText") or message.get("title") or "")
