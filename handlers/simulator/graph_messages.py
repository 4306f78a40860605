"""Meta's judgement over outgoing messages: Messenger's and Instagram's limits, in Graph's errors.

Sources: Send API reference of the Messenger Platform, Instagram Messaging API (v26.0).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

_MAX_QUICK_REPLIES = 13
_MAX_PICTURE = 8 * 1024 * 1024
_ATTACHMENTS = frozenset({"image", "audio", "video", "file", "template"})
_RECEIPT_FIELDS = ("recipient_name", "order_number", "currency", "payment_method", "elements")


class GraphError(Exception):
    """An answer in Graph's error form."""

    def __init__(
        self, code: int, message: str, *, subcode: int | None = None, status: int = 400
    ) -> None:
        super().__init__(message)
        self.code = code
        self.subcode = subcode
        self.message = message
        self.status = status


def bad_parameter(message: str, subcode: int | None = None) -> GraphError:
    """Error 100: the request itself is wrong."""
    return GraphError(100, f"(#100) {message}", subcode=subcode)


def check_message(kind: str, message: object, own_host: str) -> None:
    """Refuse what Meta would refuse (GraphError); fetches an attachment as Meta does."""
    if not isinstance(message, dict):
        raise bad_parameter("Param message must be an object")
    text, attachment = message.get("text"), message.get("attachment")
    if (text is None) == (attachment is None):
        raise bad_parameter("Message must contain exactly one of text and attachment", 2018034)
    if text is not None:
        _check_text(kind, text)
    _check_length("message[metadata]", message.get("metadata", ""), 0, 1000)
    _check_quick_replies(message.get("quick_replies"))
    if attachment is not None:
        _check_attachment(kind, attachment, own_host)


def describe(message: Mapping[str, Any]) -> tuple[str, str]:
    """A message's kind and words, for the ledger."""
    attachment = message.get("attachment")
    if not isinstance(attachment, dict):
        return "text", str(message.get("text", ""))
    payload = attachment.get("payload")
    if attachment.get("type") != "template" or not isinstance(payload, dict):
        return str(attachment.get("type")), ""
    elements = payload.get("elements")
    words = [payload.get("text")]
    for element in elements if isinstance(elements, list) else []:
        words += [element.get("title"), element.get("subtitle")]
    return "template", "\n".join(str(word) for word in words if word)


def _check_text(kind: str, text: object) -> None:
    if not isinstance(text, str) or not text.strip():
        raise bad_parameter("Param message[text] must be a non-empty UTF-8 encoded string")
    if kind == "instagram" and len(text.encode("utf-8", "replace")) > 1000:
        raise bad_parameter("Param message[text] must be at most 1000 bytes of UTF-8", 2534025)
    if kind == "messenger" and len(text) > 2000:
        raise bad_parameter("Length of param message[text] must be less than or equal to 2000")


def _check_length(name: str, value: object, least: int, most: int) -> None:
    if not isinstance(value, str) or len(value) < least:
        raise bad_parameter(f"Param {name} must be a non-empty UTF-8 encoded string")
    if len(value) > most:
        raise bad_parameter(f"Length of param {name} must be less than or equal to {most}")


def _check_list(name: str, value: object, least: int, most: int) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise bad_parameter(f"Param {name} must be an array of objects")
    if not least <= len(value) <= most:
        raise bad_parameter(f"Param {name} must have between {least} and {most} elements")
    return value


def _check_quick_replies(quick_replies: object) -> None:
    if quick_replies is None:
        return
    for reply in _check_list("message[quick_replies]", quick_replies, 1, _MAX_QUICK_REPLIES):
        if reply.get("content_type") not in ("text", "user_phone_number", "user_email"):
            raise bad_parameter("Param message[quick_replies][content_type] is invalid")
        if reply["content_type"] == "text":
            _check_length("message[quick_replies][title]", reply.get("title"), 1, 20)
            _check_length("message[quick_replies][payload]", reply.get("payload", ""), 0, 1000)


def _check_attachment(kind: str, attachment: object, own_host: str) -> None:
    shape = attachment if isinstance(attachment, dict) else {}
    payload = shape.get("payload")
    if shape.get("type") not in _ATTACHMENTS or not isinstance(payload, dict):
        raise bad_parameter("Param message[attachment] is invalid", 2018008)
    if shape["type"] != "template":
        fetch_attachment(payload.get("url"), shape["type"], own_host)
        return
    check = _TEMPLATES.get(str(payload.get("template_type")))
    if check is None or (kind == "instagram" and check is _check_receipt):
        raise bad_parameter("Param message[attachment][payload][template_type] is invalid")
    check(kind, payload)


def _check_generic(kind: str, payload: dict[str, Any]) -> None:
    for element in _check_list("name[elements]", payload.get("elements"), 1, 10):
        _check_length("name[elements][title]", element.get("title"), 1, 80)
        if element.get("subtitle") is not None:
            _check_length("name[elements][subtitle]", element["subtitle"], 0, 80)
        for name in ("image_url", "subtitle", "buttons", "default_action"):
            if element.get(name):
                break
        else:
            raise bad_parameter("A generic element needs more than its title")
        if "buttons" in element:
            _check_buttons(kind, element["buttons"])
        if element.get("image_url") is not None:
            _check_url("name[elements][image_url]", element["image_url"])


def _check_button_template(kind: str, payload: dict[str, Any]) -> None:
    _check_length("name[text]", payload.get("text"), 1, 640)
    _check_buttons(kind, payload.get("buttons"))


def _check_buttons(kind: str, buttons: object) -> None:
    types = {"web_url", "postback"} if kind == "instagram" else _MESSENGER_BUTTONS
    for button in _check_list("name[buttons]", buttons, 1, 3):
        if button.get("type") not in types:
            raise bad_parameter("Param name[buttons][type] is invalid")
        _check_length("name[buttons][title]", button.get("title"), 1, 20)
        if button["type"] == "web_url":
            _check_url("name[buttons][url]", button.get("url"))
        if button["type"] == "postback":
            _check_length("name[buttons][payload]", button.get("payload"), 1, 1000)


def _check_receipt(_kind: str, payload: dict[str, Any]) -> None:
    for name in _RECEIPT_FIELDS:
        if not payload.get(name):
            raise bad_parameter(f"Param name[{name}] is required")
    _check_list("name[elements]", payload["elements"], 1, 100)
    if not isinstance(payload.get("summary"), dict) or "total_cost" not in payload["summary"]:
        raise bad_parameter("Param name[summary][total_cost] is required")
    if "buttons" in payload:
        raise bad_parameter("A receipt takes no buttons")


def _check_url(name: str, url: object) -> None:
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise bad_parameter(f"Param {name} must be a valid URL", 2018028)


_MESSENGER_BUTTONS = {"web_url", "postback", "phone_number", "account_link", "account_unlink"}
_TEMPLATES: Mapping[str, Callable[[str, dict[str, Any]], None]] = {
    "generic": _check_generic,
    "button": _check_button_template,
    "receipt": _check_receipt,
}


def fetch_attachment(url: object, kind: str, own_host: str) -> None:
    """Fetch an attachment as Meta does, from this machine or the product's own host only.

    Raises 100/2018008 where it cannot be had and 100/2018047 where it is of another type.
    """
    failed = bad_parameter("Failed to fetch the file from the url", 2018008)
    if not isinstance(url, str) or not _may_fetch(url, own_host):
        raise failed
    try:
        with requests.get(url, timeout=(1, 4), stream=True, allow_redirects=False) as response:
            mimetype = response.headers.get("Content-Type", "")
            size = sum(len(piece) for piece in _limited(response))
    except requests.RequestException as error:
        raise failed from error
    if response.status_code != 200 or size == 0:
        raise failed
    if kind == "image" and not mimetype.startswith("image/"):
        raise bad_parameter("Upload attachment failure: not a picture", 2018047)
    if size > _MAX_PICTURE:
        raise bad_parameter("The attachment is larger than 8 MB", 2018109)


def _limited(response: requests.Response) -> list[bytes]:
    pieces: list[bytes] = []
    size = 0
    for piece in response.iter_content(64 * 1024):
        pieces.append(piece)
        size += len(piece)
        if size > _MAX_PICTURE:
            break
    return pieces


def _may_fetch(url: str, own_host: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme not in ("http", "https"):
        return False
    if host in ("localhost", own_host):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
