"""Idempotency keys: the same request again has no second effect and gets the same answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot import upkeep
from bot.repeats import LIFE
from tests.handlers.api.conftest import Make, Program
from tests.handlers.conftest import Front
from tests.support.shop import at_once

NEW: dict[str, Any] = {"customer": {"name": "Lek"}, "items": [{"code": "A1"}]}


def test_the_same_key_and_body_get_the_same_answer(both: Front, owner: Program) -> None:
    first = owner.ask("POST", "/orders", NEW, key="k-1")
    after = both.state()
    # Another order of the keys is no other request.
    again = owner.ask("POST", "/orders", dict(reversed(NEW.items())), key="k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert both.state() == after
    number = first.get_json()["number"]
    sent = owner.ask("POST", f"/orders/{number}/send", key="k-2")
    owner.move(number, "cancel")
    late = owner.ask("POST", f"/orders/{number}/send", key="k-2")
    assert late.data == sent.data, "what was answered then, whatever became of it"


def test_a_key_with_another_request_is_refused(both: Front, owner: Program, make: Make) -> None:
    assert owner.ask("POST", "/orders", NEW, key="k-1").status_code == 201
    both.hire("ploy@example.com", "sales")
    before = both.state()
    others = [
        owner.ask("POST", "/orders", {**NEW, "note": "x"}, key="k-1"),
        owner.ask("POST", "/customers", NEW["customer"], key="k-1"),
    ]
    for answer in others:
        assert "new key" in owner.refused(answer, 409, "key_reused")
    assert both.state() == before
    somebody = make(email="ploy@example.com")
    owner.refused(somebody.ask("POST", "/orders", NEW, key="k-1"), 409, "key_reused")


def test_another_shop_has_its_own_keys(both: Front, owner: Program, make: Make) -> None:
    shop_id = both.open_shop("other")
    both.hire("else@example.com", "owner", shop_id=shop_id)
    stranger = make(email="else@example.com", shop="other")
    assert owner.ask("POST", "/customers", {"name": "Lek"}, key="k-1").status_code == 201
    theirs = stranger.ask("POST", "/customers", {"name": "Nid"}, key="k-1")
    assert (theirs.status_code, theirs.get_json()["name"]) == (201, "Nid")


def test_two_at_once_are_one(both: Front, owner: Program) -> None:
    token = owner.token

    def body(_: int) -> bytes:
        program = Program(both, both.app.test_client(), token)
        answer = program.ask("POST", "/orders", NEW, key="k-1")
        assert answer.status_code == 201
        return bytes(answer.data)

    assert len(set(at_once(6, body))) == 1
    assert (both.count("orders"), both.count("contacts")) == (1, 1)


def test_a_refused_request_leaves_its_key_free(both: Front, owner: Program) -> None:
    wrong = {**NEW, "items": [{"code": "NOSUCH"}]}
    before = both.state()
    assert owner.ask("POST", "/orders", wrong, key="k-1").status_code == 422
    assert both.state() == before
    assert owner.ask("POST", "/orders", NEW, key="k-1").status_code == 201


def test_a_kept_answer_is_sealed_and_goes_after_a_week(
    both: Front, owner: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = owner.draft()["number"]
    sent = owner.ask("POST", f"/orders/{number}/send", key="k-1").get_json()
    token = sent["bill_url"].rpartition("/")[2]
    with both.runtime.store.read() as connection:
        kept = connection.execute(text("SELECT answer FROM idempotency_keys")).scalar_one()
        now = both.runtime.store.now(connection)
    assert token not in str(kept)
    assert "Lek" not in str(kept)
    upkeep.sweep(both.runtime)
    assert both.count("idempotency_keys") == 1
    later = now + LIFE + timedelta(minutes=1)
    monkeypatch.setattr(type(both.runtime.store), "now", lambda *_: later)
    upkeep.sweep(both.runtime)
    assert both.count("idempotency_keys") == 0
