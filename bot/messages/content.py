"""What goes out, before any channel lays it out: words, cards, bills, pictures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Button:
    """A button: it opens ``url``, sends ``text`` as the person's own message, or offers ``fill``.

    ``fill`` is a text to be changed before it is sent: it is put into the box
    where there is one, and copied where there is none.
    """

    label: str
    url: str | None = None
    text: str | None = None
    fill: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words."""

    text: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A label and a value, set left and right."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A compact card for staff: what the order looks like after a command."""

    title: str
    subtitle: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice as chat can show it; every amount and date is already worded.

    ``image_url`` is the PNG's address, None when it could not be rendered or
    may not be shown to the platform. ``text`` is the whole bill as plain words
    with its link, useful alone.
    """

    shop: str
    title: str
    subtitle: str
    items: tuple[Row, ...]
    totals: tuple[Row, ...]
    amount: str
    pay: Button
    text: str
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by its public address; ``alt`` is said where it cannot be shown."""

    url: str
    alt: str


Content = Text | Card | Bill | Picture
