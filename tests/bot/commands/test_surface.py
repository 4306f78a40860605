"""Which conversation and order a command is about: named, quoted, here, or in use."""

from __future__ import annotations

from typing import Any

import pytest

from bot.commands.lexicon import languages
from bot.commands.table import COMMANDS
from tests.support.shop import STAFF_PHONE, Shop

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


@pytest.fixture
def counter(shop: Shop) -> Shop:
    """Two customers on LINE, C1 and C2, and a member of staff who is linked."""
    shop.link_staff()
    shop.hear_line("hello", user="Ua")
    shop.hear_line("hello", user="Ub")
    shop.handle()
    return shop


def type_on_line(shop: Shop, text: str, **more: Any) -> str:
    """Type as linked staff on LINE; give the answer's words."""
    shop.hear_line(text, user=STAFF_PHONE, **more)
    assert shop.handle() == 1
    return str(shop.rows("messages", author="bot")[-1].text)


def orders_of(shop: Shop) -> list[tuple[int, int, int]]:
    """Every order as (number, conversation, total in satang)."""
    return [(row.number, row.conversation_id, row.total_minor) for row in shop.rows("orders")]


def test_a_customer_is_named_by_code(counter: Shop) -> None:
    type_on_line(counter, "/o @C2 A1 1")
    type_on_line(counter, "/o @c1 A1 2")

    assert orders_of(counter) == [(1001, 2, 12000), (1002, 1, 24000)]


def test_an_order_is_named_by_number(counter: Shop) -> None:
    type_on_line(counter, "/o @C1 A1 1")
    type_on_line(counter, "/o @C2 A1 1")

    type_on_line(counter, "/add !1001 B2 1")

    assert orders_of(counter) == [(1001, 1, 21000), (1002, 2, 12000)]


@sqlite_only
@pytest.mark.parametrize(
    "text",
    ["/o @C77 A1 1", "/o @C999999999999999999999 A1 1", "/o @Cx A1 1", "/add !77 A1 1", "/o A1 1"],
)
def test_a_target_that_is_not_there_is_refused_in_a_sentence(counter: Shop, text: str) -> None:
    words = type_on_line(counter, text)

    assert len(words) > 10
    assert counter.rows("orders") == []


@sqlite_only
def test_where_no_customer_is_meant_the_last_ones_are_named(counter: Shop) -> None:
    words = type_on_line(counter, "/o A1 1")

    assert "@C1" in words
    assert "@C2" in words
    assert "@C3" not in words  # the typist's own conversation is no customer


def test_the_one_in_use_is_meant_where_none_is_named(counter: Shop) -> None:
    type_on_line(counter, "/use @C1")
    type_on_line(counter, "/o A1 1")
    type_on_line(counter, "/use @C2")
    type_on_line(counter, "/o A1 2")
    type_on_line(counter, "/use !1001")
    type_on_line(counter, "/add B2 1")

    assert orders_of(counter) == [(1001, 1, 21000), (1002, 2, 24000)]


def test_a_quoted_card_tells_which_order_is_meant(counter: Shop) -> None:
    type_on_line(counter, "/o @C1 A1 1")
    type_on_line(counter, "/o @C2 A1 1")
    counter.deliver()
    first_card = counter.rows("messages", author="bot", kind="card")[0]
    assert first_card.platform_id is not None

    type_on_line(counter, "/add B2 1", quoted=first_card.platform_id)

    assert orders_of(counter) == [(1001, 1, 21000), (1002, 2, 12000)]


def test_a_quoted_message_that_is_no_card_falls_back_to_the_one_in_use(counter: Shop) -> None:
    type_on_line(counter, "/use @C2")

    type_on_line(counter, "/o A1 1", quoted="51234567890")

    assert orders_of(counter) == [(1001, 2, 12000)]


def test_a_name_beats_a_quoted_card(counter: Shop) -> None:
    type_on_line(counter, "/o @C1 A1 1")
    counter.deliver()
    card = counter.rows("messages", author="bot", kind="card")[0]

    type_on_line(counter, "/o @C2 A1 3", quoted=card.platform_id)

    assert orders_of(counter) == [(1001, 1, 12000), (1002, 2, 36000)]


def test_on_the_web_the_open_conversation_is_meant_and_use_chooses_its_order(
    counter: Shop,
) -> None:
    counter.answer("/o A1 1", to=1)
    counter.answer("/send", to=1)
    counter.answer("/o B2 1", to=1)
    assert [row.number for row in counter.rows("orders")] == [1001, 1002]

    counter.answer("/use !1001", to=1)
    counter.answer("/add B2 1", to=1)

    assert orders_of(counter) == [(1001, 1, 21000), (1002, 1, 9000)]


@sqlite_only
def test_help_lists_what_can_be_run_and_explains_one_command(counter: Shop) -> None:
    listed = counter.answer("/help", to=1)
    assert "/ส่งบิล" in listed
    assert "/สต็อก A1" in listed
    assert "/ย้อน" in listed

    assert "/เปิดบิล" in counter.answer("/help o", to=1)


@sqlite_only
def test_a_verb_that_is_not_known_gets_the_nearest_one(counter: Shop) -> None:
    assert "/send" in counter.refusal("/sendd", to=1)


def test_every_verb_of_the_words_files_can_be_run() -> None:
    for words in languages().values():
        assert set(words.verbs) == set(COMMANDS)
