"""The engine: it runs on the table, once for a key, for who may, on the order that they saw."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import ordering
from bot.ordering import Asker, Desk, Incoming, Notice
from bot.ordering.effects import EFFECTS
from bot.ordering.guards import GUARDS
from bot.ordering.making import make
from bot.ordering.manual import renew_moves
from orders.errors import MoveError, OrderError
from orders.moves import MOVES, Effect, Guard
from orders.payment import PayMethod
from orders.states import Role
from tests.bot.ordering.conftest import Counter, baht
from tests.support.shop import at_once

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
PAGE = Path(__file__).parents[3] / "docs" / "orders.md"


def refused(body: Any) -> OrderError:
    with pytest.raises(OrderError) as refusal:
        body()
    return refusal.value


# The table -------------------------------------------------------------------------------------


def test_every_guard_is_looked_at_and_every_effect_done_by_one_table() -> None:
    assert set(GUARDS) == set(Guard)
    assert set(EFFECTS) == set(Effect)


def test_the_page_of_orders_shows_the_table_that_the_code_runs_on() -> None:
    page = PAGE.read_text("utf-8")
    assert page == renew_moves(page), "run: python -m bot.ordering.manual docs/orders.md"
    for move in MOVES:
        assert f"`{move.name}`" in page


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="no table of moves"):
        renew_moves("# Orders\n")


@sqlite_only
def test_every_row_of_the_table_that_the_order_is_in_can_be_refused_by_its_guards(
    billed: Counter,
) -> None:
    """A move with a guard that does not hold changes nothing, whatever it would have done."""
    from bot.ordering import guards

    row, before = billed.row(), billed.shop.counts()
    legal = {move.name: move for move in MOVES if move.source == "unpaid" and move.guards}
    for name, move in legal.items():
        role = next(iter(sorted(move.roles)))
        with pytest.MonkeyPatch.context() as patch:
            closed = {guard: lambda _: False for guard in Guard}
            patch.setattr(guards, "GUARDS", closed)
            asker = billed.by(role)
            error = refused(
                lambda name=name, asker=asker: billed.shop.at_desk(
                    lambda desk: make(desk, row, asker, name)
                )
            )
        assert error.key == f"guard_{move.guards[0]}"
    assert billed.shop.counts() == before
    assert billed.row() == row


@sqlite_only
def test_every_move_leaves_its_event_its_audit_row_and_word_to_open_pages(
    billed: Counter,
) -> None:
    seen = billed.shop.last_change()
    asker = replace(billed.by(Role.MANAGER), source="message:7")
    row = billed.row()
    billed.make(lambda desk: ordering.cancel(desk, row, asker, "why"))

    event = billed.shop.rows("order_events")[-1]
    assert (event.move, event.from_status, event.to_status) == ("cancel", "unpaid", "cancelled")
    assert (event.actor, event.surface, event.source) == (asker.name, "web", "message:7")
    assert event.data == {"reason": "why"}
    audit = billed.shop.rows("audit")[-1]
    assert (audit.action, audit.subject, audit.actor) == (
        "order cancel",
        "order:1001",
        asker.name,
    )
    assert billed.shop.last_change() > seen


@sqlite_only
def test_F41_a_move_that_fails_half_way_leaves_nothing(
    billed: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.ordering import making

    def save(situation: Any) -> Any:
        raise RuntimeError("the power is out")

    before, stock = billed.shop.counts(), billed.buckets()
    monkeypatch.setattr(making, "save", save)
    with pytest.raises(RuntimeError):
        billed.pay(240, "tx1")
    with pytest.raises(RuntimeError):
        billed.do("cancel", "why")

    assert (billed.shop.counts(), billed.buckets()) == (before, stock)
    assert billed.shop.rows("payments") == []
    assert billed.status() == "unpaid"


def test_F42_a_transaction_that_the_database_runs_again_has_its_effects_once(
    billed: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    from bot.ordering import making, writing

    real, tried = writing.save, []

    def save(situation: Any) -> Any:
        tried.append(situation.move.name)
        after = real(situation)
        if len(tried) == 1:
            busy = type("Busy", (Exception,), {"sqlstate": "40001"})()
            raise OperationalError("COMMIT", {}, busy)
        return after

    monkeypatch.setattr(making, "save", save)
    billed.pay(240, "tx1")

    assert tried == ["settle", "settle"]
    assert len(billed.shop.rows("payments")) == 1
    assert billed.row().paid_minor == 24_000
    billed.check_ledger()


# Versions --------------------------------------------------------------------------------------


def test_T24_F33_of_two_staff_at_once_one_wins_and_the_other_reads_who_it_was(
    billed: Counter,
) -> None:
    row = billed.row()
    cases = ("cancel", "draft", "send")

    def act(place: int) -> str:
        case, asker = getattr(ordering, cases[place]), billed.by(Role.OWNER)
        try:
            billed.make(lambda desk: case(desk, row, asker, version=row.version))
        except OrderError as error:
            return error.sentence("en")
        return "done"

    said = at_once(3, act)

    assert said.count("done") == 1
    lost = [words for words in said if words != "done"]
    assert all("changed by Nok at" in words for words in lost)
    assert len(billed.shop.rows("order_events")) == row.version + 1
    billed.check_ledger()


@sqlite_only
def test_F33_the_loser_reads_the_time_on_the_shops_clock(billed: Counter) -> None:
    from zoneinfo import ZoneInfo

    stale = billed.row()
    billed.shop.answer("/add B2 1")
    at = billed.shop.rows("order_events")[-1].at.astimezone(ZoneInfo("Asia/Bangkok"))
    sales = billed.by(Role.SALES)
    error = refused(
        lambda: billed.make(lambda desk: ordering.send(desk, stale, sales, version=stale.version))
    )
    assert error.sentence("en") == (
        f"Order 1001 was changed by Nok at {at:%H:%M}. Reload it and try again."
    )
    assert "โหลดใหม่" in error.sentence("th")


@sqlite_only
def test_money_and_slips_do_not_ask_which_version_was_seen(billed: Counter) -> None:
    stale = billed.row()
    billed.shop.answer("/add B2 1")
    asker = billed.by(Role.CUSTOMER)
    billed.make(lambda desk: ordering.notify_transfer(desk, stale, asker, Notice()))
    assert billed.status() == "checking"


# Keys ------------------------------------------------------------------------------------------


def test_T23_the_same_key_again_does_nothing_and_gives_the_same_answer(billed: Counter) -> None:
    row, finance = billed.row(), billed.by(Role.FINANCE, key="form:1")

    def confirm(desk: Desk) -> ordering.Made:
        return ordering.confirm_payment(desk, row, finance, baht(100))

    first, second = billed.make(confirm), billed.make(confirm)

    assert (first.repeated, second.repeated) == (False, True)
    assert first.told == second.told
    assert first.row.version == second.row.version
    assert billed.row().paid_minor == 10_000
    assert len(billed.shop.rows("payments")) == 1


def test_T23_eight_requests_with_one_key_at_once_are_one(billed: Counter) -> None:
    row, finance = billed.row(), billed.by(Role.FINANCE, key="form:1")
    made = at_once(
        8,
        lambda _: billed.make(lambda desk: ordering.confirm_payment(desk, row, finance, baht(100))),
    )
    assert sorted(one.repeated for one in made) == [False] + [True] * 7
    assert len({one.row.version for one in made}) == 1
    assert len(billed.shop.rows("payments")) == 1


@sqlite_only
def test_another_request_with_a_key_that_was_used_is_refused(billed: Counter) -> None:
    row, finance = billed.row(), billed.by(Role.FINANCE, key="form:1")
    billed.make(lambda desk: ordering.confirm_payment(desk, row, finance, baht(100)))
    billed.shop.answer("/o A1 1")
    other = billed.row(1002)
    others = [
        lambda desk: ordering.confirm_payment(desk, row, finance, baht(50)),
        lambda desk: ordering.cancel(desk, row, finance, ""),
        lambda desk: ordering.confirm_payment(desk, other, finance, baht(100)),
        lambda desk: ordering.confirm_payment(desk, row, replace(finance, body="more"), baht(100)),
    ]
    for body in others:
        assert refused(lambda body=body: billed.shop.at_desk(body)).key == "key_reused"
    assert billed.row().paid_minor == 10_000


@sqlite_only
def test_a_refused_move_does_not_use_its_key_up_and_keys_are_each_persons_own(
    billed: Counter,
) -> None:
    row = billed.row()
    sales = billed.by(Role.SALES, key="form:1")
    house = billed.by(Role.SYSTEM, key="form:1")
    assert refused(
        lambda: billed.make(lambda desk: ordering.confirm_payment(desk, row, sales))
    ).key == ("move_forbidden")
    billed.make(lambda desk: ordering.draft(desk, row, sales))
    again = billed.row()
    money = Incoming(baht(240), PayMethod.CARD, "gateway", "tx1")
    billed.make(lambda desk: ordering.take_payment(desk, again, house, money))
    assert [event.move for event in billed.view().events][-2:] == ["draft", "keep_money"]


def test_one_key_opens_one_order_offline_and_online(counter: Counter) -> None:
    sales = counter.by(Role.SALES, key="form:1", body="2 A1")

    def open_offline(desk: Desk) -> ordering.Made:
        return ordering.open_order(desk, sales, contact_id=1)

    made = at_once(4, lambda _: counter.make(open_offline))

    assert [one.row.number for one in made] == [1001] * 4
    row = counter.row()
    assert (row.conversation_id, row.contact_id, row.status) == (None, 1, "draft")


# Rights ----------------------------------------------------------------------------------------


@sqlite_only
def test_who_may_not_is_refused_and_told_whom_to_ask(billed: Counter) -> None:
    error = refused(lambda: billed.do("confirm_payment", role=Role.SALES))
    assert error.key == "move_forbidden"
    assert "manager" in error.sentence("en")
    assert refused(lambda: billed.do("send", role=Role.VIEWER)).key == "move_forbidden"
    assert refused(lambda: billed.do("ship", tracking="1", role=Role.PACKER)).key == "move_illegal"


@sqlite_only
def test_the_author_of_a_draft_may_drop_it_and_another_seller_may_not(counter: Counter) -> None:
    counter.shop.answer("/o A1 1")
    row, owner = counter.row(), counter.shop.owner
    other = Asker(replace(owner, staff_id=owner.staff_id + 1, role=Role.SALES), "web")
    assert (
        refused(lambda: counter.make(lambda desk: ordering.cancel(desk, row, other))).key
        == "move_forbidden"
    )
    counter.do("cancel", role=Role.SALES)  # the same person, whatever the role is now
    assert counter.status() == "cancelled"


@sqlite_only
def test_an_order_of_another_shop_cannot_be_moved(billed: Counter) -> None:
    row, asker = billed.row(), billed.by(Role.OWNER)

    def elsewhere(desk: Desk) -> ordering.Made:
        other = type("Shop", (), {**desk.shop._mapping, "id": desk.shop.id + 1})()
        return ordering.cancel(replace(desk, shop=other), row, asker)

    with pytest.raises(MoveError) as refusal:
        billed.shop.at_desk(elsewhere)
    assert refusal.value.key == "order_missing"
