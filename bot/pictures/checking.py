"""Has a picture remade by a child process, and says why there is none."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECONDS = 8.0
"""The most that one picture may take: with a download of 20 s it stays below a job's 30."""

# The folder from which `bot` can be imported.
_HOME = Path(__file__).resolve().parents[2]
# Nothing of ours reaches the child; this keeps its address space small.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}
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
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bot.pictures.child"],
            cwd=_HOME,
            env=_ENVIRONMENT,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C at the terminal is for the parent
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NoPicture(_FAILED) from None
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
