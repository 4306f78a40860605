"""Messages that change: edits keep the history, an unsend leaves nothing, whichever comes first."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import inbox
from bot.store import messages, versions
from tests.support.shop import PAGE, Shop

SECRET = "เลขบัตร 4111"


def line(shop: Shop, kind: str, at: datetime, **rest: Any) -> int:
    """Post one LINE event of a kind."""
    event = shop.line_event("x", at=at)
    del event["message"]
    return shop.post_line(shop.line_body({**event, "type": kind, **rest}))


def unsend(shop: Shop, message_id: str, at: datetime) -> int:
    return line(shop, "unsend", at, unsend={"messageId": message_id})


def edit(shop: Shop, message_id: str, text: str, at: datetime) -> int:
    message = {"id": message_id, "type": "text", "text": text}
    return line(shop, "messageEdited", at, message=message)


def meta(shop: Shop, **item: Any) -> int:
    """Post one Messenger item."""
    return shop.post_meta(shop.meta_body("messenger", (PAGE, [item])))


def between(shop: Shop, **rest: Any) -> dict[str, Any]:
    stamp = int(shop.clock().timestamp() * 1000)
    return {"sender": {"id": "1001"}, "recipient": {"id": PAGE}, "timestamp": stamp, **rest}


def is_anywhere(shop: Shop, words: str) -> bool:
    """Say whether anything that we keep still holds these words."""
    escaped = json.dumps(words)[1:-1]
    for table in ("messages", "message_versions", "message_changes", "conversations"):
        for row in shop.rows(table):
            told = repr(tuple(row))
            if words in told or escaped in told:
                return True
    return any(
        words in raw.body.decode() or escaped in raw.body.decode()
        for raw in shop.rows("raw_deliveries")
    )


def test_T64_an_unsent_message_is_nowhere_any_more(shop: Shop) -> None:
    now = shop.clock()
    shop.hear_line(SECRET, message_id="m1", at=now)
    assert is_anywhere(shop, SECRET)

    unsend(shop, "m1", now + timedelta(seconds=5))
    shop.handle()

    assert not is_anywhere(shop, SECRET)
    row = shop.rows("messages")[0]
    assert (row.text, row.redacted) == (None, True)


def test_T64_an_unsend_that_comes_before_its_message_still_wins(shop: Shop) -> None:
    now = shop.clock()
    unsend(shop, "m1", now + timedelta(seconds=5))
    shop.hear_line(SECRET, message_id="m1", at=now)
    shop.handle()

    assert not is_anywhere(shop, SECRET)
    assert shop.rows("messages")[-1].redacted


def test_T64_an_edit_of_an_unsent_message_that_never_came_is_nowhere_either(shop: Shop) -> None:
    now = shop.clock()
    edit(shop, "m1", SECRET, now + timedelta(seconds=1))
    unsend(shop, "m1", now + timedelta(seconds=3))
    edit(shop, "m1", SECRET, now + timedelta(seconds=2))
    assert not is_anywhere(shop, SECRET)


def test_T64_an_unsend_takes_the_edits_along(shop: Shop) -> None:
    now = shop.clock()
    shop.hear_line("first", message_id="m1", at=now)
    edit(shop, "m1", SECRET, now + timedelta(seconds=1))
    edit(shop, "m1", "third", now + timedelta(seconds=2))
    unsend(shop, "m1", now + timedelta(seconds=3))

    assert not is_anywhere(shop, SECRET)
    assert not is_anywhere(shop, "third")
    edit(shop, "m1", SECRET, now + timedelta(seconds=2, milliseconds=500))
    assert not is_anywhere(shop, SECRET)


def test_T64_an_unsend_leaves_the_neighbours_in_the_same_delivery(shop: Shop) -> None:
    now = shop.clock()
    one = shop.line_event(SECRET, message_id="m1", at=now)
    two = shop.line_event("ขอสองชิ้นค่ะ", message_id="m2", at=now, user="Uother")
    raw_id = shop.post_line(shop.line_body(one, two))
    unsend(shop, "m1", now + timedelta(seconds=1))

    raw = shop.row("raw_deliveries", id=raw_id)
    assert "ขอสองชิ้นค่ะ" in json.dumps(json.loads(raw.body), ensure_ascii=False)
    before = shop.counts()
    inbox.replay(shop.runtime, raw_id)
    assert shop.counts() == before
    assert not is_anywhere(shop, SECRET)


def test_T64_a_deleted_message_of_messenger_is_nowhere_any_more(shop: Shop) -> None:
    meta(shop, **between(shop, message={"mid": "mid.1", "text": SECRET}))
    meta(shop, **between(shop, message={"mid": "mid.1", "is_deleted": True}))
    assert not is_anywhere(shop, SECRET)


def test_T64_a_command_is_not_run_once_its_message_is_unsent(shop: Shop) -> None:
    shop.link_staff()
    orders = len(shop.rows("orders"))
    now = shop.clock()
    shop.hear_line("/o @C1 A1 2", user="Ustaff", message_id="m9", at=now)
    event = shop.line_event("x", user="Ustaff", at=now + timedelta(seconds=1))
    del event["message"]
    shop.post_line(shop.line_body({**event, "type": "unsend", "unsend": {"messageId": "m9"}}))
    shop.handle()
    assert len(shop.rows("orders")) == orders


def test_an_edit_shows_the_new_words_and_keeps_the_old(shop: Shop) -> None:
    now = shop.clock()
    shop.hear_line("สองชิ้น", message_id="m1", at=now)
    edit(shop, "m1", "สามชิ้น", now + timedelta(seconds=9))

    row = shop.row("messages")
    assert (row.text, row.edited_at) == ("สามชิ้น", shop.rows("message_changes")[0].at)
    with shop.runtime.store.read() as connection:
        history = versions.list_versions(connection, [row.id])[row.id]
    assert [one.text for one in history] == ["สองชิ้น"]
    assert shop.row("conversations").last_text == "สามชิ้น"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0)])
def test_of_edits_the_newest_counts_whatever_comes_first(
    shop: Shop, order: tuple[int, ...]
) -> None:
    now = shop.clock()
    steps = [
        lambda: shop.hear_line("first", message_id="m1", at=now),
        lambda: edit(shop, "m1", "second", now + timedelta(seconds=1)),
        lambda: edit(shop, "m1", "third", now + timedelta(seconds=2)),
    ]
    for step in order:
        steps[step]()
    assert shop.row("messages").text == "third"


def test_a_messenger_edit_is_an_edit(shop: Shop) -> None:
    meta(shop, **between(shop, message={"mid": "mid.1", "text": "one"}))
    shop.clock.move(seconds=2)
    meta(shop, **between(shop, message_edit={"mid": "mid.1", "text": "two", "num_edit": 1}))
    assert shop.row("messages").text == "two"


def test_a_reaction_stands_on_its_message_and_is_taken_off_again(shop: Shop) -> None:
    meta(shop, **between(shop, message={"mid": "mid.1", "text": "one"}))
    reaction = {"mid": "mid.1", "action": "react", "emoji": "❤", "reaction": "love"}
    meta(shop, **between(shop, reaction=reaction))
    assert [one["emoji"] for one in shop.row("messages").reactions.values()] == ["❤"]

    shop.clock.move(seconds=1)
    meta(shop, **between(shop, reaction={"mid": "mid.1", "action": "unreact"}))
    assert shop.row("messages").reactions == {}


def test_a_customers_reaction_opens_the_window_again(shop: Shop) -> None:
    meta(shop, **between(shop, message={"mid": "mid.1", "text": "one"}))
    shop.clock.move(hours=23)
    reaction = {"mid": "mid.1", "action": "react", "emoji": "❤", "reaction": "love"}
    meta(shop, **between(shop, reaction=reaction))
    opened = shop.row("conversations").last_inbound_at
    assert shop.clock() - opened < timedelta(minutes=1)


def test_a_comment_is_shown_and_opens_no_window(shop: Shop) -> None:
    value = {
        "id": "c1",
        "text": "CF A1",
        "from": {"id": "5005", "username": "mei"},
        "media": {"id": "p1"},
    }
    body = {
        "object": "instagram",
        "entry": [
            {
                "id": "17840000000000000",
                "time": int(shop.clock().timestamp()),
                "changes": [{"field": "comments", "value": value}],
            }
        ],
    }
    shop.post_meta(json.dumps(body).encode())
    message = shop.row("messages")
    assert (message.kind, message.text) == ("comment", "CF A1")
    conversation = shop.row("conversations")
    assert (conversation.last_inbound_at, conversation.unread) == (None, 1)


def test_who_adds_the_shop_can_be_answered_for_free(shop: Shop) -> None:
    line(shop, "follow", shop.clock(), follow={"isUnblocked": False}, replyToken="r" * 32)
    notice = shop.row("messages")
    assert (notice.kind, notice.reason) == ("notice", "follow")
    assert len(shop.rows("reply_tokens")) == 1


def test_what_came_with_a_message_is_told_beside_it(shop: Shop) -> None:
    event = shop.line_event("x")
    event["message"] = {
        "id": "7",
        "type": "location",
        "title": "บ้าน",
        "address": "กรุงเทพ",
        "latitude": 13.7,
        "longitude": 100.5,
    }
    shop.post_line(shop.line_body(event))
    message = shop.row("messages")
    assert message.kind == "location"
    assert message.facts["attachments"][0]["address"] == "กรุงเทพ"


def test_a_replay_of_an_edit_or_an_unsend_changes_nothing_twice(shop: Shop) -> None:
    now = shop.clock()
    shop.hear_line("one", message_id="m1", at=now)
    edited = edit(shop, "m1", "two", now + timedelta(seconds=1))
    gone = unsend(shop, "m1", now + timedelta(seconds=2))
    before = shop.counts()
    for raw_id in (edited, gone):
        inbox.replay(shop.runtime, raw_id)
    assert shop.counts() == before
    assert shop.row("messages").redacted


def test_a_replay_mends_what_an_earlier_version_could_not_read(shop: Shop) -> None:
    sticker = shop.line_event("x")
    sticker["message"] = {"id": "9", "type": "sticker", "packageId": "1", "stickerId": "2"}
    raw_id = shop.post_line(shop.line_body(sticker))
    as_then: dict[str, Any] = {"kind": "unsupported", "text": None, "facts": {}}
    shop.runtime.store.write(lambda c: messages.update_message(c, 1, **as_then))
    before = shop.counts()

    inbox.replay(shop.runtime, raw_id)

    message = shop.row("messages")
    assert message.kind == "sticker"
    assert message.facts["attachments"][0]["kind"] == "sticker"
    after = shop.counts()
    assert {name: after[name] for name in ("messages", "events")} == {
        name: before[name] for name in ("messages", "events")
    }


def test_T64_what_came_with_an_unsent_message_is_given_up(shop: Shop) -> None:
    now = shop.clock()
    picture = shop.line_event("x", at=now)
    picture["message"] = {
        "id": "m7",
        "type": "image",
        "contentProvider": {"type": "line"},
    }
    shop.post_line(shop.line_body(picture))
    assert [row.state for row in shop.rows("media")] == ["fetching"]

    unsend(shop, "m7", now + timedelta(seconds=1))
    assert [(row.state, row.content_id) for row in shop.rows("media")] == [("gone", None)]


def test_T64_a_picture_that_comes_after_its_unsend_is_not_fetched(shop: Shop) -> None:
    now = shop.clock()
    unsend(shop, "m7", now + timedelta(seconds=1))
    picture = shop.line_event("x", at=now)
    picture["message"] = {
        "id": "m7",
        "type": "image",
        "contentProvider": {"type": "line"},
    }
    shop.post_line(shop.line_body(picture))
    assert [row.state for row in shop.rows("media")] == ["gone"]
