"""What Messenger and Instagram share: Meta's signature, its envelope, its window, its calls.

Both come by one webhook of one app and leave by the Graph API. Facts are from
https://developers.facebook.com/docs/messenger-platform unless a comment says
otherwise.
"""

from __future__ import annotations

import hashlib
import hmac
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.channels import graph_content as lay_out
from bot.channels.attachments import Fetched, Source
from bot.channels.fields import header, malformed, mapping, picked
from bot.channels.graph_events import Change, bodies, read_entry, redact_entry
from bot.messages import (
    Account,
    Address,
    BadMessage,
    Bill,
    Button,
    Card,
    Check,
    Content,
    Entry,
    Event,
    Guarantee,
    Lane,
    NewToken,
    OtherEvent,
    Picture,
    Profile,
    Quota,
    Receipt,
    Route,
    SendRequest,
    Text,
    Window,
)

WINDOW = timedelta(hours=24)
# A send that is decided now arrives a little later.
WINDOW_MARGIN = timedelta(seconds=60)


class Graph(ABC):
    """The part of a channel that Messenger and Instagram have in common."""

    kind: str
    name: str
    webhook = "meta"
    object: str
    """The body's ``object``, which tells the two apart."""
    profile_fields: str
    """What a person's profile is asked for; Meta refuses the whole call for one wrong field."""

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> bool:
        """Check ``X-Hub-Signature-256``: ``sha256=`` and hexadecimal HMAC-SHA256 of the raw body.

        Either the Facebook app's or the Instagram app's secret may have signed.
        """
        given = (header(headers, "x-hub-signature-256") or "").encode("utf-8", "surrogatepass")
        genuine = False
        for secret in filter(None, secrets):  # an empty secret would let anybody sign
            signed = hmac.digest(secret.encode(), body, hashlib.sha256)
            genuine |= hmac.compare_digest(b"sha256=" + signed.hex().encode(), given)
        return genuine

    def owns(self, body: Any) -> bool:
        """Say whether ``body``, or one of a list of bodies, is of this platform."""
        return any(mapping(one).get("object") == self.object for one in bodies(body))

    def parse(self, body: Any, received_at: datetime) -> list[Entry]:
        """Read ``{"object", "entry": [...]}``, also inside a list as some test sends are."""
        deliveries = bodies(body)
        entries: list[Entry] = []
        for one in deliveries:
            if mapping(one).get("object") != self.object and len(deliveries) > 1:
                continue
            held = mapping(one).get("entry")
            if isinstance(held, list):
                entries += [read_entry(entry, received_at, self.read_change) for entry in held]
            else:
                nothing = malformed(one, "The delivery has no entries.", received_at)
                entries.append(Entry(None, (nothing,)))
        return entries

    def read_change(self, change: Change) -> Event:
        """Read what happened outside the conversations: kept, and of no concern to them."""
        facts = picked(change.value, "item", "verb")
        return OtherEvent(
            change.key, change.field, change.sent_at, quiet=True, facts=facts, raw=change.raw
        )

    def redact(self, body: Any, platform_id: str) -> Any:
        """Take what the message or comment ``platform_id`` said out of all that brought it."""
        clean = [
            {**one, "entry": [redact_entry(entry, platform_id) for entry in one["entry"]]}
            if isinstance(mapping(one).get("entry"), list)
            else one
            for one in bodies(body)
        ]
        return clean if isinstance(body, list) and body else clean[0]

    def route(self, window: Window, now: datetime, *, billing: bool) -> Route:
        """Answer within 24 hours of the person's last message; after that nothing is legal."""
        if window.last_inbound_at is None:
            return Route(Lane.NONE)
        until = window.last_inbound_at + WINDOW
        return Route(Lane.RESPONSE, until) if now < until - WINDOW_MARGIN else Route(Lane.NONE)

    def guarantee(self, lane: Lane) -> Guarantee:
        """Meta has no idempotency key: only the echo tells."""
        return Guarantee.ECHO

    def send(self, account: Account, request: SendRequest) -> Receipt:
        """Post one message; pymessenger is loaded by senders only."""
        from bot.channels import graph_client  # noqa: PLC0415 - loads pymessenger

        return graph_client.send(account, request)

    def fetch(
        self, account: Account, source: Source, limit: int, write: Callable[[bytes], None]
    ) -> Fetched:
        """Download what lies at Meta's address, without a token. Raises a ``FetchError``."""
        from bot.channels.download import download  # noqa: PLC0415 - loads requests

        return download(source.url or "", trusted=account.api_url, limit=limit, write=write)

    @abstractmethod
    def bill_parts(self, *, picture: bool) -> tuple[str, ...]:
        """Name the requests that a bill takes."""

    @abstractmethod
    def compose_text(self, words: str, buttons: tuple[Button, ...]) -> list[dict[str, Any]]:
        """Lay out words, within the platform's own measure, and what may be tapped under them."""

    @abstractmethod
    def compose_bill(self, bill: Bill, part: str) -> dict[str, Any]:
        """Lay out one part of a bill."""

    def compose(self, content: Content) -> list[dict[str, Any]]:
        """Lay out one message a request; a blank text takes none."""
        match content:
            case Text():
                return self.compose_text(content.text, content.buttons)
            case Card():
                return self.compose_text(lay_out.card_words(content), content.buttons)
            case Picture():
                return [lay_out.picture(content.url)]
            case Bill():
                parts = self.bill_parts(picture=content.image_url is not None)
                return [self.compose_bill(content, part) for part in parts]

    def compose_together(self, cards: Sequence[Card]) -> dict[str, Any]:
        """One request holds one message here: the first card alone."""
        return self.compose(cards[0])[0]

    def check(self, account: Account) -> str:
        """Ask Meta whose token this is: the account's name. Raises a ``SendError``."""
        from bot.channels import graph_client  # noqa: PLC0415 - loads pymessenger

        # An Instagram account behind a Page's token answers with the Page's id.
        return graph_client.check(account, same_id=self.object == "page")

    def profile(self, account: Account, address: Address, member_id: str | None = None) -> Profile:
        """Ask who a person is; Meta's chats are of two. Raises a ``SendError``."""
        from bot.channels import graph_client  # noqa: PLC0415 - loads pymessenger

        return graph_client.profile(account, address, self.profile_fields)

    def post_url(self, account: Account, post_id: str) -> str | None:
        """Ask Meta for a post's public address. Raises a ``SendError``."""
        from bot.channels import graph_client  # noqa: PLC0415 - loads pymessenger

        return graph_client.post_url(account, post_id)

    def lifetime(self, account: Account) -> timedelta | None:
        """A Page's token is good until it is taken back."""
        return None

    def renew(self, account: Account) -> NewToken:
        """There is nothing to renew. Raises ``BadMessage``."""
        raise BadMessage("A Page's token has no end, so there is none to put in its place.")

    def quota(self, account: Account) -> Quota | None:
        """Meta counts nothing by the month."""
        return None

    def wanted_fields(self, account: Account, *, comments: bool) -> frozenset[str]:
        """Name what the account must be subscribed to, where its own subscription tells."""
        return frozenset(
            {
                *("messages", "messaging_postbacks", "message_echoes", "message_deliveries"),
                *("message_reads", "messaging_referrals", "message_reactions"),
                *(("feed",) if comments else ()),
            }
        )

    def examine(self, account: Account, webhook: str, *, comments: bool) -> list[Check]:
        """Look whether our app is subscribed to the account. Raises a ``SendError``."""
        from bot.channels import graph_account  # noqa: PLC0415 - loads pymessenger

        wanted = self.wanted_fields(account, comments=comments)
        return graph_account.examine(account, wanted, webhook)
