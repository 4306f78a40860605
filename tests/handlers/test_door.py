"""Whatever real-shaped body a platform posts, it is answered 200, kept whole, and readable."""

from __future__ import annotations

import json

import pytest

from bot import conversation
from tests.contracts.channel_cases import KINDS, shapes_of
from tests.contracts.channel_shapes import SAID
from tests.contracts.graph_shapes import ACCOUNT
from tests.contracts.real_bodies import Body, graph_bodies, line_bodies
from tests.handlers.door import ACCOUNTS, Door


def bodies_of(kind: str) -> list[Body]:
    return list(line_bodies() if kind == "line" else graph_bodies(kind, ACCOUNTS[kind]))


def test_the_corpus_is_of_several_hundred_bodies_and_no_two_are_the_same() -> None:
    written = [json.dumps(one.body, sort_keys=True) for kind in KINDS for one in bodies_of(kind)]
    assert len(written) > 700
    assert len(set(written)) == len(written)


@pytest.mark.parametrize("kind", KINDS)
def test_T13_every_real_shaped_body_is_taken_kept_and_readable(door: Door, kind: str) -> None:
    wrong = [told for body in bodies_of(kind) if (told := misfortune(door, kind, body))]
    assert not wrong
    conversation.drain(door.front.runtime)
    shown = [message["text"] for message in door.messages() if message["text"]]
    spoken = [text for text in shown if SAID in text]
    assert sorted(spoken) == sorted(text for body in bodies_of(kind) for text in body.texts)
    assert door.row("SELECT count(*) AS n FROM events WHERE state = 'pending'").n == 0


def misfortune(door: Door, kind: str, body: Body) -> str:
    """Post a body; say what went otherwise than it should, "" for nothing."""
    status = door.post(kind, json.dumps(body.body, ensure_ascii=kind != "line").encode())
    raw = door.raw()
    came = (status, raw.state, door.events_of(raw.id))
    return "" if came == (200, body.fate, body.events) else f"{body.name}: {came}, {raw.reason}"


@pytest.mark.parametrize("kind", KINDS)
def test_T13_every_regular_shape_reaches_the_inbox_as_what_it_is(door: Door, kind: str) -> None:
    for shape in shapes_of(kind):
        written = json.dumps(shape.body).replace(ACCOUNT, ACCOUNTS.get(kind, ACCOUNT))
        assert door.post(kind, written.encode()) == 200, shape.name
        raw = door.raw()
        assert (raw.state, door.events_of(raw.id)) == ("read", len(shape.told)), shape.name
    conversation.drain(door.front.runtime)
    shown = {message["kind"] for message in door.messages()}
    assert {"text", "image", "sticker", "unsupported", "notice"} <= shown


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_can_read_is_shown_and_nothing_is_lost(door: Door, kind: str) -> None:
    silent = "botSuspended of the account" if kind == "line" else "leadgen: {}"
    for body in bodies_of(kind):
        if body.fate != "read" or body.name == silent:
            door.post(kind, json.dumps(body.body).encode())
    operator = door.front.staff(email="ops@example.com", password="night-watch-lamp-77")
    page = operator.get("/ops").text
    assert ("botSuspended" if kind == "line" else "leadgen") in page
    assert all(fate in page for fate in {body.fate for body in bodies_of(kind)} - {"read"})


def test_what_the_platform_does_against_a_page_is_shown_to_the_operator(door: Door) -> None:
    item = {
        "recipient": {"id": ACCOUNTS["messenger"]},
        "timestamp": 1764000000000,
        "policy-enforcement": {"action": "block", "reason": "It broke <b>our</b> rules"},
    }
    entry = {"id": ACCOUNTS["messenger"], "time": 1764000000000, "messaging": [item]}
    assert door.post("messenger", json.dumps({"object": "page", "entry": [entry]}).encode()) == 200
    operator = door.front.staff(email="ops@example.com", password="night-watch-lamp-77")
    page = operator.get("/ops").text
    assert "policy-enforcement" in page
    assert "block · It broke &lt;b&gt;our&lt;/b&gt; rules" in page


def test_a_replay_by_the_button_mends_what_could_not_be_read_and_doubles_nothing(
    door: Door,
) -> None:
    door.hear_line(id="1", type="text", text="two teas")
    unread = "UPDATE messages SET kind = 'unsupported', text = NULL"
    door.front.runtime.store.write(lambda connection: connection.exec_driver_sql(unread))
    conversation.drain(door.front.runtime)
    before = door.front.state()
    operator = door.front.staff(email="ops@example.com", password="night-watch-lamp-77")
    for _ in range(2):
        answer = operator.post(f"/ops/replay/{door.raw().id}", form_on="/ops")
        assert answer.status_code == 303
    assert [message["text"] for message in door.messages()] == ["two teas"]
    after = door.front.state()
    same = ("messages", "events", "orders", "outbox", "contacts", "conversations", "raw_deliveries")
    assert [after[name] for name in same] == [before[name] for name in same]


@pytest.mark.parametrize("kind", KINDS)
def test_T64_what_was_withdrawn_in_a_body_is_readable_nowhere(door: Door, kind: str) -> None:
    for body in bodies_of(kind):
        if "unsend" in body.name or "deletion" in body.name:
            door.post(kind, json.dumps(body.body).encode())
    assert {message["redacted"] for message in door.messages()} == {True}
    with door.front.runtime.store.read() as connection:
        kept = connection.exec_driver_sql("SELECT body FROM raw_deliveries").scalars().all()
    assert kept
    for held in kept:
        assert SAID not in json.dumps(json.loads(bytes(held)), ensure_ascii=False)
