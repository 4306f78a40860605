"""Filling: puts facts where a shop's own words have placeholders, and nothing anywhere else.

A shop's words are data: braces that name no fact stay as they are, and a fact
that holds braces is not read again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_BRACES = re.compile(r"\{([a-z_]{1,30})\}")
_BRACKETS = re.compile(r"\[([a-z_]{1,30})\]")


def fill(text: str, facts: Mapping[str, str], *, brackets: bool = False) -> str:
    """Replace ``{name}``, or with ``brackets`` ``[name]``, by the fact of that name."""
    pattern = _BRACKETS if brackets else _BRACES
    return pattern.sub(lambda found: facts.get(found[1], found[0]), text)


def find_placeholders(text: str, *, brackets: bool = False) -> set[str]:
    """Name the placeholders that a text has."""
    return set((_BRACKETS if brackets else _BRACES).findall(text))


def show_placeholder(name: str) -> str:
    """Write a placeholder as a person writes it."""
    return f"{{{name}}}"
