"""Has an XLSX workbook read by a child process, and says why one is not read."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from bot.bounded import run_child
from bot.sheets.sheet import Sheet, SheetError, SheetRow, gather

SECONDS = 20.0
MOST_PARTS = 500
LARGEST_UNPACKED = 40 * 1024 * 1024


def read(data: bytes) -> Sheet:
    """Read the first sheet of a workbook that can be seen. Raises ``SheetError``."""
    _check_parts(data)
    done = run_child("bot.sheets.child", data, SECONDS, {"PYTHONUTF8": "1"})
    if done is None:
        raise SheetError("unreadable")
    try:
        told: dict[str, Any] = json.loads(done.stdout)
        rows = [
            SheetRow(number, tuple(cells), {int(place): why for place, why in odd.items()})
            for number, cells, odd in told["rows"]
        ]
    except (ValueError, KeyError, TypeError):
        raise SheetError("unreadable") from None
    return gather(rows)


def _check_parts(data: bytes) -> None:
    """Refuse what unpacks to too much, holds macros, or is locked, before anything is unpacked.

    ``zipfile`` never gives more of a part than its directory says, so what
    the directory says can be relied on.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise SheetError("unreadable") from None
    names = [part.filename.lower() for part in parts]
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise SheetError("unpacks", limit=LARGEST_UNPACKED // 1024**2)
    if any("vbaproject" in name for name in names):
        raise SheetError("macros")
    if "[content_types].xml" not in names or any(part.flag_bits & 1 for part in parts):
        raise SheetError("unreadable")
