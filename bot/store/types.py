"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Integer, String, literal, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

# SQLite only gives a rowid alias, and so a fast key, to INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Utc(TypeDecorator[datetime]):
    """An aware UTC time; a naive one is refused before it reaches the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn an aware time into what the dialect stores."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time cannot be stored: give it a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the stored time back as aware UTC."""
        if value is None:
            return None
        # SQLite keeps no zone; what we store there is UTC.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def pair(at: datetime, row_id: int) -> Any:
    """Give where a page of a list by time begins, to be compared with a pair of columns."""
    return tuple_(literal(at, Utc()), literal(row_id, BigInteger()))


def Bytewise(length: int) -> TypeEngine[str]:  # noqa: N802 a type like its neighbours
    """Make text that sorts by its code points on both, so that an index finds what begins so."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")
