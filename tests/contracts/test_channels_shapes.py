"""Whatever shape a platform's delivery has, it becomes the right events, each once."""

from __future__ import annotations

import copy
import json
from typing import Any

from bot.channels import CHANNELS
from bot.messages import InboundMessage
from tests.contracts.channel_cases import events_of, every_channel, shapes_of
from tests.contracts.channel_shapes import SAID, Shape, tell


@every_channel
def test_T13_every_shape_becomes_the_events_that_it_tells_of(kind: str) -> None:
    wrong = [
        (shape.name, told)
        for shape in shapes_of(kind)
        if (told := tuple(tell(event) for event in events_of(kind, shape.body))) != shape.told
    ]
    assert not wrong
    assert len(shapes_of(kind)) > 250


@every_channel
def test_T06_no_two_events_share_a_key_and_each_keeps_its_own(kind: str) -> None:
    first = [event.event_key for shape in shapes_of(kind) for event in events_of(kind, shape.body)]
    again = [event.event_key for shape in shapes_of(kind) for event in events_of(kind, shape.body)]
    assert first == again
    assert sorted(first) == sorted(set(first))


@every_channel
def test_every_text_is_readable_and_every_button_says_what_it_said(kind: str) -> None:
    for shape in shapes_of(kind):
        for event in events_of(kind, shape.body):
            if isinstance(event, InboundMessage) and event.kind == "text":
                assert SAID in (event.text or ""), shape.name
            if isinstance(event, InboundMessage) and event.kind == "postback":
                assert event.text or event.facts["payload"], shape.name


@every_channel
def test_whatever_is_kept_of_an_event_is_plain_json(kind: str) -> None:
    for shape in shapes_of(kind):
        for event in events_of(kind, shape.body):
            facts = getattr(event, "facts", {})
            held = [facts, *(one.facts for one in getattr(event, "attachments", ()))]
            assert json.loads(json.dumps(held, allow_nan=False)) == held
            assert "secret" not in json.dumps(held)


@every_channel
def test_T64_nothing_of_a_withdrawn_message_stays_in_its_body(kind: str) -> None:
    checked = 0
    for shape in shapes_of(kind):
        before = copy.deepcopy(shape.body)
        events = [event for event in events_of(kind, shape.body) if event.platform_id]
        clean = shape.body
        for event in events:
            clean = CHANNELS[kind].redact(clean, event.platform_id)
        assert shape.body == before
        if not events or len(events) < len(shape.told) or "reaction" in shape.name:
            continue
        checked += 1
        assert SAID not in json.dumps(clean, ensure_ascii=False), shape.name
        keys = [event.event_key for event in events_of(kind, clean)]
        assert keys == [event.event_key for event in events], shape.name
    assert checked > 100


@every_channel
def test_T64_a_withdrawn_message_leaves_its_neighbours_alone(kind: str) -> None:
    (batch,) = [shape for shape in shapes_of(kind) if shape.name == "batch"]
    first, *others = [event.platform_id for event in events_of(kind, batch.body)]
    clean = events_of(kind, CHANNELS[kind].redact(batch.body, first))
    assert [event.text for event in clean] == [None, *[text_of(batch, one) for one in others]]
    assert CHANNELS[kind].redact(batch.body, "nobody's") == batch.body


def text_of(batch: Shape, platform_id: str) -> Any:
    kind = "line" if "events" in batch.body else None
    kind = kind or ("messenger" if batch.body["object"] == "page" else "instagram")
    (found,) = [one for one in events_of(kind, batch.body) if one.platform_id == platform_id]
    return found.text
