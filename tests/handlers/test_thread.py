"""The thread shows each kind of message as what it is, and nothing of what was taken back."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from bot.store import members
from tests.handlers.door import Door

CDN = "https://scontent.xx.fbcdn.net/v/1.jpg?oh=1"
FETCHING, GONE = "Fetching it from the platform", "No longer to be had"


def thread(door: Door) -> str:
    """The newest conversation's thread, in English."""
    conversation = door.row("SELECT id FROM conversations ORDER BY id DESC LIMIT 1")
    answer = door.front.staff().get(f"/inbox/{conversation.id}/thread?lang=en")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


@pytest.mark.parametrize(
    ("kind", "mime", "player"),
    [
        ("video", "video/mp4", "video"),
        ("audio", "audio/x-m4a", "audio"),
        ("video", "text/html", ""),
        ("audio", "video/x-flv", ""),
    ],
)
def test_sounds_and_films_play_and_never_by_themselves(
    door: Door, kind: str, mime: str, player: str
) -> None:
    door.hear_line(type=kind, duration=1000)
    token = door.fill(b"0123456789", mime)
    page = thread(door)
    if player:
        (tag,) = re.findall(rf"<{player} [^>]*>", page)
        assert f'src="/media/{token}"' in tag
        assert " controls" in tag
        assert "autoplay" not in page
    else:
        assert "<video" not in page
        assert "<audio" not in page
        assert f'<a href="/media/{token}"' in page


def test_a_file_is_saved_under_its_cleaned_name(door: Door) -> None:
    door.hear_line(type="file", fileName="../ใบ\u202eสั่ง.pdf", fileSize=9)
    token = door.fill(b"%PDF", "application/pdf")
    page = thread(door)
    assert f'href="/media/{token}" rel="noopener" download' in page
    assert "\u202e" not in page
    answer = door.client.get(f"/media/{token}", headers=door.bearer(), buffered=True)
    told = answer.headers["Content-Disposition"]
    assert "%E2%80%AE" not in told
    assert "/" not in told.replace("attachment", "").replace("UTF-8''", "")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("fetching", FETCHING),
        ("gone", GONE),
        ("too_big", "Too big to keep"),
        ("refused", "Not kept"),
    ],
)
def test_what_is_not_there_says_so_with_a_word(door: Door, state: str, words: str) -> None:
    door.hear_line(type="image")
    change = f"UPDATE media SET state = '{state}', reason = 'because'"
    door.front.runtime.store.write(lambda connection: connection.exec_driver_sql(change))
    page = thread(door)
    assert words in page
    assert "because" in page
    assert "<img" not in page


def test_a_picture_opens_large_and_one_of_a_set_says_which(door: Door) -> None:
    door.hear_line(type="image", imageSet={"id": "S", "index": 2, "total": 3})
    token = door.fill(b"picture", "image/jpeg", thumb=b"small")
    page = thread(door)
    assert (
        f'href="/media/{token}" target="_blank" rel="noopener" data-picture="Picture 2/3"' in page
    )
    assert f'<img src="/media/{token}/thumb" alt="Picture 2/3"' in page


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"type": "sticker", "keywords": ["love", "bear"]}, "Sticker: love, bear"),
        ({"type": "location", "title": "ร้าน", "address": "ถนน 1"}, "Place: ร้าน (ถนน 1)"),
        ({"type": "hologram"}, "cannot be shown here yet: hologram"),
    ],
)
def test_what_has_no_file_is_said_in_words(door: Door, message: Any, words: str) -> None:
    door.hear_line(**message)
    assert words in thread(door)


def test_a_place_opens_on_a_map_and_a_shared_page_opens(door: Door) -> None:
    door.hear_line(type="location", latitude=13.75, longitude=100.5)
    assert "https://www.google.com/maps/search/?api=1&amp;query=13.75%2C100.5" in thread(door)
    shared = {"type": "fallback", "title": "News", "url": "https://example.com/1", "payload": None}
    door.hear_meta("messenger", message={"mid": "m1", "attachments": [shared]})
    page = thread(door)
    assert "Shared post: News" in page
    assert 'href="https://example.com/1" target="_blank" rel="noopener noreferrer nofollow"' in page


def test_an_answer_shows_what_it_answers_and_leads_there(door: Door) -> None:
    door.hear_line(id="81", type="text", text="is it fresh?")
    door.hear_line(id="82", type="text", text="this one", quotedMessageId="81")
    first = door.row("SELECT id FROM messages WHERE platform_id = '81'").id
    page = thread(door)
    assert re.search(rf'class="quote"><a href="#m{first}"><bdi>.*?</bdi>: <bdi>is it fresh\?', page)
    door.hear_line(event_type="unsend", event_unsend={"messageId": "81"})
    page = thread(door)
    assert "is it fresh?" not in page
    assert page.count("The customer withdrew this message") == 2


def test_a_tap_says_what_was_tapped(door: Door) -> None:
    door.hear_line(event_type="postback", event_postback={"data": "action=buy&id=1"})
    assert "Tapped a button: action=buy&amp;id=1" in thread(door)
    picked = {"data": "x", "params": {"datetime": "2026-12-01T10:00"}}
    door.hear_line(event_type="postback", event_postback=picked)
    assert "x · 2026-12-01T10:00" in thread(door)
    door.hear_meta("messenger", postback={"title": "Price?", "payload": "ICE"})
    page = thread(door)
    assert "Tapped a button" in page
    assert "Price?" in page


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (
            {"referral": {"ref": "summer", "source": "SHORTLINK", "type": "OPEN_THREAD"}},
            "Came by a link or an advertisement: summer · SHORTLINK · OPEN_THREAD",
        ),
        ({"optin": {"type": "one_time_notif_req", "title": "Sale"}}, "Agreed to be written to"),
        (
            {"policy-enforcement": {"action": "warning", "reason": "spam"}},
            "The platform acts against the page: warning · spam",
        ),
        ({"take_thread_control": {"previous_owner_app_id": "1"}}, "Another app took this chat"),
        ({"hologram": {"a": 1}}, "cannot be shown here yet: hologram"),
    ],
)
def test_what_happened_is_a_readable_line(door: Door, block: Any, words: str) -> None:
    door.hear_meta("messenger", **block)
    assert words in thread(door)


def test_members_of_a_group_bear_their_names(door: Door) -> None:
    group = {"type": "group", "groupId": "Cteam", "userId": "Umali"}
    door.hear_line(type="text", text="hello", event_source=group)
    door.hear_line(type="text", text="hidden", event_source={"type": "group", "groupId": "Cteam"})
    page = thread(door)
    assert "A member of the group" in page
    assert "A member whom the platform does not name" in page
    row = door.row("SELECT id FROM members")
    door.front.runtime.transact(
        lambda work: members.update_member(work.connection, row.id, name="คุณมะลิ")
    )
    assert "<bdi>คุณมะลิ</bdi>" in thread(door)


def test_a_persons_echo_is_the_shops_own_word(door: Door) -> None:
    echo = {"mid": "m_e", "text": "we have it", "is_echo": True, "app_id": 2}
    ends = {"sender": {"id": "1234567890"}, "recipient": {"id": "5005"}}
    door.hear_meta("messenger", message=echo, **ends)
    page = thread(door)
    assert 'class="bubble ours by-staff"' in page
    assert "page&#39;s own inbox" in page


def test_another_apps_chat_says_so_and_nothing_is_sent(door: Door) -> None:
    door.hear_line(type="text", text="hello", event_mode="standby")
    assert door.api("conversations")[0]["can_send"]["lane"] == "none"
    conversation = door.row("SELECT id FROM conversations")
    way = door.front.staff().get(f"/inbox/{conversation.id}/way?lang=en").text
    assert "another app has this chat now" in way


def test_who_left_cannot_be_written_to_until_they_come_back(door: Door) -> None:
    now = int(time.time() * 1000)
    door.hear_line(type="text", text="hello", event_timestamp=now - 5000)
    door.hear_line(event_type="unfollow", event_timestamp=now - 8000)  # older than their word
    assert door.api("conversations")[0]["can_send"]["lane"] == "push"
    door.hear_line(event_type="unfollow", event_timestamp=now - 3000)
    assert door.api("conversations")[0]["can_send"]["lane"] == "none"
    assert "Blocked or removed the shop" in thread(door)
    back = {"event_follow": {"isUnblocked": True}, "event_timestamp": now - 1000}
    door.hear_line(event_type="follow", **back)
    assert door.api("conversations")[0]["can_send"]["lane"] == "push"
    assert "Unblocked the shop" in thread(door)


def test_T44_what_a_platform_told_is_text_in_every_piece(door: Door) -> None:
    evil = '"><svg onload=alert(1)>'
    door.hear_line(type="file", fileName=evil)
    door.hear_line(type="location", title=evil, address=evil, latitude=1, longitude=2)
    door.hear_line(type="sticker", keywords=[evil], text=evil)
    door.hear_line(type=evil)
    door.hear_line(id="9", type="text", text=evil)
    door.hear_line(type="text", text="x", quotedMessageId="9")
    door.hear_line(event_type="postback", event_postback={"data": evil})
    assert "<svg" not in thread(door)
    bad = {"type": "fallback", "title": evil, "url": "javascript:alert(1)"}
    story = {"story": {"url": "javascript:alert(2)", "id": evil}}
    door.hear_meta("instagram", message={"mid": "m", "attachments": [bad], "reply_to": story})
    door.hear_meta("instagram", referral={"ref": evil, "source": evil})
    page = thread(door)
    assert "<svg" not in page
    assert "javascript:" not in page
