"""What cannot be read is refused: with a sentence, in both languages, at the right place."""

from __future__ import annotations

import string

import pytest

from bot.commands.grammar import GrammarError, parse, sum_items
from bot.commands.grammar.values import Command
from bot.commands.lexicon import languages

# Text as typed, the error's key, and what it points at.
REFUSED = [
    ("/o 1800*8", "stray_number", "1800"),
    ("/o A1 2 5", "second_number", "5"),
    ("/o A1 2.5", "quantity_not_whole", "2.5"),
    ("/o A1 @350 2", "quantity_after_price", "2"),
    ("/o A1 2 @350 5", "second_number", "5"),
    ("/o A1 2 -5 7", "second_number", "7"),
    ("/o A1 *", "quantity_unreadable", ""),
    ("/o A1 =B2", "quantity_unreadable", "B2"),
    ("/o A1 -1", "discount_needs_quantity", "-1"),
    ("/o A1/M -10%", "discount_needs_quantity", "-10%"),
    ("/o -20", "discount_alone", "-20"),
    ("/o A1, @350", "price_alone", "@350"),
    ("/o A1 2 @", "amount_missing", ""),
    ("/o A1 2 @; B2", "amount_missing", ";"),
    ("/o A1 2 @abc", "amount_unreadable", "abc"),
    ("/o A1 2 @1e5", "amount_unreadable", "1e5"),
    ("/o A1 2 @$5", "amount_unreadable", "$"),
    ("/o A1 2 @¾", "digit_unreadable", "¾"),
    ("/o A1 2 -120%", "percent_out_of_range", "120"),
    ("/o A1 2 -100.01%", "percent_out_of_range", "100.01"),
    ("/o A1 2 -0.001%", "amount_decimals", "0.001"),
    ("/o A1 2; disc 101%", "percent_out_of_range", "101"),
    ('/o "bag" 2', "price_missing", '"bag"'),
    ('/o "" 2 @5', "quote_empty", '""'),
    ('/o "bag 2 @5', "quote_open", '"'),
    ('/o "bag\n" 2 @5', "quote_open", '"'),
    (f'/o "{"n" * 201}" @5', "name_too_long", f'"{"n" * 201}"'),
    ("/o [] 2", "bracket_empty", "[]"),
    ("/o [10 2", "bracket_open", "["),
    ("/o A1/", "option_missing", "/"),
    ("/o A1/ 2", "option_missing", "/"),
    (f"/o A1/{'o' * 65}", "option_too_long", "o" * 65),
    ("/o A1/1/2/3/4/5/6/7/8/9", "too_many_options", "9"),
    (f"/o {'c' * 33} 2", "code_too_long", "c" * 33),
    (f"/o [{'c' * 65}] 2", "code_too_long", f"[{'c' * 65}]"),
    ("/o ชาเขียว 2", "code_unreadable", "ชาเขียว"),
    ("/o ส่งฟร", "word_unknown", "ส่งฟร"),
    ("/o A1 & B2", "symbol_stray", "&"),
    ("/o A1 2 !1042", "target_late", "!1042"),
    ("/o A1 2 @C123", "target_late", "@C123"),
    ("/o @350 A1", "target_unreadable", "@350"),
    ("/o !abc A1", "target_unreadable", "!abc"),
    ("/o ship 50 A1", "separator_missing", "A1"),
    ("/o A1; disc 5; ลด 6", "modifier_twice", "ลด"),
    ("/o A1; vat; novat", "modifier_twice", "novat"),
    ("/o A1; ship 5; freeship", "modifier_twice", "freeship"),
    ("/o A1; pay gold", "pay_unknown", "gold"),
    ("/o A1; pay transfr", "word_unknown", "transfr"),
    ("/o A1; pay", "pay_missing", ""),
    ("/o A1; dep", "amount_missing", ""),
    ("/o A1; dep 5%", "symbol_stray", "%"),
    ("/o A1; due", "due_missing", ""),
    ("/o A1; due soon", "due_unreadable", "soon"),
    ("/o A1; due 25:00", "due_unreadable", "25"),
    ("/o A1; due 18:7", "due_unreadable", "18:7"),
    ("/o A1; due 31/4", "due_unreadable", "31"),
    ("/o A1; due 1/13", "due_unreadable", "13"),
    ("/o A1; due 25/12/2567", "due_year", "/2567"),
    ("/o A1; due 0m", "due_out_of_range", "0m"),
    ("/o A1; due 367d", "due_out_of_range", "367d"),
    (f"/o A1; due {'9' * 1500}h", "due_out_of_range", f"{'9' * 1500}h"),
    ("/o A1; tel 12", "phone_unreadable", "12"),
    ("/o A1; tel", "phone_unreadable", ""),
    ("/o A1; note: ; B2", "note_empty", ""),
    ("/add", "items_missing", ""),
    ("/set ;", "items_missing", ""),
    ("/rm", "code_missing", ""),
    ("/stock", "code_missing", ""),
    ("/rm A1 2", "quantity_not_wanted", "2"),
    ("/rm A1; ship 50", "modifier_not_wanted", "ship 50"),
    ("/send now", "takes_nothing", "now"),
    ("/undo 2", "takes_nothing", "2"),
    ("/paid -5", "amount_negative", "-"),
    ("/paid 300 cash", "takes_nothing", "cash"),
    ("/slip", "slip_answer", ""),
    ("/slip maybe", "slip_answer", "maybe"),
    ("/slip no", "slip_reason", "no"),
    ("/slip ok thanks", "takes_nothing", "thanks"),
    ("/ship flash", "parcel_unreadable", "flash"),
    ("/merge", "order_missing", ""),
    ("/merge 1041", "order_missing", "1041"),
    ("/merge @C1", "order_missing", ""),
    ("/use", "target_missing", ""),
    ("/use bob", "target_missing", "bob"),
    ("/link", "link_unreadable", ""),
    ("/link <script>", "link_unreadable", "<script>"),
    ("/note", "text_missing", ""),
    ("/find", "text_missing", ""),
    ("/reply @C123", "text_missing", ""),
]


def refuse(text: str, decimals: int = 2) -> GrammarError:
    with pytest.raises(GrammarError) as caught:
        parse(text, decimals=decimals)
    return caught.value


@pytest.mark.parametrize(("text", "key", "pointed"), REFUSED)
def test_a_mistake_is_named_and_pointed_at(text: str, key: str, pointed: str) -> None:
    error = refuse(text)
    assert (error.key, text[error.start : error.end]) == (key, pointed)
    for language in languages():
        sentence = error.sentence(language)
        assert "{" not in sentence
        assert sentence[-1] in ".?" or language != "en"


def test_every_error_of_the_languages_is_raised_by_some_text() -> None:
    elsewhere = {"too_long", "too_many_items", "quantity_out_of_range", "amount_too_big"}
    assert {key for _, key, _ in REFUSED} | elsewhere == set(languages()["en"].errors)


def test_every_language_says_every_error_with_the_same_facts() -> None:
    english = languages()["en"].errors
    for language in languages().values():
        assert set(language.errors) == set(english)
        for key, sentence in language.errors.items():
            assert facts(sentence) <= facts(english[key]), f"{language.code}: {key}"


def facts(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_an_unknown_language_reads_english() -> None:
    assert refuse("/o A1 -1").sentence("xx").endswith("Write A1 1 -1.")


def test_thai_staff_read_thai() -> None:
    assert refuse("/o A1 -1").sentence("th") == "ส่วนลดต้องอยู่หลังจำนวนหรือราคา ให้เขียน A1 1 -1"


def test_the_caret_stands_under_the_token() -> None:
    text = "/o A1 2 5"
    assert refuse(text).caret(text) == "/o A1 2 5\n        ^"


def test_thai_marks_take_no_column_and_wide_letters_two() -> None:
    text = "/บิล [น้ำ] 2 5"
    assert refuse(text).caret(text) == f"{text}\n           ^"
    wide = "/o [茶] 2 5"
    assert refuse(wide).caret(wide) == f"{wide}\n          ^"


def test_only_the_line_with_the_mistake_is_shown() -> None:
    text = "/o A1 2\nB2 5 6\nC3"
    assert refuse(text).caret(text) == "B2 5 6\n     ^"


def test_a_long_line_is_cut_around_the_mistake() -> None:
    text = f"/o {'A1 2, ' * 40}B2 5 6{', C3 1' * 40}"
    shown, carets = refuse(text).caret(text).split("\n")
    assert len(shown) < 60
    assert shown[carets.index("^")] == "6"


def test_nothing_typed_shows_in_the_error_itself() -> None:
    error = refuse('/o "secretword" 2')
    assert "secretword" not in f"{error} {error!r} {error.args}"


@pytest.mark.parametrize(
    "written",
    ["0", "0000", "10000", "1e5", "1_000", "²", "①", "½", "NaN", "Infinity", "0x10", "1,00", "2.0",
     "0,100", "9" * 1990, "x0", "*0", "+0", "=-1", "x10000", "*1_000", "-1"],
)  # fmt: skip
def test_T20_quantities_that_are_none_are_refused(written: str) -> None:
    refuse(f"/o A1 {written}")


@pytest.mark.parametrize(
    ("written", "quantity"),
    [("+5", 5), ("٣", 3), ("๑๒", 12), ("１２", 12), ("1,000", 1000), ("9,999", 9999), ("1", 1)],
)
def test_T20_digits_of_every_script_and_thousands_are_read(written: str, quantity: int) -> None:
    command = parse(f"/o A1 {written}")
    assert isinstance(command, Command)
    assert [item.quantity for item in command.body.items] == [quantity]


def test_T20_a_sum_of_duplicates_keeps_the_range() -> None:
    command = parse("/o A1 9999, A1 1")
    assert isinstance(command, Command)
    with pytest.raises(GrammarError) as caught:
        sum_items(command.body.items)
    assert caught.value.key == "quantity_out_of_range"
    assert command.text[caught.value.start : caught.value.end] == "A1 1"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("0.005", "amount_decimals"),
        ("19.999", "amount_decimals"),
        ("-1", "amount_negative"),
        ("1000000000", "amount_too_big"),
        ("1000000000000000", "amount_too_big"),
        ("9" * 1500, "amount_too_big"),
        ("1,000,000,000,000,000", "amount_too_big"),
        ("NaN", "amount_unreadable"),
        ("0x10", "amount_unreadable"),
        ("1_000", "amount_unreadable"),
        ("١²", "digit_unreadable"),
    ],
)
def test_T21_prices_that_cannot_be_are_refused_with_the_reason(written: str, key: str) -> None:
    assert refuse(f"/o A1 1 @{written}").key == key
    assert refuse(f"/paid {written}").key in {key, "takes_nothing"}


def test_T21_a_currency_without_decimals_takes_none() -> None:
    assert refuse("/o A1 1 @350.5", decimals=0).key == "amount_decimals"


def test_T21_the_largest_amount_is_read() -> None:
    command = parse("/o A1 1 @999,999,999.99")
    assert isinstance(command, Command)
    assert command.body.items[0].price == "999999999.99"


def test_T21_a_command_holds_a_hundred_items_at_most() -> None:
    assert isinstance(parse("/o " + "A1 " * 100), Command)
    assert refuse("/o " + "A1 " * 101).key == "too_many_items"


def test_T22_the_length_is_capped_first() -> None:
    error = refuse("/o " + "A1 2\n" * 10_000)
    assert (error.key, error.facts["limit"]) == ("too_long", "2000")
    assert refuse("/note " + "x" * 1_000_000).key == "too_long"
    assert isinstance(parse("/note " + "x" * 1994), Command)


def test_T22_a_long_chat_is_no_command() -> None:
    assert parse("x" * 1_000_000) is None
    assert parse(" " * 1_000_000 + "/o A1") is None
    assert parse("#" + "x" * 1_000_000) is None


def test_T22_a_code_of_500_characters_is_refused() -> None:
    assert refuse("/o " + "A" * 500).key == "code_too_long"
