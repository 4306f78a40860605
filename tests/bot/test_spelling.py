"""Names spelled alike, and the terms that find a part of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words.spelling import list_parts, list_terms, list_typos, write_bare, write_plain


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("  Som-Chai  (VIP) ", "som chai vip"),
        ("ＳＯＭＣＨＡＩ", "somchai"),
        ("สม\u200bชาย\u00ad", "สมชาย"),
        ("น\u0e4d\u0e32", "นำ"),  # SARA AM torn apart
        ("น\u0e4d\u0e49\u0e32", "น้ำ"),
        ("น้\u0e4d\u0e32", "น้ำ"),
        ("เเม่", "แม่"),
        ("Ｔ１๒٣", "t123"),
        ("ﷺ", "ﷺ"),
        ("STRASSE Straße", "strasse strasse"),
        ("A\u030a", "å"),
        ("🌸Mali🌸", "🌸mali🌸"),
        ("a\x00b\u202ec", "a bc"),
        ("…", ""),
    ],
)
def test_what_nobody_means_is_one_plain_spelling(typed: str, plain: str) -> None:
    assert write_plain(typed) == plain


@pytest.mark.parametrize(
    ("plain", "bare"),
    [
        ("แม่น้ำ", "แมนำ"),
        ("สิทธิ์", "สิทธิ"),
        ("เก็บ", "เกบ"),
        ("นู๋", "นู"),
        ("nguyễn đức", "nguyen duc"),
        ("łódź", "lodz"),
        ("ガ", "ガ"),  # another letter, not an accent
        ("한국", "한국"),
    ],
)
def test_what_is_left_out_in_a_hurry_is_not_in_the_bare_spelling(plain: str, bare: str) -> None:
    assert write_bare(plain) == bare


@given(st.text(max_size=60))
def test_any_text_has_both_spellings_and_each_is_its_own(text: str) -> None:
    plain = write_plain(text)
    bare = write_bare(plain)
    assert write_bare(bare) == bare
    assert bare.split() == bare.split(" ") or bare == ""
    terms = list_terms(text, ["66812345678"])
    assert len(terms) <= 60 * 18 * 3
    assert all(0 < len(term) <= 24 for _, term in terms)


def test_parts_begin_at_each_letter_and_run_on_over_spaces() -> None:
    assert list(list_parts("ab cd")) == [
        (True, "abcd"),
        (False, "bcd"),
        (True, "cd"),
        (False, "d"),
    ]


def test_typos_are_the_word_with_a_letter_less_and_short_words_have_none() -> None:
    assert list_typos("mali") == {"mali", "ali", "mli", "mai", "mal"}
    assert list_typos("mal") == list_typos("x" * 25) == set()
