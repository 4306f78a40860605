"""Instagram: a professional account's direct messages.

Its templates do not show in a browser, so what matters is always said in plain
text too. Text is limited to 1,000 bytes of UTF-8: 333 Thai characters.
"""

from __future__ import annotations

from typing import Any

from bot.channels import graph_content as lay_out
from bot.channels.graph import Graph
from bot.channels.graphemes import utf8_bytes
from bot.messages import Bill, Button, Card, Content, Picture, Text

TEXT_BYTES = 1000


class Instagram(Graph):
    """Instagram professional accounts."""

    kind = "instagram"
    name = "Instagram"
    object = "instagram"
    profile_fields = "name,username,profile_pic"

    def bill_parts(self, *, picture: bool) -> tuple[str, ...]:
        """The plain text comes last and holds the link for those who do not see the card."""
        return ("picture", "bill", "text") if picture else ("bill", "text")

    def compose(self, content: Content) -> list[dict[str, Any]]:
        """Lay out one message a request; a blank text takes none."""
        match content:
            case Text():
                return _text(content.text, content.buttons)
            case Card():
                return _text(lay_out.card_words(content), content.buttons)
            case Picture():
                return [lay_out.picture(content.url)]
            case Bill():
                parts = self.bill_parts(picture=content.image_url is not None)
                return [self.compose_bill(content, part) for part in parts]

    def compose_bill(self, bill: Bill, part: str) -> dict[str, Any]:
        """Lay out one part. Raises ``ValueError`` for a picture it has not."""
        if part == "text":
            words = lay_out.bill_words(bill, TEXT_BYTES, utf8_bytes)
            return {"message": {"text": words}}
        if part != "picture":
            return lay_out.bill_template(bill)
        if bill.image_url is None:
            raise ValueError("This bill has no picture, so it has no picture to lay out.")
        return lay_out.picture(bill.image_url)


def _text(words: str, buttons: tuple[Button, ...]) -> list[dict[str, Any]]:
    """Words with their links written out, and quick replies under the last of them."""
    payloads = lay_out.texts(words + lay_out.link_lines(buttons), TEXT_BYTES, utf8_bytes)
    if payloads:
        payloads[-1] = lay_out.with_quick_replies(payloads[-1], buttons)
    return payloads
