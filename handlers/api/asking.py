"""What a caller of the API asks for: ids, cursors, filters, keys; read strictly or refused."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from flask import request

from handlers.api.access import Refusal
from handlers.searching import CUSTOMER, read_day, start_of

LONGEST_SEARCH = 100
LONGEST_TEXT = 20_000
KEY = re.compile(r"[\x21-\x7e]{1,100}")
_MOMENT = re.compile(r"(20|21)\d\d-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)")
MOST_DIGITS = 18  # what fits the database's integers


def read_id(text: str) -> int:
    """Read an id of ours. Raises ``Refusal`` with 404: what cannot be one does not exist."""
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise Refusal(404)
    return int(text)


def read_word(name: str, allowed: Collection[str]) -> str | None:
    """Read a filter that is one of some words; None where it is not given."""
    given = request.args.get(name)
    if given is not None and given not in allowed:
        raise Refusal(400, f"{name} is one of: {', '.join(sorted(allowed))}.")
    return given


def read_search(name: str = "q") -> str | None:
    """Read what is looked for; None where it is not given or empty."""
    text = request.args.get(name, "").strip()
    if len(text) > LONGEST_SEARCH or not is_storable(text):
        raise Refusal(400, f"{name} has at most {LONGEST_SEARCH} characters of plain text.")
    return text or None


def read_moment(name: str, timezone: str, *, days: int = 0) -> datetime | None:
    """Read a time with its zone, or a day of the shop's ``timezone``; None where it is not given.

    A day is its first moment, or that of so many ``days`` later.
    """
    given = request.args.get(name)
    if not given:
        return None
    try:
        if (day := read_day(given)) is not None:
            return start_of(day, timezone, days=days)
        # A plus in an address is a space to whoever reads it.
        moment = datetime.fromisoformat(given.replace(" ", "+"))
        if moment.tzinfo is None or not 1970 < moment.year < 9000:
            raise ValueError("no time that we could mean")
    except (ValueError, OverflowError):
        raise Refusal(
            400, f"{name} is a day such as 2026-11-05, or a time such as 2026-11-05T09:30:00+07:00."
        ) from None
    return moment


def read_customer() -> int | None:
    """Read the customer's code, 123 of C123; None where it is not given."""
    given = request.args.get("customer")
    if not given:
        return None
    found = CUSTOMER.fullmatch(given.strip())
    if found is None:
        raise Refusal(400, "customer is a code such as C123.")
    return int(found[1])


def read_cursor(*kinds: type) -> tuple[Any, ...] | None:
    """Read where a page begins, as ``write_cursor`` wrote it: values of these kinds."""
    given = request.args.get("cursor")
    if given is None:
        return None
    try:
        parts = json.loads(base64.b64decode(given, altchars=b"-_", validate=True))
        return tuple(_restore(kind, part) for kind, part in zip(kinds, parts, strict=True))
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError):
        raise Refusal(
            400, "This cursor is none of ours: take it from the list's next_cursor."
        ) from None


def write_cursor(*parts: datetime | int | str) -> str:
    """Write where the next page begins, for nobody to read but us."""
    kept = [part.isoformat() if isinstance(part, datetime) else part for part in parts]
    return base64.urlsafe_b64encode(json.dumps(kept).encode()).decode()


def parse_moment(text: str) -> datetime:
    """Read a time of these centuries (RFC 3339, with its zone), in UTC. Raises ``ValueError``."""
    if not _MOMENT.fullmatch(text):
        raise ValueError("no time of these centuries")
    return datetime.fromisoformat(text.upper()).astimezone(UTC)


def read_key() -> str | None:
    """Read the idempotency key; None where it is not given."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not KEY.fullmatch(key):
        raise Refusal(400, "An Idempotency-Key has 1 to 100 visible ASCII signs.")
    return key


def _restore(kind: type, part: Any) -> Any:
    if kind is datetime:
        moment = datetime.fromisoformat(part)
        if moment.tzinfo is None:
            raise ValueError("a cursor's time has its zone")
        return moment.astimezone(UTC)
    if type(part) is not kind:
        raise TypeError("a cursor's part is of another kind")
    if isinstance(part, int) and abs(part) >= 10**MOST_DIGITS:
        raise ValueError("a cursor's number is none of ours")
    if isinstance(part, str) and not is_storable(part):
        raise ValueError("a cursor's text is none of ours")
    return part


def is_storable(text: str) -> bool:
    """Say whether a database takes this text: no U+0000 and no half of a surrogate pair."""
    return "\x00" not in text and text.encode("utf-8", "ignore").decode() == text
