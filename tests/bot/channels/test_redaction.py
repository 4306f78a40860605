"""What a withdrawn message said leaves the body that brought it, and nothing else does."""

from __future__ import annotations

from typing import Any

from bot.channels.instagram import Instagram
from bot.channels.line import Line
from bot.channels.messenger import Messenger
from bot.channels.redaction import slimmed


def line_event(number: str, **message: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "timestamp": 1764000000000,
        "source": {"type": "user", "userId": "U1"},
        "webhookEventId": f"01KA{number}",
        "message": {"id": number, **message},
    }


def test_T64_lines_withdrawn_message_keeps_its_ids_and_its_neighbour_its_words() -> None:
    mine = line_event("1", type="text", text="secret", mention={"mentionees": []}, quoteToken="q")
    other = line_event("2", type="text", text="public", quotedMessageId="1")
    body = {"destination": "Uab12", "events": [mine, other, {"type": "follow"}]}
    assert Line().redact(body, "1") == {
        "destination": "Uab12",
        "events": [
            {**line_event("1"), "message": {"id": "1", "type": "text"}},
            other,
            {"type": "follow"},
        ],
    }
    assert mine["message"]["text"] == "secret", "the body given is not changed"


def test_T64_an_edit_of_the_withdrawn_message_loses_its_words_too() -> None:
    edited = {**line_event("1", type="text", text="secret"), "type": "messageEdited"}
    assert "secret" not in str(Line().redact({"events": [edited]}, "1"))
    item = {"sender": {"id": "7"}, "message_edit": {"mid": "m_1", "text": "secret", "num_edit": 1}}
    body = {"object": "page", "entry": [{"messaging": [item]}]}
    assert Messenger().redact(body, "m_1")["entry"][0]["messaging"] == [
        {"sender": {"id": "7"}, "message_edit": {"mid": "m_1", "num_edit": 1}}
    ]


def test_T64_everything_a_meta_message_said_goes_also_what_is_new_to_us() -> None:
    message = {
        "mid": "m_1",
        "text": "secret",
        "attachments": [{"type": "image", "payload": {"url": "https://secret.example"}}],
        "quick_reply": {"payload": "secret"},
        "reply_to": {"mid": "m_0", "story": {"url": "https://secret.example"}},
        "hologram": {"words": "secret"},
        "is_echo": True,
    }
    ends = {"sender": {"id": "7"}, "recipient": {"id": "8"}, "timestamp": 1764000000000}
    item = {**ends, "message": message, "aside": "secret"}
    clean = {**ends, "message": {"mid": "m_1", "is_echo": True, "reply_to": {"mid": "m_0"}}}
    for name in ("messaging", "standby"):
        body = {"object": "instagram", "entry": [{"id": "8", name: [item]}]}
        assert Instagram().redact(body, "m_1")["entry"][0][name] == [clean]
        assert Instagram().redact([body], "m_1")[0]["entry"][0][name] == [clean]
    change = {"field": "messages", "value": item}
    body = {"object": "instagram", "entry": [{"id": "8", "changes": [change]}]}
    assert Instagram().redact(body, "m_1")["entry"][0]["changes"] == [{**change, "value": clean}]


def test_T64_a_tapped_buttons_words_go_and_a_reaction_to_it_stays() -> None:
    tap = {"sender": {"id": "7"}, "postback": {"mid": "m_1", "title": "secret", "payload": "x"}}
    reaction = {"sender": {"id": "7"}, "reaction": {"mid": "m_1", "action": "react"}}
    body = {"object": "page", "entry": [{"messaging": [tap, reaction]}]}
    assert Messenger().redact(body, "m_1")["entry"][0]["messaging"] == [
        {"sender": {"id": "7"}, "postback": {"mid": "m_1"}},
        reaction,
    ]


def test_bodies_of_any_shape_are_left_as_they_are() -> None:
    bodies: list[Any] = [None, [], {}, "x", 1, [[]], {"events": 7}, {"entry": 7}, {"entry": [7]}]
    for body in [*bodies, {"entry": [{"messaging": [7, {}], "changes": [None], "field": 1}]}]:
        for channel in (Line(), Messenger(), Instagram()):
            assert channel.redact(body, "m_1") == body


def test_what_is_kept_of_an_object_are_its_ids() -> None:
    kept = frozenset({"id", "from", "media", "text"})
    value = {"id": 7, "from": {"id": "8", "username": "nok"}, "media": ["x"], "more": 1}
    assert slimmed(value, kept) == {"id": 7, "from": {"id": "8"}}
    assert slimmed("words", kept) == {}
