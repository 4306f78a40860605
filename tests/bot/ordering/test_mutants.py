"""The machine of orders is shown to find what it is there for: each mutation makes it fail.

One guard of the house is taken away at a time, and the machine, with a fixed
seed, few examples and the rules that lead there, must see it by its laws or its
model. A mutant that lives is a hole in the machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from inspect import getmembers
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RULE_MARKER, run_state_machine_as_test
from sqlalchemy import insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.ordering import effects, guards, holding, making, paying, writing
from bot.store import changes, shops, stock, tables
from bot.store import money as money_rows
from bot.store import orders as order_rows
from orders.invoice import freeze
from orders.money import Money
from orders.moves import Effect, Guard
from tests.support.order_machine import OrdersMachine
from tests.support.order_world import World
from tests.support.shop import Shop

Patch = pytest.MonkeyPatch

MUTANTS: dict[str, tuple[Callable[[Patch], None], tuple[str, ...]]] = {}

RULES = tuple(name for name, _ in getmembers(OrdersMachine, lambda one: hasattr(one, RULE_MARKER)))


def mutant(*rules: str) -> Callable[[Callable[[Patch], None]], None]:
    """Put a mutation into the table under its name, with the rules that lead to it."""

    def keep(mutate: Callable[[Patch], None]) -> None:
        assert set(rules) <= set(RULES)
        MUTANTS[mutate.__name__] = mutate, ("open", "send", *rules)

    return keep


def set_effect(patch: Patch, effect: Effect, does: Callable[[Any], None]) -> None:
    patch.setattr(effects, "EFFECTS", {**effects.EFFECTS, effect: does})


def hold_always(patch: Patch, *which: Guard) -> None:
    blind = dict.fromkeys(which, lambda _: True)
    patch.setattr(guards, "GUARDS", {**guards.GUARDS, **blind})


# Stock -----------------------------------------------------------------------------------------


@mutant("cancel", "go_on")
def stock_is_not_released(patch: Patch) -> None:
    set_effect(patch, Effect.RELEASE, lambda _: None)


@mutant("go_on")
def stock_is_committed_twice(patch: Patch) -> None:
    def twice(situation: Any) -> None:
        holding.commit(situation)
        for shelf_id, pieces in holding.find_wanted(
            situation.desk, holding.lines_of(situation.order)
        ).shelves.items():
            taken = holding._take_what_is_there(situation, shelf_id, pieces)
            holding._move(situation, shelf_id, "commit", taken)

    set_effect(patch, Effect.COMMIT, twice)


@mutant("adjust_stock")
def stock_is_taken_without_a_condition(patch: Patch) -> None:
    def take(connection: Any, shelf: Any, step: Any) -> bool:
        changed = {}
        for bucket, by in ((step.source, -step.quantity), (step.target, step.quantity)):
            if bucket != stock.OUTSIDE:
                changed[bucket] = max(getattr(shelf, bucket) + by, 0)
        which = tables.shelves.c.id == shelf.id
        connection.execute(update(tables.shelves).where(which).values(**changed))
        stock._log(connection, shelf, step)
        return True

    patch.setattr(stock, "_take", take)


@mutant()
def stock_moves_without_its_ledger(patch: Patch) -> None:
    patch.setattr(stock, "_log", lambda *_: None)


@mutant("go_on", "return_order")
def what_comes_back_is_always_for_sale(patch: Patch) -> None:
    def restock(situation: Any) -> None:
        for shelf_id, buckets in holding._held(situation).items():
            holding._move(situation, shelf_id, "restock", buckets["shipped"])

    set_effect(patch, Effect.TAKE_RETURN, restock)


@mutant("go_on", "undo_ship")
def a_parcel_that_comes_back_stays_out(patch: Patch) -> None:
    set_effect(patch, Effect.PUT_BACK, lambda _: None)


@mutant("pay_too_late", "adjust_stock", "ship", "fill_missing")
def a_parcel_leaves_nothing_behind_to_be_filled(patch: Patch) -> None:
    """As the house once did: what had gone out was taken from the shelf again."""
    real = holding._held

    def held(situation: Any) -> Any:
        found = real(situation)
        for buckets in found.values():
            if situation.move.name == "fill_stock":
                del buckets["shipped"]
        return found

    patch.setattr(holding, "_held", held)


# Versions, keys, transactions --------------------------------------------------------------------


@mutant("come_too_late")
def the_version_is_not_checked(patch: Patch) -> None:
    patch.setattr(making, "check_version", lambda *_: None)
    hold_always(patch, Guard.SAME_VERSION)


@mutant("ask_again")
def keys_are_not_claimed(patch: Patch) -> None:
    patch.setattr(changes, "claim_key", lambda *_: True)


@mutant("ask_something_else")
def a_keys_first_words_are_not_kept(patch: Patch) -> None:
    patch.setattr(making, "digest_request", lambda *_: "same")


@mutant("edit")
def a_move_is_committed_before_its_event(patch: Patch) -> None:
    real = writing.log_move

    def log(desk: Any, *args: Any, **told: Any) -> None:
        driver = desk.connection.connection.driver_connection
        driver.execute("COMMIT")
        driver.execute("BEGIN IMMEDIATE")
        real(desk, *args, **told)

    patch.setattr(writing, "log_move", log)


@mutant()
def numbers_are_taken_outside_the_transaction(patch: Patch) -> None:
    taken: Counter[tuple[int, str]] = Counter()

    def take(connection: Any, shop_id: int, name: str) -> int:
        here = shops.current_number(connection, shop_id, name)
        if here == 0:
            values = {"shop_id": shop_id, "name": name, "value": 0}
            connection.execute(insert(tables.counters).values(**values))
            taken[shop_id, name] = 0
        taken[shop_id, name] = max(taken[shop_id, name], here) + 1
        which = (tables.counters.c.shop_id == shop_id) & (tables.counters.c.name == name)
        value = taken[shop_id, name]
        connection.execute(update(tables.counters).where(which).values(value=value))
        return value

    patch.setattr(shops, "next_number", take)


@mutant("cancel")
def a_move_leaves_no_audit_row(patch: Patch) -> None:
    real = changes.record

    def record(connection: Any, at: Any, actor: str, action: str, *more: Any, **data: Any) -> None:
        if action != "order cancel":
            real(connection, at, actor, action, *more, **data)

    patch.setattr(changes, "record", record)


@mutant("come_from_elsewhere")
def another_shops_order_is_found(patch: Patch) -> None:
    real = order_rows.find_order

    def find(connection: Any, shop_id: int, **which: Any) -> Any:
        found = real(connection, shop_id, **which)
        if found is None and which.get("order_id"):
            query = select(tables.orders.c.shop_id).where(tables.orders.c.id == which["order_id"])
            owner = connection.execute(query).scalar()
            return real(connection, owner, **which) if owner else None
        return found

    patch.setattr(order_rows, "find_order", find)


# Time and money ----------------------------------------------------------------------------------


def list_all_due(connection: Any, now: Any, limit: int = 200) -> list[Any]:
    """As `list_due`, but for what came in or is under way."""
    query = select(tables.orders.c.id, tables.orders.c.shop_id).where(
        tables.orders.c.status == "unpaid", tables.orders.c.due_at <= now
    )
    return list(connection.execute(query.limit(limit)))


@mutant("begin_payment", "pass_time")
def a_bill_expires_while_it_is_being_paid(patch: Patch) -> None:
    patch.setattr(order_rows, "list_due", list_all_due)
    hold_always(patch, Guard.NO_ATTEMPT)


@mutant("take_payment", "pass_time")
def a_bill_expires_with_money_in(patch: Patch) -> None:
    patch.setattr(order_rows, "list_due", list_all_due)
    hold_always(patch, Guard.NO_PAYMENT)


@mutant("take_payment")
def a_transaction_counts_as_often_as_it_is_told(patch: Patch) -> None:
    real = money_rows.insert_payment

    def keyless(connection: Any, **values: Any) -> Any:
        return real(connection, **{**values, "reference": None})

    patch.setattr(money_rows, "insert_payment", keyless)
    patch.setattr(money_rows, "find_payment", lambda *_: None)


@mutant("notify_transfer")
def a_slip_counts_for_every_order(patch: Patch) -> None:
    real = money_rows.insert_slip

    def keyless(connection: Any, **values: Any) -> Any:
        return real(connection, **{**values, "reference": None})

    patch.setattr(money_rows, "insert_slip", keyless)
    hold_always(patch, Guard.FRESH_SLIP)


@mutant("take_payment")
def any_amount_pays_a_bill(patch: Patch) -> None:
    patch.setattr(paying, "_billed_total", lambda _, row: Money.zero(row.currency))
    hold_always(patch, Guard.ENOUGH)


@mutant("go_on", "cancel", "take_payment")
def money_for_an_order_that_is_over_is_dropped(patch: Patch) -> None:
    real = effects.EFFECTS[Effect.RECORD_MONEY]

    def record(situation: Any) -> None:
        if situation.row.status != "cancelled":
            real(situation)

    set_effect(patch, Effect.RECORD_MONEY, record)


@mutant("edit", "go_on")
def an_edit_goes_through_to_the_bill_that_is_out(patch: Patch) -> None:
    """The snapshot is no copy: what is paid is what the order says by now."""
    patch.setattr("orders.invoice.Invoice.restore", lambda _, order: order)


@mutant()
def a_bill_is_frozen_without_its_last_line(patch: Patch) -> None:
    def issue(order: Any, **said: Any) -> Any:
        return freeze(replace(order, items=order.items[:1]), **said)

    patch.setattr("bot.invoicing.freeze", issue)


def run_machine(shop: Shop, rules: tuple[str, ...]) -> None:
    """Run the machine with these of its rules, the same way each time."""
    hidden = dict.fromkeys(set(RULES) - set(rules))
    machine = seed(1)(type("Machine", (OrdersMachine,), {"world": World(shop), **hidden}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),
        ),
    )


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_the_machine_finds_it_when(shop: Shop, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mutate, rules = MUTANTS[name]
    mutate(monkeypatch)
    with pytest.raises((AssertionError, SQLAlchemyError)):
        run_machine(shop, rules)
