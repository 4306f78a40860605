"""Parcels and returns: what left the house is gone, in parts or at once; it comes back by a yes."""

from __future__ import annotations

from typing import Any

import pytest

from bot import ordering
from orders.errors import OrderError
from orders.states import FulfilmentState, PaymentState, Role
from tests.bot.ordering.conftest import Counter
from tests.support.shop import at_once

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


def refusal(body: Any) -> str:
    with pytest.raises(OrderError) as refused:
        body()
    return refused.value.key


@pytest.fixture
def paid(counter: Counter) -> Counter:
    """Order 1001, paid: line 1 is 3 × A1, line 2 is 2 × B2, which nobody counts."""
    counter.shop.answer("/o A1 3 B2 2")
    counter.shop.answer("/send")
    counter.shop.answer("/paid")
    return counter


def test_an_order_is_shipped_at_once_and_its_customer_gets_the_number(paid: Counter) -> None:
    paid.do("ship", tracking="TH123", carrier="Flash", role=Role.PACKER)

    view = paid.view()
    assert (view.row.status, view.fulfilment_state) == ("shipped", FulfilmentState.SHIPPED)
    assert paid.buckets() == {"available": 47, "reserved": 0, "committed": 0, "shipped": 3}
    assert "TH123" in paid.news()[-1]
    assert "Flash" in paid.news()[-1]
    (parcel,) = view.parcels
    assert (parcel.tracking, parcel.carrier) == ("TH123", "Flash")
    assert view.events[-1].data["inside"] == {"1": 3, "2": 2}


def test_a_paid_order_is_split_into_parcels_until_all_is_on_its_way(paid: Counter) -> None:
    paid.do("ship", tracking="TH1", inside={1: 1})

    view = paid.view()
    assert (view.row.status, view.fulfilment_state) == ("paid", FulfilmentState.PARTIAL)
    assert paid.buckets() == {"available": 47, "reserved": 0, "committed": 2, "shipped": 1}
    assert refusal(lambda: paid.do("cancel", role=Role.MANAGER)) == "guard_not_shipped"
    for wrong in ({1: 3}, {3: 1}, {1: 0}, {}):
        key = refusal(lambda wrong=wrong: paid.do("ship", tracking="x", inside=wrong))
        assert key == "guard_some_left"

    paid.do("ship", tracking="TH2", inside={1: 2, 2: 2})
    view = paid.view()
    assert (view.row.status, view.fulfilment_state) == ("shipped", FulfilmentState.SHIPPED)
    assert [parcel.tracking for parcel in view.parcels] == ["TH1", "TH2"]
    assert paid.buckets()["shipped"] == 3
    paid.check_ledger()


def test_the_last_parcel_comes_back_within_a_day_and_the_order_is_paid_again(
    paid: Counter,
) -> None:
    paid.do("ship", tracking="TH1", inside={1: 1, 2: 2})
    paid.do("ship", tracking="TH2")
    assert refusal(lambda: paid.do("undo_ship", "?", role=Role.PACKER)) == "move_forbidden"
    paid.do("undo_ship", "wrong address", role=Role.MANAGER)

    view = paid.view()
    assert (view.row.status, view.fulfilment_state) == ("paid", FulfilmentState.PARTIAL)
    assert paid.buckets() == {"available": 47, "reserved": 0, "committed": 2, "shipped": 1}
    assert paid.shop.rows("parcels")[-1].reason == "wrong address"
    paid.do("undo_ship", "all of it", role=Role.MANAGER)
    assert paid.view().fulfilment_state is FulfilmentState.UNFULFILLED
    assert paid.buckets()["committed"] == 3
    paid.do("cancel", "sorry", role=Role.MANAGER)
    assert paid.buckets()["available"] == 50
    assert paid.view().payment_state is PaymentState.REFUND_DUE
    paid.check_ledger()


@sqlite_only
def test_after_a_day_a_parcel_is_not_taken_back(paid: Counter) -> None:
    paid.do("ship", tracking="TH1")
    paid.shop.clock.move(hours=25)
    assert refusal(lambda: paid.do("undo_ship", "?")) == "guard_within_day"


@pytest.mark.parametrize(
    ("restock", "available"), [(False, 47), (True, 50), ({1: 2}, 49), ({2: 2}, 47)]
)
def test_what_comes_back_is_for_sale_only_where_somebody_says_so(
    paid: Counter, restock: Any, available: int
) -> None:
    paid.do("ship", tracking="TH1")
    paid.do("complete", role=Role.FINANCE)
    paid.do("return_order", "broken", restock=restock, role=Role.MANAGER)

    view = paid.view()
    assert (view.row.status, view.payment_state) == ("returned", PaymentState.REFUND_DUE)
    assert view.fulfilment_state is FulfilmentState.RETURNED
    assert paid.buckets() == {
        "available": available,
        "reserved": 0,
        "committed": 0,
        "shipped": 0,
    }
    paid.check_ledger()


def test_two_packers_at_once_send_no_piece_twice(paid: Counter) -> None:
    row, packer = paid.row(), paid.by(Role.PACKER)

    def ship(place: int) -> str:
        try:
            made = paid.make(lambda desk: ordering.ship(desk, row, packer, tracking=f"TH{place}"))
        except OrderError as refused:
            return refused.key
        return str(made.row.status)

    assert sorted(at_once(4, ship)) == ["order_changed"] * 3 + ["shipped"]
    assert len(paid.shop.rows("parcels")) == 1
    assert paid.buckets()["shipped"] == 3
    paid.check_ledger()


@sqlite_only
def test_a_return_by_command_puts_nothing_back_for_sale(paid: Counter) -> None:
    paid.shop.answer("/ship TH1")
    paid.shop.answer("/return ของเสีย")
    assert paid.buckets()["available"] == 47
    assert paid.view().events[-1].data == {
        "reason": "ของเสีย",
        "restock": False,
        "refund_due": paid.row().paid_minor,
    }
