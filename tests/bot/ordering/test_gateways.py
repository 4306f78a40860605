"""Money as gateways tell of it: late, early, or never until somebody asks; and where it goes.

A provider's own wire is its plug-in's affair. Here stands what the use cases
promise to any of them: a reference counts once, whenever and however it comes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot import ordering
from bot.ordering import Incoming
from orders.errors import OrderError
from orders.payment import PayMethod
from orders.states import PaymentState, Role
from tests.bot.ordering.conftest import Counter, baht
from tests.support import order_laws
from tests.support.order_world import read_rows


def note(billed: Counter, reference: str = "pi_1", **by: float) -> None:
    """Note that a payment is under way for so long."""
    row, until = billed.row(), billed.shop.clock() + timedelta(**by)
    billed.shop.at_desk(
        lambda desk: ordering.note_attempt(
            desk, row, provider="gateway", reference=reference, until=until
        )
    )


def check(billed: Counter) -> None:
    rows = read_rows(billed.shop)
    order_laws.check(rows, rows)


def test_F38_money_that_nobody_told_of_is_taken_when_it_is_asked_for_though_the_bill_is_over(
    billed: Counter,
) -> None:
    """The webhook never came: the bill expired, and a poll finds the payment a day later."""
    note(billed, hours=3)
    assert billed.move_on(hours=2.5) == 0
    assert billed.move_on(hours=22) == 1
    assert billed.status() == "expired"
    paid_at = billed.shop.clock() - timedelta(hours=20)

    assert not billed.pay(240, "pi_1", paid_at=paid_at).repeated
    assert billed.status() == "paid"
    assert billed.buckets()["committed"] == 2
    assert billed.shop.row("payments").paid_at == paid_at
    assert billed.pay(240, "pi_1").repeated  # and the webhook, after all
    assert billed.row().paid_minor == 24_000
    check(billed)


def test_F39_money_that_is_told_before_we_noted_its_payment_counts_once_and_stays(
    billed: Counter,
) -> None:
    """The webhook overtakes our own commit of the attempt that it is about."""
    assert billed.pay(240, "pi_1").row.status == "paid"
    note(billed, hours=3)
    assert billed.pay(240, "pi_1").repeated
    assert billed.move_on(hours=4) == 0
    assert billed.status() == "paid"
    assert billed.view().payment_state is PaymentState.PAID
    check(billed)


def test_F39_a_part_that_is_told_early_leaves_the_rest_to_be_paid(billed: Counter) -> None:
    billed.pay(100, "pi_1")
    note(billed, hours=3)
    assert (billed.status(), billed.view().payment_state) == ("unpaid", PaymentState.PARTIAL)
    billed.pay(140, "pi_2")
    assert billed.status() == "paid"
    check(billed)


@pytest.mark.parametrize("ahead", [11, 60, 60 * 24 * 365])
def test_T33_a_gateways_time_beyond_what_clocks_differ_is_refused_and_nothing_is_lost(
    billed: Counter, ahead: int
) -> None:
    """Its plug-in asks again later: the refusal leaves the transaction free to be taken."""
    at = billed.shop.clock() + timedelta(minutes=ahead)
    before = read_rows(billed.shop)
    with pytest.raises(OrderError) as refused:
        billed.pay(240, "pi_1", paid_at=at)
    assert refused.value.key == "time_ahead"
    assert read_rows(billed.shop) == before
    assert billed.pay(240, "pi_1").row.status == "paid"


def test_T33_a_clock_that_is_a_little_ahead_is_believed(billed: Counter) -> None:
    at = billed.shop.clock() + timedelta(minutes=9)
    assert billed.pay(240, "pi_1", paid_at=at).row.status == "paid"


def test_F37_one_reference_of_two_gateways_is_two_transactions(billed: Counter) -> None:
    row, house = billed.row(), billed.by(Role.SYSTEM)

    def tell(provider: str) -> None:
        coming = Incoming(baht(120), PayMethod.CARD, provider, "tx1")
        billed.make(lambda desk: ordering.take_payment(desk, row, house, coming))

    for provider in ("one", "two", "one"):
        tell(provider)
    assert billed.row().paid_minor == 24_000
    assert billed.status() == "paid"
    check(billed)


@pytest.mark.parametrize(
    "rule", [{"promptpay_id": "0899999999"}, {"banks": []}, {"payment": {"promptpay_id": "1"}}]
)
@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_T27_no_rule_of_orders_and_no_command_changes_where_the_money_goes(
    billed: Counter, rule: dict[str, Any]
) -> None:
    """As long as only the configuration names the accounts, nobody can in chat or by program."""
    shop = billed.shop
    payment = shop.rows("shops")[0].payment
    with pytest.raises(OrderError) as refused:
        ordering.change_policy(shop.runtime, shop.owner, **rule)
    assert refused.value.key == "rule_wrong"
    for text in ("/promptpay 0899999999", "/bank KBANK 1", "/set promptpay 0899999999"):
        shop.say(text)
    assert shop.rows("shops")[0].payment == payment
    billed.shop.answer("/send")
    assert "0899999999" not in shop.rows("invoices")[-1].snapshot
