"""The table of moves: legal ones, everyone else's refusal, and who may make each."""

from __future__ import annotations

import pytest

from orders.errors import MoveError
from orders.moves import (
    MOVES,
    Effect,
    Guard,
    Move,
    find_move,
    moves_from,
)
from orders.rights import check_guards, check_may, may
from orders.states import Role, Status

# The rules' own table, written apart from the code's: number, from, name, to, who.
# o owner, m manager, s sales, f finance, p packer, c customer, y system; A the author,
# C a customer where the shop allows it.
RULES = """
1 - open draft omsy
2 draft edit draft omsy
2 draft tag draft omsfp
2 unpaid tag unpaid omsfp
2 checking tag checking omsfp
2 expired tag expired omsfp
2 paid tag paid omsfp
2 shipped tag shipped omsfp
2 completed tag completed omsfp
2 cancelled tag cancelled omsfp
2 returned tag returned omsfp
3 draft send unpaid omsy
4 draft cancel cancelled omA
4 draft delete - omA
5 unpaid draft draft oms
6 unpaid edit unpaid oms
6 unpaid renew unpaid oms
6 unpaid send unpaid oms
6 draft merge draft oms
6 unpaid merge unpaid oms
7 unpaid notify_transfer checking omsc
7 checking keep_slip checking omscy
8 unpaid settle paid y
9 unpaid choose_cod paid omsC
10 unpaid expire expired y
11 checking confirm_payment paid omfy
11 unpaid confirm_payment paid omfy
11 unpaid fill_stock unpaid y
11 checking fill_stock checking y
11 paid fill_stock paid y
12 checking reject_slip unpaid omf
13 checking take_part unpaid omfy
13 unpaid take_part unpaid omfy
13 expired take_part unpaid omfy
14 expired renew unpaid omsC
15 expired notify_transfer checking cy
15 expired await_money checking y
15 draft keep_slip draft omscy
15 paid keep_slip paid omscy
15 shipped keep_slip shipped omscy
15 completed keep_slip completed omscy
15 cancelled keep_slip cancelled omscy
15 returned keep_slip returned omscy
15 draft keep_money draft omfy
15 paid keep_money paid omfy
15 shipped keep_money shipped omfy
15 completed keep_money completed omfy
15 cancelled keep_money cancelled omfy
15 returned keep_money returned omfy
16 unpaid cancel cancelled omsc
16 expired cancel cancelled oms
16 draft join cancelled oms
16 unpaid join cancelled oms
17 checking cancel cancelled om
17 paid cancel cancelled om
17 draft cancel_with_money cancelled om
17 unpaid cancel_with_money cancelled om
17 expired cancel_with_money cancelled om
17 draft refund draft omf
17 unpaid refund unpaid omf
17 checking refund checking omf
17 expired refund expired omf
17 paid refund paid omf
17 shipped refund shipped omf
17 completed refund completed omf
17 cancelled refund cancelled omf
17 returned refund returned omf
18 paid ship shipped omsp
18 paid ship_part paid omsp
19 shipped undo_ship paid om
19 paid undo_ship paid om
20 shipped complete completed omfy
21 shipped return returned om
21 completed return returned om
22 cancelled copy draft oms
"""
LETTERS = {
    "o": Role.OWNER,
    "m": Role.MANAGER,
    "s": Role.SALES,
    "f": Role.FINANCE,
    "p": Role.PACKER,
    "v": Role.VIEWER,
    "c": Role.CUSTOMER,
    "y": Role.SYSTEM,
}
ROWS = [tuple(line.split()) for line in RULES.strip().splitlines()]
NAMES = sorted({move.name for move in MOVES})


def status(word: str) -> Status | None:
    return None if word == "-" else Status(word)


def test_the_table_is_the_rules_and_nothing_more() -> None:
    ours = [(str(m.number), m.source or "-", m.name, m.target or "-") for m in MOVES]
    assert sorted(ours) == sorted(row[:4] for row in ROWS)
    assert {move.number for move in MOVES} == set(range(1, 23))
    assert len({move.right for move in MOVES}) == len(MOVES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(row[:3]))
def test_each_move_is_made_by_those_the_rules_name_and_nobody_else(row: tuple[str, ...]) -> None:
    move = find_move(status(row[1]), row[2])
    for letter, role in LETTERS.items():
        assert may(role, move) == (letter in row[4])


@pytest.mark.parametrize("source", [None, *Status])
def test_every_move_that_is_not_in_the_rules_is_refused(source: Status | None) -> None:
    legal = {row[2] for row in ROWS if status(row[1]) is source}
    assert {move.name for move in moves_from(source)} == legal
    for name in {*NAMES, "fly"} - legal:
        with pytest.raises(MoveError) as refusal:
            find_move(source, name)
        for language in ("en", "th"):
            assert name in refusal.value.sentence(language)


def test_who_may_not_is_told_whom_to_ask() -> None:
    cancel_paid = find_move(Status.PAID, "cancel")
    check_may(Role.MANAGER, cancel_paid)
    check_may(Role.SALES, cancel_paid, granted=["paid.cancel"])
    with pytest.raises(MoveError) as refusal:
        check_may(Role.SALES, cancel_paid)
    assert "manager, owner" in refusal.value.sentence("en")
    assert "ผู้จัดการ, เจ้าของ" in refusal.value.sentence("th")


def test_the_author_of_a_draft_may_drop_it_but_a_viewer_or_customer_is_no_author() -> None:
    drop = find_move(Status.DRAFT, "delete")
    assert may(Role.SALES, drop, is_author=True)
    assert may(Role.FINANCE, drop, is_author=True)
    for role in (Role.VIEWER, Role.CUSTOMER, Role.SYSTEM):
        assert not may(role, drop, is_author=True)
    assert not may(Role.SALES, find_move(Status.PAID, "cancel"), is_author=True)


def test_a_shop_grants_and_takes_single_rights() -> None:
    cancel_paid = find_move(Status.PAID, "cancel")
    assert may(Role.SALES, cancel_paid, granted=["paid.cancel"])
    assert not may(Role.SALES, cancel_paid, granted=["unpaid.cancel"])
    assert not may(Role.MANAGER, cancel_paid, taken=["paid.cancel"])
    drop = find_move(Status.DRAFT, "cancel")
    assert not may(Role.SALES, drop, is_author=True, taken=["draft.cancel"])


def test_a_customer_gets_what_the_rules_allow_on_request_and_never_more() -> None:
    everything = [move.right for move in MOVES]
    allowed = {m.right for m in MOVES if may(Role.CUSTOMER, m, granted=everything)}
    assert allowed == {
        "unpaid.notify_transfer",
        "expired.notify_transfer",
        *(f"{state}.keep_slip" for state in Status if state not in {"unpaid", "expired"}),
        "unpaid.cancel",
        "unpaid.choose_cod",
        "expired.renew",
    }


@pytest.mark.parametrize(
    "right", ["unpaid.settle", "unpaid.expire", "expired.await_money", "paid.fill_stock"]
)
def test_what_only_the_house_does_is_granted_to_nobody(right: str) -> None:
    everything = [move.right for move in MOVES]
    for move in (move for move in MOVES if move.right == right):
        staff = [role for role in Role if may(role, move, granted=everything)]
        assert staff == [Role.SYSTEM]
        assert may(Role.SYSTEM, move, taken=everything)


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.right)
def test_a_guard_that_does_not_hold_or_was_not_looked_at_stops_the_move(move: Move) -> None:
    check_guards(move, set(Guard))
    for missing in move.guards:
        with pytest.raises(MoveError) as refusal:
            check_guards(move, set(Guard) - {missing})
        assert refusal.value.key == f"guard_{missing}"


def test_no_money_is_lost_by_a_move_that_ends_an_order() -> None:
    for move in MOVES:
        ends = {None, Status.CANCELLED, Status.EXPIRED, Status.RETURNED}
        if move.target in ends and move.target is not move.source:
            assert Guard.NO_PAYMENT in move.guards or Effect.OWE_REFUND in move.effects


def test_T29_an_order_whose_bill_has_a_number_is_never_deleted() -> None:
    deletions = [move for move in MOVES if move.target is None]
    assert [move.source for move in deletions] == [Status.DRAFT]
    assert all(Guard.NEVER_ISSUED in move.guards for move in deletions)


def test_every_bill_that_goes_out_anew_is_a_new_revision() -> None:
    for move in MOVES:
        if move.name in {"send", "renew"}:
            assert {Effect.FREEZE, Effect.RESERVE, Effect.DELIVER} <= set(move.effects)
            assert {Guard.ITEMS, Guard.LIMITS, Guard.STOCK} <= set(move.guards)


def test_every_move_that_a_person_weighs_asks_whether_the_order_is_still_what_they_saw() -> None:
    # What the house or the customer brings (money, slips) is taken whatever happened meanwhile.
    unasked = {move.name for move in MOVES if Guard.SAME_VERSION not in move.guards}
    kept = {"keep_slip", "keep_money", "notify_transfer", "await_money", "settle", "fill_stock"}
    assert unasked == kept | {"open", "expire", "copy"}


def test_money_never_needs_stock_to_be_taken_down() -> None:
    for move in MOVES:
        if Effect.RECORD_MONEY in move.effects:
            assert Guard.STOCK not in move.guards


def test_only_a_copy_opens_another_order() -> None:
    assert [move.name for move in MOVES if move.opens_another] == ["copy"]
