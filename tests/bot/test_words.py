"""Words, amounts and times as people read them."""

from __future__ import annotations

import string
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.words
from bot.payments import PROVIDERS
from bot.words import (
    LANGUAGES,
    choose_language,
    format_money,
    format_percent,
    format_sign,
    format_when,
    parse_money,
    say,
)
from orders.errors import AmountError
from orders.money import EXPONENTS, MOST_MINOR
from orders.payment import PayMethod
from orders.states import Status


def _sentences(language: str) -> dict[str, str]:
    text = (Path(bot.words.__file__).parent / f"{language}.toml").read_text(encoding="utf-8")
    return {
        f"{table}.{name}": sentence
        for table, rows in tomllib.loads(text).items()
        for name, sentence in rows.items()
    }


def _facts(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_every_language_has_the_same_sentences_with_the_same_facts() -> None:
    english = {key: _facts(sentence) for key, sentence in _sentences("en").items()}
    for language in LANGUAGES:
        said = {key: _facts(sentence) for key, sentence in _sentences(language).items()}
        assert said == english, language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_pay_method_and_provider_has_a_word(language: str) -> None:
    words = [say(f"status.{status}", language) for status in Status]
    assert len(set(words)) == len(Status) == 9
    for kind in (*PayMethod, *PROVIDERS):
        assert say(f"method.{kind}", language)


def test_thai_is_thai_and_another_language_is_answered_in_english() -> None:
    assert say("status.unpaid", "th-TH") == "รอชำระเงิน"
    assert say("status.unpaid", "fr") == "Waiting for payment"
    assert choose_language("EN_gb") == "en"


def test_braces_in_a_fact_are_only_text() -> None:
    assert say("bill.note", "en", note="{note.__class__} {0}") == "Note: {note.__class__} {0}"


def test_a_sentence_without_its_fact_is_a_mistake_that_shows() -> None:
    with pytest.raises(KeyError):
        say("bill.note", "en")
    with pytest.raises(KeyError):
        say("bill.no_such_sentence", "en")


@pytest.mark.parametrize(
    ("minor", "currency", "exponent", "locale", "shown"),
    [
        (30000, "THB", 2, "th", "฿300.00"),
        (30000, "THB", 2, "en", "฿300.00"),
        (129050, "THB", 2, "th-TH", "฿1,290.50"),
        (-2005, "THB", 2, "th", "-฿20.05"),
        (0, "THB", 2, "en", "฿0.00"),
        (10**12, "THB", 2, "en", "฿10,000,000,000.00"),
        (250000, "VND", 0, "en", "₫250,000"),
        (250000, "VND", 0, "vi", "250.000\xa0₫"),
        (129000, "TWD", 2, "en", "NT$1,290"),
        (129050, "TWD", 2, "en", "NT$1,290.50"),
        (100, "MYR", 2, "en", "RM1.00"),
        (5, "SGD", 2, "xx-not-a-locale", "SGD0.05"),
    ],
)
def test_money_is_shown_exactly(
    minor: int, currency: str, exponent: int, locale: str, shown: str
) -> None:
    assert format_money(minor, currency, exponent, locale) == shown


# Those of our words first, then those of every currency's home.
LOCALES = [*LANGUAGES, "en-GB", "vi", "id", "ms", "fil", "zh-Hant-TW", "ja", "ko", "de", "fr"]


@given(st.integers(0, MOST_MINOR), st.sampled_from(sorted(EXPONENTS)), st.booleans())
@pytest.mark.parametrize("locale", LOCALES)
def test_money_that_is_shown_is_read_back_in_every_locale(
    locale: str, minor: int, currency: str, sign: bool
) -> None:
    places = EXPONENTS[currency]
    shown = format_money(minor, currency, places, locale, sign=sign)
    assert parse_money(shown, currency, places, locale) == minor


@pytest.mark.parametrize(
    ("text", "locale", "minor"),
    [
        ("1,290.50", "th", 129050),
        ("๑,๒๙๐.๕๐", "th", 129050),
        ("1.290,50", "vi", 129050),
        ("THB 5", "en", 500),
    ],
)
def test_money_is_read_as_its_reader_writes_it(text: str, locale: str, minor: int) -> None:
    assert parse_money(text, "THB", 2, locale) == minor


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "amount_not_number"),
        ("x", "amount_not_number"),
        ("1,00", "amount_not_number"),
        ("NaN", "amount_not_number"),
        ("Infinity", "amount_not_number"),
        ("1e5", "amount_not_number"),
        ("1_000", "amount_not_number"),
        ("-5", "amount_negative"),
        ("฿-5", "amount_negative"),
        ("0.005", "amount_decimals"),
        ("9" * 30, "amount_too_large"),
    ],
)
def test_T21_money_that_is_none_is_refused(text: str, key: str) -> None:
    with pytest.raises(AmountError) as refused:
        parse_money(text, "THB", 2, "th")
    assert refused.value.key == key


def test_money_without_its_sign_is_for_tables() -> None:
    assert format_money(129050, "THB", 2, "th", sign=False) == "1,290.50"
    assert format_sign("THB", "en") == "฿"


def test_rates_drop_empty_decimals() -> None:
    assert format_percent(700, "th") == "7%"
    assert format_percent(725, "en") == "7.25%"


def test_thai_times_count_the_buddhist_year_in_the_shops_zone() -> None:
    when = datetime(2024, 7, 5, 11, tzinfo=UTC)
    assert format_when(when, "Asia/Bangkok", "th") == "5 ก.ค. 2567 18:00"
    assert format_when(when, "Asia/Bangkok", "en") == "5 Jul 2024 18:00"


def test_a_time_near_midnight_is_the_shops_day() -> None:
    new_year = datetime(2024, 12, 31, 17, 5, tzinfo=UTC)
    assert format_when(new_year, "Asia/Bangkok", "th") == "1 ม.ค. 2568 00:05"
    assert format_when(new_year, "UTC", "en-GB") == "31 Dec 2024 17:05"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        format_when(datetime(2024, 7, 5, 11), "Asia/Bangkok", "th")  # noqa: DTZ001
