"""Completion: verbs, changes, codes, options, ways, customers and orders, at the cursor."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from bot.commands.completion import MOST, complete
from bot.commands.grammar import Command, GrammarError, parse
from bot.commands.lexicon import languages
from bot.store import shops
from tests.support.shop import Shop

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


@pytest.fixture
def counter(shop: Shop) -> Shop:
    """Two customers on LINE, one with a name and an order."""
    shop.hear_line("hello", user="Ua")
    shop.hear_line("hello", user="Ub")
    shop.handle()
    shop.answer("/o A1 2", to=1)
    return shop


def offered(shop: Shop, text: str, language: str = "th", at: int | None = None) -> list[str]:
    """What the text would be after each choice."""
    with shop.runtime.store.read() as connection:
        row = shops.find_shop(connection, shop.owner.shop_id)
        found = complete(connection, row, text, len(text) if at is None else at, language)
    if found is None:
        return []
    return [text[: found.start] + one.text + text[found.end :] for one in found.choices]


@pytest.mark.parametrize(
    ("text", "language", "first"),
    [
        ("/se", "en", "/set "),
        ("/ส่งบ", "th", "/ส่งบิล "),
        ("/เปิ", "th", "/เปิดบิล "),
        ("/sned", "en", "/send "),
        ("/", "en", "/o "),
        ("/", "th", "/เปิดบิล "),
        ("/o a", "en", "/o A1 "),
        ("/o ชาเ", "th", "/o A1 "),
        ("/o [A", "en", "/o A1 "),
        ("/o C3/", "th", "/o C3/ดำ/"),
        ("/o C3/ขา", "th", "/o C3/ขาว/"),
        ("/o C3/ดำ/", "th", "/o C3/ดำ/S "),
        ("/add A1 2 ", "en", "/add A1 2 ship "),
        ("/o A1 2; sh", "en", "/o A1 2; ship "),
        ("/o A1 2; ล", "th", "/o A1 2; ลด "),
        ("/o A1 2; ship e", "en", "/o A1 2; ship EMS "),
        ("/o A1 2; ส่ง ", "th", "/o A1 2; ส่ง "),
        ("/o A1 2; ส่งE", "th", "/o A1 2; ส่งEMS "),
        ("/o A1 2; pay c", "en", "/o A1 2; pay card "),
        ("/o A1 2; จ่าย ป", "th", "/o A1 2; จ่าย ปลายทาง "),
        ("/slip ", "th", "/slip ผ่าน "),
        ("/o @", "en", "/o @C"),
        ("/show !10", "en", "/show !1001 "),
        ("/help se", "en", "/help set "),
        ("/o A1 2; note: sh", "en", ""),
        ("/reply A", "en", ""),
        ("hello", "en", ""),
        ('/o "A', "en", ""),
        ("/o A1 1", "en", ""),
    ],
)
@sqlite_only
def test_the_word_at_the_cursor_may_become(
    counter: Shop, text: str, language: str, first: str
) -> None:
    found = offered(counter, text, language)
    assert found[0].startswith(first) if first else not found


def test_customers_are_found_by_code_and_name_on_both_databases(counter: Shop) -> None:
    assert offered(counter, "/o @C2") == ["/o @C2 "]
    assert offered(counter, "/o @1") == ["/o @C1 "]
    assert offered(counter, "/show !1001") == ["/show !1001 "]
    assert offered(counter, "/show !2") == []


@sqlite_only
def test_a_choice_says_name_price_and_what_is_left(counter: Shop) -> None:
    counter.set_stock("A1", 7)
    with counter.runtime.store.read() as connection:
        row = shops.find_shop(connection, counter.owner.shop_id)
        found = complete(connection, row, "/o A1", 5, "en")
    assert found is not None
    choice = found.choices[0]
    assert choice.label == "A1"
    assert "120.00" in choice.detail
    assert "7 left" in choice.detail


@sqlite_only
def test_every_verb_is_offered_and_every_choice_of_one_parses(counter: Shop) -> None:
    for code, words in languages().items():
        for name, entry in words.verbs.items():
            for form in entry.forms:
                after = offered(counter, f"/{form}", code)
                assert f"/{form} " in after, (name, form)
    for text in offered(counter, "/o ", "en"):
        if not text.endswith("/"):
            assert reads(text), text


def reads(text: str) -> bool:
    """Whether a choice is read as it stands, but for what has yet to follow it."""
    try:
        return isinstance(parse(text), Command)
    except GrammarError as error:
        return error.start >= len(text.rstrip()) or error.key == "phone_unreadable"


def test_a_choice_costs_few_questions_and_shows_few_rows(counter: Shop) -> None:
    asked: list[str] = []
    with counter.runtime.store.read() as connection:
        row = shops.find_shop(connection, counter.owner.shop_id)
        engine = connection.engine

        def hear(_c: object, _k: object, statement: str, *_: object) -> None:
            asked.append(statement)

        event.listen(engine, "before_cursor_execute", hear)
        for text in ("/o ", "/o A", "/o @", "/o @C1", "/o @Nok", "/show !1", "/o C3/", "/"):
            asked.clear()
            found = complete(connection, row, text, len(text), "th")
            assert len(asked) <= 8, (text, asked)
            assert found is None or len(found.choices) <= MOST
            assert all("LIMIT" in one or "product" in one for one in asked if "JOIN" in one)
        event.remove(engine, "before_cursor_execute", hear)


PIECES = [
    *("/o", "/", "A1", "C3/", "/ดำ", "@", "@C1", "!", "[", '"', ";", ",", "ship", "ส่ง", " ", "\n"),
    *("pay", ":", "@350", "-", "๒", "\u200b", "\u0e4d\u0e32", "🛒", "x2", "note:", "help"),
]


@sqlite_only
def test_hostile_text_is_survived(counter: Shop) -> None:
    with counter.runtime.store.read() as connection:
        row = shops.find_shop(connection, counter.owner.shop_id)

        @settings(max_examples=300, deadline=None)
        @given(st.lists(st.sampled_from(PIECES), max_size=12), st.integers(-3, 60))
        def try_all(pieces: list[str], at: int) -> None:
            text = "/o " + "".join(pieces)
            found = complete(connection, row, text, at, "th")
            if found is not None:
                assert 0 <= found.start <= found.end <= len(text)
                assert 0 < len(found.choices) <= MOST

        try_all()
