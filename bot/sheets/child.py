"""The sheet child: reads one XLSX workbook from its input, answers with its rows, and ends.

``python -m bot.sheets.child`` answers with ``{"rows": [[number, cells, odd], …]}``.
Its memory, its processor time and its files are bounded before it looks at the
first byte. Formulas are not reckoned and links are not followed: such a cell is
named as what it is.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from datetime import date, time, timedelta
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook

from bot.bounded import bound
from bot.sheets.sheet import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, unguard

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 15
MORE = "…"
"""Stands for everything in columns beyond those that a sheet may have."""


def rows_of(data: bytes) -> Iterator[tuple[int, list[str], dict[int, str]]]:
    """Give the rows of the first visible sheet that are not blank, one more than there may be."""
    book = load_workbook(BytesIO(data), read_only=True, keep_links=False)
    sheet = next(each for each in book.worksheets if each.sheet_state == "visible")
    sheet.reset_dimensions()  # what a file says of its size need not be so
    given = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells: list[str] = []
        odd: dict[int, str] = {}
        for place, cell in enumerate(row[:MOST_COLUMNS]):
            text, why = _read(cell)
            cells.append(text)
            if why:
                odd[place] = why
        if any(cell.value is not None for cell in row[MOST_COLUMNS:]):
            cells.append(MORE)
        if any(cells) or odd:
            yield number, cells, odd
            given += 1
            if given > MOST_ROWS + 1:
                return


def _read(cell: Any) -> tuple[str, str]:
    """Give a cell's text, and what is odd about it."""
    value = cell.value
    if value is None:
        return "", ""
    if cell.data_type == "f":
        return "", "formula"
    if cell.data_type == "e":
        return "", "error"
    if isinstance(value, date | time | timedelta):
        return str(value), "date"
    if isinstance(value, float):
        # What Excel shows at most; the digits behind are the machine's, not the writer's.
        return f"{value:.15g}", ""
    text = unguard(str(value).replace("\r\n", "\n").strip())
    return text[:LONGEST_CELL], "long" if len(text) > LONGEST_CELL else ""


def _load() -> None:
    """Load every module that a reading needs, while files may still be opened."""
    sample = BytesIO()
    Workbook().save(sample)
    list(rows_of(sample.getvalue()))


def main() -> int:
    """Read what stands on the input; give the exit code."""
    _load()
    bound(MEMORY_BYTES, CPU_SECONDS)
    warnings.simplefilter("ignore")
    try:
        answer = json.dumps({"rows": list(rows_of(sys.stdin.buffer.read()))})
    except Exception:  # noqa: BLE001 - whatever a stranger's bytes bring about, it is no workbook
        return 1
    sys.stdout.write(answer)
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
