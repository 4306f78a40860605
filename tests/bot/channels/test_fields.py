"""A platform's odd values are read or refused, never followed into an error."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.fields import (
    digest,
    event_key,
    header,
    identifier,
    label,
    link,
    moment,
    number,
    picked,
    stated,
    words,
)

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
        ("x" * 301, None),
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


def test_a_key_names_its_parts_and_is_never_longer_than_its_column() -> None:
    assert event_key("mid", None, "m_1") == "mid:m_1"
    first, second = event_key("a" * 200, "b" * 200), event_key("a" * 200, "c" * 200)
    assert first != second
    assert len(first) <= 300


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("https://scontent.xx.fbcdn.net/v/t1.jpg?oh=1", True),
        ("HTTP://example.com", True),
        ("javascript:alert(1)", False),
        ("//example.com", False),
        ("https://a b", False),
        ("https://a\nb", False),
        ("https://a\x00", False),
        ("https://\ud800", False),
        ("https://a/" + "x" * 4000, False),
        (None, False),
    ],
)
def test_a_link_is_a_web_address_without_blanks(value: Any, read: bool) -> None:
    assert link(value) == (value if read else None)


@pytest.mark.parametrize("value", [True, "1", None, 10**400, float("nan"), float("inf"), 2**53 + 1])
def test_what_json_cannot_carry_is_no_number(value: Any) -> None:
    assert number(value) is None


def test_facts_are_those_that_were_stated() -> None:
    assert stated(a=None, b=[], c={}, d=False, e=0, f="") == {"d": False, "e": 0, "f": ""}
    value = {"a": "x", "b": 1, "c": True, "d": [1], "e": "", "f": float("nan")}
    assert picked(value, "a", "b", "c", "d", "e", "f", "g") == {"a": "x", "b": 1, "c": True}
    assert picked(7, "a") == {}
    assert words("a\nb" * 1000, 4) == "a\nba"
