"""Fills a database with a shop's years of chat in a minute: the same every time, in Thai.

Rows are written in bulk, past the house's own ways, but in the shapes that it leaves behind.
The words are drawn so that some are common and some rare; `PLANTED` says how often those occur
that a search may be measured by.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy.engine import URL

from bot import search
from bot.runtime import Runtime

WORDS = (
    *("สวัสดี", "เอา", "ขอ", "ชาเขียว", "ชาไทย", "กาแฟ", "เสื้อ", "กระโปรง", "สีดำ", "สีขาว", "สีแดง"),
    *("ไซซ์", "ส่ง", "พรุ่งนี้", "วันนี้", "ได้ไหม", "ราคา", "เท่าไหร่", "โอน", "แล้ว", "รบกวน", "ยังมี", "ของ"),
    *("อยู่", "หมด", "จอง", "ก่อน", "สองชิ้น", "ที่อยู่", "เดิม", "ขอบคุณ", "มาก", "สอบถาม", "หน่อย", "ปีใหม่"),
    *(
        "จัดส่ง",
        "ฟรี",
        "เก็บเงิน",
        "ปลายทาง",
        "สลิป",
        "แนบ",
        "รูป",
        "ใหม่",
        "ลด",
        "โปร",
        "รอ",
        "นาน",
        "ไหม",
    ),
    *("A1", "B2", "SHIRT", "size L", "คืน", "เปลี่ยน", "ชำรุด", "เลขพัสดุ", "ตรวจสอบ", "สถานะ"),
)
ENDS = ("ค่ะ", "ครับ", "คะ", "นะคะ", "จ้า", "")
PLANTED = {"มะม่วงกวน": 400, "ทองหยอดโบราณ": 100_000}
"""Words that occur once in so many messages."""

PER_CONVERSATION = 20
SPAN = timedelta(days=400)
SLICE = 20_000
COLUMNS = {
    "contacts": ("id", "shop_id", "code", "name", "created_at"),
    "addresses": ("id", "shop_id", "channel_id", "contact_id", "kind", "platform_id", "profile_at"),
    "conversations": (
        *("id", "shop_id", "channel_id", "address_id", "contact_id", "last_message_at"),
        *("last_inbound_at", "last_text", "last_author", "unread", "standby", "created_at"),
    ),
    "messages": (
        *("id", "shop_id", "conversation_id", "direction", "author", "kind", "text"),
        *("platform_id", "sent_at", "received_at", "state", "redacted"),
    ),
}
NAMES = ("มะลิ", "สมชาย", "Nok", "Ann", "ปรีชา", "วิไล", "Somchai", "กานดา", "ธนพล", "Mei")
SURNAMES = ("ใจดี", "รักไทย", "Srisuk", "แก้วใส", "ทองดี", "Chai", "บุญมา", "แสงจันทร์")


def fill(runtime: Runtime, messages: int, conversations: int | None = None) -> None:
    """Give the first shop of an empty, migrated database so many messages, and index them."""
    talks = conversations or max(1, messages // PER_CONVERSATION)
    writer = _open(runtime.store.url)
    started = time.monotonic()
    try:
        shop_id, channel_ids = writer.shop()
        chance = random.Random(20_261_105)
        last = _write_messages(writer, chance, shop_id, messages, talks)
        _write_talks(writer, chance, (shop_id, channel_ids), talks, last)
        writer.finish(shop_id, talks)
    finally:
        writer.close()
    _say(f"{messages:,} messages written", started, end="\n")
    _index(runtime, messages)
    _settle(runtime.store.url)


def _write_messages(
    writer: Writer, chance: random.Random, shop_id: int, messages: int, talks: int
) -> dict[int, tuple[datetime, str]]:
    """Write the messages in the order of their times; give the last of each conversation."""
    started = time.monotonic()
    now = datetime.now(UTC).replace(microsecond=0)
    step = SPAN / messages
    last: dict[int, tuple[datetime, str]] = {}

    def rows(first: int) -> Iterator[tuple[Any, ...]]:
        for number in range(first, min(first + SLICE, messages + 1)):
            # Few write much: the busiest conversation of a million has some ten thousand.
            talk = 1 + int(talks * chance.random() ** 3) if number > talks else number
            at = now - SPAN + step * number
            text = _compose(chance, number)
            last[talk] = at, text
            ours = chance.random() < 0.4
            yield (
                *(number, shop_id, talk, "out" if ours else "in"),
                *("staff" if ours else "customer", "text", text, f"m{number}"),
                *(at, at, "sent" if ours else "received", False),
            )

    for first in range(1, messages + 1, SLICE):
        writer.write("messages", rows(first))
        _say(f"{min(first + SLICE - 1, messages):,} of {messages:,} messages", started)
    return last


def _compose(chance: random.Random, number: int) -> str:
    words = chance.choices(WORDS, k=chance.randint(2, 9))
    words += [word for word, often in PLANTED.items() if number % often == often // 2]
    chance.shuffle(words)
    return "".join(words) + chance.choice(ENDS)


def _write_talks(
    writer: Writer,
    chance: random.Random,
    shop: tuple[int, list[int]],
    talks: int,
    last: dict[int, tuple[datetime, str]],
) -> None:
    shop_id, channel_ids = shop
    born = datetime.now(UTC) - SPAN
    people, places, rows = [], [], []
    for number in range(1, talks + 1):
        channel_id = channel_ids[number % len(channel_ids)]
        name = f"{chance.choice(NAMES)} {chance.choice(SURNAMES)} {number}"
        people.append((number, shop_id, number, name, born))
        places.append((number, shop_id, channel_id, number, "user", f"U{number:032}", born))
        at, text = last.get(number, (born, ""))
        rows.append(
            (
                *(number, shop_id, channel_id, number, number, at, at, text[:200]),
                *("customer", chance.randint(0, 3), False, born),
            )
        )
    writer.write("contacts", people)
    writer.write("addresses", places)
    writer.write("conversations", rows)


def _index(runtime: Runtime, messages: int) -> None:
    """Let the house read all messages; PostgreSQL builds its index in one go afterwards."""
    started, count = time.monotonic(), 0
    url = runtime.store.url
    with _without_grams(url):
        while read := search.catch_up(runtime, seconds=3):
            count += read
            _say(f"{min(count, messages):,} of {messages:,} indexed", started)
    _say(f"{messages:,} messages indexed", started, end="\n")


@contextmanager
def _without_grams(url: URL) -> Iterator[None]:
    if url.get_backend_name() == "sqlite":
        yield
        return
    with psycopg.connect(_conninfo(url), autocommit=True) as connection:
        connection.execute("DROP INDEX ix_message_words_grams")
        yield
        connection.execute("SET maintenance_work_mem = '256MB'")
        connection.execute("CREATE INDEX ix_message_words_grams ON message_words USING gin (grams)")


def _settle(url: URL) -> None:
    """Let the database know what is in it, as its own upkeep does in time."""
    if url.get_backend_name() == "sqlite":
        with sqlite3.connect(str(url.database)) as connection:
            connection.execute("PRAGMA optimize")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with psycopg.connect(_conninfo(url), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _say(text: str, started: float, end: str = "\r") -> None:
    print(f"  {text}, {time.monotonic() - started:.0f} s", end=end, file=sys.stderr, flush=True)


# The two databases -----------------------------------------------------------


class Writer:
    """Writes rows in bulk, in one transaction."""

    def shop(self) -> tuple[int, list[int]]:
        """Give the first shop's id and those of its channels."""
        raise NotImplementedError

    def write(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Write rows of a table, in the order of its ``COLUMNS``."""
        raise NotImplementedError

    def finish(self, shop_id: int, codes: int) -> None:
        """Let numbers go on behind those that were written, and commit."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go."""
        raise NotImplementedError


class SqliteWriter(Writer):
    """Writes through the standard library's driver."""

    def __init__(self, url: URL) -> None:
        self._connection = sqlite3.connect(str(url.database), isolation_level=None)
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute("BEGIN IMMEDIATE")

    def shop(self) -> tuple[int, list[int]]:
        """Give the first shop's id and those of its channels."""
        ((shop_id,),) = self._connection.execute("SELECT min(id) FROM shops")
        query = "SELECT id FROM channels WHERE shop_id = ? ORDER BY id"
        return shop_id, [row[0] for row in self._connection.execute(query, (shop_id,))]

    def write(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Write rows; times as SQLAlchemy writes them."""
        columns = COLUMNS[table]
        marks = ", ".join("?" for _ in columns)
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        self._connection.executemany(statement, ([_plain(one) for one in row] for row in rows))

    def finish(self, shop_id: int, codes: int) -> None:
        """Let customers' codes go on, and commit."""
        statement = "INSERT INTO counters (shop_id, name, value) VALUES (?, 'customer', ?)"
        self._connection.execute(statement, (shop_id, codes))
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go."""
        self._connection.close()


class PostgresqlWriter(Writer):
    """Writes through COPY. Messages come before their conversations: keys are looked at last."""

    def __init__(self, url: URL) -> None:
        self._connection = psycopg.connect(_conninfo(url))
        self._connection.execute("SET session_replication_role = replica")

    def shop(self) -> tuple[int, list[int]]:
        """Give the first shop's id and those of its channels."""
        ((shop_id,),) = self._connection.execute("SELECT min(id) FROM shops")
        query = "SELECT id FROM channels WHERE shop_id = %s ORDER BY id"
        return shop_id, [row[0] for row in self._connection.execute(query, (shop_id,))]

    def write(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Write rows."""
        statement = f"COPY {table} ({', '.join(COLUMNS[table])}) FROM STDIN"
        with self._connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def finish(self, shop_id: int, codes: int) -> None:
        """Let customers' codes and all ids go on, and commit."""
        self._connection.execute(
            "INSERT INTO counters (shop_id, name, value) VALUES (%s, 'customer', %s)",
            (shop_id, codes),
        )
        for table in COLUMNS:
            query = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            self._connection.execute(query.encode())
        self._connection.commit()

    def close(self) -> None:
        """Let go."""
        self._connection.close()


def _open(url: URL) -> Writer:
    return SqliteWriter(url) if url.get_backend_name() == "sqlite" else PostgresqlWriter(url)


def _plain(value: Any) -> Any:
    return (
        f"{value.replace(tzinfo=None):%Y-%m-%d %H:%M:%S.%f}"
        if isinstance(value, datetime)
        else value
    )


def _conninfo(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
