"""Keeps files by name: a small interface, and a local folder behind it.

A file is whole or not there: it is written beside its place, brought to the
disk, and moved in. Names are ours, random and plain; nobody else's words become
part of a path.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, BinaryIO, Protocol

_NAME = re.compile(r"[A-Za-z0-9_-]{16,64}(?:\.thumb)?")
CHUNK = 256 * 1024
ABANDONED = 3600.0
"""Seconds after which nobody writes a draft any more."""


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

    def tidy(self) -> None:
        """Remove what was left half written by a process that died."""
        ...


class Folder:
    """A folder of this machine, readable by its owner alone. Holds no state: make one anywhere."""

    def __init__(self, path: Path) -> None:
        """``path`` is made with the first file."""
        self._path = path
        self._drafts = path / "drafts"

    def put(self, name: str, source: IO[bytes]) -> None:
        """Keep the rest of ``source`` under ``name``, over what was there."""
        place = self._place(name)
        for folder in (self._drafts, place.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=self._drafts)  # mode 0600, on the same disk
        try:
            with os.fdopen(handle, "wb") as target:
                shutil.copyfileobj(source, target, CHUNK)
                target.flush()
                os.fsync(target.fileno())
            Path(draft).replace(place)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        _bring_to_disk(place.parent)

    def open(self, name: str) -> BinaryIO:
        """Open a file to read. Raises ``FileNotFoundError``."""
        return self._place(name).open("rb")

    def remove(self, name: str) -> None:
        """Remove a file; one that is not there is removed already."""
        self._place(name).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove what was left half written an hour ago or earlier."""
        if not self._drafts.exists():
            return
        for draft in self._drafts.iterdir():
            with suppress(FileNotFoundError):  # finished in this moment
                if draft.stat().st_mtime < time.time() - ABANDONED:
                    draft.unlink()

    def _place(self, name: str) -> Path:
        """Give a name's path; folders by its first signs keep each of them short."""
        if not _NAME.fullmatch(name):
            raise ValueError("this is no name of a kept file")
        return self._path / name[:2] / name


def _bring_to_disk(folder: Path) -> None:
    """Make a move last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
