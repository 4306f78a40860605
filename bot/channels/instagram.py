"""Instagram: a professional account's direct messages, and the comments under its posts.

Its templates do not show in a browser, so what matters is always said in plain
text too. Text is limited to 1,000 bytes of UTF-8: 333 Thai characters.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.channels import graph_content as lay_out
from bot.channels.fields import picked
from bot.channels.graph import Graph
from bot.channels.graph_comments import INSTAGRAM_FIELDS, read_instagram_comment
from bot.channels.graph_events import Change
from bot.channels.graphemes import utf8_bytes
from bot.messages import (
    Account,
    Bill,
    Button,
    Event,
    NewToken,
    OtherEvent,
)

TEXT_BYTES = 1000
TOKEN_LIFE = timedelta(days=60)


class Instagram(Graph):
    """Instagram professional accounts."""

    kind = "instagram"
    name = "Instagram"
    object = "instagram"
    profile_fields = "name,username,profile_pic"

    def read_change(self, change: Change) -> Event:
        """Read a comment as somebody's words in public; the rest as Messenger's is."""
        if change.field in INSTAGRAM_FIELDS:
            return read_instagram_comment(change)
        if change.field != "mentions":
            return super().read_change(change)
        facts = picked(change.value, "media_id", "comment_id")
        return OtherEvent(change.key, change.field, change.sent_at, facts=facts, raw=change.raw)

    def bill_parts(self, *, picture: bool) -> tuple[str, ...]:
        """The plain text comes last and holds the link for those who do not see the card."""
        return ("picture", "bill", "text") if picture else ("bill", "text")

    def compose_text(self, words: str, buttons: tuple[Button, ...]) -> list[dict[str, Any]]:
        """Words with their links written out, and quick replies under the last of them."""
        payloads = lay_out.texts(words + lay_out.link_lines(buttons), TEXT_BYTES, utf8_bytes)
        if payloads:
            payloads[-1] = lay_out.with_quick_replies(payloads[-1], buttons)
        return payloads

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

    def lifetime(self, account: Account) -> timedelta | None:
        """An Instagram account's own token lives 60 days; a Page's has no end."""
        return TOKEN_LIFE if account.login == "instagram" else None

    def renew(self, account: Account) -> NewToken:
        """Exchange an Instagram account's own token. Raises a ``SendError``."""
        if self.lifetime(account) is None:
            return super().renew(account)
        from bot.channels import graph_client  # noqa: PLC0415 - loads pymessenger

        return graph_client.renew(account)

    def wanted_fields(self, account: Account, *, comments: bool) -> frozenset[str]:
        """Name an Instagram account's own fields.

        Behind a Page any field of the Page will do: which of Instagram's are
        sent is set for the whole app, in its dashboard.
        """
        if account.login != "instagram":
            return frozenset()
        return frozenset(
            {
                *("messages", "messaging_postbacks", "messaging_seen"),
                *("messaging_referral", "message_reactions", "comments"),
                *(("live_comments",) if comments else ()),
            }
        )
