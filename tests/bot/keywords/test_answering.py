"""The words of keyword orders: every reason has its sentence in every language, facts or none."""

from __future__ import annotations

import pytest

from bot.keywords import Terms, explain_reason
from bot.keywords.deciding import _EXPLAINED
from bot.keywords.terms import Keyword, read_terms
from bot.words import LANGUAGES
from orders.keywords import Effect, Mode, Reason

OURS = ("off", "banned", "too_late", "untold", "product_gone", "over_customer_cap", "not_possible")


@pytest.mark.parametrize("reason", [*Reason, *OURS, *sorted(_EXPLAINED)])
def test_every_reason_has_its_sentence(reason: str) -> None:
    facts = {"reason": "why", "number": "7", "code": "A1", "words": "{x}"}
    said = {explain_reason(reason, facts, language) for language in LANGUAGES}
    assert all(said)
    assert len(said) == len(LANGUAGES) or reason == "not_possible"
    assert explain_reason(reason, {}, "en") is not None


def test_terms_are_stored_and_read_back_whole() -> None:
    terms = Terms(
        mode=Mode.CONTAINS,
        effect=Effect.ADD,
        prefixes=("CF",),
        needs_prefix=True,
        own_codes=False,
        keywords=(Keyword("ดำ", "C3", ("ดำ", "M")),),
        cap_item=3,
        cap_customer=9,
        late_minutes=5,
        answers=("late",),
        texts={"late": {"th": "ปิดแล้ว"}},
        send_at_once=True,
    )
    assert read_terms(terms.to_json()) == terms
    assert read_terms({}) == Terms()
    assert read_terms({"mode": "exact", "unknown": 1}).mode is Mode.EXACT
