"""Live pages: changes arrive, nothing is lost on the way, and nobody listens too long."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from bot import staff
from bot.store import changes
from handlers import live
from handlers.live import MOST_EACH, STREAMS, Streams, follow
from tests.handlers.conftest import PASSWORD, Front


def token_of(front: Front) -> str:
    return staff.sign_in(front.runtime, "nok@example.com", PASSWORD, "test")[0]


def last(front: Front) -> int:
    with front.runtime.store.read() as connection:
        return changes.last_change(connection, front.actor().shop_id)


def listen(
    front: Front, since: int, while_asleep: Callable[[int], None] = lambda beat: None
) -> Iterator[str]:
    """Follow the shop; instead of sleeping, ``while_asleep`` is called with the beat's number."""
    beats = iter(range(10_000))

    def pause(seconds: float) -> bool:
        assert seconds > 0
        while_asleep(next(beats))
        return True

    return follow(front.runtime, token_of(front), front.actor().shop_id, since, pause)


def next_event(lines: Iterator[str]) -> str:
    """The next line that is no heartbeat."""
    return next(line for line in lines if not line.startswith(":"))


def test_a_change_arrives_with_the_id_to_resume_from(front: Front) -> None:
    since = last(front)
    conversations: list[int] = []

    def write(beat: int) -> None:
        if beat == 2:
            conversations.append(front.hear("hello"))

    lines = listen(front, since, write)
    assert next(lines) == "retry: 2000\n\n"
    event = next_event(lines)
    head, kind, data = event.strip().split("\n")
    assert head == f"id: {last(front)}"
    assert kind == "event: change"
    assert json.loads(data.removeprefix("data: ")) == conversations


def test_who_comes_back_hears_what_was_missed_and_nothing_twice(front: Front) -> None:
    first = front.hear("one")
    since = last(front)
    second = front.hear("two", "U" + "b" * 32)
    lines = listen(front, since, lambda beat: None)
    next(lines)
    assert f"data: [{second}]" in next(lines)
    assert first != second
    # What was heard is not told again: the next line is the heartbeat.
    assert next(lines).startswith(":")


def test_an_id_that_commits_late_is_still_heard(front: Front) -> None:
    """PostgreSQL gives ids before the commit: a smaller one may appear after a larger."""
    front.hear("hello")
    newest = last(front)
    late = newest + 5
    shop_id = front.actor().shop_id

    def write(beat: int) -> None:
        if beat in (0, 1):
            row_id = late if beat == 0 else late - 2
            front.runtime.store.write(
                lambda connection: connection.exec_driver_sql(
                    "INSERT INTO feed (id, shop_id, conversation_id, at)"
                    f" VALUES ({row_id}, {shop_id}, {row_id}, '2026-01-01 00:00:00')"
                )
            )

    lines = listen(front, newest, write)
    next(lines)
    assert f"data: [{late}]" in next_event(lines)
    assert f"data: [{late - 2}]" in next_event(lines)


def test_T52_a_stream_ends_with_its_session(front: Front) -> None:
    token = token_of(front)
    beats: list[int] = []

    def pause(_seconds: float) -> bool:
        beats.append(1)
        if len(beats) == 3:
            staff.sign_out(front.runtime, token)
        return True

    lines = follow(front.runtime, token, front.actor().shop_id, last(front), pause)
    assert [line for line in lines if not line.startswith(":")] == ["retry: 2000\n\n"]
    assert len(beats) <= 3 + live.BEATS_TO_CHECK


def test_a_stream_hears_its_own_shop_only(front: Front) -> None:
    since = last(front)
    other = front.open_shop("other")
    front.runtime.transact(
        lambda work: changes.announce(work.connection, other, work.now, conversation_id=99)
    )
    lines = listen(front, since)
    next(lines)
    assert next(lines).startswith(":")


def test_one_person_has_so_many_streams_and_gives_them_back(front: Front) -> None:
    visitor = front.staff()
    open_ones = [visitor.client.get("/inbox/stream", buffered=False) for _ in range(MOST_EACH)]
    assert {one.status_code for one in open_ones} == {200}
    assert open_ones[0].mimetype == "text/event-stream"
    refused = visitor.get("/inbox/stream")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "15")
    open_ones.pop().close()
    again = visitor.client.get("/inbox/stream", buffered=False)
    assert again.status_code == 200
    for one in [*open_ones, again]:
        one.close()
    assert front.app.extensions[STREAMS].taken == 0


def test_all_streams_together_leave_threads_for_requests() -> None:
    streams = Streams(2)
    first = streams.take(1, "a")
    assert first
    assert streams.take(2, "a")
    assert streams.take(3, "a") is None
    streams.leave(first)
    assert streams.take(3, "a")


def test_a_tab_that_walks_on_takes_its_old_streams_seat() -> None:
    streams = Streams(1)
    old = streams.take(1, "tab")
    new = streams.take(1, "tab")
    assert old
    assert new
    assert (old.taken_over, new.taken_over, streams.taken) == (True, False, 1)
    streams.leave(old)  # it learns late; the seat is the new one's
    assert streams.taken == 1
    streams.leave(new)
    assert streams.taken == 0


def test_a_stream_that_is_taken_over_ends(front: Front) -> None:
    lines = follow(
        front.runtime, token_of(front), front.actor().shop_id, last(front), lambda _: False
    )
    assert list(lines) == ["retry: 2000\n\n"]


def test_half_of_the_threads_may_be_streams(open_front: Callable[..., Front]) -> None:
    front = open_front(OPENBILL_WEB__THREADS="8")
    assert live.most_streams(front.runtime.settings) == 4


def test_a_page_without_a_stream_asks_for_changes(front: Front) -> None:
    since = last(front)
    conversation_id = front.hear("hello")
    answer = front.staff().get(f"/inbox/changes?since={since}").get_json()
    assert answer == {"last": last(front), "conversations": [conversation_id]}
    again = front.staff().get(f"/inbox/changes?since={answer['last']}").get_json()
    assert again["conversations"] == []


@pytest.mark.parametrize("since", ["-1", "x", "9" * 30, "", "๑"])
def test_a_strange_mark_means_from_the_beginning(front: Front, since: str) -> None:
    front.hear("hello")
    answer = front.staff().get("/inbox/changes", query_string={"since": since})
    assert answer.status_code == 200
    assert answer.get_json()["conversations"]
