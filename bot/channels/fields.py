"""Tolerant reading of a platform's JSON: ids, times and text that nothing can overflow.

The platforms add fields and types without notice, and some of their test sends
are odd. Each reader takes any decoded value and gives a safe one or None; none
raises, and none follows a value's depth by recursion.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Neither LINE nor Messenger sent a webhook before 2011; a time after 2100 would
# sort its message behind every later one, for ever.
_EARLIEST_MS = 1_293_840_000_000
_LATEST_MS = 4_102_444_800_000
# Meta writes seconds in some entries and milliseconds in others.
_SECONDS_BELOW = 100_000_000_000
# Bounded, because ids become keys of unique indexes (PostgreSQL: 2,704 bytes).
_ID_LENGTH = 512
_LABEL_LENGTH = 100
_WORDS_LENGTH = 5_000
# What no database and no UTF-8 can hold: NUL, and one half of a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def mapping(value: Any) -> dict[str, Any]:
    """Give ``value`` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def listing(value: Any) -> list[Any]:
    """Give ``value`` if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def kept(value: Any) -> dict[str, Any]:
    """Give an event as it will be kept: itself, or wrapped where it is no object."""
    return value if isinstance(value, dict) else {"value": value}


def readable(text: str) -> str:
    """Replace what cannot be stored (NUL, lone surrogates) with U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def identifier(value: Any) -> str | None:
    """Read a platform's id: a non-empty string of at most 512, or a whole number."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**30:
        return str(value)
    if not isinstance(value, str) or not value or len(value) > _ID_LENGTH:
        return None
    return None if _UNSTORABLE.search(value) else value


def label(value: Any) -> str | None:
    """Read a short name such as an event's type, cut to 100 characters."""
    if not isinstance(value, str) or not value:
        return None
    return readable(value[:_LABEL_LENGTH])


def words(value: Any) -> str | None:
    """Read a name or an address that strangers chose, cut to 5,000 characters."""
    if not isinstance(value, str) or not value:
        return None
    return readable(value[:_WORDS_LENGTH])


def moment(value: Any) -> datetime | None:
    """Read a timestamp in milliseconds (or seconds) since 1970; None if it is no likely time."""
    if isinstance(value, str) and len(value) <= 15 and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if 0 < value < _SECONDS_BELOW:
        value *= 1000
    if not _EARLIEST_MS <= value <= _LATEST_MS:
        return None
    return _EPOCH + timedelta(milliseconds=int(value))


def header(headers: Mapping[str, str], name: str) -> str | None:
    """Find one header whatever its case; None when it is missing or given twice."""
    found = [value for key, value in headers.items() if key.lower() == name]
    return found[0] if len(found) == 1 else None


def digest(*values: Any) -> str:
    """Name decoded JSON by its content: 64 hexadecimal digits, whatever its depth."""
    hasher = hashlib.sha256()
    pending = list(reversed(values))
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            hasher.update(b"{%d;" % len(value))
            for name in sorted(value, reverse=True):
                pending += (value[name], name)
        elif isinstance(value, list):
            hasher.update(b"[%d;" % len(value))
            pending.extend(reversed(value))
        else:
            data = _scalar(value)
            hasher.update(b"%d:" % len(data) + data)
    return hasher.hexdigest()


def _scalar(value: Any) -> bytes:
    if isinstance(value, str):
        return b"s" + value.encode("utf-8", "surrogatepass")
    if isinstance(value, int) and not isinstance(value, bool):
        return hex(value).encode()  # decimal refuses more than 4,300 digits
    return repr(value).encode()
