"""What search reads: the folded words of messages, and how far they were read."""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, Column, Index, Integer, String, Table, Text

from bot.store.tables.base import metadata
from bot.store.types import Id

# Derived from messages, so it may be emptied at any time: ``openbill reindex`` fills it again.
# On SQLite the virtual table ``message_fts`` stands beside it, with the same place as its rowid.
message_words = Table(
    "message_words",
    metadata,
    # The message's second, then its id: in this order results are shown.
    Column("place", Id, primary_key=True, autoincrement=False),
    Column("message_id", Id, nullable=False, unique=True),
    Column("shop_id", Id, nullable=False),
    Column("channel_id", Id, nullable=False),
    Column("conversation_id", Id, nullable=False),
    Column("words", Text, nullable=False),
    # PostgreSQL only: the numbers of the words' grams, of the shop and of the channel.
    Column("grams", ARRAY(Integer).with_variant(Text(), "sqlite")),
    Index(None, "shop_id", "place"),
    Index(None, "conversation_id", "place"),
)

search_marks = Table(
    "search_marks",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
