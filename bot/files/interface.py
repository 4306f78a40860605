"""What keeping files asks of a place: whole files by name, private, and gone when removed."""

from __future__ import annotations

import re
from typing import IO, BinaryIO, Protocol

_NAME = re.compile(r"[A-Za-z0-9_-]{16,64}(?:\.thumb)?")


class Files(Protocol):
    """Where files are kept. Every call may raise ``OSError``, and ``ValueError`` for a name."""

    def put(self, name: str, source: IO[bytes]) -> None:
        """Keep the rest of ``source`` under ``name``, over what was there."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Open a file to read, one that can seek. Raises ``FileNotFoundError``."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file; one that is not there is removed already."""
        ...

    def address(self, name: str) -> str | None:
        """Give a file's own address on the web, at which it must not be readable; None for none."""
        ...

    def tidy(self) -> None:
        """Remove what was left half written by a process that died."""
        ...


def judge_name(name: str) -> None:
    """Refuse a name that is none of ours. Raises ``ValueError``."""
    if not _NAME.fullmatch(name):
        raise ValueError("this is no name of a kept file")
