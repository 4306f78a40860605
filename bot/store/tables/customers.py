"""What a shop keeps of a customer beside their chats, and the terms by which they are found.

Each row says whose it is by ``contact_id``; a merge moves it, an undo moves it back.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from bot.store.tables.base import make_id, make_ref, make_shop, metadata
from bot.store.types import Bytewise, Id, Utc

contact_phones = Table(
    "contact_phones",
    metadata,
    make_id(),
    make_shop(),
    make_ref("contact_id", "contacts"),
    Column("typed", String(40), nullable=False),
    Column("digits", String(20), nullable=False),  # from the country's code on
    Index(None, "contact_id"),
    Index(None, "shop_id", "digits"),
)

postal_addresses = Table(
    "postal_addresses",
    metadata,
    make_id(),
    make_shop(),
    make_ref("contact_id", "contacts"),
    Column("label", String(60), nullable=False),
    Column("recipient", String(200), nullable=False),
    Column("phone", String(40), nullable=False),
    Column("lines", Text, nullable=False),
    Column("postcode", String(16), nullable=False),
    Column("country", String(2), nullable=False),  # ISO 3166-1
    Index(None, "contact_id"),
)

contact_notes = Table(
    "contact_notes",
    metadata,
    make_id(),
    make_shop(),
    make_ref("contact_id", "contacts"),
    make_ref("staff_id", "staff"),
    Column("text", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("edited_at", Utc),
    Index(None, "contact_id"),
)

contact_tags = Table(
    "contact_tags",
    metadata,
    make_id(),
    make_shop(),
    make_ref("contact_id", "contacts"),
    Column("tag", String(40), nullable=False),
    Column("key", String(200), nullable=False),  # its plain spelling, by which it is found
    Index(None, "contact_id"),
    Index(None, "shop_id", "key", "contact_id"),
)

# One row for each ban, which stays when the ban is over.
contact_bans = Table(
    "contact_bans",
    metadata,
    make_id(),
    make_shop(),
    make_ref("contact_id", "contacts"),
    make_ref("staff_id", "staff"),
    Column("reason", String(300), nullable=False),
    Column("at", Utc, nullable=False),
    make_ref("ended_by", "staff", nullable=True),
    Column("ended_at", Utc),
    Index(None, "contact_id"),
)

# Reckoned from contacts.name and contact_phones, and thrown away with them.
contact_terms = Table(
    "contact_terms",
    metadata,
    Column("shop_id", Id, primary_key=True),
    Column("kind", String(1), primary_key=True),  # w: from a word on; n: within one; t: typo; p
    Column("term", Bytewise(24), primary_key=True),
    Column("contact_id", Id, primary_key=True),
    Index(None, "contact_id"),
    sqlite_with_rowid=False,
)
