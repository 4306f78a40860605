"""The lexicon's words, the suggestions made from them, and the manual that shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.commands.lexicon import find_entry, find_verb, languages, lexicon
from bot.commands.manual import help_table, modifier_table, renew_tables
from bot.commands.suggest import complete, nearest
from orders.folding import fold, fold_key

PAGE = Path(__file__).parents[3] / "docs" / "commands.md"


def test_english_is_the_first_language_and_thai_is_there() -> None:
    assert next(iter(languages())) == "en"
    assert "th" in languages()


def test_a_verb_is_found_by_any_of_its_forms() -> None:
    assert {find_verb(word) for word in ("o", "ORDER", "เปิดบิล", "บิล", "Ｏ")} == {"o"}
    assert find_verb("nothing") is None


def test_a_language_without_an_entry_shows_the_english_one() -> None:
    assert find_entry("verbs", "send", "xx").forms == ("send",)


def test_the_baht_has_its_words() -> None:
    assert {"thb", "฿", "บาท", "baht"} <= lexicon().currencies["THB"]


@pytest.mark.parametrize("kind", ["verbs", "modifiers"])
def test_no_thai_form_is_lost_to_folding(kind: str) -> None:
    for language in languages().values():
        entries = language.verbs if kind == "verbs" else language.modifiers
        for entry in entries.values():
            assert entry.forms
            assert all(fold_key(form) == form.casefold() for form in entry.forms)


def test_help_shows_the_languages_own_forms_first() -> None:
    rows = {row.name: row for row in help_table("th")}
    assert rows["o"].forms == ("เปิดบิล", "บิล", "o", "order")
    assert [row.name for row in help_table("en")] == list(languages()["en"].verbs)
    assert [row.name for row in modifier_table("th")] == list(languages()["en"].modifiers)


def test_the_page_shows_the_tables_as_they_are() -> None:
    page = PAGE.read_text("utf-8")
    assert page == renew_tables(page), "run: python -m bot.commands.manual docs/commands.md"
    assert page.count("<!-- table") == 2 * len(languages())


def test_an_old_table_is_replaced() -> None:
    page = "a\n<!-- table verbs en -->\nold\n<!-- end -->\nb\n"
    renewed = renew_tables(page)
    assert "\nold\n" not in renewed
    assert "| `/send` |" in renewed
    assert renewed.endswith("<!-- end -->\nb\n")


def test_a_table_without_an_end_is_refused() -> None:
    with pytest.raises(ValueError, match="not closed"):
        renew_tables("<!-- table verbs en -->\nold\n")


@pytest.mark.parametrize(
    ("word", "candidates", "found"),
    [
        ("A11", ["B1", "A1", "A12"], "A1"),
        ("a1", ["A1"], "A1"),
        ("A9", ["A1", "B9"], "A1"),
        ("TEA-GREN", ["TEA-GREEN", "TEA-BLACK"], "TEA-GREEN"),
        ("sned", ["send", "seed"], "seed"),
        ("ส่งฟร", ["ส่ง", "ส่งฟรี"], "ส่งฟรี"),
        ("abc", ["xyz"], None),
        ("", ["a"], None),
        ("a" * 1000, ["a" * 999], None),
    ],
)
def test_the_nearest_word_is_found(word: str, candidates: list[str], found: str | None) -> None:
    assert nearest(word, candidates) == found
    assert nearest(word, reversed(candidates)) == found


def test_the_reply_box_completes_verbs() -> None:
    assert complete("/se", "en") == ("/set", "/send")
    assert complete("/ส่ง", "th") == ("/ส่งบิล", "/ส่งของ")
    assert complete("/o", "th") == ("/o", "/order")
    assert "/เปิดบิล" in complete("/", "th")
    assert complete("/o ", "en") == ()
    assert complete("hello", "en") == ()


def test_folding_keeps_where_each_character_came_from() -> None:
    text = "ｅ\u0301\u200b ①๒นํ้า"
    folded = fold(text)
    assert folded.text == "é ①2น้ำ"
    assert folded.raw(0, 1) == "ｅ\u0301"
    assert folded.span(3, 4) == (5, 6)
    assert folded.span(len(folded.text), len(folded.text)) == (len(text), len(text))


def test_folding_reads_what_phones_write() -> None:
    assert fold("“a” – × ٪ 、\u2028").text == '"a" - * % ,\n'
