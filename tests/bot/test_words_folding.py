"""Text as search reads it: many ways to type a word, one form."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.graphemes import graphemes
from bot.words.folding import fold, grams, mark, split_terms


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("Tea SHIRT", "tea shirt"),
        ("ＡＢＣ　１２", "abc 12"),
        ("น้ํา", "น้ำ"),  # NIKHAHIT, SARA AA, the tone before both
        ("นํ้า", "น้ำ"),  # the tone between
        ("น้ำ", "น้ำ"),
        ("cafe\u0301", "café"),
        ("Straße", "strasse"),
        ("ชา\u200bเขียว", "ชาเขียว"),
        ("เเดง", "แดง"),
        ("๑๒ แก้ว", "12 แก้ว"),
        ("a\x00b\r\n\tc", "a b c"),
        ("👍🏽 \ufe0f", "👍🏽"),
        ("\U000f0001\ue000x", "x"),  # the index marks whose a message is with private signs
        ("\ud800x", "x"),
    ],
)
def test_what_is_typed_in_many_ways_has_one_form(typed: str, form: str) -> None:
    assert fold(typed) == form


@given(st.text(max_size=40))
@example("\u0345")
@example("ํ\u0e4dาา")
def test_any_text_can_be_folded_and_stored(text: str) -> None:
    folded = fold(text)
    folded.encode()
    assert folded == folded.strip()
    assert not set("\x00\n\r\t\u200b") & set(folded)


def test_a_querys_words_are_taken_once_and_bounded() -> None:
    assert split_terms("  Tea tea เขียว ") == ("เขียว", "tea")
    assert len(split_terms(" ".join(map(str, range(100))))) == 12
    assert split_terms("\u200b  ") == ()


def test_grams_are_runs_of_three() -> None:
    assert grams("ชาชาชา") == ["ชาช", "าชา"]
    assert grams("ปี") == []


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("เอาชาเขียว 2", "ชาเขียว", "ชาเขียว"),
        ("ส่งน้ํา", "น้ำ", "น้ํา"),
        ("GREEN tea", "ee te", "EEte"),
        ("ชา\u200bเขียว", "ชาเขียว", "ชา\u200bเขียว"),
        ("กี่โมง", "ก", "กี่"),  # a letter is never torn from its marks
        ("tea", "coffee", ""),
    ],
)
def test_the_words_are_found_again_in_the_text_as_it_was_written(
    text: str, query: str, marked: str
) -> None:
    clusters = list(graphemes(text))
    hits = mark(clusters, split_terms(query))
    told = "".join(one for one, hit in zip(clusters, hits, strict=True) if hit)
    assert told.replace("\u200b", "") == marked.replace("\u200b", "")
