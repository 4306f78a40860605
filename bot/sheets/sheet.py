"""A sheet as it was read: a header, rows of text, and why a sheet may not be read at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from bot.words.refusals import Refusal

LARGEST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 10_000
MOST_COLUMNS = 60
LONGEST_CELL = 20_000

GUARDED = frozenset("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet may take for the start of a formula (OWASP, "CSV Injection")."""


class SheetError(Refusal):
    """A file that cannot be read."""

    section: ClassVar[str] = "sheet"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row; ``number`` counts from 1 as a spreadsheet does.

    ``odd`` names the places whose cell is no text that can be relied on:
    ``date``, ``formula``, ``error`` or ``long``.
    """

    number: int
    cells: tuple[str, ...]
    odd: Mapping[int, str] = field(default_factory=dict)

    def cell(self, place: int) -> str:
        """Give the text at a place, "" where the row is shorter."""
        return self.cells[place] if place < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its header and the rows below it that are not blank.

    ``encoding`` is how a CSV was written, "" for XLSX.
    """

    header: SheetRow
    rows: tuple[SheetRow, ...]
    encoding: str = ""


def gather(rows: Iterable[SheetRow], encoding: str = "") -> Sheet:
    """Make a sheet of rows as they come, blank ones left out. Raises ``SheetError``."""
    kept: list[SheetRow] = []
    for row in rows:
        if not any(cell.strip() for cell in row.cells) and not row.odd:
            continue
        if any(cell.strip() for cell in row.cells[MOST_COLUMNS:]):
            raise SheetError("too_many_columns", limit=MOST_COLUMNS)
        kept.append(row)
        if len(kept) > MOST_ROWS + 1:
            raise SheetError("too_many_rows", limit=f"{MOST_ROWS:,}")
    if not kept:
        raise SheetError("empty")
    return Sheet(kept[0], tuple(kept[1:]), encoding)


def guard(text: str) -> str:
    """Keep a spreadsheet from running a text: what may begin a formula gets a ``'`` before it.

    ``unguard`` gives every text back as it was.
    """
    begins = text[:1] in GUARDED and text != ""
    if begins or (text[:1] == "'" and len(text) > 1 and text[1] in GUARDED | {"'"}):
        return f"'{text}"
    return text


def unguard(text: str) -> str:
    """Take off the ``'`` that ``guard`` put before a text."""
    if len(text) > 1 and text[0] == "'" and text[1] in GUARDED | {"'"}:
        return text[1:]
    return text
