"""A shop's own rules: rights granted and taken, limits that want a manager, who may set them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot import ordering
from orders.errors import MoveError, OrderError
from orders.states import Role
from tests.bot.ordering.conftest import Counter
from tests.support.shop import at_once

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


def refusal(body: Any) -> str:
    with pytest.raises(OrderError) as refused:
        body()
    assert refused.value.sentence("th") != refused.value.sentence("en")
    return refused.value.key


def grant(counter: Counter, role: Role, right: str, allowed: bool | None) -> None:
    ordering.set_right(counter.shop.runtime, counter.shop.owner, role, right, allowed)


@sqlite_only
def test_a_right_is_granted_taken_and_given_back_to_the_table(billed: Counter) -> None:
    assert refusal(lambda: billed.do("confirm_payment", role=Role.SALES)) == "move_forbidden"
    grant(billed, Role.SALES, "unpaid.confirm_payment", True)
    billed.do("confirm_payment", role=Role.SALES)

    grant(billed, Role.PACKER, "paid.ship", False)
    assert refusal(lambda: billed.do("ship", tracking="1", role=Role.PACKER)) == "move_forbidden"
    grant(billed, Role.PACKER, "paid.ship", None)
    billed.do("ship", tracking="1", role=Role.PACKER)

    told = [row.data for row in billed.shop.rows("audit") if row.action == "order rules changed"]
    assert told[1] == {"role": "packer", "right": "paid.ship", "allowed": False}


@sqlite_only
def test_only_an_owner_sets_rules_and_nobody_the_owners_or_the_houses(billed: Counter) -> None:
    runtime, owner = billed.shop.runtime, billed.shop.owner
    manager = replace(owner, role=Role.MANAGER)
    cases = {
        "owner_only": lambda: ordering.set_right(runtime, manager, Role.SALES, "paid.cancel", True),
        "right_unknown": lambda: ordering.set_right(runtime, owner, Role.SALES, "fly", True),
        "right_fixed": lambda: ordering.set_right(runtime, owner, Role.OWNER, "paid.cancel", False),
    }
    for key, body in cases.items():
        assert refusal(body) == key
    assert (
        refusal(lambda: ordering.set_right(runtime, owner, Role.SYSTEM, "unpaid.expire", False))
        == "right_fixed"
    )
    assert (
        refusal(lambda: ordering.change_policy(runtime, manager, discount_limit=5)) == "owner_only"
    )


@pytest.mark.parametrize(
    "rules",
    [
        {"discount_limit": 101},
        {"discount_limit": -1},
        {"discount_limit": 5.5},
        {"due_minutes": 0},
        {"due_minutes": True},
        {"tax_rate_bp": None},
        {"tax_mode": "sometimes"},
        {"may_override_price": 1},
        {"rights": {}},
        {"prefixes": []},
    ],
)
@sqlite_only
def test_a_rule_that_cannot_be_is_refused_and_nothing_changes(
    counter: Counter, rules: dict[str, Any]
) -> None:
    before = counter.shop.row("shops").options
    with pytest.raises(MoveError) as refused:
        ordering.change_policy(counter.shop.runtime, counter.shop.owner, **rules)
    assert refused.value.key == "rule_wrong"
    assert counter.shop.row("shops").options == before


@sqlite_only
def test_changing_the_rules_keeps_what_else_the_shop_chose(counter: Counter) -> None:
    before = counter.shop.row("shops").options
    policy = ordering.change_policy(counter.shop.runtime, counter.shop.owner, discount_limit=10)
    assert policy.discount_limit == 10
    after = counter.shop.row("shops").options
    assert after == {**before, "discount_limit": 10}


def test_rights_that_are_granted_at_once_are_all_there(counter: Counter) -> None:
    rights = ["paid.cancel", "paid.refund", "unpaid.confirm_payment", "shipped.return"]
    at_once(4, lambda place: grant(counter, Role.SALES, rights[place], True))
    options = counter.shop.row("shops").options
    assert options["rights"]["sales"]["granted"] == sorted(rights)


def send_as(counter: Counter, role: Role, text: str, number: int) -> str:
    counter.shop.answer(text)
    return str(counter.do("send", number=number, role=role).row.status)


@sqlite_only
def test_a_discount_above_the_limit_wants_a_manager(counter: Counter) -> None:
    ordering.change_policy(counter.shop.runtime, counter.shop.owner, discount_limit=10)

    assert send_as(counter, Role.SALES, "/o A1 2 -10%", 1001) == "unpaid"
    assert send_as(counter, Role.SALES, "/o A1 1 @120; disc 12", 1002) == "unpaid"
    counter.shop.answer("/o A1 2 -5%; disc 12.01")
    assert refusal(lambda: counter.do("send", number=1003, role=Role.SALES)) == "guard_limits"
    assert counter.do("send", number=1003, role=Role.MANAGER).row.status == "unpaid"

    # What a manager sent may be sent again by others, as long as it is not more.
    assert (
        counter.do(
            "renew", counter.shop.clock().replace(year=2099), number=1003, role=Role.SALES
        ).row.status
        == "unpaid"
    )
    counter.shop.answer("/set !1003 disc 100")
    assert refusal(lambda: counter.do("send", number=1003, role=Role.SALES)) == "guard_limits"


@sqlite_only
def test_another_price_wants_a_manager_where_the_shop_says_so(counter: Counter) -> None:
    assert send_as(counter, Role.SALES, "/o A1 1 @1", 1001) == "unpaid"
    ordering.change_policy(counter.shop.runtime, counter.shop.owner, may_override_price=False)
    counter.shop.answer("/o A1 1 @119")
    assert refusal(lambda: counter.do("send", number=1002, role=Role.SALES)) == "guard_limits"
    assert counter.do("send", number=1002, role=Role.OWNER).row.status == "unpaid"
    assert send_as(counter, Role.SALES, '/o A1 1 "ห่อ" 1 @20', 1003) == "unpaid"
