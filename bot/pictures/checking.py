"""Has a picture remade by a child process, and says why there is none."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from bot.bounded import run_child

SECONDS = 8.0
"""The most that one picture may take: with a download of 20 s it stays below a job's 30."""

_MIMES = ("image/jpeg", "image/png")
_REASONS = {
    "pixels": "The picture has more than 25 million pixels, so it was not opened.",
    "memory": "The picture needs more memory than a picture may, so it was not opened.",
    "unreadable": "This is no JPEG, PNG, WEBP or GIF picture that can be opened.",
}
_FAILED = "The picture could not be opened within its time and memory."


@dataclass(frozen=True, slots=True)
class Remade:
    """A picture written anew: ``image/jpeg`` or ``image/png``, whole and at most 480 px wide."""

    mime: str
    main: bytes = field(repr=False)
    thumb: bytes = field(repr=False)


class NoPicture(Exception):
    """Nothing that can be shown; ``reason`` is a sentence for staff."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def remake(data: bytes, *, seconds: float = SECONDS) -> Remade:
    """Give a stranger's picture anew, without its metadata. Raises ``NoPicture``."""
    done = run_child("bot.pictures.child", data, seconds)
    if done is None:
        raise NoPicture(_FAILED)
    head, _, body = done.stdout.partition(b"\n")
    try:
        told: dict[str, Any] = json.loads(head)
    except ValueError:
        raise NoPicture(_FAILED) from None
    if done.returncode != 0 or "refused" in told:
        raise NoPicture(_REASONS.get(str(told.get("refused")), _FAILED))
    size, thumb = int(told["main"]), int(told["thumb"])
    if told["mime"] not in _MIMES or len(body) != size + thumb:
        raise NoPicture(_FAILED)
    return Remade(told["mime"], body[:size], body[size:])
