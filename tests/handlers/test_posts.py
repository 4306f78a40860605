"""From a comment staff reach the post that it stands under, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tests.handlers.conftest import PASSWORD, Front
from tests.handlers.door import ACCOUNTS, Door

POST = "https://www.instagram.com/p/C0ffee/"


@pytest.fixture
def door(open_front: Callable[..., Front], migrated_url: str, httpserver: HTTPServer) -> Door:
    """The doors of a shop whose Meta is the tests' own server."""
    base = httpserver.url_for("").rstrip("/")
    front = open_front(OPENBILL_DATABASE__URL=migrated_url, OPENBILL_BASE_URL=base)
    return Door(front)


def comment(door: Door, field: str = "comments", **more: Any) -> str:
    """Hear a comment; give the address of its post here."""
    value = {
        "id": "1790",
        "text": "how much?",
        "from": {"id": "5005", "username": "noi"},
        "media": {"id": "42"},
        **more,
    }
    entry = {"id": ACCOUNTS["instagram"], "time": 1, "changes": [{"field": field, "value": value}]}
    assert door.post("instagram", door_body(entry)) == 200
    row = door.row("SELECT id, conversation_id FROM messages")
    return f"/inbox/{row.conversation_id}/post/{row.id}"


def door_body(entry: Any) -> bytes:
    return json.dumps({"object": "instagram", "entry": [entry]}).encode()


@pytest.mark.parametrize(
    ("field", "words"),
    [("comments", "Comment under a post"), ("live_comments", "Comment in a live broadcast")],
)
def test_a_comment_is_its_own_kind_and_leads_to_its_post(
    door: Door, httpserver: HTTPServer, field: str, words: str
) -> None:
    httpserver.expect_request("/simulator/graph/v26.0/42").respond_with_json({"permalink": POST})
    path = comment(door, field)
    staff = door.front.staff()
    page = staff.get(path.partition("/post")[0] + "?lang=en").text
    assert words in page
    assert f'href="{path}"' in page
    assert door.messages()[0]["kind"] == "comment"
    assert door.api("conversations")[0]["can_send"]["lane"] == "none"

    answer = staff.get(path)

    assert (answer.status_code, answer.headers["Location"]) == (303, POST)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"permalink": "https://evil.example/p/1"}, 404),
        ({"permalink": "https://www.instagram.com.evil.example/"}, 404),
        ({"permalink": "javascript:alert(1)"}, 404),
        ({}, 404),
        ({"error": {"code": 100, "message": "no such post"}}, 404),
        ({"error": {"code": 4, "message": "busy"}}, 502),
    ],
)
def test_what_the_platform_does_not_tell_is_said(
    door: Door, httpserver: HTTPServer, told: Any, status: int
) -> None:
    httpserver.expect_request("/simulator/graph/v26.0/42").respond_with_json(told)
    answer = door.front.staff().get(comment(door))
    assert answer.status_code == status
    assert "Location" not in answer.headers


def test_T54_another_shops_staff_and_other_messages_reach_no_post(door: Door) -> None:
    path = comment(door)
    door.front.hire("eve@example.com", "owner", door.front.open_shop("other"))
    stranger = door.front.staff(email="eve@example.com", password=PASSWORD)
    assert stranger.get(path).status_code == 404
    door.hear_line(type="text", text="hello")
    row = door.row("SELECT id, conversation_id FROM messages WHERE text = 'hello'")
    mine = door.front.staff()
    assert mine.get(f"/inbox/{row.conversation_id}/post/{row.id}").status_code == 404
    comment_id = path.rpartition("/")[2]
    assert mine.get(f"/inbox/{row.conversation_id}/post/{comment_id}").status_code == 404
