"""Keyword orders: what a customer's words order by a rule, or why they order nothing."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.glossary import fold_word
from orders.keywords import Effect, Match, Miss, Mode, Particles, Pick, Reason, Rule, Target
from orders.pieces import LONGEST_TEXT
from orders.wishes import Reader

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "bot" / "keywords" / "particles.toml"
CODES = ("A1", "B2", "F12", "A001", "TS-01", "C3X2", "C3")
KEYWORDS = {code: Target(code) for code in CODES} | {
    "ชาเขียว": Target("A1"),
    "12": Target("N12"),
    "D4": Target("D4", (), ("M", "ดำ")),
    "ชา เย็น": Target("T9"),
}


def particles() -> Particles:
    tables = tomllib.loads(DATA.read_text(encoding="utf-8")).values()
    names = ("polite", "asking", "units", "money", "doubt")
    return Particles(
        **{name: frozenset(fold_word(one) for t in tables for one in t[name]) for name in names}
    )


def rule(**changed: Any) -> Rule:
    return Rule(**{"keywords": KEYWORDS, "particles": particles(), "cap": 50, **changed})


READERS = {mode: Reader(rule(mode=mode)) for mode in Mode}


def show(read: Match | Miss) -> str:
    if isinstance(read, Miss):
        return f"? {read.reason}"
    signs = {Effect.ADD: "+", Effect.SET: "="}
    return ", ".join(
        "/".join((pick.code, *pick.options)) + signs[pick.effect] + str(pick.quantity)
        for pick in read.picks
    )


def cases() -> list[list[str]]:
    lines = (HERE / "keyword_cases.txt").read_text(encoding="utf-8").split("\n")
    return [line.split(" | ") for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(("mode", "text", "expected"), cases())
def test_the_table_of_texts(mode: str, text: str, expected: str) -> None:
    assert show(READERS[Mode(mode)].read(text)) == expected


def test_the_table_is_large_enough_and_has_both_scripts() -> None:
    texts = [text for _, text, _ in cases()]
    assert len(texts) >= 100
    assert sum(any("\u0e00" <= c <= "\u0e7f" for c in text) for text in texts) >= 30


@pytest.mark.parametrize(
    "text",
    [
        "A1 -1",
        "A1 0",
        "A1 1e5",
        "A1 1_000",
        "A1 ²",
        "A1 ①",
        "A1 NaN",
        "A1 Infinity",
        "A1 0x10",
        "A1 1,00",
        "A1 " + "9" * 1500,
        "A1=1e5",
        "A1 x²",
        "A1+-1",
    ],
)
def test_T20_what_is_no_quantity_orders_nothing(text: str) -> None:
    read = READERS[Mode.QUANTITY].read(text)
    assert isinstance(read, Miss)
    assert read.reason not in (Reason.NO_KEYWORD, Reason.UNKNOWN_CODE)


@pytest.mark.parametrize(
    ("text", "quantity"),
    [("A1 +5", 5), ("A1 ٣", 3), ("A1 ๑๒", 12), ("A1 １２", 12), ("A1 1,000", 1000)],
)
def test_T20_digits_of_every_script_and_thousands_are_read(text: str, quantity: int) -> None:
    read = Reader(rule(cap=None)).read(text)
    assert isinstance(read, Match)
    assert read.picks[0].quantity == quantity


def test_a_longer_text_than_anybody_orders_in_is_refused() -> None:
    read = READERS[Mode.QUANTITY].read("A1 " * LONGEST_TEXT)
    assert read == Miss(Reason.TOO_LONG, {"limit": "2,000"})


def test_a_shop_may_want_its_prefix() -> None:
    reader = Reader(rule(needs_prefix=True))
    assert show(reader.read("CF A1 2")) == "A1=2"
    assert show(reader.read("cfA1 2")) == "A1=2"
    assert show(reader.read("A1 2 CF")) == "A1=2"
    assert reader.read("A1 2") == Miss(Reason.PREFIX_MISSING, {"prefixes": "CF, F, MINE"})


def test_a_bare_quantity_adds_where_the_shop_says_so() -> None:
    reader = Reader(rule(effect=Effect.ADD))
    assert [show(reader.read(text)) for text in ("A1 2", "A1", "A1=2", "A1+2")] == [
        "A1+2",
        "A1+1",
        "A1=2",
        "A1+2",
    ]


def test_a_keyword_may_stand_for_one_choice() -> None:
    reader = Reader(rule(keywords={"ดำ": Target("D4", ("ดำ", "M"))}))
    read = reader.read("เอาสีดำ")
    assert isinstance(read, Miss)
    assert reader.read("เอา ดำ 2 ค่ะ") == Match((Pick("ดำ", "D4", ("ดำ", "M"), 2, Effect.SET),))


def test_sara_am_is_one_letter_however_it_was_typed() -> None:
    reader = Reader(rule(keywords={"ดำ": Target("D4")}))
    assert show(reader.read("ด\u0e4d\u0e32 2")) == "D4=2"


def test_an_empty_rule_and_empty_texts_match_nothing() -> None:
    assert Reader(Rule({})).read("A1 2") == Miss(Reason.UNKNOWN_CODE, {"code": "a1"})
    assert READERS[Mode.QUANTITY].read(" \u200b❤️ ") == Miss(Reason.EMPTY)


# Properties -----------------------------------------------------------------------------

SCRAPS = st.sampled_from(
    [
        "A1",
        "a1x",
        "CF",
        "x",
        "2",
        "๓",
        "0",
        "-",
        "+",
        "=",
        "@",
        ",",
        "\n",
        "081",
        "ค่ะ",
        "ชาเขียว",
        "555",
        "²",
        "ดำ",
        "D4",
        "/",
        " ",
        "฿",
        "%",
        "ไหม",
        "ํ",
        "🔥",
        "_",
        "mine",
    ]
)


@given(st.one_of(st.text(max_size=200), st.lists(SCRAPS, max_size=40).map("".join)))
def test_no_text_raises_and_every_match_keeps_the_rule(text: str) -> None:
    for reader in READERS.values():
        read = reader.read(text)
        if isinstance(read, Match):
            assert read.picks
            assert all(1 <= pick.quantity <= 50 for pick in read.picks)
            assert len({(pick.code, pick.options) for pick in read.picks}) == len(read.picks)
        else:
            assert all(isinstance(fact, str) for fact in read.facts.values())


@given(
    st.sampled_from(["A1", "B2", "F12", "A001", "TS-01", "C3", "ชาเขียว"]),
    st.integers(1, 50),
    st.sampled_from([" ", "=", "+", " x", " *", "  ", " = "]),
    st.sampled_from(["", "CF ", "mine ", "F ", "❤️", "เอา "]),
    st.sampled_from(["", " ค่ะ", " ครับ", " po", " please", "!!", "🔥", " ชิ้น"]),
)
def test_what_is_written_in_any_of_the_forms_is_read(
    code: str, quantity: int, sign: str, before: str, after: str
) -> None:
    read = READERS[Mode.QUANTITY].read(f"{before}{code}{sign}{quantity}{after}")
    assert isinstance(read, Match)
    (pick,) = read.picks
    assert (pick.keyword, pick.quantity) == (code, quantity)
    assert pick.effect is (Effect.ADD if "+" in sign else Effect.SET)


@given(st.integers(10**8, 10**9 - 1), st.sampled_from(["0{}", "+66{}", "+66 {}", "0{}"]))
def test_a_telephone_number_is_never_a_quantity(digits: int, form: str) -> None:
    for mode in (Mode.QUANTITY, Mode.CONTAINS):
        assert show(READERS[mode].read(f"A1 {form.format(digits)}")) == "A1=1"


HOSTILE = [
    "a",
    "5",
    "x",
    "x1",
    "A1 ",
    "A1 2 ",
    "0 ",
    "+6 ",
    "@ ",
    "ค่ะ",
    "ก",
    "\u0e4d\u0e32",
    "CF",
    "-",
]


@pytest.mark.parametrize("scrap", HOSTILE)
@pytest.mark.parametrize("mode", list(Mode))
def test_T22_reading_takes_steps_in_proportion_to_the_length(mode: Mode, scrap: str) -> None:
    def steps(length: int) -> int:
        text = (scrap * length)[:length]
        count = 0

        def tick(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal count
            count += 1
            return tick

        sys.settrace(tick)
        try:
            READERS[mode].read(text)
        finally:
            sys.settrace(None)
        return count

    short, long = steps(400), steps(1600)
    assert long <= 5 * short + 2000
