"""Messenger: a Facebook Page's conversations, and the comments under its posts."""

from __future__ import annotations

from typing import Any

from bot.channels import graph_content as lay_out
from bot.channels.graph import Graph
from bot.channels.graph_comments import is_page_comment, read_page_comment
from bot.channels.graph_events import Change
from bot.channels.graphemes import utf16_units
from bot.messages import Bill, Button, Event

TEXT_CHARACTERS = 2000


class Messenger(Graph):
    """Facebook Pages."""

    kind = "messenger"
    name = "Messenger"
    object = "page"
    profile_fields = "first_name,last_name,profile_pic"

    def read_change(self, change: Change) -> Event:
        """Read a comment as somebody's words in public; the rest of a Page's feed is no concern."""
        return read_page_comment(change) if is_page_comment(change) else super().read_change(change)

    def bill_parts(self, *, picture: bool) -> tuple[str, ...]:
        """The picture goes before the card, so that the button is what stays in sight."""
        return ("picture", "bill") if picture else ("bill",)

    def compose_text(self, words: str, buttons: tuple[Button, ...]) -> list[dict[str, Any]]:
        """Words, and buttons under the last of them; a template holds 640 characters only."""
        web = lay_out.web_buttons(buttons)
        payloads = lay_out.texts(words, TEXT_CHARACTERS, utf16_units)
        if payloads and web:
            last = payloads.pop()["message"]["text"]
            *before, under = lay_out.texts(last, lay_out.TEMPLATE_TEXT, utf16_units)
            under = lay_out.button_template(under["message"]["text"], web)
            payloads += [*before, under]
        if payloads:
            payloads[-1] = lay_out.with_quick_replies(payloads[-1], buttons)
        return payloads

    def compose_bill(self, bill: Bill, part: str) -> dict[str, Any]:
        """Lay out the picture or the card. Raises ``ValueError`` for a picture it has not."""
        if part != "picture":
            return lay_out.bill_template(bill)
        if bill.image_url is None:
            raise ValueError("This bill has no picture, so it has no picture to lay out.")
        return lay_out.picture(bill.image_url)
