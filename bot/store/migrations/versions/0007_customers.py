"""What a shop keeps of its customers, and the terms by which they are found."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.store.types import Bytewise, Id, Json, Utc
from bot.words.spelling import list_terms, write_search_text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMNS = (
    ("name_given", sa.Boolean(), sa.false()),
    ("default_address_id", Id, None),
    ("search_text", sa.Text(), ""),
    ("version", sa.Integer(), "1"),
    ("changed_by", Id, None),
    ("changed_at", Utc(), None),
)


def upgrade() -> None:
    """Apply."""
    for name, kind, default in COLUMNS:
        column = sa.Column(name, kind, server_default=default, nullable=default is None)
        op.add_column("contacts", column)
    # Nothing ever wrote it: phones have a table of their own now.
    op.drop_column("contacts", "phone")
    op.add_column("contact_merges", sa.Column("former", Json, nullable=True))
    _create_owned(
        "contact_phones",
        sa.Column("typed", sa.String(40), nullable=False),
        sa.Column("digits", sa.String(20), nullable=False),
    )
    op.create_index("ix_contact_phones_shop_id_digits", "contact_phones", ["shop_id", "digits"])
    _create_owned(
        "postal_addresses",
        sa.Column("label", sa.String(60), nullable=False),
        sa.Column("recipient", sa.String(200), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("postcode", sa.String(16), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
    )
    _create_owned(
        "contact_notes",
        _make_staff("contact_notes", "staff_id", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("edited_at", Utc(), nullable=True),
    )
    _create_owned(
        "contact_tags",
        sa.Column("tag", sa.String(40), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
    )
    op.create_index(
        "ix_contact_tags_shop_id_key_contact_id", "contact_tags", ["shop_id", "key", "contact_id"]
    )
    _create_owned(
        "contact_bans",
        _make_staff("contact_bans", "staff_id", nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        _make_staff("contact_bans", "ended_by", nullable=True),
        sa.Column("ended_at", Utc(), nullable=True),
    )
    _create_terms()
    _index_names()


def _create_owned(table: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        sa.Column("contact_id", Id, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=f"fk_{table}_shop_id"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=f"fk_{table}_contact_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_contact_id", table, ["contact_id"])


def _make_staff(table: str, name: str, *, nullable: bool) -> sa.Column[Any]:
    key = sa.ForeignKey("staff.id", name=f"fk_{table}_{name}")
    return sa.Column(name, Id, key, nullable=nullable)


def _create_terms() -> None:
    op.create_table(
        "contact_terms",
        sa.Column("shop_id", Id, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(1), nullable=False),
        sa.Column("term", Bytewise(24), nullable=False),
        sa.Column("contact_id", Id, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "kind", "term", "contact_id", name="pk_contact_terms"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contact_terms_contact_id", "contact_terms", ["contact_id"])


def _index_names() -> None:
    """Make the customers who have a name already to be found by it."""
    connection = op.get_bind()
    contacts = sa.table("contacts", *map(sa.column, ("id", "shop_id", "name", "search_text")))
    terms = sa.table("contact_terms", *map(sa.column, ("shop_id", "kind", "term", "contact_id")))
    named = sa.select(contacts).where(contacts.c.name.is_not(None))
    for row in connection.execute(named).all():
        connection.execute(
            sa.update(contacts)
            .where(contacts.c.id == row.id)
            .values(search_text=write_search_text(row.name, ()))
        )
        found = [
            {"shop_id": row.shop_id, "kind": kind, "term": term, "contact_id": row.id}
            for kind, term in sorted(list_terms(row.name, ()))
        ]
        if found:
            connection.execute(sa.insert(terms), found)


def downgrade() -> None:
    """Take back."""
    for table in (
        "contact_terms",
        "contact_bans",
        "contact_tags",
        "contact_notes",
        "postal_addresses",
        "contact_phones",
    ):
        op.drop_table(table)
    op.drop_column("contact_merges", "former")
    op.add_column("contacts", sa.Column("phone", sa.String(32), nullable=True))
    for name, _, _ in reversed(COLUMNS):
        op.drop_column("contacts", name)
