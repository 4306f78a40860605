"""Writes sheets as CSV and XLSX, so that no cell of them runs when somebody opens them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from bot.sheets.sheet import guard

Cell = str | int | Decimal | None

# What XML 1.0 cannot hold, and what a terminal or a spreadsheet would obey.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LONGEST = 32_767
"""What a cell of a spreadsheet holds at most."""


def write(target: IO[bytes], rows: Iterable[Sequence[Cell]], *, xlsx: bool) -> None:
    """Write rows, the header among them, to a file; numbers as numbers, texts guarded."""
    if xlsx:
        _write_xlsx(target, rows)
    else:
        _write_csv(target, rows)


def _write_csv(target: IO[bytes], rows: Iterable[Sequence[Cell]]) -> None:
    """Write RFC 4180, with the mark by which Excel knows UTF-8."""
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_text(cell) if isinstance(cell, str) else cell for cell in row])
    text.detach()


def _write_xlsx(target: IO[bytes], rows: Iterable[Sequence[Cell]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("OpenBill")
    for row in rows:
        cells = []
        for value in row:
            cell: Any = WriteOnlyCell(sheet)
            cell.value = _text(value) if isinstance(value, str) else value
            if isinstance(value, str):
                cell.data_type = "s"  # never a formula, whatever it begins with
            cells.append(cell)
        sheet.append(cells)
    book.save(target)


def _text(text: str) -> str:
    return guard(_UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text))[:LONGEST]
