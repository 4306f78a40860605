"""Genuine deliveries that are a little wrong: no channel raises, and none loses a neighbour.

The suite draws a bounded number of them; ``--hypothesis-profile=long`` two hundred times as many.
"""

from __future__ import annotations

import copy
import json
import math
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import CHANNELS
from bot.messages import Event, InboundMessage, MessageChange, OtherEvent
from tests.contracts.channel_cases import KINDS, NOW, every_channel, places, shapes_of

CORPUS = {kind: [shape.body for shape in shapes_of(kind)] for kind in KINDS}
# What a hostile or merely new sender may put anywhere.
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -1, 0, 1e308, math.inf, math.nan, 253402300800000, 2**63]),
    st.floats(),
    st.text(st.characters(exclude_categories=[])),
    st.sampled_from(["\ud800", "\x00", "x" * 5000, "0", "text", "1e9", "\u200b", "javascript:x"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["id", "type", "mid", "userId", "text"]), st.integers()),
    st.just([[[[]]]]),
)
DEEDS = ("put", "drop", "repeat", "wrap", "rename", "swap")


@every_channel
@given(data=st.data())
def test_T10_a_mutated_delivery_is_read_and_cleaned_without_an_error(
    kind: str, data: st.DataObject
) -> None:
    body = data.draw(st.sampled_from(CORPUS[kind]))
    judge(kind, mutated(body, data))


@every_channel
@given(data=st.data())
def test_T12_a_mutated_event_costs_none_of_its_neighbours(kind: str, data: st.DataObject) -> None:
    body = copy.deepcopy(data.draw(st.sampled_from(CORPUS[kind])))
    whole = body[0] if isinstance(body, list) else body
    place = whole if kind == "line" else whole["entry"][0]
    name = "events" if kind == "line" else "messaging"
    place[name] = [mutated(one, data) for one in place.get(name, [])] + [neighbour(kind)]
    judge(kind, body)
    assert "the neighbour" in [
        event.text
        for entry in CHANNELS[kind].parse(body, NOW)
        for event in entry.events
        if isinstance(event, InboundMessage)
    ]


@every_channel
@given(data=st.data())
def test_T10_a_spoiled_text_of_json_is_read_if_it_is_still_json(
    kind: str, data: st.DataObject
) -> None:
    text = json.dumps(data.draw(st.sampled_from(CORPUS[kind])), ensure_ascii=False)
    at = data.draw(st.integers(0, len(text)))
    spoil = data.draw(
        st.sampled_from(
            [
                "",
                "\\u0000",
                "\\ud800",
                "1e999",
                "NaN",
                "9" * 400,
                '"text":"x",',
                '"id":{},',
                "{",
                "]",
            ]
        )
    )
    cut = data.draw(st.sampled_from([0, 0, 1, 5, len(text)]))
    try:
        body = json.loads(text[:at] + spoil + text[at + cut :])
    except ValueError:
        return
    judge(kind, body)


@every_channel
@pytest.mark.parametrize("name", ["type", "message", "messaging", "source", "sender", "id", "text"])
def test_T10_of_a_name_given_twice_one_counts(kind: str, name: str) -> None:
    for body in CORPUS[kind][:40]:
        text = json.dumps(body).replace(f'"{name}":', f'"{name}": [7], "{name}":')
        judge(kind, json.loads(text))
        turned = json.dumps(body).replace(f'"{name}":', f'"{name}": "x", "_":')
        judge(kind, json.loads(turned))


def mutated(body: Any, data: st.DataObject) -> Any:
    """Give a copy of ``body`` after one to four mishaps, each anywhere in it."""
    held = [copy.deepcopy(body)]
    for _ in range(data.draw(st.integers(1, 4))):
        slots = list(places(held))
        if not slots:
            break
        place, key = data.draw(st.sampled_from(slots))
        deed = data.draw(st.sampled_from(DEEDS))
        match deed:
            case "put":
                place[key] = copy.deepcopy(data.draw(ODD))
            case "wrap":
                place[key] = data.draw(st.sampled_from([[place[key]], {"value": place[key]}]))
            case "swap":
                other, there = data.draw(st.sampled_from(slots))
                place[key] = copy.deepcopy(other[there])
            case "rename" if isinstance(place, dict):
                place[data.draw(st.sampled_from(["id", "mid", "", "\x00", "message"]))] = place[key]
            case "repeat" if isinstance(place, list):
                place.append(copy.deepcopy(place[key]))
            case _ if place is not held:
                del place[key]
    return held[0]


def judge(kind: str, body: Any) -> None:
    """Whatever comes out must fit the store, and the body must be there to be cleaned."""
    channel = CHANNELS[kind]
    channel.owns(body)
    before = repr(body)
    for entry in channel.parse(body, NOW):
        assert entry.account_id is None or entry.account_id
        for event in entry.events:
            assert_storable(event)
            clean = channel.redact(body, event.platform_id or "none")
            if isinstance(event, InboundMessage) and event.platform_id:
                again = [e for one in channel.parse(clean, NOW) for e in one.events]
                left = [e for e in again if e.platform_id == event.platform_id]
                assert not any(said(e) for e in left), "a withdrawn message still speaks"
    assert repr(body) == before, "reading changed the body"


def assert_storable(event: Event) -> None:
    """Check the columns' lengths and what no database holds."""
    assert 0 < len(event.event_key) <= 300
    assert isinstance(event.raw, dict)
    assert event.sent_at is None or event.sent_at.tzinfo is not None
    assert event.address is None or 0 < len(event.address.id) <= 200
    for word, limit in ((event.platform_id, 300), (getattr(event, "sender_id", None), 200)):
        assert word is None or 0 < len(word) <= limit
    if isinstance(event, OtherEvent):
        assert event.kind
    held: list[Any] = [event.event_key, event.platform_id, getattr(event, "text", None)]
    held += [getattr(event, "facts", {})]
    for one in getattr(event, "attachments", ()):
        held += [one.kind, one.content_id, one.url, one.facts]
    written = orjson.dumps(held)  # refuses lone surrogates
    assert b"\\u0000" not in written
    assert json.loads(json.dumps(held, allow_nan=False)) == held


def said(event: Event) -> bool:
    """Say whether an event still holds words or contents."""
    if isinstance(event, InboundMessage):
        contents = any(one.url or one.facts for one in event.attachments)  # LINE's id remains
        return bool(event.text or contents or event.facts.get("payload"))
    return isinstance(event, MessageChange) and event.change == "edit" and bool(event.text)


def neighbour(kind: str) -> dict[str, Any]:
    """A plain good event."""
    if kind == "line":
        return {
            "type": "message",
            "timestamp": 1764000999000,
            "source": {"type": "user", "userId": "U-neighbour"},
            "message": {"id": "n1", "type": "text", "text": "the neighbour"},
        }
    return {
        "sender": {"id": "111"},
        "recipient": {"id": "222"},
        "timestamp": 1764000999000,
        "message": {"mid": "n1", "text": "the neighbour"},
    }
