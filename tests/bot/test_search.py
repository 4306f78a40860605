"""Search: what was said is found at once, by who may, and no more once it was taken back."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update

from bot import contacts, search, shops
from bot.search import finding
from bot.store import indexing, messages, tables
from tests.bot.test_changes import edit, unsend
from tests.support.shop import Shop, at_once

SECRET = "เลขบัตร 4111"


def ask(shop: Shop, words: str, **where: Any) -> search.Found:
    shop_id = where.pop("shop_id", shop.owner.shop_id)
    limit = where.pop("limit", 20)
    with shop.runtime.store.read() as connection:
        query = search.ask(connection, shop_id, words, **where)
        return search.find(connection, query, limit)


def find(shop: Shop, words: str, **where: Any) -> list[str]:
    """The words of the messages that are found, newest first."""
    return [row.text for row in ask(shop, words, **where).rows]


def read_in(shop: Shop) -> None:
    """Let the worker read everything, and enough time pass that nothing can be pending."""
    shop.clock.move(minutes=6)
    search.catch_up(shop.runtime)
    assert len(shop.rows("message_words")) == len(
        [row for row in shop.rows("messages") if row.text is not None]
    )


def execute(shop: Shop, statement: Any) -> None:
    shop.runtime.store.write(lambda connection: connection.execute(statement))


@pytest.fixture(params=["at once", "read in"])
def when(request: pytest.FixtureRequest) -> Any:
    """A search before the worker has read anything, and after."""
    return read_in if request.param == "read in" else lambda _shop: None


# Words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("ขอน้ำหวานสองแก้วค่ะ", "น้ำหวาน"),
        ("ขอน้ํา\u200bหวานสองแก้วค่ะ", "น้ำหวาน"),
        ("Green TEA ครับ", "tea green"),
        ("ＳＩＺＥ　Ｌ", "size l"),
        ("โอน ๑๒๐ บาท", "120"),
        ("ปีใหม่นี้", "ปี"),
        ("x", "X"),
        ('say "quoted" words', '"quoted"'),
        ("a AND b OR NOT c*", "AND c*"),
        ("100% cotton_shirt\\", "100% n_s"),
        ("100% cotton_shirt\\", "t\\"),
    ],
)
def test_T62_a_message_is_found_by_what_it_says(
    shop: Shop, when: Any, said: str, asked: str
) -> None:
    shop.hear_line("ชาเขียวกาแฟ 1000 cotton-shirt")
    shop.hear_line(said)
    when(shop)
    assert find(shop, asked) == [said]


@pytest.mark.parametrize("asked", ["%", "_", "ชา%ขียว", "ชา_ขียว", "' OR 1=1 --", '" OR "', "*", "^"])
def test_T62_no_sign_stands_for_another(shop: Shop, when: Any, asked: str) -> None:
    shop.hear_line("ชาเขียว")
    when(shop)
    assert find(shop, asked) == []


def test_every_word_must_occur(shop: Shop, when: Any) -> None:
    shop.hear_line("ชาเขียวร้อน")
    shop.hear_line("ชาเขียวเย็น")
    when(shop)
    assert find(shop, "เย็น ชาเขียว") == ["ชาเขียวเย็น"]
    assert find(shop, "ชาเขียว เปรี้ยว") == []
    assert find(shop, "ชาเขียว") == ["ชาเขียวเย็น", "ชาเขียวร้อน"]


def test_our_own_words_are_found_too(shop: Shop, when: Any) -> None:
    shop.hear_line("hello")
    shop.handle()
    shop.say("ส่งวันจันทร์นะคะ")
    when(shop)
    assert find(shop, "วันจันทร์") == ["ส่งวันจันทร์นะคะ"]


def test_what_is_read_and_what_is_not_make_one_list(shop: Shop) -> None:
    shop.hear_line("ชาหนึ่ง")
    read_in(shop)
    shop.hear_line("ชาสอง")
    assert find(shop, "ชา") == ["ชาสอง", "ชาหนึ่ง"]
    assert find(shop, "ชาส") == ["ชาสอง"]


@pytest.mark.parametrize("words", ["ชาเขียว", "ชา"])
def test_pages_join_without_gap_or_repeat(shop: Shop, words: str) -> None:
    for number in range(4):
        shop.hear_line(f"ชาเขียว {number}")
        shop.clock.move(seconds=1)
    read_in(shop)
    for number in range(4, 7):
        shop.hear_line(f"ชาเขียว {number}")
    told: list[str] = []
    before = None
    for _ in range(10):
        page = ask(shop, words, before=before, limit=2)
        told += [row.text for row in page.rows]
        before = page.next
        if before is None:
            break
    assert told == [f"ชาเขียว {number}" for number in reversed(range(7))]


def test_short_words_are_looked_for_step_by_step(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.hear_line("ปีก่อน")
    for number in range(7):
        shop.clock.move(seconds=1)
        shop.hear_line(f"ชา {number}")
    read_in(shop)
    monkeypatch.setattr(finding, "MOST_READ", 3)

    page = ask(shop, "ปี")
    assert (page.rows, page.is_partial) == ((), True)
    steps = 1
    while page.next is not None:
        page = ask(shop, "ปี", before=page.next)
        steps += 1
    assert [row.text for row in page.rows] == ["ปีก่อน"]
    assert (steps, page.is_partial) == (3, False)
    assert find(shop, "ก่อน") == ["ปีก่อน"]


# Where -------------------------------------------------------------------------------------------


def test_channel_time_and_person_narrow_it(shop: Shop, when: Any) -> None:
    start = shop.clock()
    shop.hear_line("ชาเขียว line")
    shop.clock.move(hours=1)
    shop.hear_meta("ชาเขียว messenger")
    shop.clock.move(hours=1)
    shop.hear_meta("ชาเขียว instagram", kind="instagram")
    when(shop)

    assert find(shop, "ชาเขียว", channel="messenger") == ["ชาเขียว messenger"]
    assert find(shop, "ชา", channel="messenger") == ["ชาเขียว messenger"]
    middle = {"since": start + timedelta(minutes=30), "until": start + timedelta(minutes=90)}
    assert find(shop, "ชาเขียว", **middle) == ["ชาเขียว messenger"]
    assert find(shop, "", **middle) == ["ชาเขียว messenger"]
    assert find(shop, "ชาเขียว", customer=3) == ["ชาเขียว instagram"]
    assert find(shop, "", customer=1) == ["ชาเขียว line"]
    assert find(shop, "ชาเขียว", customer=99) == []
    assert find(shop, "ชาเขียว", customer=1, channel="instagram") == []


def test_who_was_merged_is_one_person_and_two_again(shop: Shop, when: Any) -> None:
    shop.hear_line("ชาเขียว line")
    shop.hear_meta("ชาเขียว messenger")
    merge_id = contacts.merge(shop.runtime, shop.owner, 1, 2)
    when(shop)
    for code in (1, 2):
        assert sorted(find(shop, "ชาเขียว", customer=code)) == [
            "ชาเขียว line",
            "ชาเขียว messenger",
        ]
    contacts.undo(shop.runtime, shop.owner, 1, merge_id)
    assert find(shop, "ชาเขียว", customer=2) == ["ชาเขียว messenger"]


def test_T54_a_shop_never_finds_anothers_words(shop: Shop, when: Any) -> None:
    def open_other(work: Any) -> int:
        return shops.add_shop(
            work, slug="two", name="Two", currency="THB", timezone="Asia/Bangkok", locale="th"
        )

    other = shop.runtime.transact(open_other)
    shop.runtime.transact(
        lambda work: shops.add_channel(
            shop.runtime,
            work,
            "two",
            kind="line",
            key="two-line",
            channel_secret="s" * 32,
            access_token="t" * 32,
        )
    )
    shop.hear_line("ชาเขียวของเรา")
    shop.post_line(shop.line_body(shop.line_event("ชาเขียวของเขา")), key="two-line")
    when(shop)

    for words in ("ชาเขียว", "ชา", ""):
        assert find(shop, words) == ["ชาเขียวของเรา"]
        assert find(shop, words, shop_id=other) == ["ชาเขียวของเขา"]
        assert find(shop, words, shop_id=other, channel="line") == ["ชาเขียวของเขา"]
    assert find(shop, "ชาเขียว", shop_id=other, customer=2) == []
    with shop.runtime.store.read() as connection:
        query = search.ask(connection, other, "ชาเขียว")
        assert search.find_conversation_ids(connection, query) == {2}


# Words that go -----------------------------------------------------------------------------------


def is_indexed(shop: Shop, words: str) -> bool:
    """Say whether anything of the index still knows these words."""
    if any(words in row.words for row in shop.rows("message_words")):
        return True
    if not shop.runtime.store.is_sqlite:
        return False
    query = text("SELECT count(*) FROM message_fts WHERE message_fts MATCH :gram")
    with shop.runtime.store.read() as connection:
        return bool(connection.execute(query, {"gram": f'"{words[:3]}"'}).scalar())


def test_T64_unsent_words_leave_the_index_with_the_message(shop: Shop) -> None:
    now = shop.clock()
    shop.hear_line(SECRET, message_id="m1", at=now)
    shop.hear_line("ชาเขียว")
    read_in(shop)
    assert is_indexed(shop, SECRET)
    assert find(shop, "4111") == [SECRET]

    unsend(shop, "m1", now + timedelta(seconds=5))

    assert not is_indexed(shop, SECRET)
    assert find(shop, "4111") == find(shop, "41") == []
    assert find(shop, "ชาเขียว") == ["ชาเขียว"]
    read_in(shop)
    assert not is_indexed(shop, SECRET)


def test_T64_what_was_unsent_before_it_was_read_is_never_read(shop: Shop) -> None:
    now = shop.clock()
    shop.hear_line(SECRET, message_id="m1", at=now)
    unsend(shop, "m1", now + timedelta(seconds=5))
    assert find(shop, "4111") == []
    read_in(shop)
    assert not is_indexed(shop, SECRET)


@pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
def test_T64_an_unsend_during_the_reading_still_wins(shop: Shop) -> None:
    shop.hear_line(SECRET, message_id="m1")
    begun, read = threading.Event(), threading.Event()

    def take_back(connection: Any) -> None:
        row = connection.execute(select(tables.messages)).one()
        changed = update(tables.messages).where(tables.messages.c.id == row.id)
        connection.execute(changed.values(text=None, redacted=True))
        begun.set()
        assert read.wait(30)
        indexing.forget_words(connection, row.id)

    rival = threading.Thread(target=lambda: shop.runtime.store.write(take_back))
    rival.start()
    try:
        assert begun.wait(10)
        search.catch_up(shop.runtime)
    finally:
        read.set()
        rival.join()

    assert not is_indexed(shop, SECRET)


def test_an_edit_is_found_by_its_new_words_only(shop: Shop, when: Any) -> None:
    now = shop.clock()
    shop.hear_line("ชาเขียวสองแก้ว", message_id="m1", at=now)
    when(shop)
    edit(shop, "m1", "กาแฟสองแก้ว", now + timedelta(seconds=3))
    assert find(shop, "ชาเขียว") == []
    assert find(shop, "กาแฟ") == ["กาแฟสองแก้ว"]
    assert not is_indexed(shop, "ชาเขียว")


def test_words_that_are_read_late_are_found(shop: Shop) -> None:
    shop.hear_line("x", message_id="m1")
    nothing = {"text": None, "kind": "unsupported"}
    shop.runtime.store.write(lambda c: messages.update_message(c, 1, **nothing))
    read_in(shop)
    assert shop.rows("search_marks")[0].value == 1
    shop.runtime.store.write(lambda c: messages.update_message(c, 1, text="ชาเขียว"))
    assert find(shop, "ชาเขียว") == ["ชาเขียว"]


# The worker --------------------------------------------------------------------------------------


def copy_message(shop: Shop, message_id: int, **changed: Any) -> None:
    """Write a message as another transaction would, with an id of its own."""
    row = shop.row("messages", id=1)._asdict() | {"id": message_id} | changed
    execute(shop, insert(tables.messages).values(**row))


def test_a_message_that_shows_up_behind_later_ones_is_found_and_read(shop: Shop) -> None:
    shop.hear_line("first")
    copy_message(shop, 60, text="later", received_at=shop.clock())
    search.catch_up(shop.runtime)
    copy_message(shop, 50, text="เพิ่งมาถึง", received_at=shop.clock())

    assert find(shop, "เพิ่งมา") == ["เพิ่งมาถึง"]
    read_in(shop)
    assert find(shop, "เพิ่งมา") == ["เพิ่งมาถึง"]
    assert shop.rows("search_marks")[0].value == 60


def test_two_messages_on_one_place_are_both_found(shop: Shop) -> None:
    at = shop.clock() - timedelta(days=1)
    shop.hear_line("first", at=at)
    copy_message(shop, 1 + (1 << 22), text="second")
    read_in(shop)
    assert sorted(find(shop, "first") + find(shop, "second")) == ["first", "second"]


def test_several_workers_at_once_read_each_message_once(shop: Shop) -> None:
    for number in range(30):
        shop.hear_line(f"ชาเขียว {number}")
    at_once(4, lambda _: search.catch_up(shop.runtime))
    read_in(shop)
    assert len(find(shop, "ชาเขียว", limit=50)) == 30
    assert search.catch_up(shop.runtime) == 0


def test_what_was_there_before_the_index_is_read_in_batches(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        shop.hear_line(f"ชาเขียว {number}")
    monkeypatch.setattr("bot.search.indexing.BATCH", 2)
    monkeypatch.setattr(finding, "MOST_TAIL", 3)
    assert ask(shop, "ชาเขียว").is_behind
    read_in(shop)
    assert not ask(shop, "ชาเขียว").is_behind
    assert len(find(shop, "ชาเขียว")) == 5


def test_an_index_is_made_again(shop: Shop) -> None:
    shop.hear_line("ชาเขียว")
    shop.hear_line("กาแฟ")
    read_in(shop)
    search.rebuild(shop.runtime)
    assert shop.rows("message_words") == []
    assert find(shop, "ชาเขียว") == ["ชาเขียว"]
    read_in(shop)
    assert find(shop, "ชาเขียว") == ["ชาเขียว"]
    search.rebuild(shop.runtime)
    read_in(shop)
    assert find(shop, "กาแฟ") == ["กาแฟ"]


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_a_lost_index_heals_and_is_done_without_meanwhile(shop: Shop) -> None:
    shop.hear_line("ชาเขียว", message_id="m1")
    read_in(shop)
    execute(shop, text("DROP TABLE message_fts"))
    assert find(shop, "ชาเขียว") == ["ชาเขียว"]
    unsend(shop, "m1", shop.clock())
    assert find(shop, "ชาเขียว") == []
    shop.hear_line("กาแฟ")
    read_in(shop)
    with shop.runtime.store.read() as connection:
        assert indexing.has_index(connection)
    assert find(shop, "กาแฟ") == ["กาแฟ"]


# Plans -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_no_page_walks_through_a_table(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy import event

    from bot.store import conversations

    shop.hear_line("ชาเขียว")
    read_in(shop)
    at: tuple[datetime, int] = (shop.clock(), 99)
    asked: list[tuple[str, Any]] = []
    shop_id = shop.owner.shop_id
    with shop.runtime.store.read() as connection:
        event.listen(
            connection, "before_cursor_execute", lambda *told: asked.append((told[2], told[3]))
        )
        conversations.list_conversations(connection, shop_id, before=at)
        conversations.list_conversations(connection, shop_id, before=at, channel="line")
        messages.list_messages(connection, 1, before=at)
        messages.list_messages(connection, 1, after=at)
        search.find(connection, search.ask(connection, shop_id, "ชาเขียว"), 20)
        search.find(connection, search.ask(connection, shop_id, "ชา"), 20)
        plans = [
            str(row[3])
            for statement, facts in list(asked)
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", facts)
        ]
    sound = ("SCAN message_fts", "SCAN sqlite_master", "SCAN channels")
    assert [one for one in plans if one.startswith("SCAN") and not one.startswith(sound)] == []
    assert any("ix_conversations_channel_newest" in one for one in plans)
    assert any("message_fts VIRTUAL TABLE" in one for one in plans)
