"""Keyword orders in chat: a customer's words open and extend a draft, once, and are answered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot import keywords
from bot.contacts import bans
from bot.keywords import Terms
from bot.keywords.terms import Keyword
from bot.runtime import Work
from bot.store import products
from orders.states import Role
from tests.support.keywords import rule
from tests.support.shop import STAFF_PHONE, Shop


def write(shop: Shop, *texts: str, **more: Any) -> None:
    for text in texts:
        shop.hear_line(text, **more)
        shop.handle()


def items(shop: Shop) -> list[tuple[str, int]]:
    return [(row.code, row.quantity) for row in shop.rows("order_items")]


def bot_texts(shop: Shop) -> list[str]:
    return shop.texts(author="bot")


def test_it_is_off_until_the_shop_switches_it_on(shop: Shop) -> None:
    write(shop, "CF A1 2")
    rule(shop, enabled=False)
    write(shop, "CF A1 2")

    assert shop.rows("orders") == []
    assert shop.rows("keyword_hits") == []
    assert shop.rows("outbox") == []


def test_a_customers_words_open_a_draft_and_later_ones_extend_it(shop: Shop) -> None:
    rule(shop)
    write(shop, "CF A1 2", "A1+1", "B2 ๒ ค่ะ", "A1=5", "สวัสดีค่ะ")

    order = shop.row("orders")
    assert (order.status, order.conversation_id) == ("draft", 1)
    assert items(shop) == [("A1", 5), ("B2", 2)]
    events = shop.rows("order_events")
    assert [event.move for event in events] == ["open", "edit", "edit", "edit"]
    assert {(event.actor, event.surface) for event in events} == {("system", "keyword")}
    assert [event.source for event in events] == [f"message:{n}" for n in (1, 3, 5, 7)]
    hits = shop.rows("keyword_hits")
    assert [hit.outcome for hit in hits] == ["ordered"] * 4
    assert hits[0].facts["picks"] == [{"code": "A1", "options": [], "quantity": 2, "effect": "set"}]
    assert shop.rows("invoices") == []


def test_the_answer_is_the_bots_and_goes_by_the_free_reply(shop: Shop) -> None:
    rule(shop)
    write(shop, "CF A1 2", token="token-1")
    shop.deliver()

    (text,) = bot_texts(shop)
    assert "A1 × 2" in text
    assert "240.00" in text
    row = shop.row("outbox")
    assert (row.state, row.lane, row.kind) == ("sent", "reply", "text")


def test_the_shops_own_words_are_filled_and_never_read_as_a_format(shop: Shop) -> None:
    rule(shop, texts={"ordered": {"th": "{order_no} {total} {0.__class__} %s"}})
    write(shop, "A1 2")
    number = shop.row("orders").number
    assert bot_texts(shop) == [f"{number} ฿240.00 {{0.__class__}} %s"]


def test_a_shop_may_answer_nothing(shop: Shop) -> None:
    rule(shop, answers=())
    write(shop, "A1 2", "A1 999")
    assert shop.rows("outbox") == []
    assert items(shop) == [("A1", 2)]


def test_the_same_message_twice_does_nothing_twice(shop: Shop) -> None:
    rule(shop)
    event = shop.line_event("A1+2")
    for _ in range(3):
        shop.post_line(shop.line_body(event))
        shop.handle()

    assert items(shop) == [("A1", 2)]
    assert len(shop.rows("keyword_hits")) == 1
    assert len(shop.rows("outbox")) == 1


def test_sold_out_is_answered_and_orders_nothing(shop: Shop) -> None:
    shop.set_stock("A1", 3)
    rule(shop)
    write(shop, "A1 4", "A1 3", "A1+1")

    assert items(shop) == [("A1", 3)]
    assert [hit.outcome for hit in shop.rows("keyword_hits")] == [
        "stock_short",
        "ordered",
        "stock_short",
    ]
    texts = bot_texts(shop)
    assert "3" in texts[0]
    assert "A1" in texts[0]


def test_what_there_is_of_several_products_is_ordered_and_the_rest_is_told(shop: Shop) -> None:
    shop.set_stock("A1", 1)
    rule(shop)
    write(shop, "A1 2, B2 1")

    assert items(shop) == [("B2", 1)]
    (text,) = bot_texts(shop)
    assert "B2 × 1" in text
    assert "A1" in text
    assert shop.row("keyword_hits").facts["refused"][0]["reason"] == "stock_short"


def test_preorder_and_unlimited_products_are_ordered_beyond_any_count(shop: Shop) -> None:
    rule(shop)
    conditions = {row.code: row.condition for row in shop.rows("products")}
    assert (conditions["A1"], conditions["B2"]) == ("stock", "unlimited")
    write(shop, "A1 900", "B2 900")
    assert items(shop) == [("B2", 900)]

    def presell(work: Work) -> None:
        found = products.find_product(work.connection, shop.owner.shop_id, "A1")
        assert found is not None
        products.update_product(work.connection, found.id, condition="preorder")

    shop.runtime.transact(presell)
    write(shop, "A1 900")
    assert items(shop) == [("B2", 900), ("A1", 900)]


def test_caps_of_an_item_and_of_a_customer_hold_over_several_messages(shop: Shop) -> None:
    rule(shop, cap_item=3, cap_customer=4)
    write(shop, "A1 4", "A1 3", "A1+1", "B2 1", "B2 2", "A1=2", "B2 2")

    assert [hit.outcome for hit in shop.rows("keyword_hits")] == [
        "over_item_cap",
        "ordered",
        "over_item_cap",
        "ordered",
        "over_customer_cap",
        "ordered",
        "ordered",
    ]
    assert items(shop) == [("A1", 2), ("B2", 2)]


def test_a_cap_counts_what_was_sent_already(shop: Shop) -> None:
    rule(shop, cap_customer=3)
    write(shop, "A1 2")
    shop.answer("/send")
    write(shop, "A1 2", "A1 1")
    assert [hit.outcome for hit in shop.rows("keyword_hits")] == [
        "ordered",
        "over_customer_cap",
        "ordered",
    ]


def test_a_banned_customers_words_order_nothing_and_get_no_answer(shop: Shop) -> None:
    write(shop, "hello")
    rule(shop)
    shop.runtime.transact(lambda work: bans.ban(work, shop.owner, 1, "never pays"))
    write(shop, "A1 2")
    write(shop, "A1 1", user="Uother")

    assert [hit.outcome for hit in shop.rows("keyword_hits")] == ["banned", "ordered"]
    assert {row.conversation_id for row in shop.rows("outbox")} == {2}


def test_a_keyword_of_the_shops_own_may_stand_for_a_product(shop: Shop) -> None:
    rule(shop, keywords=(Keyword("ชาเขียว", "A1"),), own_codes=False)
    write(shop, "เอาชาเขียว 2 ค่ะ", "A1 5")
    assert items(shop) == [("A1", 2)]


def test_staffs_words_and_groups_order_nothing(shop: Shop) -> None:
    shop.link_staff()
    rule(shop)
    write(shop, "A1 2", user=STAFF_PHONE)
    event = shop.line_event("A1 2", user="Uone")
    event["source"] = {"type": "group", "groupId": "Gfriends", "userId": "Uone"}
    shop.post_line(shop.line_body(event))
    shop.handle()
    assert shop.rows("orders") == []


def test_T17_an_echo_of_our_own_words_orders_nothing(shop: Shop) -> None:
    rule(shop)
    shop.hear_meta("A1 2")
    shop.handle()
    shop.deliver()
    sent = shop.row("outbox")
    shop.hear_echo(sent.id)
    shop.hear_meta("A1 5", user="9")
    item = shop.meta_item("A1 7")
    item["sender"], item["recipient"] = item["recipient"], item["sender"]
    item["message"] |= {"is_echo": True, "app_id": 99}
    shop.post_meta(shop.meta_body("messenger", (item["sender"]["id"], [item])))
    shop.handle()

    assert [order.conversation_id for order in shop.rows("orders")] == [1, 2]
    assert items(shop) == [("A1", 2), ("A1", 5)]


@pytest.mark.parametrize("text", ["/invoice", "/price", "/paid", "/o", "#paid", "/help"])
@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_T18_commands_of_customers_stay_text_with_keywords_on(shop: Shop, text: str) -> None:
    rule(shop, answers=("ordered", "sold_out", "refused", "late"))
    write(shop, text)
    assert shop.rows("orders") == []
    assert shop.rows("outbox") == []


@pytest.mark.parametrize("text", ["A1 -1", "A1 0", "A1 1e5", "A1 1_000", "A1 ²", "A1 1,00"])
@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_T20_a_quantity_that_is_none_orders_nothing_and_says_why(shop: Shop, text: str) -> None:
    rule(shop, answers=("refused",))
    write(shop, text)
    assert shop.rows("orders") == []
    assert len(bot_texts(shop)) == 1


def test_an_edit_and_an_unsend_change_no_order_and_are_noted(shop: Shop) -> None:
    rule(shop)
    shop.hear_meta("A1 2", mid="m_1")
    shop.handle()
    at = int(shop.clock().timestamp() * 1000) + 1000
    base = {"sender": {"id": "1001"}, "recipient": {"id": "1234567890"}, "timestamp": at}
    edit = {**base, "message_edit": {"mid": "m_1", "text": "A1 9", "num_edit": 1}}
    gone = {**base, "message": {"mid": "m_1", "is_deleted": True}}
    for item in (edit, gone):
        shop.post_meta(shop.meta_body("messenger", ("1234567890", [item])))
        shop.handle()

    assert items(shop) == [("A1", 2)]
    assert [event.move for event in shop.rows("order_events")] == ["open"]
    assert [action for action in shop.audit() if action.startswith("source")] == [
        "source edited",
        "source unsent",
    ]
    assert shop.row("keyword_hits").facts["source"] == "unsent"


def test_what_a_taken_back_text_said_is_nowhere_in_its_hit(shop: Shop) -> None:
    rule(shop)
    shop.hear_meta("A1 secretword", mid="m_1")
    shop.handle()
    assert "secretword" in str(shop.row("keyword_hits").facts)
    at = int(shop.clock().timestamp() * 1000)
    base = {"sender": {"id": "1001"}, "recipient": {"id": "1234567890"}, "timestamp": at}
    gone = {**base, "message": {"mid": "m_1", "is_deleted": True}}
    shop.post_meta(shop.meta_body("messenger", ("1234567890", [gone])))
    assert "secretword" not in str(shop.row("keyword_hits").facts)


def test_what_staff_work_on_stays_in_use_beside_a_customers_draft(shop: Shop) -> None:
    rule(shop)
    write(shop, "hello")
    shop.answer("/o B2 1")
    write(shop, "A1 2")

    mine, theirs = shop.rows("orders")
    assert shop.row("conversations").order_id == mine.id
    assert theirs.number != mine.number
    assert items(shop) == [("B2", 1), ("A1", 2)]


def test_a_shop_may_send_the_bill_at_once(shop: Shop) -> None:
    rule(shop, send_at_once=True)
    write(shop, "A1 2")
    order = shop.row("orders")
    assert (order.status, order.revision) == ("unpaid", 1)
    assert shop.shelf("A1").reserved == 2
    assert "/b/" in bot_texts(shop)[-1]
    assert shop.rows("outbox", kind="bill")

    write(shop, "A1 1")
    assert [row.status for row in shop.rows("orders")] == ["unpaid", "unpaid"]


def test_a_rule_is_the_managers_and_the_faster_one_wins(shop: Shop) -> None:
    clerk = replace(shop.owner, role=Role.SALES)
    with pytest.raises(PermissionError):
        keywords.save_rule(shop.runtime, clerk, "chat", Terms(), enabled=True, version=0)
    rule(shop)
    with pytest.raises(keywords.KeywordError):
        keywords.save_rule(shop.runtime, shop.owner, "chat", Terms(), enabled=True, version=0)
    assert shop.audit().count("keyword rule saved") == 1


@pytest.mark.parametrize(
    ("terms", "key"),
    [
        ({"keywords": (Keyword("x", "NOPE"),)}, "no_product"),
        ({"cap_item": 0}, "cap"),
        ({"needs_prefix": True, "prefixes": ()}, "no_prefix"),
        ({"texts": {"ordered": {"en": "{wrong}"}}}, "placeholder"),
        ({"late_minutes": -1}, "late_minutes"),
        ({"prefixes": ("x" * 51,)}, "word_length"),
    ],
)
@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_terms_that_cannot_be_are_refused_with_a_sentence(
    shop: Shop, terms: dict[str, Any], key: str
) -> None:
    with pytest.raises(keywords.KeywordError) as caught:
        rule(shop, **terms)
    assert caught.value.key == key
    for language in ("th", "en"):
        assert caught.value.sentence(language)
    assert shop.rows("keyword_rules") == []
