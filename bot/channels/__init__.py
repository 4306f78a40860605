"""The channels: one file per platform, each only verifies, parses, composes and sends.

Adding a platform: write one module with a class that keeps ``Channel``'s
contract, and add one line to ``CHANNELS``. Routes, settings, contract tests
and help follow from that line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.channels.attachments import Fetched, Source
from bot.channels.instagram import Instagram
from bot.channels.line import Line
from bot.channels.messenger import Messenger
from bot.messages import (
    Account,
    Address,
    Bill,
    Card,
    Check,
    Content,
    Entry,
    Guarantee,
    Lane,
    NewToken,
    Profile,
    Quota,
    Receipt,
    Route,
    SendRequest,
    Window,
)


class Channel(Protocol):
    """What the house asks of a platform."""

    kind: str
    """The word in configuration and API: ``line``."""
    name: str
    """The platform's own name: ``LINE``."""
    webhook: str
    """Its webhook's address under ``/webhooks/``: ``line`` (a key follows) or ``meta``."""

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> bool:
        """Say whether one of ``secrets`` signed these raw bytes; constant time, never raises."""
        ...

    def owns(self, body: Any) -> bool:
        """Say whether a decoded body is of this platform (Meta's ``object``); never raises."""
        ...

    def parse(self, body: Any, received_at: datetime) -> list[Entry]:
        """Read a decoded body, tolerantly, event by event; never raises on content.

        What has no likely time of its own counts as sent at ``received_at`` (UTC).
        """
        ...

    def redact(self, body: Any, platform_id: str) -> Any:
        """Give the decoded body without what one withdrawn message said.

        Its text, attachments and payload go, in the original and in its edits;
        ids, types and times stay, and so does every other message. ``body`` itself
        is not changed; never raises on content.
        """
        ...

    def route(self, window: Window, now: datetime, *, billing: bool) -> Route:
        """Choose the lane that is legal now. ``billing``: an invoice, which wants certainty."""
        ...

    def guarantee(self, lane: Lane) -> Guarantee:
        """Say what a lost answer on ``lane`` means."""
        ...

    def bill_parts(self, *, picture: bool) -> tuple[str, ...]:
        """Name the requests a bill takes here, in order, of ``bill``, ``picture``, ``text``."""
        ...

    def compose(self, content: Content) -> list[dict[str, Any]]:
        """Lay ``content`` out as payloads, one request each, within the platform's limits.

        Too much text is split, too many rows are summarised; blank words take no
        request at all. An address in ``content`` must be one the platform can
        open: https, or the simulator's on loopback.
        """
        ...

    def compose_together(self, cards: Sequence[Card]) -> dict[str, Any]:
        """Lay several cards out as one request's payload, one message each, in their order.

        At most five; a platform that sends one message a request takes the first only.
        """
        ...

    def compose_bill(self, bill: Bill, part: str) -> dict[str, Any]:
        """Lay one part of a bill out as one request's payload."""
        ...

    def send(self, account: Account, request: SendRequest) -> Receipt:
        """Make one call. Raises a ``SendError``, and nothing else."""
        ...

    def fetch(
        self, account: Account, source: Source, limit: int, write: Callable[[bytes], None]
    ) -> Fetched:
        """Download an attachment into ``write``. Raises a ``FetchError``: see ``download``."""
        ...

    def check(self, account: Account) -> str:
        """Ask the platform whose token this is: the account's name. Raises a ``SendError``."""
        ...

    def profile(self, account: Account, address: Address, member_id: str | None = None) -> Profile:
        """Ask who an address is; an empty profile where the platform has none to tell.

        ``member_id`` asks for one person of the group that the address is.

        Raises a ``SendError``: ``PersonGone`` where it will not tell us of this
        person, ``Retry`` where asking again may help.
        """
        ...

    def post_url(self, account: Account, post_id: str) -> str | None:
        """Ask for the public address of a post by its id; None where the platform tells none.

        Raises a ``SendError``.
        """
        ...

    def lifetime(self, account: Account) -> timedelta | None:
        """Say how long a fresh token of this account lives; None where it ends with no date."""
        ...

    def renew(self, account: Account) -> NewToken:
        """Exchange a token that has a ``lifetime`` for a fresh one. Raises a ``SendError``."""
        ...

    def quota(self, account: Account) -> Quota | None:
        """Ask what is left of this month's messages; None where none are counted.

        Raises a ``SendError``.
        """
        ...

    def examine(self, account: Account, webhook: str, *, comments: bool) -> list[Check]:
        """Look whether the platform's side is set up to speak to ``webhook``, our address.

        ``comments``: the shop takes orders from them. May make the platform
        post a test there. Raises a ``SendError``.
        """
        ...


CHANNELS: dict[str, Channel] = {
    "line": Line(),
    "messenger": Messenger(),
    "instagram": Instagram(),
}
"""Every platform by its word.

To add one: a module here with a class that keeps ``Channel``'s contract, one
line in this table, its fixtures under ``tests/fixtures/<word>/``; then
the ``tests/contracts/test_channels_*`` judge it. What needs a platform's SDK
stands in a module of its own, imported when the first message is sent.
"""
