"""What comes with a message on Messenger and Instagram, each read as the house's own kind.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages and
https://developers.facebook.com/docs/instagram-platform/webhooks list the kinds; they grow.
"""

from __future__ import annotations

from typing import Any

from bot.channels.fields import (
    identifier,
    label,
    link,
    listing,
    mapping,
    number,
    picked,
    scalar,
    stated,
    words,
)
from bot.messages import Attachment

_KINDS = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "file": "file",
    "sticker": "sticker",
    "like_heart": "sticker",
    "reel": "reel",
    "ig_reel": "reel",
    "story": "story",
    "ig_story": "story",
    "story_mention": "story",
    "post": "share",
    "ig_post": "share",
    "share": "share",
    "media": "share",
    "fallback": "share",
    "template": "template",
    "location": "location",
}
# Their addresses lead to a page for people, not to content that could be fetched.
_PAGES = frozenset({"fallback", "template", "location", "unsupported"})
_ELEMENTS = 10


def read_attachments(message: dict[str, Any]) -> tuple[Attachment, ...]:
    """Read a message's ``attachments``: mostly a list, of one in nearly every case."""
    given = message.get("attachments")
    return tuple(
        _attachment(one) for one in ([given] if isinstance(given, dict) else listing(given))
    )


def _attachment(value: Any) -> Attachment:
    """Read one; its own words for its kind stay in ``facts["type"]`` where ours say less."""
    outer = mapping(value)
    payload = mapping(outer.get("payload"))
    word = label(outer.get("type")) or ""
    kind = _KINDS.get(word, "unsupported")
    sticker_id = identifier(payload.get("sticker_id"))
    if kind == "image" and sticker_id:  # as stickers came until August 2026
        kind = "sticker"
    url = link(payload.get("url")) or link(outer.get("url"))
    is_page = kind in _PAGES or word in _PAGES
    facts = stated(
        type=word if word and word != kind else None,
        title=words(outer.get("title")) or words(payload.get("title")),
        name=words(payload.get("name")) or words(outer.get("name")),
        size=number(payload.get("size")),
        sticker_id=sticker_id,
        link=url if is_page else None,
    )
    return Attachment(kind, None, None if is_page else url, facts | _more(kind, payload))


def _more(kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    match kind:
        case "location":
            coordinates = mapping(payload.get("coordinates"))
            return stated(
                latitude=number(coordinates.get("lat")), longitude=number(coordinates.get("long"))
            )
        case "template":
            return _template(payload)
        case "reel" | "share" | "story":
            names = ("reel_video_id", "ig_post_media_id", "id", "media_id")
            known = (identifier(payload.get(name)) for name in names)
            return stated(media_id=next(filter(None, known), None))
    return {}


def _template(payload: dict[str, Any]) -> dict[str, Any]:
    """Keep what a card said: its words and its elements' titles, not its pictures."""
    product = mapping(payload.get("product"))
    elements = listing(payload.get("elements")) or listing(product.get("elements"))
    return stated(
        template_type=scalar(payload.get("template_type")),
        text=words(payload.get("text")),
        elements=[picked(one, "title", "subtitle") for one in elements[:_ELEMENTS]],
    )
