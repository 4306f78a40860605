"""Instagram: a professional account's direct messages, and the comments under its posts.

Its templates do not show in a browser, so what matters is always said in plain
text too. Text is limited to 1,000 bytes of UTF-8: 333 Thai characters.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.channels import graph_content as lay_out
from bot.channels.fields import (
    PERSON_ID_LENGTH,
    event_key,
    identifier,
    label,
    mapping,
    picked,
    readable,
    stated,
)
from bot.channels.graph import Graph
from bot.channels.graph_events import Change
from bot.channels.graphemes import utf8_bytes
from bot.messages import (
    Account,
    Address,
    Author,
    Bill,
    Button,
    Event,
    InboundMessage,
    NewToken,
    OtherEvent,
)

TEXT_BYTES = 1000
TOKEN_LIFE = timedelta(days=60)
_COMMENTS = frozenset({"comments", "live_comments"})


class Instagram(Graph):
    """Instagram professional accounts."""

    kind = "instagram"
    name = "Instagram"
    object = "instagram"
    profile_fields = "name,username,profile_pic"

    def read_change(self, change: Change) -> Event:
        """Read a comment as somebody's words in public; the rest as Messenger's is."""
        if change.field in _COMMENTS:
            return _comment(change)
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

    def wanted_fields(self, account: Account) -> frozenset[str]:
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
            }
        )


def _comment(change: Change) -> Event:
    """Read a comment: no right to answer in private but by Instagram's one private reply."""
    comment, writer = change.value, mapping(change.value.get("from"))
    comment_id = identifier(comment.get("id"))
    writer_id = identifier(writer.get("id"), PERSON_ID_LENGTH)
    text = comment.get("text")  # none where it is only a GIF
    if comment_id is None or writer_id is None:
        error = "The comment does not say who wrote it, or which it is."
        return OtherEvent(change.key, change.field, change.sent_at, error=error, raw=change.raw)
    parent_id = identifier(comment.get("parent_id"))
    return InboundMessage(
        event_key=event_key("comment", comment_id),
        address=Address(writer_id),
        author=Author.STAFF if writer_id == change.account_id else Author.CUSTOMER,
        kind="comment",
        text=readable(text) if isinstance(text, str) else None,
        platform_id=comment_id,
        sent_at=change.sent_at,
        sender_id=writer_id,
        quoted_id=parent_id,
        opens_window=False,
        facts=stated(
            comment_id=comment_id,
            media_id=identifier(mapping(comment.get("media")).get("id")),
            parent_id=parent_id,
            live=change.field == "live_comments",
            username=label(writer.get("username")),
        ),
        raw=change.raw,
    )
