"""A message by the API: what came with it, what it answers and said before; or nothing of it."""

from __future__ import annotations

import time
from typing import Any

import jsonschema

from bot.store import members
from handlers.api.schemas import SCHEMAS
from tests.handlers.door import Door

CDN = "https://scontent.xx.fbcdn.net/v/1.jpg?oh=1"


def newest(door: Door) -> dict[str, Any]:
    """The newest message of the conversation that was written in last, fit for our description."""
    conversation = door.api("conversations")[0]
    found = door.api(f"conversations/{conversation['id']}/messages")[0]
    schema = {"$ref": "#/components/schemas/Message", "components": {"schemas": SCHEMAS}}
    jsonschema.Draft202012Validator(schema).validate(found)
    return found


def attachment(door: Door) -> dict[str, Any]:
    (only,) = newest(door)["attachments"]
    found: dict[str, Any] = only
    return found


def test_a_picture_is_named_before_and_after_it_is_fetched(door: Door) -> None:
    door.hear_line(type="image", imageSet={"id": "S", "index": 1, "total": 3})
    waiting = attachment(door)
    assert (waiting["kind"], waiting["state"], waiting["url"]) == ("image", "fetching", None)

    token = door.fill(b"picture", "image/jpeg", thumb=b"small")

    stored = attachment(door)
    assert (stored["state"], stored["mime"], stored["size"]) == ("stored", "image/jpeg", 7)
    assert stored["url"].endswith(f"/media/{token}")
    assert stored["thumb"] == stored["url"] + "/thumb"
    path = "/media/" + token
    assert door.client.get(path, headers=door.bearer(), buffered=True).data == b"picture"
    assert door.client.get(path, headers={"Authorization": "Bearer no"}).status_code == 404


def test_a_file_has_its_senders_name_and_a_place_its_coordinates(door: Door) -> None:
    door.hear_line(type="file", fileName="ใบสั่ง.pdf", fileSize=2138)
    told = attachment(door)
    assert (told["kind"], told["name"], told["size"]) == ("file", "ใบสั่ง.pdf", 2138)
    door.hear_line(type="location", title="ร้าน", latitude=13.75, longitude=100.5)
    place = attachment(door)
    assert (place["state"], place["url"]) == ("none", None)
    assert place["details"] == {"title": "ร้าน", "latitude": 13.75, "longitude": 100.5}


def test_two_pictures_of_one_message_are_two_attachments_in_order(door: Door) -> None:
    shots = [{"type": "image", "payload": {"url": f"{CDN}{n}"}} for n in (1, 2)]
    shots.insert(1, {"type": "fallback", "payload": {}, "title": "a page"})
    door.hear_meta("messenger", message={"mid": "m_two", "attachments": shots})
    told = newest(door)["attachments"]
    assert [one["kind"] for one in told] == ["image", "share", "image"]
    assert [one["state"] for one in told] == ["fetching", "none", "fetching"]


def test_an_edited_message_has_its_versions(door: Door) -> None:
    now = int(time.time() * 1000)
    door.hear_line(id="77", type="text", text="two teas", event_timestamp=now - 9000)
    for seconds, words in ((6, "three teas"), (3, "four teas")):
        edit = {"event_type": "messageEdited", "event_timestamp": now - seconds * 1000}
        door.hear_line(id="77", type="text", text=words, **edit)
    told = newest(door)
    assert told["text"] == "four teas"
    assert [one["text"] for one in told["versions"]] == ["two teas", "three teas"]
    assert told["versions"][0]["at"] < told["versions"][1]["at"] < told["edited_at"]


def test_an_answer_names_what_it_quotes(door: Door) -> None:
    door.hear_line(id="81", type="text", text="is it fresh?")
    door.hear_line(id="82", type="text", text="this one", quotedMessageId="81")
    quoted = newest(door)["quoted"]
    assert (quoted["text"], quoted["author"], quoted["platform_id"]) == (
        "is it fresh?",
        "customer",
        "81",
    )
    assert quoted["id"]
    door.hear_line(id="83", type="text", text="and that", quotedMessageId="nowhere")
    assert newest(door)["quoted"] == {
        "platform_id": "nowhere",
        "id": None,
        "author": None,
        "text": None,
    }
    door.hear_line(event_type="unsend", event_unsend={"messageId": "81"})
    door.hear_line(id="84", type="text", text="that one", quotedMessageId="81")
    assert newest(door)["quoted"]["text"] is None


def test_reactions_say_who_and_what(door: Door) -> None:
    door.hear_meta("instagram", message={"mid": "m_r", "text": "nice"})
    love = {"mid": "m_r", "action": "react", "reaction": "love", "emoji": "❤"}
    door.hear_meta("instagram", reaction=love)
    (only,) = newest(door)["reactions"]
    assert (only["by"], only["emoji"]) == ("5005", "❤")
    door.hear_meta("instagram", reaction={"mid": "m_r", "action": "unreact"}, timestamp=10**12 * 2)
    assert newest(door)["reactions"] == []


def test_T64_a_message_that_was_taken_back_shows_none_of_it(door: Door) -> None:
    shot = {"type": "image", "payload": {"url": CDN}}
    said = {"mid": "m_gone", "text": "see", "attachments": [shot], "reply_to": {"mid": "m_x"}}
    door.hear_meta("messenger", message=said)
    love = {"mid": "m_gone", "action": "react", "emoji": "❤"}
    door.hear_meta("messenger", reaction=love)
    edit = {"mid": "m_gone", "text": "look", "num_edit": 1}
    door.hear_meta("messenger", message_edit=edit, timestamp=int(time.time() * 1000) + 5000)
    token = door.fill(b"picture", "image/jpeg", thumb=b"small")
    told = newest(door)
    assert all(told[name] for name in ("attachments", "versions", "quoted", "reactions", "text"))

    door.hear_meta("messenger", message={"mid": "m_gone", "is_deleted": True})

    told = newest(door)
    assert told["redacted"]
    assert not any(told[name] for name in ("attachments", "versions", "quoted", "reactions"))
    assert told["text"] is None
    assert door.client.get(f"/media/{token}", headers=door.bearer()).status_code == 404


def test_a_group_names_who_wrote(door: Door) -> None:
    group = {"type": "group", "groupId": "Cteam", "userId": "Umali"}
    door.hear_line(type="text", text="hello", event_source=group)
    assert newest(door)["sender"] == {"id": "Umali", "name": None}
    row = door.row("SELECT id FROM members")
    door.front.runtime.transact(
        lambda work: members.update_member(work.connection, row.id, name="มะลิ")
    )
    assert newest(door)["sender"] == {"id": "Umali", "name": "มะลิ"}
    door.hear_line(type="text", text="hidden", event_source={"type": "group", "groupId": "Cteam"})
    assert newest(door)["sender"] is None


def test_T54_another_shops_token_finds_no_file(door: Door) -> None:
    door.hear_line(type="image")
    token = door.fill(b"picture", "image/jpeg", thumb=b"small")
    slug = "other"
    door.front.open_shop(slug)
    stranger = Door(door.front)
    stranger.front.shop = door.front.shop.model_copy(update={"slug": slug})
    assert stranger.client.get(f"/media/{token}", headers=stranger.bearer()).status_code == 404
