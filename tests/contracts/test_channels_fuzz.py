"""Genuine deliveries that are a little wrong: no channel raises, and none loses a neighbour.

The suite draws a bounded number of them; ``--hypothesis-profile=long`` two hundred times as many.
"""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import CHANNELS
from bot.messages import Event, InboundMessage, MessageChange, OtherEvent
from tests.contracts.channel_cases import NOW, every_channel
from tests.contracts.mutations import CORPUS, mutated, spoilt, with_neighbour


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
    body = with_neighbour(kind, data.draw(st.sampled_from(CORPUS[kind])), data)
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
    try:
        body = json.loads(spoilt(data.draw(st.sampled_from(CORPUS[kind])), data))
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
