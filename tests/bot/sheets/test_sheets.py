"""Sheets of strangers: read in every encoding Excel writes, bounded, and written harmless."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot.sheets import SheetError, read
from bot.sheets.sheet import LARGEST_BYTES, MOST_ROWS, guard, unguard
from bot.sheets.workbook import LARGEST_UNPACKED
from bot.sheets.writing import write

THAI = "รหัส,ชื่อ,ราคา\r\nA1,ชาเขียว,120\r\n"


def table(data: bytes) -> list[tuple[str, ...]]:
    sheet = read(data)
    return [sheet.header.cells, *(row.cells for row in sheet.rows)]


def workbook(*rows: list[Any], change: Any = None) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    if change:
        change(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(SheetError) as refused:
        read(data)
    assert refused.value.sentence("th") != refused.value.sentence("en")
    return refused.value.key


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp874", "tis-620"])
def test_thai_is_read_in_every_encoding_that_excel_writes(codec: str) -> None:
    assert table(THAI.encode(codec)) == [("รหัส", "ชื่อ", "ราคา"), ("A1", "ชาเขียว", "120")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_the_one_of_the_header(separator: str) -> None:
    text = separator.join(("code", '"a,b;c"', "price")) + "\n" + separator.join(("A1", "x", "1"))
    assert table(text.encode()) == [("code", "a,b;c", "price"), ("A1", "x", "1")]
    named = f"sep={separator}\n" + text
    assert table(named.encode())[1] == ("A1", "x", "1")
    assert read(named.encode()).rows[0].number == 3


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    sheet = read(b'code,note\n\nA1,"two\nlines"\n,,\nB2,x\n')
    assert [(row.number, row.cells[0]) for row in sheet.rows] == [(3, "A1"), (5, "B2")]
    book = read(workbook(["code"], [None], ["A1"], [None], ["B2"]))
    assert [(row.number, row.cells[0]) for row in book.rows] == [(3, "A1"), (5, "B2")]


def test_numbers_of_a_workbook_are_read_as_excel_shows_them() -> None:
    assert table(workbook(["a", "b", "c", "d"], [120, 120.5, 0.1 + 0.2, True]))[1] == (
        "120",
        "120.5",
        "0.3",
        "True",
    )


def test_cells_that_are_no_text_are_named_for_what_they_are() -> None:
    long = "x" * 30_000
    sheet = read(workbook(["code"] * 4, [date(2026, 2, 1), "=1+1", "#REF!", long]))
    assert dict(sheet.rows[0].odd) == {0: "date", 1: "formula", 2: "error", 3: "long"}
    assert read(f"code\n{long}".encode()).rows[0].odd == {0: "long"}


def test_a_workbook_is_read_in_its_first_visible_sheet() -> None:
    def hide(book: Any) -> None:
        book.active.sheet_state = "hidden"
        book.create_sheet("shown").append(["code", "seen"])

    assert table(workbook(["code", "unseen"], change=hide)) == [("code", "seen")]


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "empty"),
        (b" , ,\n,,\n", "empty"),
        (b'code\n"A1\n', "csv_broken"),
        (b"code\n\x81\x8d\xff\xfe\xdb\n", "encoding"),
        (b"code\nA\x001", "encoding"),
        (b"\xd0\xcf\x11\xe0 old", "old_excel"),
        (b"PK\x03\x04 no zip", "unreadable"),
        (b"x" * (LARGEST_BYTES + 1), "too_large"),
        (b"code\n" + b"A\n" * (MOST_ROWS + 1), "too_many_rows"),
        ((",".join(["code"] * 61)).encode(), "too_many_columns"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_a_file_that_cannot_be_read_is_told_in_a_sentence(data: bytes, key: str) -> None:
    assert refusal(data) == key


def archive(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in parts.items():
            made.writestr(name.replace("__", "/"), body)
    return target.getvalue()


def replaced(data: bytes, name: str, body: bytes) -> bytes:
    """The workbook with another body for one of its parts."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            new.writestr(part.filename, body if part.filename == name else old.read(part))
    return target.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def test_T37_a_workbook_that_unpacks_to_a_flood_is_not_opened() -> None:
    bomb = replaced(workbook(["code"]), "xl/styles.xml", b"0" * (LARGEST_UNPACKED + 1))
    assert refusal(bomb) == "unpacks"
    assert refusal(archive(**{f"p{n}": b"" for n in range(600)})) == "unpacks"


def test_T37_a_million_cells_in_one_row_end_the_child_and_nothing_else() -> None:
    flood = (
        b"<worksheet "
        + MAIN
        + b"><sheetData><row>"
        + b"<c/>" * 9_000_000
        + b"</row></sheetData></worksheet>"
    )
    assert refusal(replaced(workbook(["code"]), SHEET, flood)) == "unreadable"


def test_a_million_rows_are_one_sentence() -> None:
    rows = b"".join(b"<row><c><v>1</v></c></row>" for _ in range(100_000))
    body = b"<worksheet " + MAIN + b"><sheetData>" + rows + b"</sheetData></worksheet>"
    assert refusal(replaced(workbook(["code"]), SHEET, body)) == "too_many_rows"


def test_entities_are_not_unfolded() -> None:
    laughs = (
        b'<!DOCTYPE x [<!ENTITY a "ha">]><worksheet '
        + MAIN
        + b'><sheetData><row><c t="inlineStr"><is><t>&a;</t></is></c></row></sheetData></worksheet>'
    )
    assert refusal(replaced(workbook(["code"]), SHEET, laughs)) == "unreadable"


def test_macros_are_refused_and_links_to_other_files_lead_nowhere() -> None:
    with_macros = archive(**{"[Content_Types].xml": b"", "xl__vbaProject.bin": b"x"})
    assert refusal(with_macros) == "macros"
    sheet = read(workbook(["code"], ["='[other.xlsx]S'!A1"]))
    assert sheet.rows[0].odd == {0: "formula"}


def test_columns_far_to_the_right_are_refused_rather_than_lost() -> None:
    assert refusal(workbook(["code", *([None] * 100), "far"])) == "too_many_columns"


HOSTILE = ["=HYPERLINK(1)", "+1", "-1", "@x", "\t=1", "'=1", "''", "'", "＝1"]


@pytest.mark.parametrize("xlsx", [False, True])
def test_T46_nothing_that_is_written_runs_and_all_of_it_is_read_back(xlsx: bool) -> None:
    target = io.BytesIO()
    write(
        target, [["code"], *([text] for text in HOSTILE), ['a"b\nc,d'], ["x\x00\x1by"]], xlsx=xlsx
    )
    data = target.getvalue()
    if xlsx:
        written: Any = load_workbook(io.BytesIO(data)).active
        cells = [row[0] for row in written.iter_rows()]
        assert {cell.data_type for cell in cells} == {"s"}
        shown = [str(cell.value) for cell in cells]
    else:
        assert b"\x00" not in data
        shown = [line.strip('"') for line in data.decode("utf-8-sig").split("\r\n")]
    assert not [text for text in shown if text and text[0] in "=+-@\t\r\n＝"]
    back = [cells[0].strip() for cells in table(data)[1:]]
    assert back == [*(text.strip() for text in HOSTILE), 'a"b\nc,d', "x��y"]


@given(st.text())
@settings(max_examples=300)
def test_T46_a_guarded_text_is_given_back_as_it_was(text: str) -> None:
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in set("=+-@\t\r")
