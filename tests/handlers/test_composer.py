"""The reply box while somebody types: choices, previews, their pace, and who may ask."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from handlers import composer
from tests.handlers.conftest import Front, Visitor
from tests.handlers.door import Door

if TYPE_CHECKING:
    from collections.abc import Callable

CHOICE = re.compile(r'data-start="(\d+)" data-end="(\d+)" data-text="([^"]*)"')


def ask(visitor: Visitor, conversation_id: int, text: str, at: int | None = None) -> list[str]:
    """What the box would hold after each choice."""
    fields = {"csrf_token": visitor.token(f"/inbox/{conversation_id}"), "text": text}
    fields |= {"at": str(at)} if at is not None else {}
    answer = visitor.client.post(f"/inbox/{conversation_id}/complete", data=fields)
    assert answer.status_code == 200
    return [
        text[: int(start)] + unescape(word) + text[int(end) :]
        for start, end, word in CHOICE.findall(answer.text)
    ]


def test_choices_come_from_the_shops_album_and_change_nothing(door: Door) -> None:
    front = door.front
    conversation_id = front.hear("hello")
    visitor = front.staff()
    before = front.state()

    assert ask(visitor, conversation_id, "/o A")[:1] == ["/o A1 "]
    assert ask(visitor, conversation_id, "/o C3/") == ["/o C3/ดำ/", "/o C3/ขาว/"]
    assert "/o A1 2; ship EMS " in ask(visitor, conversation_id, "/o A1 2; ship e")
    assert "/o @C1 " in ask(visitor, conversation_id, "/o @C")
    assert ask(visitor, conversation_id, "hello") == []

    assert front.state() == before


def test_the_word_under_the_cursor_is_replaced_whole(front: Front) -> None:
    conversation_id = front.hear("hello")
    visitor = front.staff()
    assert ask(visitor, conversation_id, "/o A1 2; tell 08", at=12)[0] == "/o A1 2; tel  08"


def test_what_a_name_holds_cannot_leave_the_list(front: Front) -> None:
    conversation_id = front.hear("hello")
    front.name(conversation_id, "<script>alert(1)</script>")
    visitor = front.staff()
    fields = {"csrf_token": visitor.token(f"/inbox/{conversation_id}"), "text": "/o @"}
    page = visitor.client.post(f"/inbox/{conversation_id}/complete", data=fields).text
    assert "<script" not in page
    assert "&lt;script" in page


def test_nothing_of_another_shop_is_offered(front: Front) -> None:
    conversation_id = front.hear("hello")
    other = front.open_shop("lanna")
    front.hire("boss@lanna.example", "owner", other)
    visitor = front.staff(email="boss@lanna.example")
    fields = {"csrf_token": visitor.token("/account"), "text": "/o A"}
    for part in ("complete", "preview"):
        answer = visitor.client.post(f"/inbox/{conversation_id}/{part}", data=fields)
        assert answer.status_code == 404


def test_a_person_who_asks_faster_than_anybody_types_is_slowed_down(
    open_front: Callable[..., Front], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composer, "PACE", "3 per hour")
    front = open_front()
    conversation_id = front.hear("hello")
    visitor, other = front.staff(), None
    fields = {"csrf_token": visitor.token(f"/inbox/{conversation_id}"), "text": "/o A"}
    path = f"/inbox/{conversation_id}/complete"
    found = [visitor.client.post(path, data=fields).status_code for _ in range(4)]
    assert found == [200, 200, 200, 429]

    # It is the person who is counted, not the address.
    front.hire("som@example.com", "sales")
    other = front.staff(email="som@example.com")
    fields = {"csrf_token": other.token(f"/inbox/{conversation_id}"), "text": "/o A"}
    assert other.client.post(path, data=fields).status_code == 200


def test_the_loser_of_a_race_reads_who_was_faster(door: Door) -> None:
    front = door.front
    conversation_id = front.hear("hello")
    front.hire("som@example.com", "sales")
    first, second = front.staff(), front.staff(email="som@example.com")

    def post(visitor: Visitor, text: str, key: str) -> str:
        form = {"csrf_token": visitor.token(f"/inbox/{conversation_id}"), "text": text, "key": key}
        path = f"/inbox/{conversation_id}/messages"
        return visitor.client.post(path, data=form, headers={"HX-Request": "true"}).text

    assert "1001" in post(first, "/o A1 2", "race-key-1")
    post(second, "/cancel !1001", "race-key-2")
    lost = post(first, "/cancel !1001", "race-key-3")

    assert "alarm" in lost
    assert "1001" in lost
