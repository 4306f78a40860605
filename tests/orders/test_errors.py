"""Errors are sentences, in both languages, and silent where nobody asked."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

import orders
from orders.errors import LONGEST_FACT, ItemError, MoveError, OrderError
from orders.money import Money
from orders.moves import Guard
from orders.sentences import SENTENCES, WORDS
from orders.states import Role, Status

RULEBOOK = Path(orders.__path__[0])
PLACES = [RULEBOOK, RULEBOOK.parent / "bot" / "ordering"]


def slots(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def raised() -> list[tuple[str, set[str]]]:
    """Every error of the rulebook that is raised with a literal key, and the facts it gives."""
    found = []
    for file in (file for place in PLACES for file in place.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"OrderError", "AmountError", "ItemError", "MoveError"}
                and isinstance(node.args[0], ast.Constant)
            ):
                facts = {keyword.arg for keyword in node.keywords if keyword.arg}
                found.append((str(node.args[0].value), facts))
    return found


@pytest.mark.parametrize(
    ("key", "facts"),
    raised(),
    # Sets come in another order in each process, and the processes of a run must agree.
    ids=lambda part: part if isinstance(part, str) else " ".join(sorted(part)),
)
def test_every_error_raised_has_the_facts_its_sentence_asks_for(key: str, facts: set[str]) -> None:
    for language in ("en", "th"):
        assert slots(SENTENCES[key][language]) <= facts


def test_no_sentence_lies_unused() -> None:
    guards = {f"guard_{guard.value}" for guard in Guard}
    misread = {"amount_foreign", "amount_not_number"}
    assert set(SENTENCES) == {key for key, _ in raised()} | guards | misread


@pytest.mark.parametrize("key", SENTENCES)
def test_a_sentence_stands_in_both_languages_with_the_same_facts(key: str) -> None:
    assert set(SENTENCES[key]) == {"en", "th"}
    english, thai = SENTENCES[key]["en"], SENTENCES[key]["th"]
    assert any("\u0e00" <= letter <= "\u0e7f" for letter in thai)
    assert english.endswith(".")
    assert slots(thai) <= slots(english)


@pytest.mark.parametrize("word", [*Status, *Role])
def test_states_and_roles_have_words(word: Status | Role) -> None:
    assert set(WORDS[word.value]) == {"en", "th"}


def test_facts_are_worded_in_the_readers_language() -> None:
    error = MoveError("order_locked", number=1042, status=Status.SHIPPED)
    assert "ส่งของแล้ว" in error.sentence("th")
    assert "shipped" in error.sentence("en")
    assert error.sentence("id") == error.sentence("en")
    both = ItemError("deposit_above", deposit=Money(500, "THB"), total=Money(100, "THB"))
    assert "5.00 THB" in both.sentence("en")


def test_what_a_person_wrote_is_in_the_sentence_alone() -> None:
    error = ItemError("item_missing", code="secret {code} " + "x" * 500)
    assert "secret" not in str(error)
    assert "secret" not in repr(error)
    sentence = error.sentence("en")
    assert "secret {code}" in sentence
    assert len(sentence) < LONGEST_FACT + 100


def test_an_error_without_a_sentence_cannot_be_raised() -> None:
    with pytest.raises(KeyError):
        OrderError("nonsense")
