"""Reads CSV as Excel, Numbers and Google write it, in the encodings and separators they choose."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from bot.sheets.sheet import LONGEST_CELL, Sheet, SheetError, SheetRow, gather, unguard

SEPARATORS = ",;\t"
MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)


def read(data: bytes) -> Sheet:
    """Read a CSV file. Raises ``SheetError``."""
    text, encoding = _decode(data)
    first, _, rest = text.partition("\n")
    given = first.strip('"')
    skipped = 0
    if len(given) == 5 and given.startswith("sep="):  # Excel's own way to name the separator
        text, separator, skipped = rest, given[4], 1
    else:
        separator = _find_separator(text)
    return gather(_rows(text, separator, skipped), encoding)


def _decode(data: bytes) -> tuple[str, str]:
    """Give a file's text and its encoding's name.

    Without a mark at its beginning it is UTF-8, and where that cannot be, what
    Excel writes in Thailand: code page 874, which holds TIS-620.
    """
    for mark, codec, name in MARKS:
        if data.startswith(mark):
            return _checked(data, codec, name)
    high, low = 0 in data[:4000:2], 0 in data[1:4000:2]
    if high != low:  # a letter of ASCII, as UTF-16 writes it
        told = _checked(data, "utf-16-be" if high else "utf-16-le", "UTF-16")
        if not set(told[0]) & {*SEPARATORS, "\n"}:  # no table: the zero was a stray
            raise SheetError("encoding")
        return told
    try:
        return _checked(data, "utf-8", "UTF-8")
    except SheetError:
        return _checked(data, "cp874", "TIS-620")


def _checked(data: bytes, codec: str, name: str) -> tuple[str, str]:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        raise SheetError("encoding") from None
    if "\x00" in text:
        raise SheetError("encoding")
    return text.replace("\r\n", "\n").replace("\r", "\n"), name


def _find_separator(text: str) -> str:
    """Give the separator that stands most often in the first line with words, outside quotes."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    bare = "".join(first.split('"')[::2])
    return max(SEPARATORS, key=bare.count)


def _rows(text: str, separator: str, skipped: int) -> Iterator[SheetRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = skipped
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise SheetError("csv_broken", row=number) from None
        odd = {place: "long" for place, cell in enumerate(cells) if len(cell) > LONGEST_CELL}
        yield SheetRow(number, tuple(unguard(cell[:LONGEST_CELL].strip()) for cell in cells), odd)
