"""Keyword orders in comments: one private reply each, and one person however they are named."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import keywords, surfaces
from bot.keywords import Terms
from bot.store import conversations, groups
from tests.support.group import Group
from tests.support.keywords import COMMENTER, comment, comment_body, rule
from tests.support.platforms import LOST, Fault
from tests.support.shop import Shop

PSID = "1001"


def items(shop: Shop) -> list[tuple[str, int]]:
    return [(row.code, row.quantity) for row in shop.rows("order_items")]


@pytest.fixture
def open_shop(shop: Shop) -> Shop:
    """A shop that takes orders from comments; who writes them is known by another id in chat."""
    rule(shop, "comments")
    shop.platforms.writers.update({f"c_{number}": PSID for number in range(20)})
    return shop


def test_a_comment_orders_and_gets_its_one_private_reply(open_shop: Shop) -> None:
    shop = open_shop
    comment(shop, "CF A1 2", "c_1")
    shop.deliver()

    assert items(shop) == [("A1", 2)]
    (call,) = shop.platforms.calls
    assert call.body["recipient"] == {"comment_id": "c_1"}
    assert "messaging_type" not in call.body
    assert "A1 × 2" in call.body["message"]["text"]
    row = shop.row("outbox")
    assert (row.state, row.lane, row.comment_id) == ("sent", "private_reply", "c_1")
    assert shop.row("messages", author="bot").lane == "private_reply"
    assert shop.row("contacts").name == "Nok Sim"


def test_the_same_comment_again_does_nothing_again(open_shop: Shop) -> None:
    shop = open_shop
    body = comment_body(shop, "A1+2", "c_1")
    for _ in range(3):
        shop.post_meta(body)
        shop.handle()
        shop.deliver()
    assert items(shop) == [("A1", 2)]
    assert len(shop.platforms.calls) == 1


def test_who_never_wrote_is_one_with_who_answers_the_private_reply(open_shop: Shop) -> None:
    shop = open_shop
    comment(shop, "A1 2", "c_1")
    shop.deliver()
    shop.hear_meta("ขอบคุณค่ะ", user=PSID)
    shop.handle()
    comment(shop, "A1+1", "c_2")

    assert shop.row("conversations").id == 1
    assert shop.row("addresses").platform_id == PSID
    assert shop.row("commenters").commenter_id == COMMENTER
    assert {row.conversation_id for row in shop.rows("messages")} == {1}
    assert items(shop) == [("A1", 3)]
    shop.say("พร้อมส่งค่ะ")
    shop.deliver()
    assert shop.platforms.calls[-1].body["recipient"] in ({"id": PSID}, {"comment_id": "c_2"})
    assert {row.state for row in shop.rows("outbox")} == {"sent"}


def test_who_wrote_before_gets_the_comments_order_into_that_conversation(open_shop: Shop) -> None:
    shop = open_shop
    shop.hear_meta("hello", user=PSID)
    shop.handle()
    comment(shop, "A1 2", "c_1")
    assert shop.row("orders").conversation_id == 2
    shop.deliver()

    order = shop.row("orders")
    assert (order.conversation_id, order.contact_id) == (1, 1)
    first, second = shop.rows("conversations")
    assert (first.joined_into, second.joined_into) == (None, 1)
    assert first.order_id == order.id
    assert {row.conversation_id for row in shop.rows("messages")} == {1}
    assert shop.rows("contacts")[1].merged_into == 1
    with shop.runtime.store.read() as connection:
        listed = conversations.list_conversations(connection, shop.owner.shop_id)
    assert [row.id for row in listed] == [1]
    comment(shop, "B2 1", "c_2")
    assert items(shop) == [("A1", 2), ("B2", 1)]
    assert shop.rows("messages")[-1].conversation_id == 1


def test_what_staff_were_shown_of_a_comment_means_the_conversation_that_goes_on(
    open_shop: Shop,
) -> None:
    shop = open_shop
    shop.hear_meta("hello", user=PSID)
    shop.handle()
    group = Group(shop)
    group.claim()
    comment(shop, "A1 2", "c_1")
    commented = shop.row("orders").conversation_id
    shop.clock.move(minutes=2, seconds=1)
    surfaces.post_due(shop.runtime)
    contact = shop.row("contacts", id=shop.row("conversations", id=commented).contact_id)
    group.say(f"/use @C{contact.code}")
    shop.handle()
    assert {card.conversation_id for card in shop.rows("staff_cards")} >= {commented}
    assert shop.row("staff_links").conversation_id == commented
    shop.deliver()

    assert shop.row("conversations", id=commented).joined_into == 1
    assert {card.conversation_id for card in shop.rows("staff_cards")} == {1}
    assert shop.row("staff_links").conversation_id == 1
    with shop.runtime.store.read() as connection:
        waiting = groups.list_waiting(connection, shop.owner.shop_id, 9)
        code = shop.row("contacts", id=1).code
        named = conversations.find_conversation_by_code(connection, shop.owner.shop_id, code)
    assert [row.id for row in waiting] == [1]
    assert named is not None
    assert named.id == 1


def test_a_lost_answer_is_settled_by_the_echo_which_names_the_person(open_shop: Shop) -> None:
    shop = open_shop
    comment(shop, "A1 2", "c_1")
    shop.platforms.fail(LOST)
    shop.deliver()
    row = shop.row("outbox")
    assert row.state == "ambiguous"
    shop.hear_echo(row.id, user=PSID)
    shop.handle()

    assert shop.row("outbox").state == "sent"
    assert shop.row("addresses").platform_id == PSID
    assert len(shop.platforms.calls) == 1


def test_words_beside_the_private_reply_wait_for_the_persons_answer(open_shop: Shop) -> None:
    shop = open_shop
    comment(shop, "A1 2", "c_1")
    shop.deliver()
    shop.answer("/send")
    shop.deliver()
    assert {row.state for row in shop.rows("outbox", kind="bill")} == {"held"}
    assert len(shop.platforms.calls) == 1

    shop.hear_meta("ขอบิลค่ะ", user=PSID)
    shop.handle()
    shop.deliver()
    assert {row.state for row in shop.rows("outbox")} == {"sent"}
    assert {seen.person for seen in shop.platforms.seen} == {PSID}


def test_after_seven_days_there_is_no_private_reply_and_staff_see_that(open_shop: Shop) -> None:
    shop = open_shop
    at = shop.clock() - timedelta(days=7, minutes=1)
    comment(shop, "A1 2", "c_1", at=at)
    assert items(shop) == [("A1", 2)]
    assert shop.rows("outbox") == []
    assert shop.row("keyword_hits").facts["untold"] is True

    comment(shop, "B2 1", "c_2", user="7002")
    shop.clock.move(days=8)
    shop.deliver()
    row = shop.row("outbox")
    assert (row.state, row.code) == ("needs_review", "late")
    assert "private reply" in row.reason


def test_a_broadcast_that_has_ended_takes_no_private_reply(shop: Shop) -> None:
    rule(shop, "comments", late_minutes=10)
    shop.platforms.writers.update({"c_1": "7001", "c_2": "7001"})
    comment(shop, "A1 2", "c_1", kind="instagram", live=True)
    shop.deliver()
    assert shop.row("outbox").state == "sent"
    keywords.end_post(shop.runtime, shop.owner, 1, ended=True)
    shop.clock.move(minutes=5)
    comment(shop, "A1+1", "c_2", kind="instagram", live=True)

    assert items(shop) == [("A1", 3)]
    assert len(shop.rows("outbox")) == 1
    assert shop.rows("keyword_hits")[1].facts["untold"] is True
    shop.clock.move(minutes=10)
    comment(shop, "A1+1", "c_3", kind="instagram", live=True)
    assert shop.rows("keyword_hits")[2].outcome == "too_late"
    assert items(shop) == [("A1", 3)]


def test_a_refused_private_reply_waits_for_a_person_and_the_channel_goes_on(shop: Shop) -> None:
    rule(shop, "comments")
    shop.platforms.writers["c_1"] = PSID
    comment(shop, "A1 2", "c_1")
    shop.platforms.fail(Fault(400, {"error": {"code": 10, "message": "not now"}}))
    shop.deliver()
    row = shop.row("outbox")
    assert (row.state, row.code) == ("needs_review", "10")
    assert {channel.state for channel in shop.rows("channels")} == {"up"}


def test_on_instagram_a_writers_id_is_the_same_in_chat(shop: Shop) -> None:
    rule(shop, "comments")
    shop.platforms.writers["c_1"] = "7001"
    comment(shop, "CF A1", "c_1", kind="instagram")
    shop.deliver()
    shop.hear_meta("hi", kind="instagram", user="7001")
    shop.handle()
    assert shop.row("conversations").joined_into is None
    assert shop.rows("commenters") == []


def test_the_pages_own_comments_and_removed_ones_order_nothing(open_shop: Shop) -> None:
    shop = open_shop
    comment(shop, "A1 5", "c_1", user="1234567890")
    comment(shop, "A1 5", "c_2", verb="hide")
    assert shop.rows("orders") == []

    comment(shop, "A1 secret", "c_3")
    comment(shop, "", "c_3", verb="remove")
    message = shop.row("messages", platform_id="c_3")
    assert (message.redacted, message.text) == (True, None)
    assert "secret" not in str([row.body for row in shop.rows("raw_deliveries")])
    assert "secret" not in str([row.facts for row in shop.rows("keyword_hits")])


def test_comments_are_kept_to_be_tried_while_the_rule_is_off(shop: Shop) -> None:
    comment(shop, "CF A1 2", "c_1")
    comment(shop, "สวยจัง", "c_2")
    assert shop.rows("orders") == []
    assert shop.rows("outbox") == []
    assert [row.outcome for row in shop.rows("keyword_hits")] == ["off", "off"]
    trials = keywords.rerun(
        shop.runtime, shop.owner.shop_id, "post:1", saved=None, tried=Terms(), language="en"
    )
    assert [(one.text, one.orders_before, one.orders_after) for one in trials] == [
        ("สวยจัง", False, False),
        ("CF A1 2", False, True),
    ]
    assert keywords.count(trials) == {"changed": 1, "won": 1}
    assert shop.rows("orders") == []


def test_a_posts_own_rule_goes_before_the_one_of_all_comments(open_shop: Shop) -> None:
    shop = open_shop
    comment(shop, "สวยจัง", "c_1")
    rule(shop, "post:1", enabled=False)
    comment(shop, "A1 2", "c_2")
    assert shop.rows("orders") == []
    rule(shop, "post:1", needs_prefix=True)
    comment(shop, "A1 2", "c_3")
    comment(shop, "CF A1 2", "c_4")
    comment(shop, "A1 2", "c_5", post="another")
    assert [hit.outcome for hit in shop.rows("keyword_hits")[2:]] == [
        "prefix_missing",
        "ordered",
        "ordered",
    ]


def test_no_shop_sees_or_rules_anothers_posts(shop: Shop) -> None:
    comment(shop, "A1 2", "c_1")
    stranger = replace(shop.owner, shop_id=99)
    with pytest.raises(LookupError):
        keywords.end_post(shop.runtime, stranger, 1, ended=True)
    with pytest.raises(LookupError):
        keywords.save_rule(shop.runtime, stranger, "post:1", Terms(), enabled=True, version=0)


@pytest.mark.parametrize(
    "value",
    [
        {"item": "comment", "verb": "add"},
        {"item": "comment", "verb": "add", "comment_id": "c", "from": "nobody"},
        {"item": "comment", "verb": "edited", "comment_id": "c", "from": {"id": "7"}},
        {"item": "comment", "verb": 7, "comment_id": []},
        {"item": "comment"},
    ],
)
@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_a_malformed_comment_is_kept_and_orders_nothing(shop: Shop, value: Any) -> None:
    rule(shop, "comments")
    change = {"field": "feed", "value": value}
    body = {
        "object": "page",
        "entry": [{"id": "1234567890", "time": 1764000000, "changes": [change]}],
    }
    assert shop.post_meta(json.dumps(body).encode()) == 1
    shop.handle()
    assert len(shop.rows("events")) == 1
    assert shop.rows("orders") == []
