"""What commands do to an order: items in, items out, terms, and the moves they ask for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.commands import changes
from bot.commands.grammar import DueSpec
from bot.settings import ProductSettings
from bot.shops import bring_up_to_date
from tests.support.shop import Shop

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # 12:00 in Bangkok


@pytest.fixture
def open_shop(shop: Shop) -> Shop:
    """The shop with one customer on LINE."""
    shop.hear_line("hello")
    shop.handle()
    return shop


def lines(shop: Shop) -> list[tuple[str | None, int, int]]:
    """Every line of every order as (code, quantity, unit price in satang)."""
    return [(row.code, row.quantity, row.unit_price_minor) for row in shop.rows("order_items")]


def test_an_order_opens_extends_changes_and_shrinks(open_shop: Shop) -> None:
    open_shop.answer("/o A1 2")
    open_shop.answer("/o A1 1 B2 1")
    assert lines(open_shop) == [("A1", 3, 12000), ("B2", 1, 9000)]

    open_shop.answer("/set A1 5 @100")
    assert lines(open_shop) == [("A1", 5, 10000), ("B2", 1, 9000)]

    open_shop.answer("/rm B2")
    assert lines(open_shop) == [("A1", 5, 10000)]
    order = open_shop.row("orders")
    assert (order.number, order.status, order.total_minor) == (1001, "draft", 50000)


def test_a_refused_command_is_taken_back_whole(open_shop: Shop) -> None:
    before = open_shop.counts()

    assert open_shop.refusal("/o A1 1; dep 99999")

    assert open_shop.counts() == before
    assert open_shop.row("conversations").order_id is None
    assert "1001" in open_shop.answer("/o A1 1")  # no number was lost


def test_a_refused_change_leaves_the_order_as_it_was(open_shop: Shop) -> None:
    open_shop.answer("/o A1 2")
    version = open_shop.row("orders").version

    open_shop.refusal("/add B2 1 Z9 1")
    open_shop.refusal("/add B2 1; disc 999999")

    assert lines(open_shop) == [("A1", 2, 12000)]
    assert open_shop.row("orders").version == version


@sqlite_only
def test_an_unknown_code_is_pointed_at_and_the_nearest_one_named(open_shop: Shop) -> None:
    words = open_shop.refusal("/o A11 1")

    assert "A11" in words
    assert "A1 " in words
    assert "^" in words


@sqlite_only
def test_a_stray_number_is_pointed_at(open_shop: Shop) -> None:
    assert "^" in open_shop.refusal("/o A1 2 5")
    assert open_shop.rows("orders") == []


@sqlite_only
def test_options_are_chosen_and_a_missing_one_is_refused(open_shop: Shop) -> None:
    open_shop.refusal("/o C3 1")
    open_shop.refusal("/o C3/แดง/M 1")
    open_shop.answer("/o C3/ดำ/M 1")
    open_shop.answer("/o C3/ขาว/M 2")

    assert [(row.options, row.quantity) for row in open_shop.rows("order_items")] == [
        (["ดำ", "M"], 1),
        (["ขาว", "M"], 2),
    ]


@sqlite_only
def test_a_one_off_item_needs_its_price(open_shop: Shop) -> None:
    open_shop.refusal('/o "ห่อของขวัญ" 1')
    open_shop.answer('/o "ห่อของขวัญ" 1 @50')

    assert lines(open_shop) == [(None, 1, 5000)]


@sqlite_only
def test_everything_at_once_adds_up(open_shop: Shop) -> None:
    card = open_shop.answer(
        "/o A1 2 @100 -20, B2 3; ship EMS; disc 5%; dep 200; pay cod; tel 0812345678; โน้ต: ระวังแตก"
    )

    order = open_shop.row("orders")
    # 2 × 100 − 20 + 3 × 90 = 450; 5 % is 22.50; EMS is 60
    assert order.total_minor == 48750
    assert order.terms["deposit_minor"] == 20000
    assert order.terms["pay_method"] == "cod"
    assert order.terms["shipping_name"] == "EMS"
    assert order.terms["note"] == "ระวังแตก"
    assert "487.50" in card


@sqlite_only
def test_shipping_takes_the_shops_fee_unless_one_is_written(open_shop: Shop) -> None:
    open_shop.answer("/o A1 1; ship ems")
    assert open_shop.row("orders").total_minor == 18000
    open_shop.answer("/o ship ems 45")
    assert open_shop.row("orders").total_minor == 16500
    open_shop.answer("/o freeship")
    assert open_shop.row("orders").total_minor == 12000


@sqlite_only
def test_vat_is_added_and_taken_away(open_shop: Shop) -> None:
    open_shop.answer("/o A1 1; vat")
    assert open_shop.row("orders").total_minor == 12840
    open_shop.answer("/o novat")
    assert open_shop.row("orders").total_minor == 12000


@sqlite_only
def test_adding_what_is_there_is_told_and_the_stock_left_is_shown(open_shop: Shop) -> None:
    open_shop.answer("/o A1 2")
    card = open_shop.answer("/add A1 1")

    assert "A1" in card
    assert "50" in card  # a draft holds no stock


@sqlite_only
def test_quantities_written_together_with_the_code_are_read_by_the_catalogue(
    open_shop: Shop,
) -> None:
    open_shop.answer("/o A1x3")

    assert lines(open_shop) == [("A1", 3, 12000)]


@sqlite_only
def test_what_can_be_read_two_ways_is_asked_about(open_shop: Shop) -> None:
    settings = open_shop.runtime.settings.shops[0]
    product = ProductSettings(code="A1X2", name="ชาสองห่อ", price="200.00")
    both = settings.model_copy(update={"products": (*settings.products, product)})
    bring_up_to_date(open_shop.with_settings(shops=(both,)).runtime)

    words = open_shop.refusal("/o A1x2")

    assert "[A1X2] 1" in words or "[A1x2] 1" in words
    assert "A1 2" in words
    assert open_shop.rows("orders") == []
    open_shop.answer("/o [A1x2] 1")
    assert lines(open_shop) == [("A1X2", 1, 20000)]


@sqlite_only
def test_discounts_of_one_line_can_be_set(open_shop: Shop) -> None:
    open_shop.answer("/o A1 2")
    open_shop.answer("/set A1 2 -10%")

    assert open_shop.row("orders").total_minor == 21600


@sqlite_only
def test_an_order_is_begun_where_there_is_none_only_with_items(open_shop: Shop) -> None:
    open_shop.refusal("/o")
    open_shop.refusal("/add A1 1")
    open_shop.refusal("/rm A1")
    open_shop.refusal("/send")
    open_shop.refusal("/show")
    open_shop.refusal("/cancel")

    assert open_shop.rows("orders") == []


def test_an_unpaid_order_is_left_alone_unless_it_is_named(open_shop: Shop) -> None:
    open_shop.answer("/o A1 1")
    open_shop.answer("/send")

    open_shop.answer("/o B2 1")
    open_shop.answer("/o !1001 B2 2")

    assert [(row.number, row.total_minor) for row in open_shop.rows("orders")] == [
        (1001, 30000),
        (1002, 9000),
    ]


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (DueSpec("after", minutes=150), datetime(2026, 11, 22, 7, 30, tzinfo=UTC)),
        (DueSpec("clock", hour=18, minute=0), datetime(2026, 11, 22, 11, 0, tzinfo=UTC)),
        (DueSpec("clock", hour=11, minute=0), datetime(2026, 11, 23, 4, 0, tzinfo=UTC)),
        (DueSpec("date", day=25, month=12), datetime(2026, 12, 25, 16, 59, tzinfo=UTC)),
        (DueSpec("date", day=1, month=1), datetime(2027, 1, 1, 16, 59, tzinfo=UTC)),
        (DueSpec("date", day=29, month=2), datetime(2028, 2, 29, 16, 59, tzinfo=UTC)),
    ],
)
def test_a_due_time_is_the_next_one_on_the_shops_clock(due: DueSpec, expected: datetime) -> None:
    assert changes.find_due(due, NOON, "Asia/Bangkok") == expected
