"""What a channel says of an attachment it was to fetch: where it is, what came, why nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Where an attachment can be had: by the platform's id of it, or at an address."""

    content_id: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was downloaded: the type that the platform named (None for none), and its bytes."""

    mime: str | None
    size: int


class FetchError(Exception):
    """A download that brought nothing; ``reason`` is a sentence for staff, without the address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotYet(FetchError):
    """It may come later; not before ``after`` seconds where the platform said so."""

    def __init__(self, reason: str, *, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class TokenRefused(NotYet):
    """The platform refuses the channel's token; the attachment itself may still be there."""


class Gone(FetchError):
    """The platform has it no more: too old, or taken back."""


class TooBig(FetchError):
    """It is larger than we keep."""


class Refused(FetchError):
    """We do not ask for it: the address is none of the platform's, or the platform says no."""
