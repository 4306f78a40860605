"""Stock counted by hand: with a reason, a ledger row, and never below zero."""

from __future__ import annotations

import pytest

from bot import catalogue
from bot.catalogue import ProductError
from orders.errors import MoveError, OrderError
from orders.states import Role
from tests.bot.catalogue.conftest import Album


@pytest.mark.parametrize("role", [Role.SALES, Role.PACKER, Role.MANAGER])
def test_who_stands_before_the_shelf_counts_it(album: Album, role: Role) -> None:
    counted = album.do(catalogue.adjust_stock, "a1", 7, "ของเข้า", by=role)

    assert (counted.was, counted.now) == (50, 57)
    move = album.shop.rows("stock_moves")[-1]
    assert (move.kind, move.source, move.target, move.quantity) == (
        "adjust",
        "outside",
        "available",
        7,
    )
    assert move.reason == "ของเข้า"
    audit = album.shop.rows("audit", action="stock adjusted")[-1]
    assert (audit.data["by"], audit.data["reason"]) == (7, "ของเข้า")
    assert album.adds_up()


@pytest.mark.parametrize("role", [Role.FINANCE, Role.VIEWER, Role.CUSTOMER])
def test_who_does_not_count_is_told_whom_to_ask(album: Album, role: Role) -> None:
    with pytest.raises(MoveError):
        album.do(catalogue.adjust_stock, "A1", 1, "x", by=role)
    assert album.left("A1") == {"": 50}


def test_stock_is_never_below_zero(album: Album) -> None:
    with pytest.raises(ProductError) as refused:
        album.do(catalogue.adjust_stock, "A1", -51, "แตก")
    assert refused.value.sentence("en") == "Only 50 of A1 are there, so 51 cannot be taken off."
    assert album.left("A1") == {"": 50}


def test_a_count_without_a_reason_or_of_what_is_not_counted_is_refused(album: Album) -> None:
    for args, key in (
        (("A1", 1, "  "), "reason_missing"),
        (("B2", 1, "x"), "not_counted"),
        (("ZZ", 1, "x"), "unknown"),
        (("A1", 10**9, "x"), "count_range"),
    ):
        with pytest.raises(ProductError) as refused:
            album.do(catalogue.adjust_stock, *args)
        assert refused.value.key == key
    with pytest.raises(OrderError):
        album.do(catalogue.adjust_stock, "C3", 1, "x", ("XXL", "ดำ"))


def test_a_variant_is_counted_on_its_own_shelf_or_the_products(album: Album) -> None:
    album.do(catalogue.adjust_stock, "C3", 2, "ของเข้า", ("l", "ดำ"))
    album.do(catalogue.adjust_stock, "C3", 5, "ของเข้า", ("ขาว", "S"))
    assert album.left("C3") == {"": 25, "ดำ/l": 5}


def test_a_new_count_keeps_the_sale_between_look_and_count(album: Album) -> None:
    album.do(catalogue.adjust_stock, "A1", -4, "ขายหน้าร้าน")
    counted = album.do(catalogue.set_stock, "A1", count=60, seen=50, reason="นับใหม่")
    assert (counted.was, counted.now, counted.moved) == (46, 56, True)


def test_a_variant_begins_to_be_counted_apart(album: Album) -> None:
    album.do(catalogue.set_stock, "C3", count=4, seen=0, reason="นับ", options=("ขาว", "M"))
    assert album.left("C3") == {"": 20, "ดำ/l": 3, "ขาว/m": 4}
    with album.shop.runtime.store.read() as connection:
        found = catalogue.find_product(connection, album.row, "C3")
    assert found is not None
    assert found[1].stock_of(("ขาว", "M")) == 4
