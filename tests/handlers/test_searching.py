"""Searching in the inbox and by the API: people and messages, each hit in its place."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from bot import search, staff
from handlers.display import cut_snippet, show_snippet
from tests.handlers.conftest import Front, Visitor
from tests.handlers.test_api import Program, judge, problem
from tests.handlers.test_inbox import Elements, text_of

OURS = {"htmx.js", *(path.name for path in Path("handlers/static").glob("*.js"))}

OTHER = "U" + "b" * 32


def hits(page: str) -> list[str]:
    """The addresses that messages in a page of results lead to."""
    return [html.unescape(one) for one in re.findall(r'href="(/inbox/\d+\?[^"]*at=[^"]*)"', page)]


def bubbles(page: str) -> list[str]:
    """The words of a thread, as they stand."""
    return [html.unescape(one) for one in re.findall(r"<bdi>(line \d+)</bdi></div>", page)]


def link(page: str, name: str) -> str:
    found = re.search(rf'class="button" href="([^"]*[?&](?:amp;)?{name}=[^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


@pytest.fixture
def long_thread(front: Front, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """Nine lines in one conversation, three to a page; the fifth alone says ชาเขียว."""
    for number in range(1, 10):
        front.hear(f"line {number}")
    change = text("UPDATE messages SET text = text || ' ชาเขียว' WHERE id = 5")
    front.runtime.store.write(lambda connection: connection.execute(change))
    monkeypatch.setattr("handlers.leaves.PAGE", 3)
    return front.staff()


# In the inbox ------------------------------------------------------------------------------------


def test_a_hit_leads_to_its_place_in_the_thread(long_thread: Visitor) -> None:
    (address,) = hits(long_thread.get("/inbox?q=ชาเขียว").text)
    assert urlsplit(address).fragment == "m5"

    page = long_thread.get(address).text
    shown = re.findall(r'<article class="bubble[^"]*"[^>]* id="m(\d+)"', page)
    assert shown == ["2", "3", "4", "5", "6", "7"]
    assert re.findall(r'class="bubble[^"]* found [^"]*" id="m(\d+)"', page) == ["5"]
    assert hits(page) == [address]  # the results stay beside it

    older = long_thread.get(link(page, "before")).text
    assert re.findall(r' id="m(\d+)"', older) == ["1"]
    newer = long_thread.get(link(page, "after")).text
    assert re.findall(r' id="m(\d+)"', newer) == ["8", "9"]
    for past in (page, older):
        assert 'href="/inbox/1"' in past  # back to the newest
        assert 'hx-get="/inbox/1/thread"' not in past
    assert 'hx-get="/inbox/1/thread"' in newer


def test_the_thread_is_read_downwards_as_far_as_it_goes(long_thread: Visitor) -> None:
    page = long_thread.get("/inbox/1?at=1").text
    told = re.findall(r' id="m(\d+)"', page)
    for _ in range(5):
        if "after=" not in page:
            break
        page = long_thread.get(link(page, "after")).text
        told += re.findall(r' id="m(\d+)"', page)
    assert told == [str(number) for number in range(1, 10)]
    back = long_thread.get(link(page, "before")).text
    assert "after=" in back


@pytest.mark.parametrize("at", ["99", "x", "-1", "9" * 30, ""])
def test_a_place_that_is_not_there_is_the_newest(long_thread: Visitor, at: str) -> None:
    page = long_thread.get(f"/inbox/1?at={at}").text
    assert re.findall(r' id="m(\d+)"', page) == ["7", "8", "9"]


def test_a_place_in_another_thread_is_none_here(front: Front) -> None:
    first, second = front.hear("hello"), front.hear("secret of another", OTHER)
    page = front.staff().get(f"/inbox/{first}?at=2").text
    assert 'id="m2"' not in page
    assert first != second


def test_people_and_messages_are_two_groups(front: Front) -> None:
    first = front.hear("สวัสดี")
    second = front.hear("ถึงคุณมะลิด้วยนะคะ", OTHER)
    front.name(first, "มะลิ ใจดี")
    page = front.staff().get("/inbox?q=มะลิ").text
    people, messages = page.index('<h2 class="group">ลูกค้า'), page.index('<h2 class="group">ข้อความ')
    assert people < page.index(f'href="/inbox/{first}"') < messages
    assert messages < page.index(f'href="/inbox/{second}?')
    assert "ถึงคุณ<mark>มะลิ</mark>ด้วยนะคะ" in page
    assert f'href="/inbox/{second}"' in front.staff().get("/inbox?q=c2").text


def test_channel_days_and_customer_narrow_it(front: Front) -> None:
    front.hear("ชาเขียว")
    front.hear("ชาเขียวเย็น", OTHER)
    visitor = front.staff()
    with front.runtime.store.read() as connection:
        today = front.runtime.store.now(connection).astimezone() + timedelta(hours=7)
    days = [f"{today + timedelta(days=number):%Y-%m-%d}" for number in (-2, 0, 2)]

    def count(**asked: str) -> int:
        return len(hits(visitor.get("/inbox", query_string={"q": "ชาเขียว", **asked}).text))

    assert count() == count(channel="line") == count(since=days[0], until=days[2]) == 2
    assert count(channel="messenger") == count(since=days[2]) == count(until=days[0]) == 0
    assert count(customer="c2") == count(customer="@C2", q="") == 1
    assert count(customer="C9") == 0
    for odd in ("yesterday", "2026-13-01", "0001-01-01", "9999-12-31", "๒๕๖๙-01-01"):
        assert count(since=odd, until=odd) == 2


def test_the_form_keeps_what_was_asked_and_every_link_does(front: Front) -> None:
    front.hear("ชา & เค้ก")
    asked = {"q": "ชา &", "channel": "line", "since": "2020-01-01", "customer": "C1"}
    page = front.staff().get("/inbox", query_string=asked).text
    (address,) = hits(page)
    kept = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert kept == {**asked, "at": "1"}
    assert 'value="ชา &amp;"' in page
    assert '<option value="line" selected>' in page
    assert 'name="since" value="2020-01-01"' in page
    assert '<details class="search-more" open>' in page


def test_more_hits_are_a_link_away(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        front.hear(f"ชาเขียว {number}")
    monkeypatch.setattr("handlers.searching.PAGE", 2)
    visitor = front.staff()
    page = visitor.get("/inbox?q=ชาเขียว").text
    told = hits(page)
    for _ in range(2):
        page = visitor.get(link(page, "place")).text
        told += hits(page)
    assert len(set(re.findall(r"at=(\d+)", " ".join(told)))) == 5
    assert "ค้นข้อความที่เก่ากว่า" not in page


def test_a_search_that_stopped_says_so_and_goes_on(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in ("ปีหน้า", "ชา", "ชา", "ชา"):
        front.hear(words)
    search.catch_up(front.runtime)
    monkeypatch.setattr("bot.search.finding.MOST_READ", 3)
    visitor = front.staff()
    page = visitor.get("/inbox?q=ปี").text
    assert hits(page) == []
    assert "อ่านเฉพาะข้อความใหม่สุด" in page
    assert "ทุกคำต้องอยู่" not in page  # nothing is said of what was not looked at
    assert len(hits(visitor.get(link(page, "place")).text)) == 1


def test_nothing_found_teaches_how(front: Front) -> None:
    front.hear("hello")
    page = text_of(front.staff().get("/inbox?q=nothing&lang=en").text)
    assert "All words must be in one message or one name" in page
    assert "Only the chosen channel" not in page
    assert "Only the chosen channel" in front.staff().get("/inbox?q=x&channel=line&lang=en").text


@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a&b<i>"]
)
def test_T44_words_that_are_found_are_text(front: Front, words: str) -> None:
    front.hear(f"find {words} me")
    front.name(1, words)
    for asked in (words, "find", "me"):
        page = front.staff().get("/inbox", query_string={"q": asked}).text
        seen = Elements(page)
        assert seen.scripts <= OURS
        assert not {"img", "i"} & seen.tags
        assert hits(page)
        assert f"find {words} me" in text_of(page)


def test_T54_another_shops_messages_are_not_found(front: Front) -> None:
    front.hear("ชาเขียว")
    other = front.open_shop("other")
    front.hire("else@example.com", "owner", shop_id=other)
    stranger = front.staff(email="else@example.com")
    for asked in ("q=ชาเขียว", "q=ชา", "q=C1", "customer=C1", "since=2020-01-01"):
        page = stranger.get(f"/inbox?{asked}").text
        assert "/inbox/1" not in page


# Snippets ----------------------------------------------------------------------------------------


def test_a_snippet_is_cut_around_the_words_and_between_letters() -> None:
    family = "👨‍👩‍👧"
    body = family * 60 + " ที่นี่มี<b>ชาเขียว</b> " + family * 100
    told = show_snippet(body, ("ชาเขียว",))
    assert "<mark>ชาเขียว</mark>" in told
    assert "&lt;b&gt;" in told
    assert told.startswith("…👨‍👩‍👧")
    assert told.endswith("👨‍👩‍👧…")
    assert len(told) < 1_000


def test_a_snippet_of_a_long_text_finds_the_place() -> None:
    parts = cut_snippet("x" * 15_000 + "ชาเขียว" + "y" * 4_000, ("ชาเขียว",))
    assert ("ชาเขียว", True) in parts
    assert (parts[0], parts[-1]) == (("…", False), ("…", False))


def test_a_snippet_without_words_is_the_beginning() -> None:
    assert cut_snippet("one\ntwo", ()) == [("one two", False)]
    assert cut_snippet(None, ("x",)) == []


def test_T45_signs_that_turn_a_line_around_are_boxes_in_a_snippet() -> None:
    assert cut_snippet("ab\u202ecd", ("cd",)) == [("ab□", False), ("cd", True)]


# By the API --------------------------------------------------------------------------------------


@pytest.fixture
def program(front: Any) -> Callable[..., Program]:
    def make(shop: str = "siam") -> Program:
        token = front.runtime.transact(lambda work: staff.add_token(work, shop, "read", None))
        return Program(front.app.test_client(), token)

    return make


def test_messages_are_found_with_their_customer_and_snippet(
    front: Front, program: Callable[..., Program]
) -> None:
    conversation_id = front.hear("สวัสดีค่ะ เอาชาเขียว 2")
    front.name(conversation_id, "มะลิ")
    front.hear("กาแฟ", OTHER)
    (found,) = program().items("/messages?q=ชาเขียว")
    judge("FoundMessage", found)
    assert (found["customer_code"], found["contact_name"], found["channel"]) == (
        "C1",
        "มะลิ",
        "line",
    )
    assert found["conversation_id"] == str(conversation_id)
    assert [part["text"] for part in found["snippet"] if part["match"]] == ["ชาเขียว"]
    assert "".join(part["text"] for part in found["snippet"]) == found["text"]


def test_messages_are_filtered(front: Front, program: Callable[..., Program]) -> None:
    front.hear("ชาเขียว")
    front.hear("ชาเขียวเย็น", OTHER)
    caller = program()

    def count(**asked: str) -> int:
        answer = caller.get("/messages", query_string=asked)
        assert answer.status_code == 200, answer.text
        return len(answer.get_json()["items"])

    assert count() == count(q="ชาเขียว") == count(q="ชา", channel="line") == 2
    assert count(q="ชาเขียว", channel="instagram") == count(q="ชาเขียว ร้อน") == 0
    assert count(customer="C1") == count(q="เย็น", customer="C2") == 1
    assert count(customer="C77") == 0
    assert count(**{"from": "2020-01-01T00:00:00Z", "to": "2099-01-01"}) == 2
    assert count(to="2020-01-01T00:00:00+07:00") == count(**{"from": "2099-01-01"}) == 0


def test_pages_of_what_is_found_join(
    front: Front, program: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        front.hear(f"ชาเขียว {number}")
    caller = program()
    whole = caller.items("/messages?q=ชาเขียว")
    monkeypatch.setattr("handlers.api.routes.PAGE", 2)
    joined: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = {"q": "ชาเขียว"} | ({"cursor": cursor} if cursor else {})
        page = caller.get("/messages", query_string=asked).get_json()
        assert (page["partial"], page["behind"]) == (False, False)
        joined += page["items"]
        cursor = page["next_cursor"]
    assert joined == whole
    assert len(whole) == 5


def test_conversations_are_found_by_people_and_by_words(
    front: Front, program: Callable[..., Program]
) -> None:
    first, second = front.hear("ชาเขียว"), front.hear("กาแฟ", OTHER)
    front.name(second, "คุณชาเขียว")
    caller = program()

    def ids(query: str) -> list[str]:
        return [one["id"] for one in caller.items(f"/conversations?{query}")]

    assert ids("q=ชาเขียว") == [str(second), str(first)]
    assert ids("q=กาแฟ") == ids("q=C2") == [str(second)]
    assert ids("q=ชาเขียว&channel=line") == [str(second), str(first)]
    assert ids("q=ชาเขียว&channel=messenger") == ids("q=กาแฟ ชาเขียว") == []


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "x" * 101,
        "q=a%00b",
        "channel=pigeon",
        "customer=nobody",
        "customer=C" + "9" * 30,
        "from=yesterday",
        "to=2026-11-05T09:30:00",
        "from=9999-12-31T23:59:59-12:00",
        "to=2026-02-30",
        "from=0001-01-01",
    ],
)
def test_a_wrong_question_is_refused_in_a_sentence(
    query: str, program: Callable[..., Program]
) -> None:
    assert len(problem(program().get(f"/messages?{query}"), 400)) > 20


def test_T54_a_program_of_another_shop_finds_nothing(
    front: Front, program: Callable[..., Program]
) -> None:
    front.hear("ชาเขียว")
    front.open_shop("other")
    stranger = program("other")
    for asked in ("/messages?q=ชาเขียว", "/messages", "/messages?customer=C1"):
        assert stranger.items(asked) == []
    assert stranger.items("/conversations?q=ชาเขียว") == stranger.items("/conversations?q=C1") == []
