"""What staff type of a customer, read strictly: a name, a line, lines, phones, tags.

Invisible signs are dropped, too much is refused with a sentence: nothing that a
person typed is cut off behind their back.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from bot.channels.graphemes import graphemes
from bot.contacts.errors import CustomerError
from bot.contacts.profiles import LONGEST_NAME, clean_name
from bot.words.phones import FEWEST_DIGITS, MOST_DIGITS, read_phone
from bot.words.spelling import write_plain

LONGEST_TYPED = 10_000
LONGEST_PHONE = 40
MOST_PHONES = 10
LONGEST_TAG = 40
MOST_TAGS = 20


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as it was typed, and its digits from the country's code on."""

    typed: str
    digits: str


def read_name(typed: str) -> str:
    """Read a name. Raises ``CustomerError`` where there is none or too much of it."""
    _check_length("name", len(typed), LONGEST_TYPED)
    name = clean_name(typed)
    if name is None:
        raise CustomerError("name_missing")
    _check_length("name", sum(1 for _ in graphemes(" ".join(typed.split()))), LONGEST_NAME)
    return name


def read_line(typed: str, field: str, limit: int) -> str:
    """Read one line, which may be empty. Raises ``CustomerError``."""
    _check_length(field, len(typed), LONGEST_TYPED)
    seen = (" " if sign.isspace() else sign for sign in typed if not _is_unseen(sign))
    line = " ".join("".join(seen).split())
    _check_length(field, len(line), limit)
    return line


def read_lines(typed: str, field: str, limit: int) -> str:
    """Read text of several lines. Raises ``CustomerError`` where it is empty or too long."""
    _check_length(field, len(typed), LONGEST_TYPED)
    told = "\n".join(
        "".join(sign for sign in line if sign.isspace() or not _is_broken(sign)).rstrip()
        for line in typed.splitlines()
    ).strip()
    if not write_plain(told):
        raise CustomerError("field_missing", field=field)
    _check_length(field, len(told), limit)
    return told


def read_phones(typed: Iterable[str], currency: str) -> tuple[Phone, ...]:
    """Read phones, each number once. ``currency`` tells the shop's country.

    Raises ``CustomerError``.
    """
    found: dict[str, Phone] = {}
    for each in typed:
        line = read_line(each, "phone", LONGEST_PHONE)
        digits = read_phone(line, currency)
        if digits is None:
            raise CustomerError("phone_unreadable", fewest=FEWEST_DIGITS, most=MOST_DIGITS)
        found.setdefault(digits, Phone(line, digits))
    if len(found) > MOST_PHONES:
        raise CustomerError("too_many", field="phones", limit=MOST_PHONES)
    return tuple(found.values())


def read_tags(typed: Iterable[str]) -> dict[str, str]:
    """Read tags: as they are shown, by their keys. Raises ``CustomerError``."""
    found: dict[str, str] = {}
    for each in typed:
        tag = read_line(each, "tag", LONGEST_TAG).lstrip("#").strip()
        key = write_plain(tag)
        if not key:
            raise CustomerError("field_missing", field="tag")
        found.setdefault(key, tag)
    if len(found) > MOST_TAGS:
        raise CustomerError("too_many", field="tags", limit=MOST_TAGS)
    return found


def _is_broken(sign: str) -> bool:
    """Say whether a sign is a control, half of a pair, or has no meaning given."""
    return unicodedata.category(sign) in ("Cc", "Cs", "Cn")


def _is_unseen(sign: str) -> bool:
    """Say whether a sign is none that a line shows: those, and what hides or turns others."""
    hidden = _is_broken(sign) or unicodedata.category(sign) == "Cf"
    return hidden and not sign.isspace()


def _check_length(field: str, length: int, limit: int) -> None:
    if length > limit:
        raise CustomerError("too_long", field=field, length=f"{length:,}", limit=f"{limit:,}")
