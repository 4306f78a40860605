"""Reads a sheet from a file's bytes, whichever of CSV and XLSX it is."""

from __future__ import annotations

from bot.sheets import delimited, workbook
from bot.sheets.sheet import LARGEST_BYTES, Sheet, SheetError

ZIP = b"PK"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def read(data: bytes) -> Sheet:
    """Read a CSV or XLSX file; its first bytes say which it is. Raises ``SheetError``."""
    if len(data) > LARGEST_BYTES:
        raise SheetError("too_large", limit=LARGEST_BYTES // 1024**2)
    if data.startswith(OLD_EXCEL):
        raise SheetError("old_excel")
    return workbook.read(data) if data.startswith(ZIP) else delimited.read(data)
