"""A platform's odd values are read or refused, never followed into an error."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.fields import digest, header, identifier, label, moment

WHEN = datetime(2025, 11, 24, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize("value", [1764000000000, 1764000000, "1764000000000", 1764000000000.0])
def test_a_time_is_read_in_milliseconds_or_seconds(value: Any) -> None:
    assert moment(value) == WHEN


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -1, 10**400, float("nan"), float("inf"), "", "soon", "๑", [], 1e308, 1],
)
def test_an_absurd_time_is_none(value: Any) -> None:
    assert moment(value) is None


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("U1", "U1"),
        (17841400000000001, "17841400000000001"),
        (True, None),
        ("", None),
        ("a\x00", None),
        ("a\ud800", None),
        ("x" * 513, None),
        (10**400, None),
        ({}, None),
    ],
)
def test_an_id_is_a_short_clean_string_or_a_number(value: Any, read: str | None) -> None:
    assert identifier(value) == read


def test_a_label_is_cut_and_cleaned() -> None:
    assert label("a\x00" + "b" * 500) == "a\ufffd" + "b" * 98
    assert label("") is None
    assert label(7) is None


def test_a_header_given_twice_counts_as_none() -> None:
    assert header({"X-A": "1"}, "x-a") == "1"
    assert header({"X-A": "1", "x-a": "1"}, "x-a") is None


def test_a_digest_tells_values_apart_and_does_not_mind_the_order_of_names() -> None:
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    values: list[Any] = [None, 1, True, "1", 1.5, [1], [[1]], {"a": 1}, {"a": {}}, [], {}, "a1"]
    values += [10**5000, "\ud800", ["a", "1"], {"a": "1"}]
    assert len({digest(value) for value in values}) == len(values)


def test_T09_a_digest_follows_any_depth() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert len(digest(deep)) == 64
