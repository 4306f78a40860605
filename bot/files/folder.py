"""Keeps files in a folder of this machine.

A file is written beside its place, brought to the disk, and moved in.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, BinaryIO

from bot.files.interface import judge_name

CHUNK = 256 * 1024
ABANDONED = 3600.0
"""Seconds after which nobody writes a draft any more."""


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

    def address(self, name: str) -> str | None:
        """Give None: a folder is on no web."""
        return None

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
        judge_name(name)
        return self._path / name[:2] / name


def _bring_to_disk(folder: Path) -> None:
    """Make a move last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
