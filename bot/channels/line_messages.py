"""LINE's message objects: the words, pictures, places and stickers that people send.

Facts are from https://developers.line.biz/en/reference/messaging-api/#message-event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.channels.fields import (
    PERSON_ID_LENGTH,
    identifier,
    label,
    link,
    listing,
    mapping,
    number,
    picked,
    readable,
    stated,
    words,
)
from bot.messages import Attachment


@dataclass(frozen=True, slots=True)
class Contents:
    """What a message says, in the words of ``InboundMessage``."""

    kind: str
    text: str | None
    facts: dict[str, Any]
    attachments: tuple[Attachment, ...] = ()


def read_contents(message: dict[str, Any]) -> Contents:
    """Read a message object of any type; an unknown one is ``unsupported`` and named."""
    kind = label(message.get("type"))
    text = message.get("text")
    if kind == "text" and isinstance(text, str) and text:
        return Contents("text", readable(text), _marks(message))
    attachment = _attachment(message, kind)
    if attachment is None:
        return Contents("unsupported", None, stated(type=kind))
    image_set = picked(message.get("imageSet"), "id", "index", "total")
    return Contents(attachment.kind, None, stated(image_set=image_set), (attachment,))


def _marks(message: dict[str, Any]) -> dict[str, Any]:
    """Where in a text people are named and LINE's emojis stand, in UTF-16 code units."""
    mentions = [
        {
            **picked(one, "index", "length", "type"),
            **stated(
                user_id=identifier(mapping(one).get("userId"), PERSON_ID_LENGTH),
                is_self=mapping(one).get("isSelf") is True or None,
            ),
        }
        for one in listing(mapping(message.get("mention")).get("mentionees"))
    ]
    emojis = [
        {
            **picked(one, "index", "length"),
            **stated(
                product_id=identifier(mapping(one).get("productId")),
                emoji_id=identifier(mapping(one).get("emojiId")),
            ),
        }
        for one in listing(message.get("emojis"))
    ]
    return stated(mentions=mentions, emojis=emojis)


def _attachment(message: dict[str, Any], kind: str | None) -> Attachment | None:
    """Read what is no text; None for a kind that is not known."""
    match kind:
        case "image" | "video" | "audio":
            return _media(message, kind)
        case "file":
            facts = stated(
                name=words(message.get("fileName")), size=number(message.get("fileSize"))
            )
            return Attachment("file", identifier(message.get("id")), None, facts)
        case "location":
            facts = picked(message, "title", "address", "latitude", "longitude")
            return Attachment("location", facts=facts)
        case "sticker":
            return Attachment("sticker", facts=_sticker(message))
    return None


def _media(message: dict[str, Any], kind: str) -> Attachment:
    provider = mapping(message.get("contentProvider"))
    facts = picked(message, "duration")
    if provider.get("type") != "external":
        return Attachment(kind, identifier(message.get("id")), None, facts)
    facts |= stated(preview_url=link(provider.get("previewImageUrl")))
    return Attachment(kind, None, link(provider.get("originalContentUrl")), facts)


def _sticker(message: dict[str, Any]) -> dict[str, Any]:
    keywords = [label(one) for one in listing(message.get("keywords"))[:20]]
    return stated(
        package_id=identifier(message.get("packageId")),
        sticker_id=identifier(message.get("stickerId")),
        resource_type=label(message.get("stickerResourceType")),
        keywords=[word for word in keywords if word],
        text=words(message.get("text")),
    )
