"""The inbox: everything a customer writes is shown as text, and every answer goes out once."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import render_template
from werkzeug.test import TestResponse

from bot.channels import CHANNELS
from handlers import words as page_words
from handlers.display import show_line, show_name, show_text
from handlers.leaves import read_mark, write_mark
from tests.handlers.conftest import Front, Visitor

OTHER = "U" + "b" * 32
HTMX = {"HX-Request": "true"}


def form_of(page: str, form_id: str = "composer") -> dict[str, str]:
    """The hidden fields of a form as the page shows them."""
    found = re.search(rf'<form[^>]*id="{form_id}".*?</form>', page, re.DOTALL)
    assert found
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0])
    return {name: html.unescape(value) for name, value in fields}


def send(visitor: Visitor, conversation_id: int, text: str, **options: Any) -> TestResponse:
    path = f"/inbox/{conversation_id}"
    fields = {**form_of(visitor.get(path).text), "text": text}
    return visitor.client.post(f"{path}/messages", data=fields, **options)


class Elements(HTMLParser):
    """A page's elements as a browser reads them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.targets: set[str] = set()
        self.scripts: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.targets.update(value or "" for name, value in attrs if name in ("href", "src"))
        if tag == "script":
            source = dict(attrs).get("src") or "inline"
            self.scripts.add(source.removeprefix("/static/").partition("?")[0])


def text_of(page: str) -> str:
    """What a reader reads of a page."""
    return html.unescape(re.sub(r"<[^>]+>", "", page))


# Reading ---------------------------------------------------------------------


def test_an_empty_inbox_teaches(front: Front) -> None:
    page = front.staff().get("/inbox").text
    assert "ยังไม่มีข้อความ" in page
    assert 'href="/simulator/"' in page


def test_the_list_shows_who_wrote_what_and_when(front: Front) -> None:
    conversation_id = front.hear("สวัสดีค่ะ เอาชาเขียว 2")
    front.name(conversation_id, "Nok")
    front.hear("ขอบคุณค่ะ")
    page = front.staff().get("/inbox").text
    assert f'href="/inbox/{conversation_id}"' in page
    assert "<bdi>Nok</bdi>" in page
    assert "ขอบคุณค่ะ" in page
    assert 'aria-label="LINE"' in page
    assert 'aria-label="ยังไม่อ่าน 2 ข้อความ"' in page
    assert re.search(r"\d\d:\d\d", page)


def test_a_first_message_is_in_the_preview_at_once(front: Front) -> None:
    front.hear("only this")
    assert "only this" in front.staff().get("/inbox").text


def test_a_customer_without_a_name_is_shown_by_code(front: Front) -> None:
    front.hear("hello")
    assert "<bdi>C1</bdi>" in front.staff().get("/inbox").text


def test_the_list_is_searched_by_name_words_and_channel(front: Front) -> None:
    first, second = front.hear("green tea"), front.hear("black 100% shirt", OTHER)
    front.name(first, "Somchai")
    visitor = front.staff()

    def found(**asked: str) -> set[str]:
        page = visitor.get("/inbox", query_string=asked).text
        return set(re.findall(r'href="/inbox/(\d+)["?]', page))

    assert found(q="somch") == {str(first)}
    assert found(q="100%") == {str(second)}
    assert found(q="%") == {str(second)}
    assert found(channel="line") == {str(first), str(second)}
    assert found(channel="instagram") == set()
    assert found(channel="nonsense") == {str(first), str(second)}
    assert found(q="\x00") == {str(first), str(second)}
    assert "ไม่พบแชท" in visitor.get("/inbox?q=nothing").text


def test_a_long_list_goes_on_on_the_next_page(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [front.hear("hello", f"U{number:032}") for number in range(3)]
    monkeypatch.setattr("handlers.inbox.PAGE", 2)
    visitor = front.staff()
    first = visitor.get("/inbox").text
    older = re.search(r'href="(/inbox\?[^"]*from=[^"]+)"', first)
    assert older
    second = visitor.get(html.unescape(older[1])).text
    seen = [re.findall(r'href="/inbox/(\d+)"', page) for page in (first, second)]
    assert [int(one) for page in seen for one in page] == ids[::-1]


def test_a_thread_shows_both_sides_with_author_time_and_state(front: Front) -> None:
    conversation_id = front.hear("เอาชาเขียว 2")
    front.say(conversation_id, "ได้เลยค่ะ")
    page = front.staff().get(f"/inbox/{conversation_id}").text
    ours = re.search(r'<article class="bubble ours by-staff".*?</article>', page, re.DOTALL)
    assert ours
    for words in ("ได้เลยค่ะ", "Nok", "รอส่ง"):
        assert words in text_of(ours[0])
    assert re.search(r'<article class="bubble by-customer"', page)
    assert page.count('class="day"') == 1


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("sent", "LINE รับแล้ว"),
        ("delivered", "ถึงแล้ว"),
        ("read", "อ่านแล้ว"),
        ("held", "พักไว้"),
        ("needs_review", "ต้องดู"),
        ("dead", "ส่งไม่ได้"),
    ],
)
def test_each_state_of_a_delivery_has_its_word_and_its_reason_beside_it(
    front: Front, state: str, words: str
) -> None:
    conversation_id = front.hear("hello")
    front.say(conversation_id, "answer")
    front.runtime.store.write(
        lambda connection: connection.exec_driver_sql(
            f"UPDATE messages SET state = '{state}', reason = 'The reason why.'"
            " WHERE direction = 'out'"
        )
    )
    page = front.staff().get(f"/inbox/{conversation_id}").text
    found = re.search(rf'<span class="delivery delivery-{state}">([^<]*)<', page)
    assert found
    assert words in found[1]
    assert "The reason why." in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"message": {"type": "hologram", "id": "77"}}, "ยังแสดงที่นี่ไม่ได้"),
        ({"type": "hologram"}, "ยังแสดงที่นี่ไม่ได้: hologram"),
    ],
)
def test_what_cannot_be_shown_is_a_box_that_says_so(
    front: Front, change: dict[str, object], words: str
) -> None:
    conversation_id = front.hear("hello")
    body = json.loads(front.line_body("x"))
    body["events"][0].update(change)
    raw = json.dumps(body).encode()
    answer = front.app.test_client().post(
        "/webhooks/line/siam-line", data=raw, headers=front.line_headers(raw)
    )
    assert answer.status_code == 200
    page = front.staff().get(f"/inbox/{conversation_id}").text
    assert "boxed" in page
    assert words in page


def test_older_messages_are_a_link_away(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation_id = front.hear("message 0")
    for number in range(1, 5):
        front.hear(f"message {number}")
    monkeypatch.setattr("handlers.leaves.PAGE", 2)
    visitor = front.staff()
    path, seen = f"/inbox/{conversation_id}", []
    while path:
        page = visitor.get(path).text
        thread = page[page.index('id="thread"') : page.index('id="bar"')]
        seen.append(re.findall(r"message \d", text_of(thread)))
        older = re.search(r'href="([^"]*before=[^"]*)"', page)
        path = html.unescape(older[1]) if older else ""
    assert seen == [["message 3", "message 4"], ["message 1", "message 2"], ["message 0"]]


@pytest.mark.parametrize("mark", ["", "x", "1", "1-", "-1-2", "9" * 40 + "-1", "1-" + "9" * 40])
def test_a_strange_mark_is_no_mark(front: Front, mark: str) -> None:
    assert read_mark(mark) is None
    conversation_id = front.hear("hello")
    answer = front.staff().get(f"/inbox/{conversation_id}", query_string={"before": mark})
    assert answer.status_code == 200


def test_a_mark_comes_back_as_it_was(front: Front) -> None:
    mark = (front.runtime.store.now(), 42)
    assert read_mark(write_mark(mark)) == mark


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "{{7*7}}${7*7}",
    "[x](javascript:alert(1))",
    "javascript:alert(1)",
    'http://x"onmouseover=alert(1)',
    "x" * 100_000,
    "a\x00b",
]


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_T44_a_customers_words_and_name_are_text_everywhere(front: Front, words: str) -> None:
    conversation_id = front.hear(words)
    front.name(conversation_id, words[:200])
    front.say(conversation_id, "/o A1 1")
    visitor = front.staff()
    for path in ("/inbox", f"/inbox/{conversation_id}", "/inbox?q=alert"):
        page = visitor.get(path).text
        elements = Elements(page)
        assert not elements.tags & {"img", "svg"}
        assert elements.scripts == {"htmx.js", "copy.js", "live.js", "choices.js", "viewer.js"}
        assert not [name for name in elements.attributes if name.startswith("on")]
        assert not [to for to in elements.targets if not re.match(r"/|\?|#|https?://", to)]
        assert re.findall(r"<title>([^<]*)</title>", page) == ["แชท · Siam Tea"]
    shown = text_of(visitor.get(f"/inbox/{conversation_id}").text)
    assert words.replace("\x00", "\ufffd") in shown


@pytest.mark.parametrize(
    ("words", "links"),
    [
        ("see https://a.example/x?y=1&z=2.", ["https://a.example/x?y=1&z=2"]),
        ("(http://a.example)", ["http://a.example"]),
        ("HTTPS://A.EXAMPLE", ["HTTPS://A.EXAMPLE"]),
        ("javascript:alert(1) data:text/html,x ftp://a.example", []),
        ("ดูที่https://a.example/ชา นะ", ["https://a.example/ชา"]),
        ("http://", []),
        ('https://a.example/"onclick="x', ["https://a.example/"]),
    ],
)
def test_T44_only_web_addresses_become_links(words: str, links: list[str]) -> None:
    shown = str(show_text(words))
    assert [html.unescape(one) for one in re.findall(r'href="([^"]*)"', shown)] == links
    assert text_of(shown) == words
    assert shown.count('rel="noopener noreferrer nofollow"') == len(links)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Nok", "Nok"),
        ("Ann \u202eevil", "Ann □evil"),
        ("\u200b\u200b", "C7"),
        ("   ", "C7"),
        (None, "C7"),
        ("a\nb\tc", "a□b□c"),
        ("ก" + "็" * 500, "ก" + "็" * 7),
        ("x" * 5_000, "x" * 39 + "…"),
        ("Адmin", "Адmin"),
        ("👩‍👩‍👧", "👩□👩□👧"),
    ],
)
def test_T45_a_name_is_cut_and_its_hidden_signs_are_boxes(name: str | None, shown: str) -> None:
    assert show_name(name, "C7") == shown


def test_T45_a_body_keeps_the_thai_word_break(front: Front) -> None:
    assert str(show_text("กา\u200bแฟ\r\nเย็น")) == "กา\u200bแฟ\nเย็น"
    assert show_line("a\n\nb" + "x" * 300).startswith("a b")


def test_T45_names_are_isolated_from_the_line_around_them(front: Front) -> None:
    conversation_id = front.hear("hello")
    front.name(conversation_id, "\u05d0\u05d1\u05d2 <x>")
    page = front.staff().get(f"/inbox/{conversation_id}").text
    assert page.count("\u05d0\u05d1\u05d2") == page.count("<bdi>\u05d0\u05d1\u05d2 &lt;x&gt;</bdi>")


def test_T54_another_shops_conversation_does_not_exist(front: Front) -> None:
    conversation_id = front.hear("hello")
    front.hire("rival@example.com", "owner", front.open_shop("rival"))
    rival = front.staff(email="rival@example.com")
    assert "hello" not in rival.get("/inbox").text
    for end in ("", "/thread", "/way", "/order"):
        assert rival.get(f"/inbox/{conversation_id}{end}").status_code == 404
    before = front.count("messages")
    token = rival.token("/account")
    fields = {"csrf_token": token, "text": "mine now", "key": "abcdefgh12345678"}
    for end in ("messages", "preview"):
        answer = rival.client.post(f"/inbox/{conversation_id}/{end}", data=fields)
        assert answer.status_code == 404
    rival.client.post(f"/inbox/{conversation_id}/read", data=fields)
    assert front.count("messages") == before
    assert 'class="count"' in front.staff().get("/inbox").text


# Writing ---------------------------------------------------------------------


def test_plain_words_go_to_the_customer_once_however_often_the_form_is_sent(front: Front) -> None:
    conversation_id = front.hear("hello")
    visitor = front.staff()
    fields = {**form_of(visitor.get(f"/inbox/{conversation_id}").text), "text": "ได้เลยค่ะ"}
    for _ in range(3):
        answer = visitor.client.post(f"/inbox/{conversation_id}/messages", data=fields)
        assert (answer.status_code, answer.location) == (303, f"/inbox/{conversation_id}")
    assert front.count("outbox") == 1
    page = visitor.get(f"/inbox/{conversation_id}").text
    assert page.count('class="bubble ours') == 1
    assert form_of(page)["key"] != fields["key"]


def test_a_command_is_answered_by_its_card_and_unseen_by_the_customer(front: Front) -> None:
    conversation_id = front.hear("เอาชาเขียว 2")
    visitor = front.staff()
    answer = send(visitor, conversation_id, "/o A1 2")
    assert answer.status_code == 200
    page = answer.text
    assert "฿240.00" in page
    assert front.count("outbox") == 0
    # Each button shows the command that it posts.
    buttons = re.findall(r'name="text" value="([^"]*)">\s*<button[^>]*>[^<]*<code>([^<]*)<', page)
    assert "/send" in {posted for posted, _ in buttons}
    assert all(posted == shown for posted, shown in buttons)


def test_a_command_sent_twice_changes_the_order_once(front: Front) -> None:
    conversation_id = front.hear("hello")
    visitor = front.staff()
    fields = {**form_of(visitor.get(f"/inbox/{conversation_id}").text), "text": "/o A1 2"}
    for _ in range(2):
        assert (
            visitor.client.post(f"/inbox/{conversation_id}/messages", data=fields).status_code
            == 200
        )
    with front.runtime.store.read() as connection:
        items = connection.exec_driver_sql("SELECT quantity FROM order_items").scalars().all()
    assert items == [2]


def test_the_script_gets_the_reply_box_alone_and_is_told_to_refresh(front: Front) -> None:
    conversation_id = front.hear("hello")
    answer = send(front.staff(), conversation_id, "ได้เลยค่ะ", headers=HTMX)
    assert answer.text.startswith('<section id="reply"')
    assert "thread-changed" in answer.headers["HX-Trigger"]


def test_a_refused_command_says_why_and_stays_to_be_mended(front: Front) -> None:
    conversation_id = front.hear("hello")
    visitor = front.staff()
    for headers in ({}, HTMX):
        page = send(visitor, conversation_id, "/o A1 2 5", headers=headers).text
        assert 'class="card alarm"' in page
        assert "/o A1 2 5</textarea>" in page
    assert front.count("outbox") == 0


def test_an_unknown_command_never_reaches_the_customer(front: Front) -> None:
    conversation_id = front.hear("hello")
    send(front.staff(), conversation_id, "/sned")
    assert front.count("outbox") == 0


@pytest.mark.parametrize("text", ["", "   ", "\n", "x" * 20_001])
def test_what_cannot_be_sent_is_refused_in_words(front: Front, text: str) -> None:
    conversation_id = front.hear("hello")
    answer = send(front.staff(), conversation_id, text)
    assert 'class="card alarm"' in answer.text
    assert front.count("outbox") == 0


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "has space in it", "ключ-ключ"])
def test_a_reply_without_a_fitting_key_is_refused(front: Front, key: str) -> None:
    conversation_id = front.hear("hello")
    visitor = front.staff()
    fields = form_of(visitor.get(f"/inbox/{conversation_id}").text)
    answer = visitor.client.post(
        f"/inbox/{conversation_id}/messages", data={**fields, "text": "hello", "key": key}
    )
    assert (answer.status_code, front.count("outbox")) == (400, 0)


def test_a_preview_shows_what_a_command_would_do_and_does_nothing(front: Front) -> None:
    conversation_id = front.hear("hello")
    visitor = front.staff()
    fields = form_of(visitor.get(f"/inbox/{conversation_id}").text)
    before = front.state()
    path = f"/inbox/{conversation_id}/preview"
    shown = visitor.client.post(path, data={**fields, "text": "/o A1 2"}).text
    assert "฿240.00" in shown
    assert "<form" not in shown
    assert "<dl" not in visitor.client.post(path, data={**fields, "text": "hello"}).text
    assert "preview-way" in visitor.client.post(path, data={**fields, "text": "hello"}).text
    assert (
        visitor.client.post(path, data={**fields, "text": "/o " + "A1 " * 1_000}).text.strip() == ""
    )
    assert front.state() == before


def test_who_may_only_look_is_told_so(front: Front) -> None:
    conversation_id = front.hear("hello")
    front.hire("view@example.com", "viewer")
    visitor = front.staff(email="view@example.com")
    page = visitor.get(f"/inbox/{conversation_id}").text
    assert "ดูได้อย่างเดียว" in page
    assert 'id="composer"' not in page
    fields = {"csrf_token": visitor.token("/account"), "text": "x", "key": "abcdefgh12345678"}
    answer = visitor.client.post(f"/inbox/{conversation_id}/messages", data=fields)
    assert answer.status_code == 403
    assert "ขอสิทธิ์จากเจ้าของร้าน" in answer.text


def test_a_conversation_is_read_when_a_person_says_so(front: Front) -> None:
    conversation_id = front.hear("hello")
    visitor = front.staff()
    assert 'class="count"' in visitor.get(f"/inbox/{conversation_id}").text
    token = form_of(visitor.get(f"/inbox/{conversation_id}").text, "seen")
    path = f"/inbox/{conversation_id}/read"
    assert visitor.client.post(path, data=token, headers=HTMX).status_code == 204
    assert 'class="count"' not in visitor.get("/inbox").text


# The way and the order -------------------------------------------------------


def test_the_cost_and_the_deadline_are_said_before_the_send(front: Front) -> None:
    conversation_id = front.hear("hello")
    visitor = front.staff()
    way = visitor.get(f"/inbox/{conversation_id}/way").text
    assert "ตอบกลับ ฟรี" in way
    assert re.search(r'data-until="[^"]+"', way)
    front.say(conversation_id, "one")
    front.runtime.store.write(
        lambda connection: connection.exec_driver_sql("DELETE FROM reply_tokens")
    )
    assert "push นับโควตา" in visitor.get(f"/inbox/{conversation_id}/way").text


def test_a_closed_way_says_why_and_offers_the_text(front: Front) -> None:
    conversation_id = front.hear("hello")
    front.runtime.store.write(
        lambda connection: connection.exec_driver_sql(
            "UPDATE addresses SET gone_reason = 'The person blocked the shop.'"
        )
    )
    way = front.staff().get(f"/inbox/{conversation_id}/way").text
    assert "The person blocked the shop." in way
    assert 'data-copy-from="#text"' in way


def test_an_empty_order_teaches_with_products_to_press(front: Front) -> None:
    conversation_id = front.hear("hello")
    page = front.staff().get(f"/inbox/{conversation_id}/order").text
    assert "<code>/o A1 2</code>" in page
    assert 'data-fill="/o A1 1"' in page
    # Without a script the same link fills the box.
    link = re.search(r'href="([^"]*)" data-fill="/o A1 1"', page)
    assert link
    filled = front.staff().get(html.unescape(link[1])).text
    assert re.search(r"/o A1 1</textarea>", filled)


def test_the_order_stands_beside_its_conversation(front: Front) -> None:
    conversation_id = front.hear("hello")
    front.say(conversation_id, "/o A1 2; ship ems")
    visitor = front.staff()
    shown = visitor.get(f"/inbox/{conversation_id}/order").text
    for words in ("ออเดอร์ 1001", "ร่าง", "ชาเขียว", "240.00", "60.00", "฿300.00", "เปิดบิล", "Nok"):
        assert words in shown, words
    assert "บันทึกและส่งบิล" in shown
    assert "/b/" not in shown
    front.say(conversation_id, "/send")
    shown = visitor.get(f"/inbox/{conversation_id}/order").text
    assert "รอชำระเงิน" in shown
    assert "ส่งบิลอีกครั้ง" in shown
    assert f'data-copy="{front.runtime.settings.base_url}/b/' in shown
    front.say(conversation_id, "/add B2 1")
    shown = visitor.get(f"/inbox/{conversation_id}/order").text
    assert "แก้ไขแล้วยังไม่ส่ง" in shown
    assert "บันทึกและส่งบิล" in shown


def test_the_button_that_sends_is_the_command(front: Front) -> None:
    conversation_id = front.hear("hello")
    front.say(conversation_id, "/o A1 2")
    visitor = front.staff()
    page = visitor.get(f"/inbox/{conversation_id}").text
    form = next(f for f in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'value="/send"' in f)
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
    answer = visitor.client.post(f"/inbox/{conversation_id}/messages", data=fields)
    assert answer.status_code == 200
    assert front.count("invoices") == 1
    visitor.client.post(f"/inbox/{conversation_id}/messages", data=fields)
    assert front.count("invoices") == 1
    assert "ส่งบิล" in visitor.get(f"/inbox/{conversation_id}/thread").text


def test_the_orders_screen_and_the_bar_lead_to_each_other(front: Front) -> None:
    conversation_id = front.hear("hello")
    front.say(conversation_id, "/o A1 2")
    visitor = front.staff()
    page = visitor.get(f"/inbox/{conversation_id}").text
    assert 'data-screen="thread"' in page
    assert f'href="/inbox/{conversation_id}?show=order"' in page
    assert 'data-screen="order"' in visitor.get(f"/inbox/{conversation_id}?show=order").text
    part = visitor.get(f"/inbox/{conversation_id}/thread").text
    assert 'hx-swap-oob="true"' in part
    assert "hx-swap-oob" not in page


# Words -----------------------------------------------------------------------


def test_both_languages_have_the_same_words_with_the_same_facts() -> None:
    thai, english = page_words.table("th"), page_words.table("en")
    assert thai.keys() == english.keys()
    for key in thai:
        facts = [sorted(re.findall(r"\{(\w+)\}", words[key])) for words in (thai, english)]
        assert facts[0] == facts[1], key


def test_the_whole_inbox_speaks_english_when_asked(front: Front) -> None:
    conversation_id = front.hear("hello")
    front.say(conversation_id, "/o A1 2")
    front.say(conversation_id, "/send")
    page = front.staff().get(f"/inbox/{conversation_id}?lang=en").text
    thai = set(re.findall(r"[\u0e01-\u0e3a\u0e40-\u0e7f]+", re.sub(r"<bdi>.*?</bdi>", "", page)))
    # The name of the other language, and the message as it was written to the customer.
    assert thai <= {"ไทย", "บิล"}


@pytest.mark.parametrize("kind", CHANNELS)
def test_every_channel_has_a_badge_with_a_letter(front: Front, kind: str) -> None:
    with front.app.test_request_context():
        badge = render_template("parts/badge.html", kind=kind)
    assert f'aria-label="{CHANNELS[kind].name}"' in badge
    assert f">{CHANNELS[kind].name[0]}<" in badge


def test_the_list_says_what_a_message_without_words_is(front: Front) -> None:
    told = json.loads(front.line_body("x", "U" + "b" * 32))
    told["events"][0]["message"] = {"id": "77", "type": "sticker", "packageId": "1"}
    body = json.dumps(told).encode()
    client = front.app.test_client()
    client.post("/webhooks/line/siam-line", data=body, headers=front.line_headers(body))
    page = front.staff().client.get("/inbox?lang=en").get_data(as_text=True)
    assert "Sticker" in page
    assert "[sticker]" not in page
