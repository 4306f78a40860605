"""The index of what was said: the folded words of each message, read in by the worker.

A row of ``message_words`` is a message that was read. Its ``place`` orders it
by time, so that a page of results, a range of time and the next page are all a
range of places. SQLite finds words by FTS5's trigrams, PostgreSQL by a GIN
index on the numbers of the same trigrams, which needs no extension and sees
every script in every locale.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    delete,
    insert,
    select,
    text,
    update,
)

from bot.store.tables import conversations, message_words, messages, search_marks
from bot.words.folding import fold, grams

MARK = "messages"
SHOP, CHANNEL = "\U000f0001", "\U000f0002"
"""Private signs, which no folded word holds: they say whose a message is."""

_ID_BITS = 22
_CHARACTERS = 60_000
_FIRST_CHARACTER = 0xF0100

_FTS_INSERT = text("INSERT INTO message_fts (rowid, words) VALUES (:place, :words)")
_FTS_DELETE = text(
    "INSERT INTO message_fts (message_fts, rowid, words) VALUES ('delete', :place, :words)"
)
_FTS_CREATE = text(
    "CREATE VIRTUAL TABLE message_fts USING fts5(words, content='', columnsize=0, "
    "detail=none, tokenize='trigram case_sensitive 1')"
)


def place_of(sent_at: datetime, message_id: int) -> int:
    """Give where a message stands among all: by its second, then by its id."""
    return place_at(sent_at) | message_id & (1 << _ID_BITS) - 1


def place_at(moment: datetime) -> int:
    """Give the first place of a moment's second."""
    return max(0, int(moment.timestamp())) << _ID_BITS


def place_after(moment: datetime) -> int:
    """Give the first place of the first second that begins at or after a moment."""
    return place_at(moment + timedelta(seconds=1) - timedelta.resolution)


# Reading messages into the index ---------------------------------------------


def lock_mark(connection: Connection) -> int | None:
    """Give the id below which all is read, locked until the commit; None: another reads now."""
    query = select(search_marks.c.value).where(search_marks.c.name == MARK)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    return connection.execute(query).scalar()


def read_mark(connection: Connection) -> int:
    """Give the id of a message up to which all is read."""
    query = select(search_marks.c.value).where(search_marks.c.name == MARK)
    return connection.execute(query).scalar() or 0


def move_mark(connection: Connection, value: int) -> None:
    """Note that all messages up to this id are read."""
    statement = update(search_marks).where(search_marks.c.name == MARK)
    connection.execute(statement.values(value=value))


def list_next(connection: Connection, after: int, limit: int) -> list[Row[Any]]:
    """List the messages that follow an id: ``id, received_at, has_text``, by id."""
    query = select(
        messages.c.id, messages.c.received_at, messages.c.text.is_not(None).label("has_text")
    )
    query = query.where(messages.c.id > after).order_by(messages.c.id).limit(limit)
    return list(connection.execute(query))


def list_read(connection: Connection, message_ids: Collection[int]) -> set[int]:
    """List which of some messages are read."""
    query = select(message_words.c.message_id).where(message_words.c.message_id.in_(message_ids))
    return set(connection.execute(query).scalars())


def lock_unread(connection: Connection, message_ids: Collection[int]) -> list[Row[Any]]:
    """Give some messages' words, so that nobody changes them until the commit.

    On PostgreSQL who takes one back now waits for us; and whom we would have to
    wait for is passed by, to be read the next time.
    """
    query = _words_query().where(messages.c.id.in_(message_ids))
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(read=True, skip_locked=True, of=messages)
    return list(connection.execute(query))


def waiting_query(mark: int) -> Any:
    """Messages above the mark that are not read yet."""
    read = select(message_words.c.message_id).where(message_words.c.message_id == messages.c.id)
    return _words_query().where(messages.c.id > mark, ~read.exists())


def _words_query() -> Any:
    return (
        select(
            messages.c.id,
            messages.c.shop_id,
            messages.c.conversation_id,
            conversations.c.channel_id,
            messages.c.sent_at,
            messages.c.text,
        )
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .where(messages.c.text.is_not(None))
    )


def insert_words(connection: Connection, rows: Iterable[Any]) -> None:
    """Read messages: ``id, shop_id, channel_id, conversation_id, sent_at, text``."""
    kept = [
        {
            "place": place_of(row.sent_at, row.id),
            "message_id": row.id,
            "shop_id": row.shop_id,
            "channel_id": row.channel_id,
            "conversation_id": row.conversation_id,
            "words": fold(row.text),
        }
        for row in rows
    ]
    if not kept:
        return
    _make_room(connection, kept)
    if connection.dialect.name == "sqlite":
        connection.execute(insert(message_words), kept)
        entries = [{"place": row["place"], "words": _entry(row)} for row in kept]
        connection.execute(_FTS_INSERT, entries)
    else:
        for row in kept:
            owners = [number_of_shop(row["shop_id"]), number_of_channel(row["channel_id"])]
            row["grams"] = [*owners, *map(number_of, grams(row["words"]))]
        connection.execute(insert(message_words), kept)


def _make_room(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Move a message on whose place another has: same second, ids four million apart."""
    places = [row["place"] for row in rows]
    query = select(message_words.c.place).where(message_words.c.place.in_(places))
    taken = set(connection.execute(query).scalars())
    for row in rows:
        while row["place"] in taken:
            row["place"] += 1
        taken.add(row["place"])


def forget_words(connection: Connection, message_id: int) -> None:
    """Take a message out of the index; nothing happens where it is not in it.

    Change the message first: on PostgreSQL that waits for a worker that reads it.
    """
    statement = (
        delete(message_words)
        .where(message_words.c.message_id == message_id)
        .returning(*message_words.c)
    )
    gone = connection.execute(statement).mappings().one_or_none()
    if gone is not None and connection.dialect.name == "sqlite" and has_index(connection):
        connection.execute(_FTS_DELETE, {"place": gone["place"], "words": _entry(gone)})


def renew_words(connection: Connection, message_id: int) -> None:
    """Read a message again after its words have changed."""
    forget_words(connection, message_id)
    query = _words_query().where(messages.c.id == message_id)
    insert_words(connection, connection.execute(query).all())


def has_index(connection: Connection) -> bool:
    """Say whether words can be found by the index; a lost one is made again by the worker."""
    if connection.dialect.name != "sqlite":
        return True
    query = text("SELECT 1 FROM sqlite_master WHERE name = 'message_fts'")
    return connection.execute(query).scalar() is not None


def empty_index(connection: Connection) -> None:
    """Forget every word, so that the worker reads all messages again."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("DROP TABLE IF EXISTS message_fts"))
        connection.execute(_FTS_CREATE)
        connection.execute(delete(message_words))
    else:
        connection.execute(text("TRUNCATE message_words"))
    move_mark(connection, 0)


# How an entry is written ----------------------------------------------------


def _entry(row: Any) -> str:
    """What FTS5 is told of a message: whose it is, as trigrams of private signs, and its words."""
    owners = owner(SHOP, row["shop_id"]) + owner(CHANNEL, row["channel_id"])
    return owners + str(row["words"])


def owner(kind: str, number: int) -> str:
    """Write whose a message is as one trigram."""
    high, low = divmod(number, _CHARACTERS)
    return kind + chr(_FIRST_CHARACTER + high) + chr(_FIRST_CHARACTER + low)


def number_of(gram: str) -> int:
    """Give a gram's number, which a few others share."""
    return zlib.crc32(gram.encode()) & 0x7FFFFFFF


def number_of_shop(shop_id: int) -> int:
    """A number below zero, where no gram's is."""
    return -2 * shop_id - 1


def number_of_channel(channel_id: int) -> int:
    """Another number below zero."""
    return -2 * channel_id - 2
