"""What a command says, as plain values: verb, target, items, modifiers, words.

Every ``span`` is a pair ``(start, end)`` of character positions in the text as
the person typed it, so that an answer can point at the very token. Amounts are
exact decimal strings in the currency's major unit with all its decimals
(``"1290.50"``); percentages are decimal strings without trailing zeros
(``"7.5"``). What a person wrote freely, names and telephone numbers too, is
left out of every ``repr``. Nothing here knows a catalogue, a price list or a clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Span = tuple[int, int]
TargetKind = Literal["customer", "order"]
DueKind = Literal["after", "clock", "date"]


@dataclass(frozen=True, slots=True)
class Target:
    """Whom or what a command is about: ``@C123`` or ``!1042``; ``code`` is upper-case, bare."""

    kind: TargetKind
    code: str
    span: Span


@dataclass(frozen=True, slots=True)
class ItemSpec:
    """One item as written: a catalogue ``code``, or a one-off ``name``; never both.

    ``counted`` tells whether a quantity was written (it is 1 otherwise), so that
    ``/set A1 @300`` can leave the quantity alone. ``sign`` is "+" for ``A1+2``.
    ``discount`` is an amount off the line, or a percentage when
    ``discount_percent``. ``alternatives`` holds the other readings of a text
    such as ``A1x2`` (this reading: code A1X2; the other: A1, two of it): whoever
    has the catalogue chooses, and asks where both exist.
    """

    code: str | None
    name: str | None = field(repr=False)
    options: tuple[str, ...]
    quantity: int
    counted: bool
    sign: Literal["+"] | None
    price: str | None
    discount: str | None
    discount_percent: bool
    span: Span
    code_span: Span
    alternatives: tuple[ItemSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class DueSpec:
    """When an order falls due, not yet set against a clock.

    ``after``: ``minutes`` from now. ``clock``: the next ``hour:minute`` in the
    shop's zone. ``date``: ``day``/``month``, this year or the next; ``hour`` and
    ``minute`` are None where no time was written with it.
    """

    kind: DueKind
    minutes: int = 0
    hour: int | None = None
    minute: int | None = None
    day: int | None = None
    month: int | None = None


@dataclass(frozen=True, slots=True)
class Modifier:
    """One change to the order as a whole; ``kind`` says which fields it bears.

    ship: ``text`` the method, ``amount`` the fee, either may be None. freeship,
    vat, novat: none. disc: ``amount``, a percentage when ``percent``. dep:
    ``amount``. pay: ``text``, one of transfer, promptpay, card, cash, cod. due:
    ``due``. tel: ``text``, digits with an optional leading "+". note: ``text``.
    """

    kind: str
    span: Span
    amount: str | None = None
    percent: bool = False
    text: str | None = field(default=None, repr=False)
    due: DueSpec | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """What follows verb and target.

    ``words`` is all of it as typed, trimmed. The other fields are what the verb
    reads from it: ``items`` and ``modifiers`` (o, add, set; items alone for rm
    and stock); ``amount`` (paid); ``answer`` "ok" or "no" (slip); ``number``
    (ship: the parcel's; merge: the other order's; link: the code); ``due``
    (renew); ``rest``, the words after the number or answer (ship: carrier;
    slip: reason).
    """

    items: tuple[ItemSpec, ...] = ()
    modifiers: tuple[Modifier, ...] = ()
    words: str = field(default="", repr=False)
    amount: str | None = None
    answer: Literal["ok", "no"] | None = None
    number: str | None = field(default=None, repr=False)
    due: DueSpec | None = None
    rest: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Command:
    """A text that is a command; ``verb`` is canonical (``o`` for ``/order`` and ``/เปิดบิล``)."""

    verb: str
    target: Target | None
    body: Body
    text: str = field(repr=False)
    prefix: str
    verb_span: Span


@dataclass(frozen=True, slots=True)
class Unknown:
    """A prefix and a word that is no verb: never run, never sent to the customer.

    ``suggestion`` is the nearest verb with its prefix (``"/send"``), or None.
    """

    verb: str = field(repr=False)
    suggestion: str | None
    span: Span
