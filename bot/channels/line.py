"""LINE: the Messaging API's signature, envelope, lanes, limits and calls.

Facts are from https://developers.line.biz/en/reference/messaging-api/ unless a
comment says otherwise.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.channels import flex, line_events
from bot.channels.attachments import Fetched, Source
from bot.channels.fields import header, identifier, malformed, mapping, readable
from bot.channels.graphemes import split, utf16_units
from bot.messages import (
    Account,
    Address,
    BadMessage,
    Bill,
    Card,
    Check,
    Content,
    Entry,
    Guarantee,
    Lane,
    NewToken,
    Picture,
    Profile,
    Quota,
    Receipt,
    Route,
    SendRequest,
    Text,
    Window,
)

TEXT_UNITS = 5000
MESSAGES_A_REQUEST = 5
_GUARANTEES = {Lane.PUSH: Guarantee.KEYED, Lane.REPLY: Guarantee.TOKEN}


class Line:
    """LINE Official Accounts."""

    kind = "line"
    name = "LINE"
    webhook = "line"

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> bool:
        """Check ``x-line-signature``: base64 of HMAC-SHA256 over the raw body."""
        given = (header(headers, "x-line-signature") or "").encode("utf-8", "surrogatepass")
        genuine = False
        for secret in filter(None, secrets):  # an empty secret would let anybody sign
            signed = hmac.digest(secret.encode(), body, hashlib.sha256)
            genuine |= hmac.compare_digest(base64.b64encode(signed), given)
        return genuine

    def owns(self, body: Any) -> bool:
        """Say whether ``body`` is an object with ``events``."""
        return isinstance(body, dict) and "events" in body

    def parse(self, body: Any, received_at: datetime) -> list[Entry]:
        """Read ``{"destination", "events"}``; anything else is one malformed event."""
        events = mapping(body).get("events")
        if not isinstance(events, list):
            error = "The delivery has no list of events."
            return [Entry(None, (malformed(body, error, received_at),))]
        account_id = identifier(body.get("destination"))
        return [Entry(account_id, tuple(line_events.read(event, received_at) for event in events))]

    def redact(self, body: Any, platform_id: str) -> Any:
        """Take what the message ``platform_id`` said out of the event that brought it."""
        events = mapping(body).get("events")
        if not isinstance(events, list):
            return body
        return {**body, "events": [line_events.redact(event, platform_id) for event in events]}

    def route(self, window: Window, now: datetime, *, billing: bool) -> Route:
        """Push a bill, because only a push has a retry key; answer free while a token lives."""
        if not billing and window.reply_until is not None and window.reply_until > now:
            return Route(Lane.REPLY, window.reply_until)
        return Route(Lane.PUSH)

    def guarantee(self, lane: Lane) -> Guarantee:
        """A push has the retry key, a reply its token."""
        return _GUARANTEES.get(lane, Guarantee.ECHO)

    def bill_parts(self, *, picture: bool) -> tuple[str, ...]:
        """One request: it holds the picture and the card."""
        return ("bill",)

    def compose(self, content: Content) -> list[dict[str, Any]]:
        """Lay out requests of up to five messages each; a blank text takes none."""
        messages = _messages(content)
        step = MESSAGES_A_REQUEST
        return [{"messages": messages[at : at + step]} for at in range(0, len(messages), step)]

    def compose_together(self, cards: Sequence[Card]) -> dict[str, Any]:
        """One request of up to five bubbles, each a message that can be quoted."""
        return {"messages": [flex.card(card) for card in cards[:MESSAGES_A_REQUEST]]}

    def compose_bill(self, bill: Bill, part: str) -> dict[str, Any]:
        """Lay the whole bill out; ``part`` is always ``bill`` here."""
        return {"messages": _messages(bill)}

    def send(self, account: Account, request: SendRequest) -> Receipt:
        """Reply or push. The SDK takes 1.2 s and 70 MB to load, so only senders load it."""
        from bot.channels import line_client  # noqa: PLC0415 - loads the SDK

        return line_client.send(account, request)

    def fetch(
        self, account: Account, source: Source, limit: int, write: Callable[[bytes], None]
    ) -> Fetched:
        """Download a message's content by its id. Raises a ``FetchError``."""
        from bot.channels import line_content  # noqa: PLC0415 - loads requests

        return line_content.fetch(account, source, limit, write)

    def check(self, account: Account) -> str:
        """Ask LINE whose token this is: the account's name. Raises a ``SendError``."""
        from bot.channels import line_client  # noqa: PLC0415 - loads the SDK

        return line_client.check(account)

    def profile(self, account: Account, address: Address, member_id: str | None = None) -> Profile:
        """Ask who a person, a member or which group it is. Raises a ``SendError``."""
        from bot.channels import line_client  # noqa: PLC0415 - loads the SDK

        return line_client.profile(account, address, member_id)

    def post_url(self, account: Account, post_id: str) -> str | None:
        """LINE's messages stand under no posts."""
        return None

    def lifetime(self, account: Account) -> timedelta | None:
        """A long-lived channel access token is good until somebody takes it back."""
        return None

    def renew(self, account: Account) -> NewToken:
        """There is nothing to renew. Raises ``BadMessage``."""
        raise BadMessage("LINE's token has no end, so there is none to put in its place.")

    def quota(self, account: Account) -> Quota | None:
        """Ask for the month's pushes. Raises a ``SendError``."""
        from bot.channels import line_account  # noqa: PLC0415 - loads the SDK

        return line_account.quota(account)

    def examine(self, account: Account, webhook: str, *, comments: bool) -> list[Check]:
        """Look at the webhook's address, test it, and tell of the auto-response."""
        from bot.channels import line_account  # noqa: PLC0415 - loads the SDK

        return line_account.examine(account, webhook)


def _messages(content: Content) -> list[dict[str, Any]]:
    match content:
        case Text():
            return _text(content)
        case Card():
            return [flex.card(content)]
        case Bill():
            picture = [flex.image(content.image_url)] if content.image_url else []
            return [*picture, flex.bill(content)]
        case Picture():
            return [flex.image(content.url)]


def _text(content: Text) -> list[dict[str, Any]]:
    pieces = split(readable(content.text), TEXT_UNITS, utf16_units)
    messages: list[dict[str, Any]] = [
        {"type": "text", "text": piece} for piece in pieces if piece.strip()
    ]
    links = flex.links(content.buttons)
    if links is not None:
        messages.append(links)
    replies = flex.quick_replies(content.buttons)
    if messages and replies is not None:
        messages[-1]["quickReply"] = replies
    return messages
