"""Sending on Messenger and Instagram: inside the window, settled by the echo, never doubled."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from bot.messages import Unknown
from bot.outbox import settling
from bot.outbox.claiming import claim_next
from tests.support.platforms import LOST, Fault
from tests.support.shop import Shop

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


@pytest.fixture
def page(shop: Shop) -> Shop:
    """The shop with one customer on Messenger."""
    shop.hear_meta("hello")
    shop.handle()
    return shop


def send_bill(shop: Shop, to: int = 1) -> list[Any]:
    shop.answer("/o A1 2", to=to)
    shop.answer("/send", to=to)
    return shop.rows("outbox", kind="bill")


def test_a_text_bears_our_id_and_is_sent_once(page: Shop) -> None:
    page.say("hi")
    page.deliver()

    row = page.row("outbox")
    assert (row.state, row.lane) == ("sent", "response")
    assert [call.key for call in page.platforms.calls] == [row.id]
    assert page.platforms.texts() == ["hi"]


@pytest.mark.parametrize(
    ("kind", "parts"),
    [("messenger", ["picture", "bill"]), ("instagram", ["picture", "bill", "text"])],
)
@sqlite_only
def test_a_bill_arrives_in_its_parts_in_order(shop: Shop, kind: str, parts: list[str]) -> None:
    shop.hear_meta("hello", kind=kind)
    shop.handle()
    rows = send_bill(shop)
    shop.deliver()

    assert [row.part for row in rows] == parts
    assert [seen.key for seen in shop.platforms.seen] == [row.id for row in rows]
    picture = shop.platforms.seen[0].message["attachment"]
    assert picture["type"] == "image"
    assert picture["payload"]["url"].endswith(".png?r=1")
    message = shop.row("messages", kind="bill")
    assert message.delivery_id == rows[1].id
    assert message.state == "sent"


def test_F16_a_lost_answer_is_settled_by_the_echo(page: Shop) -> None:
    page.say("hi")
    page.platforms.fail(LOST)
    page.deliver()
    row = page.row("outbox")
    assert row.state == "ambiguous"

    page.hear_echo(row.id)
    page.handle()
    page.clock.move(hours=1)
    page.deliver()

    assert page.row("outbox").state == "sent"
    assert page.row("messages", direction="out").state == "sent"
    assert page.platforms.texts() == ["hi"]
    assert len(page.rows("messages")) == 2  # the echo is no message of its own


def test_an_echo_that_comes_after_the_question_answers_it(page: Shop) -> None:
    page.say("hi")
    page.platforms.fail(LOST)
    page.deliver()
    page.clock.move(seconds=61)
    page.deliver()
    row = page.row("outbox")
    assert row.state == "needs_review"

    page.hear_echo(row.id)
    page.handle()

    assert page.row("outbox").state == "sent"
    assert page.row("messages", direction="out").reason is None


def test_an_echo_from_another_conversation_settles_nothing(page: Shop) -> None:
    page.hear_meta("hello", user="2002")
    page.say("hi")
    page.platforms.fail(LOST)
    page.deliver()

    page.hear_echo(page.row("outbox").id, user="2002")
    page.handle()

    assert page.row("outbox").state == "ambiguous"


def test_words_without_an_echo_wait_for_a_person_and_are_never_doubled(page: Shop) -> None:
    page.say("hi")
    page.platforms.fail(LOST)
    page.deliver()
    page.clock.move(seconds=55)
    page.deliver()
    assert page.row("outbox").state == "ambiguous"

    page.clock.move(seconds=10)
    page.deliver()
    page.clock.move(hours=2)
    page.deliver()

    assert page.platforms.texts() == ["hi"]
    row, message = page.row("outbox"), page.row("messages", direction="out")
    assert (row.state, message.state) == ("needs_review", "needs_review")
    assert message.reason


def test_a_bill_without_an_echo_is_sent_once_more_and_then_a_person_decides(page: Shop) -> None:
    picture, bill = send_bill(page)
    page.platforms.fail(LOST, LOST, LOST, LOST, LOST, LOST)
    for _ in range(6):
        page.deliver()
        page.clock.move(seconds=65)

    keys = [call.key for call in page.platforms.calls]
    assert (keys.count(picture.id), keys.count(bill.id)) == (2, 2)
    assert [row.state for row in page.rows("outbox")] == ["needs_review", "needs_review"]
    bodies = [call.body for call in page.platforms.calls if call.key == bill.id]
    assert bodies[0] == bodies[1]


def test_F15_a_crash_waits_for_the_echo_before_anything_else(page: Shop) -> None:
    page.say("hi")
    claim, _ = page.runtime.transact(claim_next)
    assert claim is not None  # and the process dies here, before or after its call

    page.clock.move(seconds=91)
    page.deliver()
    assert page.row("outbox").state == "ambiguous"
    page.clock.move(seconds=61)
    page.deliver()

    assert page.row("outbox").state == "needs_review"
    assert page.platforms.calls == []


def test_a_crash_before_the_payload_was_made_is_no_doubt_at_all(page: Shop) -> None:
    picture, _ = send_bill(page)
    claim, _ = page.runtime.transact(claim_next)
    assert claim is not None
    assert claim.row.payload is None

    page.clock.move(seconds=91)
    page.deliver()

    assert [row.state for row in page.rows("outbox")] == ["sent", "sent"]
    assert page.row("outbox", id=picture.id).unknowns == 0


@pytest.mark.parametrize("kind", ["messenger", "instagram"])
def test_F30_after_the_window_a_person_decides_and_nothing_is_called(shop: Shop, kind: str) -> None:
    shop.hear_meta("hello", kind=kind)
    shop.handle()
    shop.clock.move(hours=24)
    shop.say("late")
    shop.deliver()

    assert shop.platforms.calls == []
    row, message = shop.row("outbox"), shop.row("messages", direction="out")
    assert (row.state, message.state) == ("needs_review", "needs_review")
    assert message.reason


def test_F30_a_window_that_the_platform_calls_closed_ends_the_same(page: Shop) -> None:
    page.say("hi")
    page.platforms.fail(Fault(400, {"error": {"code": 10, "error_subcode": 2018278}}))
    page.deliver()

    assert page.row("outbox").state == "needs_review"
    assert page.row("messages", direction="out").reason


def test_F29_a_person_who_blocked_us_ends_the_delivery(page: Shop) -> None:
    page.say("hi")
    page.platforms.fail(Fault(400, {"error": {"code": 551, "error_subcode": 1545041}}))
    page.deliver()

    assert page.row("outbox").state == "dead"
    assert page.row("addresses").gone_reason


def test_a_thread_that_another_app_holds_is_waited_for(page: Shop) -> None:
    page.say("hi")
    page.platforms.fail(Fault(400, {"error": {"code": 10, "error_subcode": 2018300}}))
    page.deliver()
    row, message = page.row("outbox"), page.row("messages", direction="out")
    assert (row.state, message.state, bool(message.reason)) == ("held", "held", True)

    page.hear_meta("I am back with you")
    page.handle()
    assert page.row("messages", direction="out").state == "pending"
    page.deliver()

    assert page.platforms.texts() == ["hi"]
    assert page.row("messages", direction="out").state == "sent"


def test_while_another_app_has_the_conversation_nothing_is_sent(page: Shop) -> None:
    item = page.meta_item("to the other app")
    body = page.meta_body("messenger").replace(b'"entry": []', b'"entry": [%s]')
    import json

    entry = json.dumps({"id": item["recipient"]["id"], "time": 1, "standby": [item]}).encode()
    page.post_meta(body % entry)
    page.handle()
    page.say("hi")
    page.deliver()
    assert page.platforms.calls == []
    assert page.row("outbox").state == "held"

    page.hear_meta("back")
    page.handle()
    page.deliver()
    assert page.platforms.texts() == ["hi"]


def test_what_was_delivered_and_read_is_shown_and_never_goes_back(page: Shop) -> None:
    page.say("hi")
    page.deliver()
    for kind in ("read", "delivery", "delivery"):
        page.clock.move(seconds=1)
        at = int(page.clock().timestamp() * 1000)
        item = {
            "sender": {"id": "1001"},
            "recipient": {"id": "1234567890"},
            "timestamp": at,
            kind: {"watermark": at},
        }
        page.post_meta(page.meta_body("messenger", ("1234567890", [item])))
        page.handle()

    assert page.row("messages", direction="out").state == "read"
    assert page.row("messages", direction="in").state == "received"


def test_an_echo_that_races_with_a_lost_answer_wins(
    page: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rival runs exactly between the look at the row and its change."""
    page.say("hi")
    claim, _ = page.runtime.transact(claim_next)
    assert claim is not None
    rival = threading.Thread(
        target=lambda: page.runtime.transact(
            lambda work: settling.settle_by_status(
                work, 1, "echo", {"delivery_id": claim.row.id}, work.now
            )
        )
    )
    real = settling._after_unknown

    def after_unknown(work: Any, row: Any, error: Any) -> None:
        rival.start()
        rival.join(0.5)  # it is done by then, unless the row is locked as it should be
        real(work, row, error)

    monkeypatch.setattr(settling, "_after_unknown", after_unknown)
    page.runtime.transact(lambda work: settling.settle(work, claim, Unknown("lost")))
    rival.join()

    assert page.row("outbox").state == "sent"
