"""LINE's own layouts: Flex bubbles for a bill and a card, images, quick replies.

Every text, list and bubble is held within LINE's limits here
(https://developers.line.biz/en/reference/messaging-api/#flex-message), because
one field too long loses the whole request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from bot.channels.fields import readable
from bot.channels.graphemes import cut, utf16_units
from bot.messages import Bill, Button, Card, Row

Json = dict[str, Any]

BUBBLE_BYTES = 30_000
ALT_UNITS = 1500
URI_CHARACTERS = 1000
QUICK_REPLIES = 13
_ACTION_TEXT = 300
_CLIPBOARD_TEXT = 1000
_QUICK_LABEL = 20
_BUTTON_LABEL = 40
_BUTTONS = 4
_ITEMS = 20
# Tried in turn until the bubble fits: long names of many products take the room.
_ROW_COUNTS = (_ITEMS, 15, 10, 6, 3, 0)

_QUIET = "#6B7280"
_INK = "#111827"
_ACCENT = "#0F766E"


def bill(bill: Bill) -> Json:
    """Lay an invoice out: shop, title, items, totals, what is due, and the button to pay."""

    def body(count: int) -> list[Json]:
        return [
            *_texts(bill.shop, 100, size="sm", color=_QUIET, wrap=True),
            *_texts(bill.title, 100, size="lg", weight="bold", color=_INK, wrap=True),
            *_texts(bill.subtitle, 200, size="sm", color=_QUIET, wrap=True),
            *_section(_rows(bill.items, count)),
            *_section(_rows(bill.totals, _ITEMS)),
            *_texts(bill.amount, 60, size="xxl", weight="bold", color=_INK, margin="lg", wrap=True),
        ]

    alt = " · ".join(filter(None, (bill.shop, bill.title, bill.amount)))
    return _fitting(alt, body, _buttons((bill.pay,)))


def card(card: Card) -> Json:
    """Lay out what an order looks like after a command, for staff."""

    def body(count: int) -> list[Json]:
        return [
            *_texts(card.title, 100, size="lg", weight="bold", color=_INK, wrap=True),
            *_texts(card.subtitle, 200, size="sm", color=_QUIET, wrap=True),
            *_section(_rows(card.rows, count)),
            *_section(
                text
                for note in card.notes[:5]
                for text in _texts(note, 200, size="sm", color=_INK, wrap=True)
            ),
        ]

    alt = " · ".join(filter(None, (card.title, card.subtitle)))
    return _fitting(alt, body, _buttons(card.buttons))


def links(buttons: Iterable[Button]) -> Json | None:
    """Lay out the buttons that open an address, as a bubble of their own; None without any."""
    opening = [button for button in buttons if button.url]
    laid_out = _buttons(opening)
    if not laid_out:
        return None
    alt = " · ".join(button.label for button in opening)
    return _flex(alt, {"type": "bubble", "body": _box("vertical", laid_out, spacing="sm")})


def quick_replies(buttons: Iterable[Button]) -> Json | None:
    """Lay out the buttons that say something, as quick replies; None without any."""
    actions = [_action(button, _QUICK_LABEL) for button in buttons if not button.url]
    items = [{"type": "action", "action": action} for action in actions if action]
    return {"items": items[:QUICK_REPLIES]} if items else None


def image(url: str) -> Json:
    """Show a picture by its https address; ours are below the preview's 1 MB too."""
    return {"type": "image", "originalContentUrl": url, "previewImageUrl": url}


def _fitting(alt: str, body: Callable[[int], list[Json]], buttons: list[Json]) -> Json:
    """Take as many rows as the bubble's 30 KB hold, counted as the SDK writes them."""
    bubble: Json = {}
    for count in _ROW_COUNTS:
        bubble = {"type": "bubble", "body": _box("vertical", body(count), spacing="sm")}
        if buttons:
            bubble["footer"] = _box("vertical", buttons, spacing="sm")
        if len(json.dumps(bubble)) <= BUBBLE_BYTES:
            break
    return _flex(alt, bubble)


def _flex(alt: str, bubble: Json) -> Json:
    return {"type": "flex", "altText": cut(readable(alt), ALT_UNITS), "contents": bubble}


def _box(layout: str, contents: list[Json], **look: Any) -> Json:
    return {"type": "box", "layout": layout, "contents": contents, **look}


def _texts(words: str, limit: int, **look: Any) -> list[Json]:
    """One text, or none where there are no words: LINE refuses an empty one."""
    return [{"type": "text", "text": cut(readable(words), limit), **look}] if words.strip() else []


def _section(contents: Iterable[Json]) -> list[Json]:
    """Set ``contents`` below a line, if there are any."""
    held = list(contents)
    return [{"type": "separator", "margin": "md"}, *held] if held else []


def _rows(rows: tuple[Row, ...], count: int) -> list[Json]:
    """Lay out up to ``count`` rows; how many are left out is said in figures, in any language."""
    laid_out = [_row(row) for row in rows[:count]]
    if len(rows) > count:
        laid_out += _texts(f"… +{len(rows) - count}", 20, size="sm", color=_QUIET)
    return [row for row in laid_out if row.get("contents", True)]


def _row(row: Row) -> Json:
    weight = "bold" if row.strong else "regular"
    return _box(
        "horizontal",
        [
            *_texts(row.label, 120, size="sm", color=_INK, weight=weight, wrap=True, flex=3),
            *_texts(
                row.value, 60, size="sm", color=_INK, weight=weight, wrap=True, flex=2, align="end"
            ),
        ],
        spacing="md",
    )


def _buttons(buttons: Iterable[Button]) -> list[Json]:
    """Lay out up to four buttons, the first one filled."""
    actions = [action for button in buttons if (action := _action(button, _BUTTON_LABEL))]
    return [
        {
            "type": "button",
            "height": "sm",
            "action": action,
            **({"style": "primary", "color": _ACCENT} if at == 0 else {"style": "secondary"}),
        }
        for at, action in enumerate(actions[:_BUTTONS])
    ]


def _action(button: Button, limit: int) -> Json | None:
    """Make a button's action; None for one that LINE would refuse the request for."""
    if not button.label.strip():
        return None
    words = cut(button.label, limit)
    if button.url:
        if len(button.url) > URI_CHARACTERS or not button.url.startswith(("https://", "http://")):
            return None
        return {"type": "uri", "label": words, "uri": button.url}
    if button.fill:
        if utf16_units(button.fill) > _CLIPBOARD_TEXT:
            return None
        return {"type": "clipboard", "label": words, "clipboardText": button.fill}
    said = button.text or ""
    if not said.strip() or utf16_units(said) > _ACTION_TEXT:
        return None
    return {"type": "message", "label": words, "text": said}
