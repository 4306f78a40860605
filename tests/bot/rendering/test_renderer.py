"""Real pages from a real child, and what happens when the child hangs or dies."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageChops

from bot.payments.promptpay import payload
from bot.rendering.document import Kind
from bot.rendering.errors import RenderError
from bot.rendering.renderer import Renderer
from orders.invoice import Invoice, InvoiceLine

MakeInvoice = Callable[..., Invoice]
MakeLine = Callable[..., InvoiceLine]

_HOME = Path(__file__).parents[3]
_HOSTILE = (
    '#read("secret.txt")',
    "#while true {}",
    "*unclosed",
    "$ x^",
    "{{7*7}}",
    "<img src=file:///etc/passwd>",
    '#set page(width: 1pt)\n= head\n#include "/etc/passwd"',
    '")] #panic() #[("',
    '#import "@preview/cetz:0.3.0"',
    "\\ ] } ) `raw ~ @label /* // \u202e\u0000\u200b",
    "\U0010ffff\ufffe\u0e48\u0e49" * 20,
    "ก" * 4000,
)


def _size(png: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(png)) as picture:
        return picture.size


def _child_of(renderer: Renderer) -> int:
    renderer.check()
    assert renderer._child is not None
    return renderer._child.pid


def _run(script: str, invoice: Invoice) -> subprocess.CompletedProcess[str]:
    """Run a script that reads an invoice from its input, as a process of its own."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        input=invoice.to_json(),
        capture_output=True,
        text=True,
        cwd=_HOME,
        timeout=60,
        check=False,
    )


def test_a_picture_is_1080_wide_and_a_pdf_has_a5_pages(
    renderer: Renderer, make_invoice: MakeInvoice
) -> None:
    assert _size(renderer.render(make_invoice(), "png"))[0] == 1080
    pdf = renderer.render(make_invoice(), "pdf")
    assert pdf.startswith(b"%PDF-")
    assert b"/MediaBox[0 0 419.5" in pdf


def test_a_tone_mark_over_an_items_name_is_whole(
    renderer: Renderer, make_invoice: MakeInvoice, make_line: MakeLine
) -> None:
    """The ink that a tone mark adds is as high in the table as in the open."""

    def ink(**fields: Any) -> int:
        pages = [
            renderer.render(
                make_invoice(**{name: make(mark) for name, make in fields.items()}), "png"
            )
            for mark in ("\u0e49", "")
        ]
        with Image.open(BytesIO(pages[0])) as marked, Image.open(BytesIO(pages[1])) as bare:
            box = ImageChops.difference(marked.convert("L"), bare.convert("L")).getbbox()
        assert box is not None
        return box[3] - box[1]

    in_table = ink(lines=lambda mark: (make_line(f"ผึ{mark}ง"),))
    in_the_open = ink(customer_name=lambda mark: f"ผึ{mark}ง")
    assert in_table == pytest.approx(in_the_open, abs=1)


def test_the_qr_in_the_picture_is_the_payload(
    renderer: Renderer, make_invoice: MakeInvoice
) -> None:
    wanted = payload("0812345678", 30000)
    png = renderer.render(make_invoice(), "png", qr_payload=wanted)
    with Image.open(BytesIO(png)) as picture:
        (code,) = zxingcpp.read_barcodes(picture.convert("L"))
    assert code.text == wanted


def test_a_picture_grows_with_every_item_and_a_pdf_flows_over_pages(
    renderer: Renderer, make_invoice: MakeInvoice, make_line: MakeLine
) -> None:
    heights = [
        _size(renderer.render(make_invoice((make_line(),) * count), "png"))[1]
        for count in (11, 12, 59, 60)
    ]
    assert heights[1] - heights[0] > 100
    assert abs((heights[3] - heights[2]) - (heights[1] - heights[0])) <= 1
    pdf = renderer.render(make_invoice((make_line(),) * 60), "pdf")
    assert b"/Type/Pages/Count 5/" in pdf


def test_the_longest_order_still_has_a_picture(
    renderer: Renderer, make_invoice: MakeInvoice, make_line: MakeLine
) -> None:
    line = make_line("ชาเขียวมัทฉะ " * 20, options=("ดำ" * 40, "M"))
    assert _size(renderer.render(make_invoice((line,) * 100), "png"))[0] == 1080


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_the_same_invoice_gives_the_same_bytes_in_another_process(
    renderer: Renderer, make_invoice: MakeInvoice, kind: Kind
) -> None:
    first = renderer.render(make_invoice(), kind, qr_payload="0002")
    with Renderer() as other:
        assert other.render(make_invoice(), kind, qr_payload="0002") == first


def test_a_pdf_bears_the_day_of_issue_and_not_of_printing(
    renderer: Renderer, make_invoice: MakeInvoice
) -> None:
    pdf = renderer.render(make_invoice(), "pdf")
    assert set(re.findall(rb"/(?:Creation|Mod)Date\(D:(\d{8})", pdf)) == {b"20240705"}


@pytest.mark.parametrize("text", _HOSTILE)
def test_T47_customer_text_is_data_to_the_page(
    renderer: Renderer, make_invoice: MakeInvoice, make_line: MakeLine, text: str
) -> None:
    before = _child_of(renderer)
    line = make_line(text, options=(text, "*"))
    invoice = make_invoice((line,), customer_name=text, note=text, shop_name=text, phone=text)
    assert _size(renderer.render(invoice, "png"))[0] == 1080
    assert renderer.render(invoice, "pdf").startswith(b"%PDF-")
    assert _child_of(renderer) == before


def test_T47_the_child_is_bounded_and_can_open_nothing(renderer: Renderer) -> None:
    limits = Path(f"/proc/{_child_of(renderer)}/limits").read_text(encoding="ascii")
    rows = {line[:26].strip(): line[26:].split() for line in limits.splitlines()}
    assert rows["Max open files"][:2] == ["0", "0"]
    assert rows["Max address space"][:2] == ["536870912", "536870912"]


def test_T47_nothing_of_ours_is_in_the_childs_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENBILL_SECRET_KEY", "not for the child")
    with Renderer() as renderer:
        environment = Path(f"/proc/{_child_of(renderer)}/environ").read_bytes()
    assert b"OPENBILL" not in environment
    assert b"HOME=" not in environment


def test_a_page_that_needs_too_much_memory_ends_the_child_and_not_us(
    make_invoice: MakeInvoice, make_line: MakeLine
) -> None:
    with Renderer() as renderer:
        before = _child_of(renderer)
        with pytest.raises(RenderError, match="The renderer stopped") as caught:
            renderer.render(make_invoice((make_line(),) * 1500), "png")
        assert caught.value.reason == "died"
        assert renderer.render(make_invoice(), "png")
        assert _child_of(renderer) != before


def test_a_child_that_hangs_is_ended_and_the_next_page_has_a_fresh_one(
    make_invoice: MakeInvoice,
) -> None:
    with Renderer(timeout=0.2) as impatient:
        hung = _child_of(impatient)
        os.kill(hung, signal.SIGSTOP)
        with pytest.raises(RenderError, match=r"more than 0\.2 seconds") as caught:
            impatient.render(make_invoice(), "png")
        assert caught.value.reason == "timeout"
        assert _child_of(impatient) != hung
        assert not Path(f"/proc/{hung}").exists()


def test_a_child_that_died_between_pages_is_replaced_without_a_word(
    make_invoice: MakeInvoice,
) -> None:
    with Renderer() as renderer:
        pid = _child_of(renderer)
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert renderer.render(make_invoice(), "png")


def test_a_child_that_cannot_start_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, make_invoice: MakeInvoice
) -> None:
    monkeypatch.setattr("bot.rendering.process.sys.executable", "/nonexistent/python")
    with Renderer() as renderer, pytest.raises(RenderError, match="openbill doctor") as caught:
        renderer.render(make_invoice(), "png")
    assert caught.value.reason == "unavailable"
    assert "openbill doctor" in caught.value.sentence("th")


def test_what_the_template_refuses_is_told_without_the_customers_words(
    renderer: Renderer,
) -> None:
    with pytest.raises(RenderError) as caught:
        renderer.print_page({"kind": "png", "note": "a customer's words"})
    assert caught.value.reason == "refused"
    assert "customer's words" not in f"{caught.value} {caught.value.detail}"


def test_check_names_the_fonts(renderer: Renderer) -> None:
    assert "Sarabun" in renderer.check()


def test_threads_may_share_a_renderer(renderer: Renderer, make_invoice: MakeInvoice) -> None:
    invoices = [make_invoice(number=number) for number in range(8)]
    wanted = [renderer.render(invoice, "pdf") for invoice in invoices]
    made: dict[int, bytes] = {}

    def work(number: int) -> None:
        made[number] = renderer.render(invoices[number], "pdf")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [made[number] for number in range(8)] == wanted
    assert len(set(wanted)) == 8


def test_the_parent_never_loads_typst(make_invoice: MakeInvoice) -> None:
    """A process that forks after Typst ran in it hangs for ever in the fork."""
    script = """
import sys
from bot.rendering.renderer import Renderer
from orders.invoice import Invoice
with Renderer() as renderer:
    renderer.render(Invoice.from_json(sys.stdin.read()), "pdf")
print("typst" in sys.modules)
"""
    done = _run(script, make_invoice())
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_a_fork_of_the_parent_has_a_child_of_its_own(make_invoice: MakeInvoice) -> None:
    script = """
import os, signal, sys
from bot.rendering.renderer import Renderer
from orders.invoice import Invoice
invoice = Invoice.from_json(sys.stdin.read())
renderer = Renderer()
first = renderer.render(invoice, "pdf")
child = renderer._child.pid
renderer._lock.acquire()  # as a thread does that is rendering at this moment
pid = os.fork()
if pid == 0:
    signal.alarm(20)
    made = renderer.render(invoice, "pdf")
    renderer.close()
    os._exit(0 if made == first else 1)
renderer._lock.release()
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
print(renderer.render(invoice, "pdf") == first, renderer._child.pid == child)
renderer.close()
"""
    done = _run(script, make_invoice())
    assert (done.stdout, done.stderr) == ("0\nTrue True\n", "")


def test_a_killed_parent_leaves_no_orphan(make_invoice: MakeInvoice) -> None:
    script = """
import os, signal
from bot.rendering.renderer import Renderer
renderer = Renderer()
renderer.check()
print(renderer._child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = _run(script, make_invoice())
    assert done.returncode == -signal.SIGKILL
    assert _is_gone(int(done.stdout))


def _is_gone(pid: int) -> bool:
    """Whether the process ends within ten seconds; an unreaped one counts as ended."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state.split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False
