"""Text is cut where a reader would cut it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.graphemes import Measure, cut, graphemes, split, utf8_bytes, utf16_units

MEASURES: list[Measure] = [len, utf16_units, utf8_bytes]
TANGLED = st.text(
    alphabet=st.sampled_from("aกเ้ำ\u0301\u200d\u200b \n\r👩🚀🇹🇭é\ud800") | st.characters()
)


@pytest.mark.parametrize(
    "whole",
    [
        "ก้",
        "น้ำ",
        "เก",
        "เก้",
        "โก๊",
        "é",
        "👩\u200d🚀",
        "👍🏽",
        "🇹🇭",
        "🏴\U000e0067\U000e0062\U000e007f",
        "1\ufe0f\u20e3",
        "\r\n",
        "한",
    ],
)
def test_what_a_reader_sees_as_one_stays_whole(whole: str) -> None:
    assert list(graphemes(f"x{whole}x")) == ["x", whole, "x"]


def test_two_flags_are_two() -> None:
    assert list(graphemes("🇹🇭🇯🇵🇹")) == ["🇹🇭", "🇯🇵", "🇹"]


@pytest.mark.parametrize("measure", MEASURES)
@given(text=TANGLED, limit=st.integers(4, 40))
def test_pieces_hold_the_limit_and_lose_nothing(measure: Measure, text: str, limit: int) -> None:
    pieces = split(text, limit, measure)
    assert "".join(pieces) == text
    assert all(piece and measure(piece) <= limit for piece in pieces)


@given(text=TANGLED, limit=st.integers(40, 80))
def test_a_piece_never_begins_inside_a_cluster(text: str, limit: int) -> None:
    clusters = list(graphemes(text))
    if any(utf8_bytes(cluster) > limit for cluster in clusters):
        return
    borders = {0}
    for cluster in clusters:
        borders.add(max(borders) + len(cluster))
    position = 0
    for piece in split(text, limit, utf8_bytes):
        assert position in borders
        position += len(piece)


def test_a_text_is_cut_at_a_line_end_or_space_where_one_is_near() -> None:
    assert split("one two three four", 10, len) == ["one two ", "three four"]
    assert split("one two\nthree f our", 10, len) == ["one two\n", "three f ", "our"]
    assert split("abcdefghijkl", 10, len) == ["abcdefghij", "kl"]


def test_T11_a_megabyte_of_marks_on_one_letter_is_cut_too() -> None:
    pieces = split("ก" + "\u0e49" * 350_000, 1000, utf8_bytes)
    assert sum(map(len, pieces)) == 350_001
    assert max(map(utf8_bytes, pieces)) <= 1000


@given(text=TANGLED, limit=st.integers(4, 40))
def test_a_shortened_text_holds_the_limit_and_shows_that_it_was_cut(text: str, limit: int) -> None:
    for measure in MEASURES:
        short = cut(text, limit, measure)
        assert measure(short) <= limit
        assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
