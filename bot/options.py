"""Options: what a shop chose for itself, read from its row with a default for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import Any

RANGES = {
    "card_pause": (0, 3600),
    "card_quota": (0, 100),
    "automatic_a_minute": (1, 60),
}
"""The least and the most that a number may be."""


class OptionError(Exception):
    """A value that an option cannot have; ``name`` says which, ``least`` and ``most`` the range."""

    def __init__(self, name: str, least: int, most: int) -> None:
        super().__init__(f"{name} is a whole number from {least} to {most}")
        self.name = name
        self.least = least
        self.most = most


@dataclass(frozen=True, slots=True)
class Options:
    """A shop's choices about chat.

    ``card_pause``: seconds between a customer's words and their card in a staff
    group. ``card_quota``: percent of the month's messages after which cards
    only go where they are free. ``page_orders``: orders may be written in the
    Page's own inbox. ``automatic_a_minute``: automatic messages in one
    conversation within one minute, at most.
    """

    card_pause: int = 120
    card_quota: int = 80
    page_orders: bool = False
    automatic_a_minute: int = 10

    @property
    def pause(self) -> timedelta:
        """Give ``card_pause`` as a span of time."""
        return timedelta(seconds=self.card_pause)

    def told(self) -> dict[str, Any]:
        """Give the options as a shop's row keeps them."""
        return asdict(self)


def read_options(kept: Mapping[str, Any]) -> Options:
    """Read a shop's options from what its row keeps; what it does not name is the default."""
    known = {field.name for field in fields(Options)}
    return Options(**{name: value for name, value in kept.items() if name in known})


def check_options(options: Options) -> Options:
    """Give the options back if each is within its range. Raises ``OptionError``."""
    for name, (least, most) in RANGES.items():
        if not least <= getattr(options, name) <= most:
            raise OptionError(name, least, most)
    return options
