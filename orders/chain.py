"""The chain of a shop's invoices: each one's digest takes in the one before, so nothing is changed.

The proof reads stored rows alone. It finds a number that is missing or stands
twice, a link that is broken, a snapshot that is not the one which was issued,
a row whose columns say something else than its snapshot, and amounts that do
not add up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from orders.errors import OrderError
from orders.invoice import Invoice, chain_digest


@dataclass(frozen=True, slots=True)
class Link:
    """An invoice's row as it is stored; ``order_number`` is that of the order it refers to."""

    number: int
    order_number: int
    revision: int
    snapshot: str
    digest: str
    previous_digest: str | None
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold.

    ``kind`` is ``gap`` (this number is missing, or stands twice), ``link`` (it
    does not follow the one before), ``digest`` (its snapshot was changed),
    ``unreadable``, ``columns`` (the row says something else than its snapshot)
    or ``sums``.
    """

    number: int
    kind: str


def find_break(links: Iterable[Link], *, last: int) -> Break | None:
    """The first break in a shop's invoices by number, None for a chain that holds.

    ``last`` is the number that the shop's series has come to: invoices missing
    at the end are a gap too.
    """
    previous: str | None = None
    number = 0
    for link in links:
        number += 1
        kind = _judge(link, number, previous)
        if kind is not None:
            return Break(min(number, link.number), kind)
        previous = link.digest
    return Break(min(number, last) + 1, "gap") if number != last else None


def _judge(link: Link, number: int, previous: str | None) -> str | None:
    if link.number != number:
        return "gap"
    if link.previous_digest != previous:
        return "link"
    if link.digest != chain_digest(previous, link.snapshot):
        return "digest"
    try:
        invoice = Invoice.from_json(link.snapshot)
    except OrderError:
        return "unreadable"
    told = (invoice.number, invoice.order_number, invoice.revision, invoice.issued_at)
    if told != (link.number, link.order_number, link.revision, link.issued_at):
        return "columns"
    return None if invoice.adds_up() else "sums"
