"""The search of the inbox: what was asked for, read from the address, and what was found.

People and messages are two groups. Each message leads to its place in its
thread; the address keeps the question, so that the results stay beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request

from bot import contacts, search
from bot.channels import CHANNELS
from bot.store import conversations
from bot.store.conversations import Among
from bot.store.database import Connection

PAGE = 20
PEOPLE = 10
LONGEST_SEARCH = 100
CUSTOMER = re.compile(r"@?[Cc]?([0-9]{1,15})", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; what cannot be read is as if it were not there.

    ``since`` and ``until`` are days of the shop, both included.
    """

    q: str
    channel: str | None
    since: str
    until: str
    customer: str
    place: int | None

    @property
    def is_search(self) -> bool:
        """Say whether this is more than the list of one channel."""
        return bool(self.q or self.since or self.until or self.customer)

    @property
    def is_narrowed(self) -> bool:
        """Say whether anything beside words and channel is asked for."""
        return bool(self.since or self.until or self.customer)

    def address(self, **more: object) -> dict[str, object]:
        """Give what an address needs to ask this again."""
        kept = {
            "q": self.q,
            "channel": self.channel,
            "since": self.since,
            "until": self.until,
            "customer": self.customer,
            **more,
        }
        return {name: value for name, value in kept.items() if value}


@dataclass(frozen=True, slots=True)
class Results:
    """People, as conversations of theirs, and messages, newest first."""

    people: tuple[Any, ...]
    has_more_people: bool
    messages: tuple[Any, ...]
    terms: tuple[str, ...]
    next: int | None
    is_partial: bool
    is_behind: bool


def read_asked() -> Asked:
    """Read the search that the address asks for."""
    channel = request.args.get("channel", "")
    text = request.args.get("q", "").strip()[:LONGEST_SEARCH].replace("\x00", "")
    customer = CUSTOMER.fullmatch(request.args.get("customer", "").strip())
    return Asked(
        q=text.encode("utf-8", "ignore").decode(),
        channel=channel if channel in CHANNELS else None,
        since=_day_or_nothing("since"),
        until=_day_or_nothing("until"),
        customer=f"C{int(customer[1])}" if customer else "",
        place=read_number(request.args.get("place")),
    )


def _day_or_nothing(name: str) -> str:
    given = request.args.get(name, "")
    return given if read_day(given) else ""


def read_number(text: str | None) -> int | None:
    """Read a number that fits the database; None for anything else."""
    fits = text is not None and text.isascii() and text.isdigit() and len(text) <= 18
    return int(text) if text and fits else None


def read_results(connection: Connection, shop: Any, asked: Asked) -> Results:
    """Find a page of messages and, on the first page, people."""
    people = [] if asked.place or asked.is_narrowed else _find_people(connection, shop, asked)
    query = search.ask(
        connection,
        shop.id,
        asked.q,
        channel=asked.channel,
        since=start_of(read_day(asked.since), shop.timezone),
        until=start_of(read_day(asked.until), shop.timezone, days=1),
        customer=int(asked.customer[1:]) if asked.customer else None,
        before=asked.place,
    )
    found = search.find(connection, query, PAGE)
    return Results(
        people=tuple(people[:PEOPLE]),
        has_more_people=len(people) > PEOPLE,
        messages=found.rows,
        terms=query.terms if query else (),
        next=found.next,
        is_partial=found.is_partial,
        is_behind=found.is_behind,
    )


def _find_people(connection: Connection, shop: Any, asked: Asked) -> list[Any]:
    contact_ids = [row.id for row in contacts.search(connection, shop, asked.q)]
    if not contact_ids:
        return []
    return conversations.list_conversations(
        connection,
        shop.id,
        channel=asked.channel,
        among=Among(contact_ids, ()),
        limit=PEOPLE + 1,
    )


def read_day(text: str) -> date | None:
    """Read a day, as 2026-11-05; None for anything else, and for years nobody means."""
    try:
        day = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day and 1970 < day.year < 9000 else None


def start_of(day: date | None, timezone: str, *, days: int = 0) -> datetime | None:
    """Give the moment a day begins in a zone, or one so many days after; None for no day."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days), time(), ZoneInfo(timezone))
