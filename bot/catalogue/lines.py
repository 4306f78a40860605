"""A sheet's rows read as products and variants: every cell judged, every fault named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.catalogue import columns
from bot.catalogue.errors import ProductError
from bot.sheets.sheet import Sheet, SheetError, SheetRow
from bot.words import LANGUAGES
from orders.album import (
    LONGEST_CATEGORY,
    LONGEST_DESCRIPTION,
    MOST_STOCK,
    check_code,
    check_options,
    check_text,
)
from orders.errors import OrderError
from orders.item import LONGEST_NAME, LONGEST_OPTION
from orders.money import Money
from orders.numerals import fold, split
from orders.product import Condition
from orders.shipping import MOST_GRAMS

Wrong = SheetError | OrderError | ProductError


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be taken: its row as a spreadsheet counts, its column, and why."""

    row: int
    column: str
    error: Wrong


@dataclass(slots=True)
class Line:
    """A row that was read: what its cells say, by column; a column not there says nothing."""

    row: int
    code: str
    told: dict[str, Any]

    @property
    def choice(self) -> tuple[str, ...]:
        """Give the variant's options, () for a product's own row."""
        return self.told.get("variant") or ()


@dataclass(slots=True)
class Reading:
    """A sheet as it was read: its lines by code, and its faults."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, row: int, column: str, error: Wrong) -> None:
        """Note a fault."""
        self.faults.append(Fault(row, column, error))


def read_lines(sheet: Sheet, currency: str) -> Reading:
    """Read a sheet's rows. Raises ``SheetError`` for a header that cannot be read."""
    places = columns.read_header(sheet.header)
    reading = Reading()
    seen: dict[tuple[str, tuple[str, ...]], int] = {}
    for row in sheet.rows:
        line = _read_line(row, places, currency, reading)
        if line is None:
            continue
        key = (line.code, tuple(option.casefold() for option in line.choice))
        first = seen.setdefault(key, line.row)
        if first != line.row:
            name = "/".join((line.code, *line.choice))
            reading.fault(line.row, "code", SheetError("row_twice", code=name, first=first))
            continue
        reading.lines.setdefault(line.code, []).append(line)
    return reading


def _read_line(
    row: SheetRow, places: Mapping[str, int], currency: str, reading: Reading
) -> Line | None:
    """Read a row; None where it has no code that could be read."""
    width = max(places.values()) + 1
    if any(cell.strip() for cell in row.cells[width:]):
        reading.fault(row.number, "code", SheetError("too_wide"))
    told: dict[str, Any] = {}
    for column, place in places.items():
        why = row.odd.get(place)
        try:
            if why:
                raise SheetError(why)
            told[column] = _read_cell(column, row.cell(place).strip(), currency)
        except (SheetError, OrderError) as error:
            reading.fault(row.number, column, error)
    code = told.pop("code", None)
    if code is None:
        return None
    line = Line(row.number, code, told)
    if line.choice:
        _check_variant(line, reading)
    return line


def _read_cell(column: str, text: str, currency: str) -> Any:
    """Read a cell's text as what its column holds; "" is None where nothing is a value."""
    if columns.is_name(column):
        return _checked("name", text, LONGEST_NAME)
    return _READERS[column](text, currency)


def _check_variant(line: Line, reading: Reading) -> None:
    """Refuse on a variant's row what can only be said of the product."""
    for column in [*line.told]:
        own = column in columns.OF_PRODUCT or columns.is_name(column)
        if own and line.told[column] not in (None, "", ()):
            reading.fault(line.row, column, SheetError("on_variant", code=line.code))
        if own:
            del line.told[column]


def _code(text: str, _currency: str) -> str:
    if not text:
        raise SheetError("code_missing")
    return check_code(text)


def _name(text: str, _currency: str) -> str | None:
    return _checked("name", text, LONGEST_NAME) or None


def _price(text: str, currency: str) -> Money | None:
    return Money.parse(text, currency) if text else None


def _stock(text: str, _currency: str) -> int | None:
    return read_whole(text, MOST_STOCK) if text else None


def _weight(text: str, _currency: str) -> int | None:
    return read_whole(text, MOST_GRAMS) if text else None


def _condition(text: str, _currency: str) -> Condition | None:
    return Condition(_word(text, columns.CONDITIONS)) if text else None


def _active(text: str, _currency: str) -> bool | None:
    return _word(text, ("yes", "no")) == "yes" if text else None


def _options(text: str, _currency: str) -> tuple[tuple[str, ...], ...]:
    groups = columns.split_options(text)
    check_options("", groups)
    return groups


def _variant(text: str, _currency: str) -> tuple[str, ...] | None:
    if not text:
        return None
    return tuple(
        _checked("option", option, LONGEST_OPTION) for option in columns.split_choice(text)
    )


def _category(text: str, _currency: str) -> str:
    return _checked("category", text, LONGEST_CATEGORY)


def _description(text: str, _currency: str) -> str:
    return _checked("description", text, LONGEST_DESCRIPTION)


_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "code": _code,
    "variant": _variant,
    "name": _name,
    "category": _category,
    "price": _price,
    "stock": _stock,
    "condition": _condition,
    "options": _options,
    "weight": _weight,
    "active": _active,
    "description": _description,
}


def read_whole(text: str, most: int) -> int:
    """Read a whole number from 0 to ``most`` in any script's digits. Raises ``SheetError``."""
    parts = split(fold(text))
    if parts is None or parts[1].strip("0") or int(parts[0]) > most:
        raise SheetError("number_wrong", text=text[:40], limit=f"{most:,}")
    return int(parts[0])


def _word(text: str, kinds: tuple[str, ...]) -> str:
    kind = columns.read_word(text, kinds)
    if kind is None:
        known = ", ".join(columns.word(each, language) for language in LANGUAGES for each in kinds)
        raise SheetError("word_wrong", text=text[:40], known=known)
    return kind


def _checked(what: str, text: str, limit: int) -> str:
    check_text(what, text, limit)
    return text
