"""The commands of sheets: products in and out, orders out, each whole or not at all."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from PIL import Image

from bot import catalogue, conversation, sheets
from bot.store import shops
from handlers.cli import main
from tests.handlers.conftest import Front


@pytest.fixture
def run(front: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command beside the demo's front door."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str, code: int = 0, answer: str = "") -> str:
        clean = {name: None for name in os.environ if name.startswith("OPENBILL_")}
        folder = str(front.runtime.settings.data_dir)
        done = CliRunner().invoke(
            main, [*words, "--data", folder], env={**clean, "OPENBILL_DEMO": "1"}, input=answer
        )
        assert done.exit_code == code, done.output
        return done.output

    return call


def cells(path: str) -> list[tuple[str, ...]]:
    sheet = sheets.read(Path(path).read_bytes())
    return [sheet.header.cells, *(row.cells for row in sheet.rows)]


def test_what_is_exported_imports_without_a_change(run: Any) -> None:
    for name in ("album.csv", "album.xlsx"):
        assert "is written" in run("export", "products", name)
        told = run("import", "products", name, "--yes")
        assert "ไม่มีอะไรต้องนำเข้า" in told
    codes = [[row[0] for row in cells(name)] for name in ("album.csv", "album.xlsx")]
    assert codes[0] == codes[1] == ["รหัส", "A1", "B2", "C3", "C3", "C3", "D4"]


def test_a_preview_is_shown_and_applied_on_a_yes_only(run: Any) -> None:
    Path("new.csv").write_text("code,name,price\nT1,ร่ม,99\n", encoding="utf-8")
    told = run("import", "products", "new.csv", "--shop", "siam", code=1, answer="n\n")
    assert "แถว 2: T1 ใหม่" in told
    run("export", "products", "out.csv")
    assert not [row for row in cells("out.csv") if row[0] == "T1"]

    assert "นำเข้าแล้ว" in run("import", "products", "new.csv", answer="y\n")

    run("export", "products", "out.csv")
    assert [row[2] for row in cells("out.csv") if row[0] == "T1"] == ["ร่ม"]
    assert "ไม่มีอะไรต้องนำเข้า" in run("import", "products", "new.csv", "--yes")


def test_a_fault_is_printed_with_its_row_and_nothing_is_imported(run: Any) -> None:
    Path("bad.csv").write_text("code,name,price\nT1,ร่ม,99\nT2,ร่ม,1.234\n", encoding="utf-8")
    told = run("import", "products", "bad.csv", "--yes", code=1)
    assert "แถว 3, ราคา:" in told
    assert "ยังไม่ได้นำเข้าอะไร" in told
    run("export", "products", "out.csv")
    assert not [row for row in cells("out.csv") if row[0] == "T1"]


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"colour\nred\n"])
def test_a_file_that_cannot_be_read_is_one_sentence(run: Any, body: bytes) -> None:
    Path("bad.csv").write_bytes(body)
    told = run("import", "products", "bad.csv", "--yes", code=1)
    assert "Traceback" not in told
    assert told.startswith("Error: ")


def test_a_shop_that_is_not_there_is_named(run: Any) -> None:
    assert "siam" in run("export", "products", "out.csv", "--shop", "nowhere", code=1)
    run("shop", "add", "--slug", "two", "--name", "Two")
    assert "siam, two" in run("export", "products", "out.csv", code=1)
    run("export", "products", "out.csv", "--shop", "two")
    assert len(cells("out.csv")) == 1, "nothing of the other shop"


def test_T46_orders_are_a_row_an_item_and_nothing_in_them_runs(front: Front, run: Any) -> None:
    chat = front.hear("สวัสดี")
    text = '/o A1 2 -20; "=cmd()" 1 @1,290; ship 50; note: =1+1'
    said = conversation.say(front.runtime, front.actor(), chat, text, surface="web", key=None)
    assert not said.is_error

    for name in ("orders.csv", "orders.xlsx"):
        run("export", "orders", name)
        header, first, second = cells(name)
        one = dict(zip(header, first, strict=False))
        two = dict(zip(header, second, strict=False))
        assert (one["ออเดอร์"], one["สถานะ"], one["รายการ"]) == ("1001", "ร่าง", "ชาเขียว")
        assert float(one["ราคาต่อหน่วย"]) == 120
        assert (float(one["ส่วนลดรายการ"]), float(one["รวมรายการ"])) == (20, 220)
        assert (two["รายการ"], two["โน้ต"], two["สกุลเงิน"]) == ("=cmd()", "=1+1", "THB")
        assert float(two["ค่าส่ง"]) == 50
    raw = Path("orders.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b",'=cmd()," in raw
    book: Any = load_workbook(io.BytesIO(Path("orders.xlsx").read_bytes())).active
    assert "f" not in {cell.data_type for row in book.iter_rows() for cell in row}


def test_orders_are_chosen_by_day_and_state(front: Front, run: Any) -> None:
    chat = front.hear("สวัสดี")
    conversation.say(front.runtime, front.actor(), chat, "/o A1 2", surface="web", key=None)
    for options, count in (
        ((), 1),
        (("--from", "2020-01-01"), 1),
        (("--to", "2020-01-01"), 0),
        (("--from", "2999-01-01"), 0),
        (("--status", "draft"), 1),
        (("--status", "paid"), 0),
    ):
        run("export", "orders", "orders.csv", *options)
        assert len(cells("orders.csv")) == 1 + count, options
    assert "--status" in run("export", "orders", "orders.csv", "--status", "lost", code=2)


def test_a_file_that_cannot_be_written_is_a_sentence_and_no_half_of_one(run: Any) -> None:
    assert "cannot be written" in run("export", "products", "nowhere/out.csv", code=1)


def test_a_picture_of_a_product_is_for_whoever_has_its_address(front: Front) -> None:
    made = io.BytesIO()
    Image.new("RGB", (9, 9)).save(made, "PNG")
    with front.runtime.store.read() as connection:
        shop = shops.list_shops(connection)[0]
    token = catalogue.add_picture(front.runtime, shop, front.actor(), "A1", made.getvalue())

    client = front.app.test_client()
    with client.get(f"/media/{token}") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    with client.get(f"/media/{token}/thumb") as thumb:
        assert thumb.status_code == 200
    assert client.get(f"/media/{token[:-1]}x").status_code == 404
