"""The bill page: what a customer may see, what it costs to guess, and when it takes no money."""

from __future__ import annotations

import io
import re

import pytest
import segno

from bot.payments.promptpay import payload
from tests.handlers.conftest import Front


@pytest.fixture
def bill(front: Front) -> str:
    """The path of an unpaid bill for 240 baht."""
    conversation_id = front.hear("เอาชาเขียว 2")
    front.name(conversation_id, "Nok")
    return front.bill_path(conversation_id)


def test_a_customer_reads_the_bill_without_a_sign_in(front: Front, bill: str) -> None:
    page = front.visitor().get(bill).text
    for words in ("Siam Tea", "บิล 1001", "฿240.00", "ชาเขียว", "รอชำระเงิน", "123-4-56789-0"):
        assert words in page, words
    assert 'data-copy="240.00"' in page
    assert f'src="{bill}/qr.svg"' in page


def test_the_qr_asks_for_the_exact_amount(front: Front, bill: str) -> None:
    drawn = front.visitor().get(f"{bill}/qr.svg")
    assert drawn.mimetype == "image/svg+xml"
    wanted = io.BytesIO()
    segno.make_qr(payload("0812345678", 24000), error="m").save(
        wanted, kind="svg", border=3, dark="#000", light="#fff", omitsize=True
    )
    assert drawn.data == wanted.getvalue()


def test_the_reader_chooses_the_language(front: Front, bill: str) -> None:
    visitor = front.visitor()
    assert 'lang="th"' in visitor.get(bill).text
    english = visitor.get(f"{bill}?lang=en")
    assert "Amount due" in english.text
    assert "Set-Cookie" not in english.headers
    assert visitor.get(f"{bill}?lang=xx").status_code == 200


def test_an_issued_bill_stays_as_it_was_while_the_order_is_edited(front: Front, bill: str) -> None:
    front.say(1, "/add B2 1")
    assert "฿240.00" in front.visitor().get(bill).text
    front.say(1, "/send")
    page = front.visitor().get(bill).text
    assert "฿330.00" in page
    assert "ฉบับที่ 2" in page


def test_picture_and_pdf_are_given_with_their_types(front: Front, bill: str) -> None:
    visitor = front.visitor()
    picture, document = visitor.get(f"{bill}.png"), visitor.get(f"{bill}.pdf")
    assert (picture.mimetype, picture.data[:4]) == ("image/png", b"\x89PNG")
    assert (document.mimetype, document.data[:4]) == ("application/pdf", b"%PDF")
    assert 'filename="bill-1001-r1.pdf"' in document.headers["Content-Disposition"]
    mark = picture.headers["ETag"]
    assert visitor.get(f"{bill}.png", headers={"If-None-Match": mark}).status_code == 304


def test_T41_a_wrong_address_reads_like_a_missing_one(front: Front, bill: str) -> None:
    visitor = front.visitor()
    token = bill.removeprefix("/b/")
    wrong = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        "A" * 32,
        "1",
        "../etc/passwd",
        "%00",
        "x" * 3000,
        "๑" * 20,
    ]
    answers = [visitor.get(f"/b/{one}{end}") for one in wrong for end in ("", ".png", "/qr.svg")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1


def test_T41_who_guesses_is_slowed_and_who_reads_is_not(
    front: Front, bill: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = front.visitor()
    answers = [visitor.get("/b/" + "A" * 32).status_code for _ in range(301)]
    assert answers[:300] == [404] * 300
    assert answers[300] == 429
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    assert all(
        visitor.get(bill, environ_overrides=elsewhere).status_code == 200 for _ in range(301)
    )


def test_T41_no_number_of_ours_leads_to_a_bill(front: Front, bill: str) -> None:
    with front.runtime.store.read() as connection:
        stored = connection.exec_driver_sql("SELECT link_digest FROM orders").scalar_one()
    token = bill.removeprefix("/b/")
    assert token not in stored
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", token)
    for guess in ("1", "1001", stored):
        assert front.visitor().get(f"/b/{guess}").status_code == 404


@pytest.mark.parametrize("end", ["", ".png", ".pdf", "/qr.svg"])
def test_T42_the_address_leaks_nowhere(front: Front, bill: str, end: str) -> None:
    headers = front.visitor().get(bill + end).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]
    assert "private" in headers["Cache-Control"]
    assert "Set-Cookie" not in headers


def test_T42_the_page_loads_nothing_from_others(front: Front, bill: str) -> None:
    page = front.visitor().get(bill).text
    assert "noindex" in page
    assert re.findall(r'(?:src|href|action)="((?:https?:)?//[^"]*)"', page) == []


def test_T42_a_preview_robot_changes_nothing(front: Front, bill: str) -> None:
    before = front.dump()
    for end in ("", ".png", ".pdf", "/qr.svg", "?lang=en"):
        assert front.visitor().get(bill + end).status_code == 200
        assert front.visitor().client.head(bill + end).status_code == 200
    assert front.dump() == before
    assert front.visitor().client.post(bill).status_code in (400, 405)


def test_T43_a_cancelled_bill_stays_readable_and_takes_no_money(front: Front, bill: str) -> None:
    assert not front.say(1, "/cancel ลูกค้าเปลี่ยนใจ").is_error
    answer = front.visitor().get(bill)
    assert answer.status_code == 200
    assert "บิลนี้ถูกยกเลิกแล้ว" in answer.text
    assert "ชาเขียว" in answer.text
    for way in ("qr.svg", "123-4-56789-0", "0812345678", "data-copy"):
        assert way not in answer.text, way
    assert front.visitor().get(f"{bill}/qr.svg").status_code == 404


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("expired", "หมดเวลาชำระแล้ว"),
        ("paid", "ไม่ต้องโอนเพิ่ม"),
        ("checking", "ไม่ต้องโอนซ้ำ"),
        ("draft", "กำลังแก้ไขบิลนี้"),
        ("returned", "บิลนี้ถูกยกเลิกแล้ว"),
    ],
)
def test_T43_a_bill_that_takes_no_money_says_why(
    front: Front, bill: str, status: str, words: str
) -> None:
    front.runtime.store.write(
        lambda connection: connection.exec_driver_sql(f"UPDATE orders SET status = '{status}'")
    )
    page = front.visitor().get(bill).text
    assert words in page
    assert "qr.svg" not in page
    assert "data-copy" not in page
    assert front.visitor().get(f"{bill}/qr.svg").status_code == 404


def test_T44_T45_a_hostile_name_stays_a_name(front: Front) -> None:
    conversation_id = front.hear("hello")
    front.name(conversation_id, '<script>alert(1)</script>"><svg onload=x> \u202e\u0000nok')
    page = front.visitor().get(front.bill_path(conversation_id)).text
    assert "<script>alert" not in page
    assert "<svg" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page


def test_the_page_is_light(front: Front, bill: str) -> None:
    visitor = front.visitor()
    page = visitor.get(bill)
    addresses = re.findall(
        r'(?:src|href)="(/(?:static|b)/[^"]+?(?:\.svg|\.js\?[^"]*|\.css\?[^"]*))"', page.text
    )
    size = len(page.data) + sum(len(visitor.get(address).data) for address in addresses)
    assert len(addresses) == 3
    assert size < 60_000


def test_a_picture_that_cannot_be_made_is_said_in_words(
    front: Front, bill: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.runtime.renderer.close()
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    answer = front.visitor().get(f"{bill}.png")
    assert answer.status_code == 503
    assert answer.mimetype == "text/plain"
    assert "สร้างรูปใบแจ้งหนี้ไม่ได้" in answer.text
