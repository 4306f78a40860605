"""What a search costs does not grow with the shop: counted in steps and rows, never in time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, text

from bot import contacts
from bot.contacts import searching
from bot.store import customer_terms, shops
from bot.store.tables import contact_terms
from bot.store.tables import contacts as contact_table
from bot.words.spelling import list_terms, write_search_text
from tests.bot.contacts.conftest import Book

FIRST = ("สมชาย", "สมหญิง", "Somchai", "Somsri", "มะลิ", "Mali", "Nguyen", "ปรีชา", "วิไล", "Anong")
LAST = ("ใจดี", "รักไทย", "Jaidee", "แซ่ตั้ง", "Suksan", "Thongchai", "มีสุข", "ศรีสุข", "Boonmee")

NOW = datetime(2026, 1, 1, tzinfo=UTC)

# Common words, rare ones, parts, typing errors, phones, several words, and what nobody is called.
SEARCHES = (
    "สมชาย",
    "ส",
    "somchai jaidee",
    "jaidee somchai 7",
    "somchia",
    "somchia jaidea",
    "ชาย ดี",
    "mali",
    "0812",
    "08120000",
    "zzzzz",
    "thongchaiboonmee",
)


def fill(connection: Connection, shop_id: int, first: int, count: int) -> None:
    """Write customers straight into the tables: names of few words, as a country's are."""
    for code in range(first, first + count):
        turn, place = divmod(code, len(FIRST) * len(LAST))
        name = f"{FIRST[place % len(FIRST)]} {LAST[place // len(FIRST)]} {turn}"
        digits = [f"6681{code:07}"]
        row = {"shop_id": shop_id, "code": code + 10_000, "name": name}
        row |= {"search_text": write_search_text(name, digits), "created_at": NOW}
        added = connection.execute(insert(contact_table).values(row).returning(contact_table.c.id))
        contact_id = added.scalar_one()
        terms = [
            {"shop_id": shop_id, "kind": kind, "term": term, "contact_id": contact_id}
            for kind, term in list_terms(name, digits)
        ]
        connection.execute(insert(contact_terms), terms)


@pytest.fixture
def low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a small shop reaches already, as a large one reaches the real ones."""
    monkeypatch.setattr(searching, "MOST_JUDGED", 20)
    monkeypatch.setattr(searching, "MOST_LOOKED", 60)
    monkeypatch.setattr(customer_terms, "CHUNK", 15)


def find(connection: Connection, shop_id: int, words: str) -> list[str]:
    shop = shops.find_shop(connection, shop_id)
    return [row.name for row in contacts.search(connection, shop, words)]


@contextmanager
def counting(connection: Connection) -> Iterator[list[int]]:
    """Count the steps of SQLite's machine, in hundreds."""
    steps = [0]

    def step() -> int:
        steps[0] += 1
        return 0

    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(step, 100)
    try:
        yield steps
    finally:
        driver.set_progress_handler(None, 100)


def count_steps(book: Book) -> dict[str, int]:
    counts = {}
    with book.shop.runtime.store.read() as connection:
        for words in SEARCHES:
            with counting(connection) as steps:
                find(connection, book.actor.shop_id, words)
            counts[words] = steps[0]
    return counts


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("low_limits")
def test_ten_times_the_customers_take_no_more_steps(book: Book) -> None:
    store, shop_id = book.shop.runtime.store, book.actor.shop_id
    store.write(lambda connection: fill(connection, shop_id, 0, 900))
    few = count_steps(book)
    store.write(lambda connection: fill(connection, shop_id, 900, 8_100))
    many = count_steps(book)

    assert sum(few.values()) > 10
    for words in SEARCHES:
        # Not all limits are reached in the smaller shop; without limits it were ten times.
        assert many[words] <= few[words] * 2 + 5, (words, few, many)


@pytest.fixture
def questions(book: Book) -> Iterator[list[tuple[str, Any]]]:
    """What the database is asked of terms and contacts: statements with their parameters."""
    asked: list[tuple[str, Any]] = []
    engine = book.shop.runtime.store._engine

    def note(_c: Any, _cursor: Any, statement: str, facts: Any, *_: Any) -> None:
        if "contact_terms" in statement and statement.startswith("SELECT"):
            asked.append((statement, facts))

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_sqlite_reads_terms_by_their_key_alone(
    book: Book, questions: list[tuple[str, Any]]
) -> None:
    book.create("Mali")
    with book.shop.runtime.store.read() as connection:
        for words in SEARCHES:
            find(connection, book.actor.shop_id, words)
        assert len(questions) > len(SEARCHES)
        for statement, facts in list(questions):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", facts).all()
            steps = [row.detail for row in plan if "contact_terms" in row.detail]
            begins = "SEARCH contact_terms USING PRIMARY KEY (shop_id=? AND kind=? AND term"
            assert steps
            assert all(step.startswith(begins) for step in steps), steps
            assert not any("TEMP B-TREE" in row.detail for row in plan), plan


@pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("low_limits")
def test_postgresql_reads_no_more_terms_than_it_is_asked_for(
    book: Book, questions: list[tuple[str, Any]]
) -> None:
    store, shop_id = book.shop.runtime.store, book.actor.shop_id
    store.write(lambda connection: fill(connection, shop_id, 0, 800))
    store.write(lambda connection: connection.execute(text("ANALYZE contact_terms")))
    with store.read() as connection:
        for words in SEARCHES:
            find(connection, shop_id, words)
        asked = list(questions)
        for statement, facts in asked:
            explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
            [[plan]] = connection.exec_driver_sql(explain, facts).all()
            for node in nodes(plan[0]["Plan"]):
                assert "Seq Scan" not in node["Node Type"], node
                assert node["Actual Rows"] <= searching.MOST_LOOKED, node
                assert node.get("Rows Removed by Filter", 0) == 0


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


@pytest.mark.usefixtures("low_limits")
def test_the_right_one_is_found_among_many_alike(book: Book) -> None:
    store, shop_id = book.shop.runtime.store, book.actor.shop_id
    store.write(lambda connection: fill(connection, shop_id, 0, 600))
    code = book.create("Somchai Wongsawat", "0899998888")
    for words in (
        "wongsawat",
        "somchai wongsawat",
        "wong som",
        "wongswat somchai",
        "somchai wongsawta",
        "9998888",
        "somchai 9998888",
    ):
        assert book.find(words)[0] == code, words
