"""Shops from configuration: what it names is brought up to date, what it does not is left alone."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from bot import shops as shop_book
from bot import staff
from bot.runtime import Work
from bot.settings import (
    ChannelSettings,
    ProductSettings,
    ShopSettings,
    StaffSettings,
    VariantSettings,
)
from bot.shops import ShopError
from bot.store import people, products, stock
from tests.support.shop import STAFF_PHONE, Shop

SET_UP = (
    *("shops", "channels", "staff", "staff_links", "counters"),
    *("products", "shelves", "stock_moves"),
)
NOK = "nok@example.com"
sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


def given(shop: Shop) -> ShopSettings:
    """The shop as the configuration has it."""
    found: ShopSettings = shop.runtime.settings.shops[0]
    return found


def start_with(shop: Shop, *shops: ShopSettings) -> None:
    """Start again with another configuration."""
    shop_book.bring_up_to_date(shop.with_settings(shops=shops).runtime)


def with_product(shop: Shop, code: str, **values: Any) -> ShopSettings:
    products = tuple(
        product.model_copy(update=values) if product.code == code else product
        for product in given(shop).products
    )
    return given(shop).model_copy(update={"products": products})


def with_person(shop: Shop, **values: Any) -> ShopSettings:
    person = given(shop).staff[0].model_copy(update=values)
    return given(shop).model_copy(update={"staff": (person,)})


def picture(shop: Shop) -> dict[str, list[Any]]:
    return {name: shop.rows(name) for name in SET_UP}


def signs_in(shop: Shop, password: str) -> bool:
    try:
        staff.sign_in(shop.runtime, NOK, password, "203.0.113.7")
    except staff.SignInRefused:
        return False
    return True


def test_a_second_start_changes_nothing(shop: Shop) -> None:
    before = picture(shop)

    shop_book.bring_up_to_date(shop.runtime)

    assert picture(shop) == before


def test_the_configured_shop_is_there_with_everything(shop: Shop) -> None:
    row = shop.row("shops")
    assert (row.slug, row.name, row.currency, row.locale) == ("siam", "Siam Tea", "THB", "th")
    assert row.shipping == [
        {"code": "ems", "name": "EMS", "fee_minor": 6000},
        {
            "code": "post",
            "name": "Post",
            "free_above_minor": 150000,
            "weight": [[500, 4000], [1000, 6000], [3000, 9000]],
        },
    ]
    assert row.payment["promptpay_id"] == "0812345678"
    assert [channel.key for channel in shop.rows("channels")] == [
        "siam-line",
        "siam-page",
        "siam-ig",
    ]
    assert [(p.code, p.price_minor, p.condition) for p in shop.rows("products")] == [
        ("A1", 12000, "stock"),
        ("B2", 9000, "unlimited"),
        ("C3", 35000, "stock"),
        ("D4", 89000, "preorder"),
    ]
    assert (shop.shelf("A1").available, shop.shelf("B2"), shop.shelf("C3").available) == (
        50,
        None,
        20,
    )
    secret = given(shop).channels[0].access_token.get_secret_value()
    assert secret not in repr(shop.rows("channels"))
    assert shop.secrets("siam-line")["access_token"] == secret


@sqlite_only
def test_what_configuration_changed_changes_and_nothing_else(shop: Shop) -> None:
    before = picture(shop)

    start_with(shop, with_product(shop, "B2", price="95.00", name="ชาเย็น"))

    after = picture(shop)
    changed = [p for p, q in zip(after["products"], before["products"], strict=True) if p != q]
    assert [(p.code, p.name, p.price_minor) for p in changed] == [("B2", "ชาเย็น", 9500)]
    assert {name: after[name] for name in SET_UP if name != "products"} == {
        name: before[name] for name in SET_UP if name != "products"
    }


@sqlite_only
def test_what_configuration_does_not_name_any_more_is_left_alone(shop: Shop) -> None:
    before = picture(shop)

    start_with(shop, given(shop).model_copy(update={"products": (), "channels": (), "staff": ()}))
    start_with(shop)

    after = picture(shop)
    products = after.pop("products"), before.pop("products")
    assert after == before
    told = [
        [(p.code, p.name, p.price_minor, p.version, p.active) for p in rows] for rows in products
    ]
    assert told[0] == told[1]
    assert not any(p.managed or p.given for p in products[0]), "they are the shop's own now"


def test_stock_is_adjusted_by_the_difference_to_last_time(shop: Shop) -> None:
    shop.hear_line("hello")
    shop.answer("/o A1 20")
    shop.answer("/send")
    assert shop.shelf("A1").available == 30

    shop_book.bring_up_to_date(shop.runtime)
    assert shop.shelf("A1").available == 30  # what was sold stays sold

    start_with(shop, with_product(shop, "A1", stock=60))
    assert shop.shelf("A1").available == 40
    start_with(shop, with_product(shop, "A1", stock=25))
    shelf = shop.shelf("A1")
    assert (shelf.available, shelf.reserved) == (5, 20)
    moves = shop.rows("stock_moves", shelf_id=shelf.id)
    assert [(move.kind, move.source, move.target, move.quantity) for move in moves] == [
        ("initial", "outside", "available", 50),
        ("reserve", "available", "reserved", 20),
        ("adjust", "outside", "available", 10),
        ("adjust", "available", "outside", 35),
    ]


def test_stock_that_was_promised_cannot_be_taken_off(shop: Shop) -> None:
    shop.hear_line("hello")
    shop.answer("/o A1 45")
    shop.answer("/send")
    before = picture(shop)

    with pytest.raises(ShopError, match="Only 5 of A1 are there, so 20 cannot be taken off"):
        start_with(shop, with_product(shop, "A1", stock=30))

    assert picture(shop) == before


@sqlite_only
def test_counting_begins_and_ends_with_the_configuration(shop: Shop) -> None:
    start_with(shop, with_product(shop, "B2", stock=7))
    assert shop.row("products", code="B2").condition == "stock"
    assert shop.shelf("B2").available == 7

    start_with(shop, with_product(shop, "B2", stock=None))
    assert shop.row("products", code="B2").condition == "unlimited"
    assert shop.shelf("B2").available == 0

    start_with(shop, with_product(shop, "B2", stock=3))
    assert shop.row("products", code="B2").condition == "stock"
    assert shop.shelf("B2").available == 3


@sqlite_only
def test_stock_that_configuration_never_named_is_the_shops_to_count(shop: Shop) -> None:
    def count(work: Work) -> None:
        row = products.find_product(work.connection, shop.owner.shop_id, "B2")
        assert row is not None
        stock.add_shelf(work.connection, row, "", 9, work.now)
        products.update_product(work.connection, row.id, condition="stock")

    shop.runtime.transact(count)
    shop_book.bring_up_to_date(shop.runtime)

    assert shop.row("products", code="B2").condition == "stock"
    assert shop.shelf("B2").available == 9


@sqlite_only
def test_a_password_that_the_person_changed_stays(shop: Shop) -> None:
    staff_id = shop.owner.staff_id
    shop.runtime.transact(lambda work: staff.change_password(work, staff_id, "my-own-password-1"))

    shop_book.bring_up_to_date(shop.runtime)

    assert signs_in(shop, "my-own-password-1")
    assert not signs_in(shop, "rice-noodle-river-42")


@sqlite_only
def test_a_password_that_configuration_changed_counts_and_ends_the_sessions(shop: Shop) -> None:
    token, _ = staff.sign_in(shop.runtime, NOK, "rice-noodle-river-42", "203.0.113.7")

    start_with(shop, with_person(shop, password=SecretStr("fresh-from-config-1")))

    assert staff.find_visitor(shop.runtime, token) is None
    assert signs_in(shop, "fresh-from-config-1")
    assert not signs_in(shop, "rice-noodle-river-42")


@sqlite_only
def test_a_role_that_configuration_changed_counts(shop: Shop) -> None:
    start_with(shop, with_person(shop, role="sales"))

    assert shop.owner.role == "sales"


@sqlite_only
def test_a_line_account_in_the_configuration_is_linked_and_keeps_what_it_has_in_use(
    shop: Shop,
) -> None:
    linked = with_person(shop, line_user_id=STAFF_PHONE)
    start_with(shop, linked)
    shop.hear_line("hello")
    shop.hear_line("/use @C1", user=STAFF_PHONE)
    shop.handle()
    assert shop.row("staff_links").conversation_id == 1

    start_with(shop, linked)

    assert shop.row("staff_links").conversation_id == 1


def second_shop(**values: Any) -> ShopSettings:
    return ShopSettings.model_validate({"slug": "lanna", "name": "Lanna", **values})


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {
                "channels": (
                    ChannelSettings(kind="line", key="siam-line", access_token=SecretStr("x")),
                )
            },
            "the channel 'siam-line' belongs to another shop",
        ),
        (
            {"staff": (StaffSettings(email=NOK, password=SecretStr("long-enough-1")),)},
            f"{NOK} works in another shop",
        ),
    ],
)
def test_what_belongs_to_another_shop_is_refused_and_nothing_changes(
    shop: Shop, values: dict[str, Any], sentence: str
) -> None:
    before = picture(shop)

    with pytest.raises(ShopError, match=sentence):
        start_with(shop, given(shop), second_shop(**values))

    assert picture(shop) == before


@sqlite_only
def test_two_shops_may_have_a_product_of_the_same_code(shop: Shop) -> None:
    tea = ProductSettings(code="a1", name="other tea", price="10.00", stock=1)
    start_with(shop, given(shop), second_shop(products=(tea,)))

    assert shop.rows("products")[-1].code == "A1"
    assert shop.rows("shelves")[-1].available == 1
    shop.hear_line("hello")
    shop.answer("/o A1 1")
    assert shop.row("order_items").unit_price_minor == 12000


@sqlite_only
def test_a_person_added_by_command_is_left_alone_by_configuration(shop: Shop) -> None:
    shop_id = shop.owner.shop_id
    shop.runtime.transact(
        lambda work: staff.add_staff(
            work, shop_id, email="lek@example.com", role="sales", password="long-enough-1"
        )
    )
    before = picture(shop)

    shop_book.bring_up_to_date(shop.runtime)

    assert picture(shop) == before
    with shop.runtime.store.read() as connection:
        lek = people.find_staff_by_email(connection, "lek@example.com")
    assert lek is not None
    assert not lek.managed


def add_channel(shop: Shop, **values: Any) -> int:
    wanted: dict[str, Any] = {"kind": "messenger", "key": "new", "access_token": "t", **values}
    slug = wanted.pop("slug", "siam")
    return shop.runtime.transact(
        lambda work: shop_book.add_channel(shop.runtime, work, slug, **wanted)
    )


@sqlite_only
@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"slug": "nowhere"}, "there is no shop 'nowhere'"),
        ({"key": "siam-line"}, "the key 'siam-line' is taken"),
        ({"account_id": "1234567890"}, "account 1234567890 is connected already"),
    ],
)
def test_a_channel_that_cannot_be_added_is_refused_in_a_sentence(
    shop: Shop, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ShopError, match=sentence):
        add_channel(shop, **values)

    assert len(shop.rows("channels")) == 3


@sqlite_only
def test_a_channel_that_was_added_can_be_told_apart_and_its_secrets_are_sealed(
    shop: Shop,
) -> None:
    add_channel(shop, access_token="very-secret-token", account_id="555")

    assert b"very-secret-token" not in shop.row("channels", key="new").sealed
    assert shop.secrets("new")["access_token"] == "very-secret-token"
    assert "channel added" in shop.audit()


# The album as the configuration gives it ------------------------------------------


def sheet(shop: Shop, code: str) -> tuple[Any, ...]:
    row = shop.row("products", code=code)
    counts = {s.key: s.available for s in shop.rows("shelves", product_id=row.id)}
    prices = {v.key: v.price_minor for v in shop.rows("variants", product_id=row.id)}
    return row.condition, counts, prices


def test_a_variant_has_the_price_and_the_count_that_are_given(shop: Shop) -> None:
    assert sheet(shop, "C3") == (
        "stock",
        {"": 20, "ดำ/l": 3},
        {"ดำ/l": 39000, "ขาว/l": 39000},
    )
    shop.hear_line("hello")
    shop.answer("/o C3/ดำ/L 2; C3/ขาว/S 1")
    shop.answer("/send")
    black = VariantSettings(options=("ดำ", "L"), price="410", stock=5)

    start_with(shop, with_product(shop, "C3", variants=(black,)))

    # What the file names no more is the shop's own; two of the five are promised.
    assert sheet(shop, "C3") == (
        "stock",
        {"": 19, "ดำ/l": 3},
        {"ดำ/l": 41000, "ขาว/l": 39000},
    )


def test_a_product_may_be_sold_before_it_is_there_and_then_be_counted(shop: Shop) -> None:
    assert sheet(shop, "D4") == ("preorder", {}, {})
    start_with(shop, with_product(shop, "D4", preorder=False, stock=4))
    assert sheet(shop, "D4") == ("stock", {"": 4}, {})
    start_with(shop, with_product(shop, "D4", preorder=False))
    assert sheet(shop, "D4") == ("unlimited", {"": 0}, {})


def test_what_the_shop_says_itself_stays_where_the_configuration_is_silent(shop: Shop) -> None:
    row = shop.row("products", code="D4")
    assert "weight" not in row.given
    shop.runtime.transact(
        lambda work: products.update_product(work.connection, row.id, weight_grams=700)
    )
    start_with(shop, with_product(shop, "D4", name="กาใหม่"))
    after = shop.row("products", code="D4")
    assert (after.name, after.weight_grams) == ("กาใหม่", 700)
    assert after.sought.startswith("d4\nกาใหม่")
