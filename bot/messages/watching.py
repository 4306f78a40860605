"""What a platform tells of an account itself: its token, its quota, whether webhooks are set up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token in the place of an older one, and how long it lives from now on."""

    access_token: str = field(repr=False)
    lives: timedelta


@dataclass(frozen=True, slots=True)
class Quota:
    """How many messages of this month's count, and how many there may be (None: no limit)."""

    used: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing about an account's set-up: how it is, in a line, with the mend."""

    subject: str
    state: Literal["ok", "warn", "FAIL"]
    words: str
