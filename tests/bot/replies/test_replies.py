"""What a shop says by itself: greeting, away, where is my order; each off until switched on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import replies, statuses
from bot.replies import DAYS, Answer, ReplyError
from bot.replies.hours import Span, away_since, parse_spans, write_spans
from bot.replies.templates import check_template
from bot.store import shops
from bot.words import say
from orders.states import Role
from tests.support.keywords import comment, rule
from tests.support.shop import STAFF_PHONE, Shop

NEVER: dict[str, tuple[Span, ...]] = dict.fromkeys(DAYS, ())
ALWAYS: dict[str, tuple[Span, ...]] = dict.fromkeys(DAYS, ((0, 1440),))


def switch_on(shop: Shop, kind: str, **more: Any) -> None:
    replies.save_answer(shop.runtime, shop.owner, kind, Answer(enabled=True, **more))


def write(shop: Shop, *texts: str, **more: Any) -> None:
    for text in texts:
        shop.hear_line(text, **more)
        shop.handle()


def follow(shop: Shop, user: str = "Ucustomer", **more: Any) -> None:
    event = {
        "type": "follow",
        "mode": "active",
        "webhookEventId": f"F{shop.clock().timestamp()}",
        "deliveryContext": {"isRedelivery": False},
        "timestamp": int(shop.clock().timestamp() * 1000),
        "source": {"type": "user", "userId": user},
        "replyToken": "follow-token",
        **more,
    }
    for _ in range(2):  # LINE may deliver it again
        shop.post_line(shop.line_body(event))
        shop.handle()


def bot_texts(shop: Shop) -> list[str]:
    return shop.texts(author="bot")


# Greeting -------------------------------------------------------------------------------


def test_who_follows_is_greeted_once_by_the_free_reply(shop: Shop) -> None:
    switch_on(shop, "greeting", texts={"th": "ยินดีต้อนรับสู่ {shop}"})
    follow(shop)
    shop.deliver()

    assert bot_texts(shop) == [f"ยินดีต้อนรับสู่ {shop.runtime.settings.shops[0].name}"]
    assert shop.row("outbox").lane == "reply"
    follow(shop, webhookEventId="F2")
    assert len(bot_texts(shop)) == 1
    shop.clock.move(days=2)
    follow(shop, webhookEventId="F3")
    assert len(bot_texts(shop)) == 2


def test_nobody_is_greeted_while_it_is_off(shop: Shop) -> None:
    follow(shop)
    assert shop.rows("outbox") == []


@pytest.mark.parametrize(
    "item",
    [
        {"postback": {"title": "Get started", "payload": "GET_STARTED", "mid": "m_1"}},
        {"optin": {"ref": "page", "type": "user_ref"}},
    ],
)
def test_messengers_start_is_greeted(shop: Shop, item: dict[str, Any]) -> None:
    switch_on(shop, "greeting")
    base = {"sender": {"id": "1001"}, "recipient": {"id": "1234567890"}}
    at = int(shop.clock().timestamp() * 1000)
    shop.post_meta(shop.meta_body("messenger", ("1234567890", [{**base, "timestamp": at, **item}])))
    shop.handle()
    assert len(bot_texts(shop)) == 1


def test_linked_staff_are_not_greeted(shop: Shop) -> None:
    shop.link_staff()
    switch_on(shop, "greeting")
    follow(shop, user=STAFF_PHONE)
    assert shop.rows("outbox") == []


# Away -----------------------------------------------------------------------------------


def test_away_is_said_once_in_each_time_of_absence(shop: Shop) -> None:
    switch_on(shop, "away", hours=NEVER)
    write(shop, "hello", "anybody?")
    write(shop, "hello", user="Uother")
    assert len(bot_texts(shop)) == 2
    shop.clock.move(days=8)
    write(shop, "hello again")
    assert len(bot_texts(shop)) == 3


def test_nothing_is_said_while_the_shop_is_open(shop: Shop) -> None:
    switch_on(shop, "away", hours=ALWAYS)
    write(shop, "hello")
    assert bot_texts(shop) == []


def test_a_keyword_order_is_answered_as_one_and_not_as_absence(shop: Shop) -> None:
    rule(shop)
    switch_on(shop, "away", hours=NEVER)
    write(shop, "CF A1 2")
    assert len(bot_texts(shop)) == 1
    assert "A1 × 2" in bot_texts(shop)[0]


def test_comments_groups_and_staff_get_no_automatic_answer(shop: Shop) -> None:
    shop.link_staff()
    switch_on(shop, "away", hours=NEVER)
    switch_on(shop, "where")
    comment(shop, "where is my order", "c_1")
    event = shop.line_event("hello", user="Uone")
    event["source"] = {"type": "group", "groupId": "Gone", "userId": "Uone"}
    shop.post_line(shop.line_body(event))
    write(shop, "where is my order", user=STAFF_PHONE)
    assert bot_texts(shop) == [say("answer.hello", "th", name=shop.owner.name)]


def test_T17_an_echo_is_never_answered(shop: Shop) -> None:
    switch_on(shop, "away", hours=NEVER)
    shop.hear_meta("hello")
    shop.handle()
    shop.deliver()
    shop.hear_echo(shop.row("outbox").id)
    item = shop.meta_item("we are here")
    item["sender"], item["recipient"] = item["recipient"], item["sender"]
    item["message"] |= {"is_echo": True, "app_id": 99}
    shop.post_meta(shop.meta_body("messenger", (item["sender"]["id"], [item])))
    shop.handle()
    assert len(shop.rows("outbox")) == 1


@pytest.mark.parametrize(
    ("at", "since"),
    [
        ("2026-11-23T01:00", "2026-11-22T11:00"),  # Monday 8:00 in Bangkok: closed on Sunday 18:00
        ("2026-11-23T02:00", None),
        ("2026-11-23T05:30", "2026-11-23T05:00"),  # lunch
        ("2026-11-23T06:00", None),
        ("2026-11-23T11:00", "2026-11-23T11:00"),
        ("2026-11-24T03:00", "2026-11-23T11:00"),  # Tuesday is closed
    ],
)
def test_absence_is_reckoned_in_the_shops_own_zone(at: str, since: str | None) -> None:
    hours = {**dict.fromkeys(DAYS, ((540, 1080),)), "mon": ((540, 720), (780, 1080)), "tue": ()}
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    found = away_since(hours, "Asia/Bangkok", now)
    assert found == (datetime.fromisoformat(since).replace(tzinfo=UTC) if since else None)


def test_hours_are_read_as_they_are_written() -> None:
    assert parse_spans("09:00-12:00, 13:00 – 24:00") == ((540, 720), (780, 1440))
    assert parse_spans(write_spans(((540, 720), (780, 1440)))) == ((540, 720), (780, 1440))
    for wrong in ("9-18", "18:00-09:00", "09:60-10:00", "09:00-25:00", "๙:๐๐-๑๘:๐๐", "x"):
        with pytest.raises(ReplyError):
            parse_spans(wrong)


# Where is my order ------------------------------------------------------------------------


def test_a_customer_asks_and_learns_of_their_own_order(shop: Shop) -> None:
    write(shop, "hello")
    shop.answer("/o A1 2")
    shop.answer("/send")
    switch_on(shop, "where")
    write(shop, "ของถึงไหนแล้วคะ")
    (text,) = bot_texts(shop)[-1:]
    number = shop.row("orders").number
    assert str(number) in text
    assert "/b/" in text
    assert "รอชำระเงิน" in text


def test_several_orders_are_offered_as_buttons_and_a_tap_tells_one(shop: Shop) -> None:
    write(shop, "hello", token="token-1")
    for _ in range(2):
        shop.answer("/o A1 1")
        shop.answer("/send")
    switch_on(shop, "where")
    write(shop, "เช็คออเดอร์", token="token-2")
    first, second = (row.number for row in shop.rows("orders"))
    asked = shop.rows("outbox")[-1].payload
    assert f"เช็คสถานะ {first}" in str(asked)
    assert f"เช็คสถานะ {second}" in str(asked)
    write(shop, f"เช็คสถานะ {first}")
    assert str(first) in bot_texts(shop)[-1]
    assert str(second) not in bot_texts(shop)[-1]


def test_nobody_learns_of_anothers_order(shop: Shop) -> None:
    write(shop, "hello")
    shop.answer("/o A1 2")
    shop.answer("/send")
    switch_on(shop, "where")
    number = shop.row("orders").number
    write(shop, f"เช็คสถานะ {number}", "where is my order", user="Uthief")
    for text in shop.texts(author="bot", conversation_id=2):
        assert str(number) not in text
        assert "/b/" not in text


def test_a_shops_own_words_ask_too(shop: Shop) -> None:
    switch_on(shop, "where", words=("เมื่อไหร่จะได้ของ",))
    write(shop, "เมื่อไหร่จะได้ของคะ", "ราคาเท่าไหร่")
    assert len(bot_texts(shop)) == 1


# Words ------------------------------------------------------------------------------------


def render(at: Shop, state: str, language: str, /, **facts: str) -> str:
    with at.runtime.store.read() as connection:
        row = shops.find_shop(connection, at.owner.shop_id)
        return statuses.render_status_message(connection, row.id, state, language, facts)


def test_every_state_has_words_with_what_must_be_told(shop: Shop) -> None:
    for status in statuses.REQUIRED:
        for language in ("th", "en"):
            check_template(status, statuses.default_template(status, language))
            facts = {name: f"<{name}>" for name in statuses.STATUS_FACTS}
            text = render(shop, status, language, **facts)
            assert all(f"<{name}>" in text for name in statuses.REQUIRED[status])


def test_a_template_without_what_must_be_told_is_refused(shop: Shop) -> None:
    with pytest.raises(ReplyError) as caught:
        replies.save_template(shop.runtime, shop.owner, "shipped", "th", "ส่งแล้ว [order_no]")
    assert caught.value.key == "required"
    assert "[tracking_code]" in caught.value.sentence("th")
    assert "[tracking_url]" in caught.value.sentence("en")
    with pytest.raises(ReplyError):
        replies.save_template(shop.runtime, shop.owner, "paid", "th", "[order_no] [secret]")
    assert shop.rows("status_templates") == []


def test_the_shops_own_words_are_told_until_they_are_taken_back(shop: Shop) -> None:
    own = "ok [order_no] {order_no} [x]"
    with pytest.raises(ReplyError):
        replies.save_template(shop.runtime, shop.owner, "paid", "en", own)
    own = "ok [order_no] {order_no} 100%"
    replies.save_template(shop.runtime, shop.owner, "paid", "en", own)
    assert render(shop, "paid", "en", order_no="[total]") == "ok [total] {order_no} 100%"
    assert render(shop, "paid", "th", order_no="7") != "ok 7 {order_no} 100%"
    replies.save_template(shop.runtime, shop.owner, "paid", "en", " ")
    assert "order 7" in render(shop, "paid", "en", order_no="7", name="Nok")


def test_a_line_whose_facts_are_all_empty_is_left_out(shop: Shop) -> None:
    text = render(shop, "now", "en", order_no="7", status="Paid")
    assert text == "Order 7: Paid"


def test_saved_replies_are_kept_replaced_and_taken_away(shop: Shop) -> None:
    clerk = replace(shop.owner, role=Role.SALES)
    replies.save_reply(shop.runtime, clerk, ";Hello", "สวัสดีค่ะ {name}")
    replies.save_reply(shop.runtime, clerk, "hello", "สวัสดี")
    replies.save_reply(shop.runtime, clerk, "ที่อยู่", "99 ถนนสุขุมวิท")
    assert [(row.name, row.text) for row in shop.rows("saved_replies")] == [
        ("hello", "สวัสดี"),
        ("ที่อยู่", "99 ถนนสุขุมวิท"),
    ]
    replies.delete_reply(shop.runtime, clerk, "hello")
    with pytest.raises(LookupError):
        replies.delete_reply(shop.runtime, clerk, "hello")
    for name, text in (("a b", "x"), ("", "x"), ("x" * 40, "x"), ("ok", ""), ("ok", "{who}")):
        with pytest.raises(ReplyError):
            replies.save_reply(shop.runtime, clerk, name, text)
    with pytest.raises(PermissionError):
        replies.save_reply(shop.runtime, replace(shop.owner, role=Role.VIEWER), "x", "x")
    with pytest.raises(PermissionError):
        replies.save_answer(shop.runtime, clerk, "away", Answer())
    assert shop.audit().count("saved reply kept") == 3


def test_an_automatic_answer_waits_for_nobody_and_has_no_human_lane(shop: Shop) -> None:
    switch_on(shop, "away", hours=NEVER)
    shop.hear_meta("hello", at=shop.clock() - timedelta(hours=30))
    shop.handle()
    shop.deliver()
    row = shop.row("outbox")
    assert (row.state, row.lane, row.code) == ("needs_review", "none", "window")
    assert shop.platforms.calls == []
