"""Each seam between reading and writing, with a rival exactly there; and its twin, unguarded.

A twin takes the guard away and shows the harm: without it a race test that is
green would prove nothing.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot import ordering
from bot.ordering import Incoming, guards, writing
from bot.ordering.asking import Asked
from bot.ordering.making import make
from bot.store import changes, conversations, shops, snapshots
from bot.store import money as money_rows
from bot.store import orders as order_rows
from bot.store.tables import orders
from orders.errors import OrderError
from orders.moves import Guard
from orders.payment import PayMethod
from orders.states import Role
from tests.bot.ordering.conftest import Counter, baht
from tests.support.shop import at_once

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)


# The version ------------------------------------------------------------------------------------


def edit_after_a_rival(billed: Counter) -> None:
    """Write an edit that was begun before somebody else's: each notes the order anew."""
    stale, sales = billed.row(), billed.by(Role.SALES)
    billed.do("edit", lambda order: order.with_note("rival"))
    billed.make(
        lambda desk: make(
            desk, stale, sales, "edit", Asked(change=lambda order: order.with_phone("0812345678"))
        )
    )


def test_F33_a_stale_order_is_not_written_even_where_nobody_asked_for_its_version(
    billed: Counter,
) -> None:
    with pytest.raises(OrderError) as refused:
        edit_after_a_rival(billed)
    assert refused.value.key == "guard_same_version"
    assert billed.view().order.note == "rival"


def test_F33_twin_without_the_version_check_the_rivals_edit_is_lost(
    billed: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = order_rows.update_order

    def blind(connection: Any, order_id: int, version: int, **values: Any) -> bool:
        now = connection.execute(
            select(orders.c.version).where(orders.c.id == order_id)
        ).scalar_one()
        return real(connection, order_id, now, **values)

    logged = writing.log_move

    def log(*args: Any, **told: Any) -> None:
        last = order_rows.last_event(args[0].connection, args[1].id)
        assert last is not None
        logged(*args, **{**told, "version": last.version + 1})

    monkeypatch.setattr(order_rows, "update_order", blind)
    monkeypatch.setattr(writing, "log_move", log)
    # What an undo goes back to is unique by version: it would notice, too.
    monkeypatch.setattr(snapshots, "keep_snapshot", lambda *_, **__: None)
    edit_after_a_rival(billed)
    assert billed.view().order.note == ""


# The lock ---------------------------------------------------------------------------------------


@postgresql_only
def test_twin_without_the_lock_who_comes_second_is_refused_instead_of_waiting(
    billed: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Money asks for no version: it waits for its turn; without the lock some of it is refused."""

    def pay(place: int) -> bool:
        try:
            billed.pay(10, f"tx{place}")
        except OrderError:
            return False
        return True

    assert all(at_once(8, pay))
    assert billed.row().paid_minor == 8_000

    def pay_in_turn(turn: int, place: int) -> bool:
        return pay(100 * turn + place)

    real = order_rows.find_order

    def find(connection: Any, shop_id: int, **which: Any) -> Any:
        return real(connection, shop_id, **{**which, "lock": False})

    monkeypatch.setattr(order_rows, "find_order", find)
    monkeypatch.setattr(conversations, "lock_conversation", lambda *_: None)
    turns = [at_once(8, partial(pay_in_turn, turn)) for turn in range(1, 6)]
    assert not all(all(turn) for turn in turns)


# Keys -------------------------------------------------------------------------------------------


def test_T23_twin_a_key_that_is_not_claimed_lets_a_payment_in_twice(
    billed: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    finance = billed.by(Role.FINANCE, key="form:1")

    def confirm() -> None:
        fresh = billed.row()
        billed.make(lambda desk: ordering.confirm_payment(desk, fresh, finance, baht(100)))

    confirm()
    confirm()
    assert billed.row().paid_minor == 10_000
    monkeypatch.setattr(changes, "claim_key", lambda *_: True)
    confirm()
    assert billed.row().paid_minor == 20_000


# Payments and slips ------------------------------------------------------------------------------


def pay_two_orders(billed: Counter) -> list[str]:
    billed.shop.answer("/o A1 2")
    billed.shop.answer("/send")

    def pay(place: int) -> str:
        try:
            return str(billed.pay(240, "tx1", number=1001 + place).row.status)
        except OrderError as refused:
            return refused.key

    return sorted(at_once(2, pay))


def test_F37_twin_without_the_unique_key_one_transaction_pays_two_orders(
    billed: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two orders have two locks: only the key on provider and reference stands between them."""
    real = money_rows.insert_payment

    def keyless(connection: Any, **values: Any) -> int | None:
        return real(connection, **{**values, "reference": None})

    monkeypatch.setattr(money_rows, "insert_payment", keyless)
    assert pay_two_orders(billed) == ["paid", "paid"]


def test_F37_without_the_look_before_the_key_alone_still_counts_once(
    billed: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the rival wrote between our look and our write."""
    monkeypatch.setattr(money_rows, "find_payment", lambda *_: None)
    assert pay_two_orders(billed) == ["paid", "payment_elsewhere"]
    assert len(billed.shop.rows("payments")) == 1


def notify_two_orders(billed: Counter) -> list[str]:
    billed.shop.answer("/o A1 1")
    billed.shop.answer("/send")

    def notify(place: int) -> str:
        try:
            return str(billed.notify(number=1001 + place, reference="KB1").row.status)
        except OrderError as refused:
            return refused.key

    return sorted(at_once(2, notify))


def test_T35_without_the_look_before_the_key_alone_still_keeps_one_slip(
    billed: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "GUARDS", {**guards.GUARDS, Guard.FRESH_SLIP: lambda _: True})
    assert notify_two_orders(billed) == ["checking", "guard_fresh_slip"]


def test_T35_twin_without_the_unique_key_two_orders_at_once_keep_one_slip_twice(
    billed: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = money_rows.insert_slip

    def keyless(connection: Any, **values: Any) -> int | None:
        return real(connection, **{**values, "reference": None})

    monkeypatch.setattr(money_rows, "insert_slip", keyless)
    assert notify_two_orders(billed) == ["checking", "checking"]


# Numbers ----------------------------------------------------------------------------------------


@postgresql_only
def test_T29_twin_a_number_that_is_only_looked_up_is_given_twice(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its guard is the counter's locked row; behind it stands the unique key, which refuses."""
    for _ in range(8):
        counter.open_offline()
    at_once(6, lambda place: counter.do("send", number=1001 + place))
    assert sorted(row.number for row in counter.shop.rows("invoices")) == list(range(1, 7))

    def look(connection: Any, shop_id: int, name: str) -> int:
        return shops.current_number(connection, shop_id, name) + 1

    monkeypatch.setattr(shops, "next_number", look)
    counter.do("send", number=1007)
    with pytest.raises(IntegrityError):
        counter.do("send", number=1008)


@sqlite_only
def test_money_from_a_provider_is_told_twice_with_other_words_and_counts_once(
    billed: Counter,
) -> None:
    billed.pay(240, "tx1")
    row, house = billed.row(), billed.by(Role.SYSTEM)
    again = Incoming(baht(999), PayMethod.CARD, "gateway", "tx1")
    made = billed.make(lambda desk: ordering.take_payment(desk, row, house, again))
    assert made.repeated
    other = replace(again, provider="another")
    made = billed.make(lambda desk: ordering.take_payment(desk, row, house, other))
    assert not made.repeated
    assert billed.row().paid_minor == 123_900
