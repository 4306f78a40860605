"""Every channel reads every event, and nothing in one can cost another."""

from __future__ import annotations

import copy
import json
from datetime import UTC
from pathlib import Path
from typing import Any

from bot.channels import CHANNELS
from bot.messages import Author, InboundMessage, OtherEvent
from tests.contracts.channel_cases import (
    FIXTURES,
    KINDS,
    NOW,
    abyss,
    events_of,
    every_channel,
    every_fixture,
    load,
    places,
)


@every_fixture
def test_every_event_is_of_its_channel_and_of_no_other(path: Path) -> None:
    owners = [kind for kind in KINDS if CHANNELS[kind].owns(load(path))]
    assert owners == [path.parent.name]


@every_fixture
def test_every_text_is_read_with_its_place_and_time(path: Path) -> None:
    if not path.stem.startswith("text"):
        return
    messages = events_of(path.parent.name, load(path))
    assert messages
    for message in messages:
        assert isinstance(message, InboundMessage), message
        assert message.kind == "text"
        assert message.text
        assert message.address.id
        assert message.platform_id
        assert message.sent_at.tzinfo is UTC
        assert message.author is (Author.STAFF if "echo" in path.stem else Author.CUSTOMER)
        assert message.standby == ("standby" in path.stem)


@every_fixture
def test_T06_an_event_has_the_same_key_each_time_it_comes(path: Path) -> None:
    kind = path.parent.name
    keys = [event.event_key for event in events_of(kind, load(path))]
    assert keys == [event.event_key for event in events_of(kind, load(path))]
    assert len(set(keys)) == len(keys)


@every_channel
def test_T07_an_event_with_other_words_is_still_the_same_event(kind: str) -> None:
    body = load(FIXTURES / kind / "text.json")
    (first,) = events_of(kind, body)
    for place, key in list(places(body)):
        if key == "text" and place[key] != "text":
            place[key] = "other words"
    (second,) = events_of(kind, body)
    assert second.event_key == first.event_key
    assert second.text != first.text


@every_channel
def test_T12_of_a_thousand_events_one_bad_and_one_twice_the_rest_are_read(kind: str) -> None:
    body = load(FIXTURES / kind / "text.json")
    events = body["events"] if kind == "line" else body["entry"][0]["messaging"]
    (whole,) = events
    for number in range(997, 0, -1):
        one = copy.deepcopy(whole)
        one["timestamp"] += number
        one["message"]["mid"] = one["message"]["id"] = f"m{number}"
        events.append(one)
    events[500] = {"message": 7}
    events += [whole, copy.deepcopy(events[300])]
    found = events_of(kind, body)
    bad = [event for event in found if isinstance(event, OtherEvent)]
    good = {event.event_key: event for event in found if isinstance(event, InboundMessage)}
    assert (len(found), len(bad), len(good)) == (1000, 1, 997)
    assert bad[0].error
    assert len({event.sent_at for event in good.values()}) == 997


@every_channel
def test_T10_bodies_of_any_shape_are_read_without_an_error(kind: str) -> None:
    bodies: list[Any] = [None, [], {}, "x", 1, True, 1e999, [[]], [None]]
    for body in [*bodies, {"events": {}}, {"entry": 3}, {"entry": [3, {}]}]:
        for entry in CHANNELS[kind].parse(body, NOW):
            assert all(isinstance(event, OtherEvent) and event.error for event in entry.events)


@every_channel
def test_T09_a_body_nested_deeper_than_python_follows_is_read_without_an_error(kind: str) -> None:
    for path in (FIXTURES / kind).glob("*.json"):
        body = load(path)
        for place, key in list(places(body)):
            whole = place[key]
            place[key] = abyss()
            events_of(kind, body)
            place[key] = whole


@every_channel
def test_T11_text_that_no_database_holds_is_shown_with_replacement_marks(kind: str) -> None:
    body = load(FIXTURES / kind / "text.json")
    for place, key in list(places(body)):
        if key == "text" and isinstance(place[key], str):
            place[key] = "a\x00b\ud800c"
    (message,) = events_of(kind, body)
    assert message.text == "a\ufffdb\ufffdc"
    assert "\\u0000" in json.dumps(message.raw)


@every_channel
def test_T13_an_unknown_event_is_kept_and_is_no_error(kind: str) -> None:
    name = "unknown_everything" if kind == "line" else "unknown_event"
    (event,) = events_of(kind, load(FIXTURES / kind / f"{name}.json"))
    assert isinstance(event, OtherEvent)
    assert (event.kind, event.error) == ("hologram", None)
    assert event.raw


@every_channel
def test_one_bad_event_does_not_cost_its_neighbours(kind: str) -> None:
    body = load(FIXTURES / kind / "text.json")
    events = body["events"] if kind == "line" else body["entry"][0]["messaging"]
    events[:0] = [None, 7, "x", [], {}, {"message": [], "type": 3}]
    *bad, good = events_of(kind, body)
    assert len(bad) == 6
    assert all(isinstance(event, OtherEvent) and event.error for event in bad)
    assert good.kind == "text"
