"""Messages in Meta's JSON: texts, templates, pictures and quick replies, within Meta's limits.

Limits: https://developers.facebook.com/docs/messenger-platform/send-messages.
Where Meta says "characters" without saying which, UTF-16 units are counted:
never fewer than characters, so right either way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.channels.fields import readable
from bot.channels.graph_messages import SAY
from bot.channels.graphemes import Measure, cut, split, utf16_units
from bot.messages import Bill, Button, Card, Row

Json = dict[str, Any]

TEMPLATE_TEXT = 640
ELEMENT_WORDS = 80
BUTTON_TITLE = 20
BUTTONS = 3
QUICK_REPLIES = 13
PAYLOAD_CHARACTERS = 1000
URL_CHARACTERS = 2000
_ROWS = 30


def texts(words: str, limit: int, measure: Measure) -> list[Json]:
    """Lay out plain words as one message a piece; blank words take none."""
    pieces = split(readable(words), limit, measure)
    return [{"message": {"text": piece}} for piece in pieces if piece.strip()]


def picture(url: str) -> Json:
    """Show a picture, which Meta fetches from ``url`` (at most 8 MB)."""
    payload = {"url": url, "is_reusable": False}
    return {"message": {"attachment": {"type": "image", "payload": payload}}}


def button_template(words: str, buttons: list[Json]) -> Json:
    """Set words of at most 640 units above one to three laid-out buttons."""
    return _template("button", text=words, buttons=buttons)


def bill_template(bill: Bill) -> Json:
    """Lay an invoice out as one element of a generic template: what, how much, and Pay."""
    element: Json = {
        "title": _words(bill.shop, bill.title),
        "subtitle": _words(bill.amount, bill.subtitle),
    }
    buttons = web_buttons((bill.pay,))
    if buttons:
        element["buttons"] = buttons
    return _template("generic", elements=[element])


def web_buttons(buttons: Iterable[Button]) -> list[Json]:
    """Lay out the buttons that open an address, up to three."""
    return [
        {"type": "web_url", "url": button.url, "title": cut(button.label, BUTTON_TITLE)}
        for button in buttons
        if button.url and opens(button)
    ][:BUTTONS]


def with_quick_replies(payload: Json, buttons: Iterable[Button]) -> Json:
    """Add the buttons that say something, up to thirteen, to a message."""
    replies = [
        {
            "content_type": "text",
            "title": cut(button.label, BUTTON_TITLE),
            "payload": SAY + (button.text or ""),
        }
        for button in buttons
        if _says(button)
    ][:QUICK_REPLIES]
    return {"message": {**payload["message"], "quick_replies": replies}} if replies else payload


def opens(button: Button) -> bool:
    """Say whether a button has an address that Meta takes."""
    url = button.url or ""
    return (
        bool(button.label.strip())
        and url.startswith(("https://", "http://"))
        and len(url) <= URL_CHARACTERS
    )


def _says(button: Button) -> bool:
    said = button.text or ""
    fits = utf16_units(SAY + said) <= PAYLOAD_CHARACTERS
    return not button.url and bool(said.strip() and button.label.strip()) and fits


def card_words(card: Card) -> str:
    """Put a card into plain words, its rows summarised beyond thirty."""
    lines = [card.title, card.subtitle, *map(_row_words, card.rows[:_ROWS])]
    if len(card.rows) > _ROWS:
        lines.append(f"… +{len(card.rows) - _ROWS}")
    return "\n".join(filter(None, [*lines, *card.notes]))


def bill_words(bill: Bill, limit: int, measure: Measure) -> str:
    """Put a bill into one text: whole if it fits, else its beginning, the amount and the link."""
    words = readable(bill.text)
    if words.strip() and measure(words) <= limit:
        return words
    ending = "\n" + "\n".join(filter(None, (bill.amount, bill.pay.url)))
    return cut(words, limit - measure(ending), measure) + ending


def link_lines(buttons: Iterable[Button]) -> str:
    """Write the buttons' addresses out, for where a template may be invisible."""
    return "".join(f"\n{button.label}: {button.url}" for button in buttons if opens(button))


def _words(*words: str) -> str:
    return cut(readable(" · ".join(filter(None, words))), ELEMENT_WORDS)


def _row_words(row: Row) -> str:
    return f"{row.label}: {row.value}" if row.label and row.value else row.label or row.value


def _template(kind: str, **content: Any) -> Json:
    payload = {"template_type": kind, **content}
    return {"message": {"attachment": {"type": "template", "payload": payload}}}
