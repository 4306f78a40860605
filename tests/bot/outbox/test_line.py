"""Sending on LINE: bills by push under a retry key, answers by the free reply while it lives."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot import invoicing, outbox
from tests.support.platforms import BROKEN, LOST, Fault
from tests.support.shop import CUSTOMER, STAFF_PHONE, Shop

QUOTA = Fault(429, {"message": "You have reached your monthly limit."})
PUSH, REPLY = "push", "reply"
sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


@pytest.fixture
def open_shop(shop: Shop) -> Shop:
    """The shop with one customer on LINE whose reply token is over."""
    shop.hear_line("hello")
    shop.handle()
    return shop


def ways(shop: Shop) -> list[str]:
    """By which lane each call came, as LINE saw it."""
    return [call.path.rpartition("/")[2] for call in shop.platforms.calls]


def send_bill(shop: Shop) -> Any:
    shop.answer("/o A1 2")
    shop.answer("/send")
    return shop.row("outbox", kind="bill")


def delivery(shop: Shop, row: Any) -> Any:
    return shop.row("outbox", id=row.id)


def test_a_bill_goes_by_push_though_a_free_reply_is_there(shop: Shop) -> None:
    shop.hear_line("hello", token="r1")
    shop.handle()
    bill = send_bill(shop)
    shop.deliver()

    assert ways(shop) == [PUSH]
    assert shop.platforms.calls[0].key == bill.id
    sent = delivery(shop, bill)
    assert (sent.state, sent.lane, sent.attempts) == ("sent", "push", 1)
    assert sent.platform_ids
    message = shop.row("messages", delivery_id=bill.id)
    assert (message.state, message.lane) == ("sent", "push")
    assert message.platform_id == sent.platform_ids[-1]


def test_chat_text_takes_the_free_reply_once_and_then_the_push(shop: Shop) -> None:
    shop.hear_line("hello", token="r1")
    shop.handle()
    shop.say("one")
    shop.say("two")
    shop.deliver()

    assert ways(shop) == [REPLY, PUSH]
    assert shop.platforms.texts() == ["one", "two"]
    assert [row.lane for row in shop.rows("outbox")] == ["reply", "push"]


def test_a_reply_token_is_used_for_its_own_conversation_only(shop: Shop) -> None:
    shop.hear_line("hello", token="r1", user="Ua")
    shop.hear_line("hello", user="Ub")
    shop.handle()
    shop.say("to b", to=2)
    shop.deliver()

    assert ways(shop) == [PUSH]


def test_a_token_that_is_too_old_is_not_tried(shop: Shop) -> None:
    shop.hear_line("hello", token="r1")
    shop.handle()
    shop.clock.move(seconds=55)
    shop.say("late")
    shop.deliver()

    assert ways(shop) == [PUSH]


def test_a_token_that_line_calls_spent_gives_way_to_a_push(shop: Shop) -> None:
    shop.hear_line("hello", token="r1")
    shop.handle()
    shop.platforms.expire("r1")
    shop.say("one")
    shop.deliver()

    assert ways(shop) == [REPLY, PUSH]
    assert shop.platforms.texts() == ["one"]
    assert shop.row("outbox").state == "sent"


def test_the_newest_token_is_taken_first(shop: Shop) -> None:
    shop.hear_line("one", token="r1")
    shop.clock.move(seconds=20)
    shop.hear_line("two", token="r2")
    shop.handle()
    shop.say("answer")
    shop.deliver()

    assert shop.platforms.calls[0].body["replyToken"] == "r2"


@pytest.mark.parametrize("fault", [LOST, Fault(500, accepted=True)])
def test_a_push_whose_answer_was_lost_is_repeated_under_its_key_and_seen_once(
    open_shop: Shop, fault: Fault
) -> None:
    bill = send_bill(open_shop)
    open_shop.platforms.fail(fault)
    open_shop.deliver()
    assert delivery(open_shop, bill).state == "pending"

    open_shop.clock.move(seconds=5)
    open_shop.deliver()

    assert [call.key for call in open_shop.platforms.calls] == [bill.id, bill.id]
    first, second = (call.body for call in open_shop.platforms.calls)
    assert first == second  # what is sent was frozen before the first attempt
    assert {seen.key for seen in open_shop.platforms.seen} == {bill.id}
    assert len(open_shop.platforms.seen) == len(first["messages"])
    assert delivery(open_shop, bill).state == "sent"
    assert open_shop.row("messages", delivery_id=bill.id).state == "sent"


def test_a_push_that_may_have_arrived_never_goes_again_as_a_reply(open_shop: Shop) -> None:
    open_shop.say("once")
    open_shop.platforms.fail(LOST)
    open_shop.deliver()
    open_shop.hear_line("anybody?", token="fresh")
    open_shop.handle()

    open_shop.clock.move(seconds=5)
    open_shop.deliver()

    assert ways(open_shop) == [PUSH, PUSH]
    assert open_shop.platforms.texts() == ["once"]


def test_a_push_cut_off_by_a_crash_never_goes_again_as_a_reply(open_shop: Shop) -> None:
    open_shop.say("once")
    crash_after_sending(open_shop)
    open_shop.clock.move(seconds=60)
    open_shop.hear_line("anybody?", token="fresh")
    open_shop.handle()

    open_shop.clock.move(seconds=31)
    open_shop.deliver()

    assert ways(open_shop) == [PUSH, PUSH]
    assert open_shop.platforms.texts() == ["once"]
    assert open_shop.row("outbox").state == "sent"


def test_F16_a_crash_between_claim_and_settle_is_healed_when_the_lease_ends(
    open_shop: Shop,
) -> None:
    bill = send_bill(open_shop)
    crash_after_sending(open_shop)
    assert delivery(open_shop, bill).state == "sending"
    open_shop.deliver()
    assert len(open_shop.platforms.calls) == 1  # the lease still holds

    open_shop.clock.move(seconds=91)
    open_shop.deliver()

    assert [call.key for call in open_shop.platforms.calls] == [bill.id, bill.id]
    assert len(open_shop.platforms.seen) == len(open_shop.platforms.calls[0].body["messages"])
    assert delivery(open_shop, bill).state == "sent"


def crash_after_sending(shop: Shop) -> None:
    """Die between the call and the transaction that would settle it."""

    class Killed(BaseException):
        pass

    def die(*_: Any) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.outbox.sending.settle", die)
        with pytest.raises(Killed):
            outbox.deliver_next(shop.runtime, {"bill": invoicing.prepare})


def test_a_reply_whose_answer_was_lost_is_tried_by_its_token_and_never_pushed(
    shop: Shop,
) -> None:
    shop.hear_line("hello", token="r1")
    shop.handle()
    shop.say("once")
    shop.platforms.fail(LOST)
    shop.deliver()
    assert shop.row("outbox").state == "ambiguous"

    shop.clock.move(seconds=5)
    shop.deliver()

    assert ways(shop) == [REPLY, REPLY]
    assert [call.body["replyToken"] for call in shop.platforms.calls] == ["r1", "r1"]
    assert shop.platforms.texts() == ["once"]
    row, message = shop.row("outbox"), shop.row("messages", direction="out")
    assert (row.state, message.state) == ("needs_review", "needs_review")
    assert message.reason
    shop.clock.move(hours=1)
    shop.deliver()
    assert len(shop.platforms.calls) == 2


def test_a_reply_that_surely_got_lost_on_its_way_is_said_by_the_same_token(shop: Shop) -> None:
    shop.hear_line("hello", token="r1")
    shop.handle()
    shop.say("once")
    shop.platforms.fail(BROKEN)
    shop.deliver()
    shop.clock.move(seconds=5)
    shop.deliver()

    assert ways(shop) == [REPLY, REPLY]
    assert shop.platforms.texts() == ["once"]
    assert shop.row("outbox").state == "sent"


def test_an_uncertain_reply_stays_with_its_token_after_a_pause_too(shop: Shop) -> None:
    shop.hear_line("hello", token="r1")
    shop.handle()
    shop.say("once")
    shop.platforms.fail(Fault(500), Fault(429, {"message": "slow down"}))
    shop.deliver()
    shop.clock.move(seconds=5)
    shop.deliver()
    shop.clock.move(seconds=120)
    shop.deliver()

    assert ways(shop) == [REPLY, REPLY, REPLY]  # a push could be a second copy


def test_F22_the_pause_that_the_platform_asks_for_is_kept(open_shop: Shop) -> None:
    open_shop.say("hi")
    open_shop.platforms.fail(Fault(429, {"message": "slow"}, {"Retry-After": "120"}))
    open_shop.deliver()
    open_shop.clock.move(seconds=110)
    open_shop.deliver()
    assert len(open_shop.platforms.calls) == 1

    open_shop.clock.move(seconds=15)
    open_shop.deliver()
    assert open_shop.platforms.texts() == ["hi"]


def test_F22_a_quota_that_is_used_up_waits_for_a_person(open_shop: Shop) -> None:
    bill = send_bill(open_shop)
    open_shop.platforms.fail(QUOTA)
    open_shop.deliver()
    open_shop.clock.move(hours=5)
    open_shop.deliver()

    assert delivery(open_shop, bill).state == "needs_review"
    message = open_shop.row("messages", delivery_id=bill.id)
    assert (message.state, bool(message.reason)) == ("needs_review", True)
    assert len(open_shop.platforms.calls) == 1


def test_F26_automatic_attempts_end_23_hours_after_the_first(open_shop: Shop) -> None:
    bill = send_bill(open_shop)
    open_shop.platforms.fail(*[Fault(500)] * 3)
    open_shop.deliver()
    open_shop.clock.move(hours=22, minutes=50)
    open_shop.deliver()
    assert len(open_shop.platforms.calls) == 2

    open_shop.clock.move(minutes=20)
    open_shop.deliver()

    assert len(open_shop.platforms.calls) == 2
    assert delivery(open_shop, bill).state == "needs_review"
    assert open_shop.row("messages", delivery_id=bill.id).reason


def test_an_answer_to_a_command_is_stale_after_twenty_minutes(shop: Shop) -> None:
    shop.link_staff()
    shop.hear_line("/help", user=STAFF_PHONE)
    shop.handle()
    shop.clock.move(minutes=21)
    shop.deliver()

    assert shop.platforms.calls == []
    assert shop.row("outbox").state == "needs_review"


def test_F29_a_person_who_left_ends_the_delivery_and_is_told(open_shop: Shop) -> None:
    open_shop.say("hi")
    open_shop.platforms.fail(Fault(404, {"message": "Not found"}))
    open_shop.deliver()
    open_shop.clock.move(hours=1)
    open_shop.deliver()

    row, message = open_shop.row("outbox"), open_shop.row("messages", direction="out")
    assert (row.state, message.state) == ("dead", "dead")
    assert message.reason
    assert open_shop.row("addresses").gone_reason
    assert len(open_shop.platforms.calls) == 1


def test_a_person_who_writes_again_can_be_reached_again(open_shop: Shop) -> None:
    open_shop.say("hi")
    open_shop.platforms.fail(Fault(404, {"message": "Not found"}))
    open_shop.deliver()

    open_shop.hear_line("I am back")
    open_shop.handle()

    assert open_shop.row("addresses").gone_reason is None


@sqlite_only
def test_a_message_that_the_platform_refuses_ends_with_its_reason(open_shop: Shop) -> None:
    open_shop.say("hi")
    open_shop.platforms.fail(Fault(400, {"message": "The request body has 1 error(s)"}))
    open_shop.deliver()

    assert open_shop.row("outbox").state == "dead"
    assert open_shop.row("messages", direction="out").reason


def test_a_conversation_is_read_in_the_order_in_which_it_was_written(open_shop: Shop) -> None:
    open_shop.platforms.fail(Fault(429, {"message": "slow"}, {"Retry-After": "30"}))
    for text in ("one", "two", "three"):
        open_shop.say(text)
    open_shop.deliver()
    assert open_shop.platforms.texts() == []  # what was written later waits

    open_shop.clock.move(seconds=31)
    open_shop.deliver()

    assert open_shop.platforms.texts() == ["one", "two", "three"]


def test_a_waiting_conversation_holds_no_other_up(open_shop: Shop) -> None:
    open_shop.hear_line("hello", user="Uother")
    open_shop.handle()
    open_shop.platforms.fail(Fault(429, {"message": "slow"}, {"Retry-After": "30"}))
    open_shop.say("one")
    open_shop.say("other", to=2)
    open_shop.deliver()

    assert [(seen.person, seen.message["text"]) for seen in open_shop.platforms.seen] == [
        ("Uother", "other")
    ]


def test_long_words_go_out_as_several_in_order_and_stand_as_one(open_shop: Shop) -> None:
    said = open_shop.say("ก" * 30_000)
    open_shop.deliver()

    assert "".join(open_shop.platforms.texts()) == "ก" * 30_000
    assert len(open_shop.rows("messages", direction="out")) == 1
    assert open_shop.row("messages", id=said.message_id).state == "sent"


def test_a_refused_connection_is_surely_not_sent_and_tried_again(open_shop: Shop) -> None:
    from bot.settings import LineSettings

    away = open_shop.with_settings(line=LineSettings(api_url="http://127.0.0.1:9"))
    away.say("hi")
    away.deliver()
    row = open_shop.row("outbox")
    assert (row.state, row.unknowns) == ("pending", 0)

    open_shop.clock.move(seconds=5)
    open_shop.deliver()
    assert open_shop.platforms.texts() == ["hi"]


def test_the_pauses_between_attempts_grow(open_shop: Shop) -> None:
    open_shop.say("hi")
    open_shop.platforms.fail(*[Fault(500)] * 6)
    # The attempt ended somewhere between these two, however slow the machine was.
    at_least: list[timedelta] = []
    at_most: list[timedelta] = []
    for _ in range(6):
        before = open_shop.clock()
        open_shop.deliver()
        due_at = open_shop.row("outbox").due_at
        at_least.append(due_at - open_shop.clock())
        at_most.append(due_at - before)
        open_shop.clock.move(seconds=at_most[-1].total_seconds() + 1)

    assert at_least[0] < timedelta(seconds=3)
    assert at_most[-1] > timedelta(seconds=60)
    assert open_shop.row("outbox").attempts == 6


def test_no_customers_words_and_no_token_are_in_the_logs(open_shop: Shop, logs: list[Any]) -> None:
    open_shop.say("very private words")
    open_shop.platforms.fail(LOST, QUOTA)
    open_shop.deliver()
    open_shop.clock.move(seconds=5)
    open_shop.deliver()

    said = repr(logs)
    assert "send failed" in said
    assert "private" not in said
    assert CUSTOMER not in said
    assert open_shop.secrets("siam-line")["access_token"] not in said
