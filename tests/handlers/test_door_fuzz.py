"""Genuine deliveries a little wrong, posted at the doors: never a 5xx, never a lost neighbour.

The suite draws a bounded number of them. For a night, with two hundred times as many:
``pytest tests/handlers/test_door_fuzz.py --hypothesis-profile=long -n 0``
"""

from __future__ import annotations

import itertools
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import conversation
from tests.contracts.channel_cases import every_channel
from tests.contracts.graph_shapes import ACCOUNT
from tests.contracts.mutations import CORPUS, mutated, neighbour, spoilt, with_neighbour
from tests.handlers.door import ACCOUNTS, Door

ANSWERS = {200, 413}
# One shop hears all of a test's deliveries, as it would in life.
one_shop = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
_numbers = itertools.count(1)


@every_channel
@one_shop
@given(data=st.data())
def test_T10_a_mutated_delivery_is_taken_and_the_next_one_works(
    door: Door, kind: str, data: st.DataObject
) -> None:
    body = mutated(data.draw(st.sampled_from(CORPUS[kind])), data)
    post_and_go_on(door, kind, written(kind, body))


@every_channel
@one_shop
@given(data=st.data())
def test_T10_a_spoiled_text_is_taken_and_the_next_one_works(
    door: Door, kind: str, data: st.DataObject
) -> None:
    text = spoilt(data.draw(st.sampled_from(CORPUS[kind])), data)
    post_and_go_on(door, kind, text.encode("utf-8", "surrogatepass"))


@every_channel
@one_shop
@given(data=st.data())
def test_T12_a_mutated_event_costs_no_neighbour_its_place(
    door: Door, kind: str, data: st.DataObject
) -> None:
    words = f"neighbour {next(_numbers)}"
    body = with_neighbour(kind, data.draw(st.sampled_from(CORPUS[kind])), data, words=words)
    if kind != "line":
        (body[0] if isinstance(body, list) else body)["entry"][0]["id"] = ACCOUNT
    assert door.post(kind, written(kind, body)) == 200
    assert is_heard(door, words)
    conversation.drain(door.front.runtime)
    assert_nothing_failed(door)


def test_a_body_over_the_limit_is_refused_and_the_next_one_works(door: Door) -> None:
    for kind in CORPUS:
        whole = json.dumps(alone(kind, "x" * 17_000_000)).encode()
        assert door.post(kind, whole) == 413
        post_and_go_on(door, kind, b"")


def post_and_go_on(door: Door, kind: str, body: bytes) -> None:
    """Post a body; then a plain one must be heard, and nothing fail that was heard before."""
    assert door.post(kind, body) in ANSWERS
    words = f"next {next(_numbers)}"
    assert door.post(kind, written(kind, alone(kind, words))) == 200
    assert is_heard(door, words)
    conversation.drain(door.front.runtime)
    assert_nothing_failed(door)


def is_heard(door: Door, words: str) -> bool:
    row = door.row("SELECT count(*) AS n FROM messages WHERE text = :words", words=words)
    return bool(row.n == 1)


def assert_nothing_failed(door: Door) -> None:
    """What was malformed says so; nothing was given up because handling it raised."""
    query = "SELECT count(*) AS n FROM events WHERE attempts > 0 OR state = 'pending'"
    assert door.row(query).n == 0


def alone(kind: str, words: str) -> Any:
    if kind == "line":
        return {"destination": "Ubot", "events": [neighbour(kind, words)]}
    name = "page" if kind == "messenger" else "instagram"
    return {"object": name, "entry": [{"id": ACCOUNT, "messaging": [neighbour(kind, words)]}]}


def written(kind: str, body: Any) -> bytes:
    """Write a body as JSON, addressed to the shop's own account."""
    return json.dumps(body).replace(ACCOUNT, ACCOUNTS.get(kind, ACCOUNT)).encode()
