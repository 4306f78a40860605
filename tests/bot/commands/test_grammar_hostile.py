"""Hostile text: whatever is typed, the grammar ends soon and raises nothing but its own error."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.grammar import Command, GrammarError, parse
from bot.commands.lexicon import languages, lexicon

PIECES = [
    *(form for words in languages().values() for e in words.verbs.values() for form in e.forms),
    *lexicon().modifiers,
    *lexicon().payments,
    *lexicon().units,
    *"/#@!-+*=%.,;:[]\"'()_ \n\t\u200b\u0e4d\u0e32\u0e49²①½×฿",
    *("A1", "A1x2", "x", "x2", "[1024]", '"เสื้อ"', "12", "1,290", "350.50", "๒", "บาท", ".-"),
    *("18:00", "25/12", "2h", "@C123", "!1042", "\ud800", "e\u0301", "ดำ", "ﷺ", "🛒"),
]
ARGUMENTS = st.lists(st.sampled_from(PIECES), max_size=30)
# Each is repeated until the text is as long as it may be.
HOSTILE = [
    "a", "a!", "1", "1,", "1,000,", "1-", "ก", "ก1", "ก-", "ส่งA", "-", "A-", "x ", "A1 x ", "\n",
    " ", "\u0e4d", "\u0e4d\u0e32", "\u0301", "\u1161", "[", "[a]", '"', "A1/", "A1/b", ";", "_",
    "1_", "1.", "A1 2 ", "2h", "2 h ", "vat ", "\u200b", "ﷺ", "@1 ", "A1 @1 ", "ส่ง",
]  # fmt: skip
STARTS = [
    "/o ",
    "/o A1 ",
    "/o A1 2; tel ",
    "/o A1; due ",
    "/o A1/",
    "/reply ",
    "/",
]


def survive(text: str) -> None:
    try:
        found = parse(text)
    except GrammarError as error:
        check_error(error, text)
        return
    if isinstance(found, Command):
        for item in found.body.items:
            assert 0 <= item.span[0] <= item.code_span[0] < item.code_span[1] <= item.span[1]
            assert item.span[1] <= len(text)
            assert 1 <= item.quantity <= 9999
            assert (item.code is None) != (item.name is None)


def check_error(error: GrammarError, text: str) -> None:
    assert 0 <= error.start <= error.end <= len(text)
    assert error.caret(text).count("\n") == 1
    assert all(error.sentence(language) for language in languages())


@given(st.text(st.characters()))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    survive(text)
    survive(f"/{text}")
    survive(f"/o {text}")


@given(st.sampled_from(PIECES), ARGUMENTS, st.sampled_from(["", " "]))
@settings(max_examples=700, deadline=None)
def test_any_mixture_of_known_pieces_is_read_or_refused(
    verb: str, arguments: list[str], glue: str
) -> None:
    survive(f"/{verb} {glue.join(arguments)}")


@given(ARGUMENTS)
@settings(max_examples=300, deadline=None)
def test_reading_twice_gives_the_same(arguments: list[str]) -> None:
    text = f"/o {' '.join(arguments)}"
    answers = []
    for _ in range(2):
        try:
            answers.append(repr(parse(text)))
        except GrammarError as error:
            answers.append(str(error))
    assert answers[0] == answers[1]


def count_lines(action: Callable[[], Any]) -> int:
    """How many lines of the grammar run: steps, that no busy machine can change."""
    count = 0

    def step(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        if "commands" not in frame.f_code.co_filename:
            return None
        count += 1
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        action()
    except GrammarError:
        pass
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("start", STARTS)
def test_T22_reading_takes_steps_in_proportion_to_the_length(start: str) -> None:
    for piece in (*HOSTILE, *("x" * 26 + "!",)):
        half, whole = ((start + piece * 800)[:length].ljust(length) for length in (400, 800))
        steps_half = count_lines(lambda text=half: parse(text))  # type: ignore[misc]
        steps_whole = count_lines(lambda text=whole: parse(text))  # type: ignore[misc]
        # Twice the text, twice the steps; one that looked back at each step would take four times.
        assert steps_whole <= 2.3 * steps_half + 800, f"{start}{piece}"
        assert steps_whole < 200 * 800, f"{start}{piece}"


def test_T22_beyond_the_cap_no_step_more_is_taken() -> None:
    longest, beyond = "/o " + "A1 " * 5000, "/o " + "A1 " * 50_000
    assert count_lines(lambda: parse(beyond)) == count_lines(lambda: parse(longest))
