"""Products are created, changed and archived by who may, and nobody overwrites another unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot import catalogue
from bot.catalogue import Keeper, ProductChanged, ProductError, ProductUnknown, read_entry
from bot.catalogue.writing import settle
from bot.store import products, shops
from orders.errors import MoveError, OrderError
from orders.item import Item
from orders.product import Condition, Variant
from orders.states import Role
from tests.bot.catalogue.conftest import Album, baht, entry
from tests.support.shop import Shop

SIZES = (("S", "M"),)


def read(album: Album, code: str) -> Any:
    with album.shop.runtime.store.read() as connection:
        row = products.find_product(connection, album.row.id, code)
        return read_entry(connection, row, "THB")


def test_a_product_is_kept_as_it_was_said_with_its_counts_and_its_audit_row(album: Album) -> None:
    said = entry(
        "t1",
        names={"en": " Umbrella "},
        options=SIZES,
        variants=(Variant(("S",), baht("200")),),
        condition=Condition.STOCK,
        category="ของใช้",
        description="กันฝน\r\nกันแดด",
        weight=400,
    )
    row = album.do(catalogue.create, said, {(): 5, ("M",): 2})

    kept = read(album, "T1")
    assert kept == replace(said, variants=(*said.variants, Variant(("M",))))
    assert (kept.code, kept.names, kept.description) == ("T1", {"en": "Umbrella"}, "กันฝน\nกันแดด")
    assert album.left("T1") == {"": 5, "m": 2}
    audit = album.shop.rows("audit", subject=f"product:{row.id}")
    assert [(one.action, one.actor) for one in audit] == [("product created", "staff:1")]
    assert album.adds_up()


def test_a_code_is_taken_once_whatever_its_case(album: Album) -> None:
    with pytest.raises(ProductError) as taken:
        album.do(catalogue.create, entry("a1"))
    assert "A1" in taken.value.sentence("th")
    assert taken.value.sentence("en") == "The code A1 is taken. Choose another."


def test_a_change_needs_the_version_that_was_seen_and_names_who_was_faster(album: Album) -> None:
    row = album.do(catalogue.create, entry())
    album.do(catalogue.change, "T1", row.version, entry(name="ร่มใหญ่"))

    with pytest.raises(ProductChanged) as late:
        album.do(catalogue.change, "T1", row.version, entry(name="ร่มเล็ก"))

    assert "changed by Nok at" in late.value.sentence("en")
    assert read(album, "T1").name == "ร่มใหญ่"


def test_what_is_so_already_is_no_change(album: Album) -> None:
    row = album.do(catalogue.create, entry(names={"en": "Umbrella"}))
    again = album.do(catalogue.change, "T1", row.version, entry(names={"en": "Umbrella"}))
    assert again.version == row.version
    assert len(album.shop.rows("audit", subject=f"product:{row.id}")) == 1


def test_an_audit_row_says_what_was_and_what_is(album: Album) -> None:
    row = album.do(catalogue.create, entry())
    album.do(catalogue.set_price, "T1", row.version, baht("199"))
    audit = album.shop.rows("audit", subject=f"product:{row.id}")[-1]
    assert (audit.data["was"], audit.data["now"]) == ({"price": 25000}, {"price": 19900})


def test_a_variant_has_its_price_until_it_has_the_products_again(album: Album) -> None:
    row = album.do(catalogue.create, entry(options=SIZES))
    row = album.do(catalogue.set_price, "T1", row.version, baht("300"), ("m",))
    product = read(album, "T1").product()
    assert (product.price_of(("M",)), product.price_of(("S",))) == (baht("300"), baht("250"))
    album.do(catalogue.set_price, "T1", row.version, None, ("M",))
    assert read(album, "T1").product().price_of(("M",)) == baht("250")
    with pytest.raises(ProductError):
        album.do(catalogue.set_price, "T1", row.version + 1, None)


@pytest.mark.parametrize("role", [Role.SALES, Role.FINANCE, Role.PACKER, Role.VIEWER])
def test_only_a_manager_or_an_owner_changes_the_album(album: Album, role: Role) -> None:
    for use_case, args in (
        (catalogue.create, (entry(),)),
        (catalogue.change, ("A1", 1, entry())),
        (catalogue.set_price, ("A1", 1, baht("1"))),
        (catalogue.archive, ("A1", 1)),
        (catalogue.restore, ("A1", 1)),
    ):
        with pytest.raises(MoveError) as refused:
            album.do(use_case, *args, by=role)
        assert "manager, owner" in refused.value.sentence("en")
    assert album.do(catalogue.create, entry(), by=Role.MANAGER)


def test_a_shop_grants_and_takes_the_right(album: Album) -> None:
    rights = {"sales": {"granted": ["products.change"]}, "manager": {"taken": ["products.change"]}}
    options = {**album.row.options, "rights": rights}
    album.shop.runtime.transact(
        lambda work: shops.update_shop(work.connection, album.row.id, options=options)
    )
    assert album.do(catalogue.create, entry(), by=Role.SALES)
    with pytest.raises(MoveError):
        album.do(catalogue.create, entry("T2"), by=Role.MANAGER)


def test_T54_nobody_changes_another_shops_album(album: Album) -> None:
    stranger = replace(album.shop.owner, shop_id=album.row.id + 1)
    with pytest.raises(ProductUnknown):
        album.shop.runtime.transact(
            lambda work: catalogue.archive(
                Keeper(work, shops.find_shop(work.connection, album.row.id), stranger), "B2", 1
            )
        )


def test_what_the_configuration_gives_cannot_be_changed_here_and_the_rest_can(album: Album) -> None:
    row = album.product("B2")
    given = read(album, "B2")
    with pytest.raises(ProductError) as refused:
        album.do(catalogue.set_price, "B2", row.version, baht("1"))
    assert "given by the configuration" in refused.value.sentence("en")
    assert "ราคา" in refused.value.sentence("th")
    with pytest.raises(ProductError):
        album.do(catalogue.archive, "B2", row.version)

    album.do(catalogue.change, "B2", row.version, replace(given, description="หอม", active=False))
    assert (read(album, "B2").description, read(album, "B2").active) == ("หอม", False)


def test_an_archived_product_is_nowhere_but_its_code_stays_taken(album: Album) -> None:
    row = album.do(catalogue.create, entry())
    album.do(catalogue.archive, "T1", row.version)
    with album.shop.runtime.store.read() as connection:
        listed = catalogue.list_page(connection, row.shop_id, limit=50)
        assert "T1" not in {one.code for one in listed}
        assert catalogue.pick(connection, row.shop_id, "T1") == []
        found = catalogue.find_product(connection, album.row, "T1")
    assert found is not None
    with pytest.raises(OrderError):
        found[1].check_sale(1)
    with pytest.raises(ProductError) as taken:
        album.do(catalogue.create, entry())
    assert taken.value.key == "code_archived"
    with pytest.raises(ProductError):
        album.do(catalogue.change, "T1", row.version + 1, entry(name="x"))

    back = album.do(catalogue.restore, "T1", row.version + 1)
    assert (back.archived_at, back.active) == (None, True)


def test_a_variant_that_is_counted_stays_until_it_is_empty_and_no_longer_offered(
    album: Album,
) -> None:
    said = entry(options=SIZES, condition=Condition.STOCK)
    row = album.do(catalogue.create, said, {("S",): 3})
    with pytest.raises(ProductError) as refused:
        album.do(catalogue.change, "T1", row.version, said)
    assert refused.value.key == "variant_counted"
    with pytest.raises(ProductError):
        album.do(catalogue.change, "T1", row.version, replace(said, options=(("M",),)))

    album.do(catalogue.adjust_stock, "T1", -3, "ขายหมด", ("S",))
    album.do(catalogue.change, "T1", row.version, replace(said, options=(("M",),)))
    assert read(album, "T1").variants == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "A/1"},
        {"code": "   "},
        {"name": "  "},
        {"name": "x\x00"},
        {"names": {"EN!": "x"}},
        {"options": (("S", "s"),)},
        {"options": (("S/M",),)},
        {"options": ((" S",),)},
        {"weight": -1},
        {"weight": 1_000_001},
        {"description": "x" * 1001},
        {"options": SIZES, "variants": (Variant(("S",)), Variant(("S",)))},
        {"options": SIZES, "variants": (Variant(("XL",)),)},
        {"price": baht("0") - baht("1")},
    ],
    ids=repr,
)
def test_what_cannot_be_said_of_a_product_is_refused_in_both_languages(wrong: Any) -> None:
    with pytest.raises(OrderError) as refused:
        entry(**{"code": "T1", **wrong})
    assert refused.value.sentence("en").endswith(".")
    assert any("\u0e00" <= sign <= "\u0e7f" for sign in refused.value.sentence("th"))


def test_a_one_off_is_kept_once_under_the_next_free_code(album: Album) -> None:
    album.do(catalogue.create, entry("P1"))
    item = Item(None, " กล่องของขวัญ ", (), 2, baht("49"))

    kept = album.do(catalogue.keep_item, item, by=Role.SALES)
    again = album.do(catalogue.keep_item, item, by=Role.SALES)
    other = album.do(catalogue.keep_item, replace(item, unit_price=baht("59")), by=Role.SALES)

    assert (kept.code, kept.name, kept.price_minor) == ("P2", "กล่องของขวัญ", 4900)
    assert again.id == kept.id
    assert other.id != kept.id
    with pytest.raises(ProductError):
        album.do(catalogue.keep_item, replace(item, code="A1"))
    with pytest.raises(MoveError):
        album.do(catalogue.keep_item, item, by=Role.PACKER)


def test_the_album_is_searched_by_parts_in_thai_and_english(album: Album) -> None:
    album.do(catalogue.create, entry("น้ำ-A12", name="น้ำผึ้ง 100%", names={"en": "Honey"}))

    def found(text: str) -> list[str]:
        with album.shop.runtime.store.read() as connection:
            return [row.code for row in catalogue.pick(connection, album.row.id, text)]

    assert found("น้ำ") == found("น\u0e49\u0e4d\u0e32") == ["น้ำ-A12", "D4"]
    assert found("HONEY") == ["น้ำ-A12"]
    assert found("ผึ้ง hon") == ["น้ำ-A12"]
    assert found("ชา") == ["A1", "B2", "D4"]
    assert found("a1") == ["A1", "น้ำ-A12"], "the whole code first"


def test_T62_the_signs_of_a_pattern_are_letters(album: Album) -> None:
    album.do(catalogue.create, entry("X1", name="ลด 100%"))
    with album.shop.runtime.store.read() as connection:
        for text, codes in (("%", ["X1"]), ("_", []), ("0%", ["X1"]), ("' OR 1=1 --", [])):
            assert [row.code for row in catalogue.pick(connection, album.row.id, text)] == codes


def test_the_list_is_filtered_and_goes_on_after_a_code(album: Album) -> None:
    def codes(**filters: Any) -> list[str]:
        with album.shop.runtime.store.read() as connection:
            page = catalogue.list_page(connection, album.row.id, limit=50, **filters)
        return [row.code for row in page]

    assert codes() == ["A1", "B2", "C3", "D4"]
    assert codes(after="B2") == ["C3", "D4"]
    assert codes(category="ชา") == ["A1", "B2"]
    assert codes(low_stock=23) == ["C3"]
    assert codes(active=False) == []
    assert codes(text="ชา", category="ชา") == ["A1", "B2"]


def test_a_rival_between_look_and_write_wins_and_is_not_overwritten(album: Album) -> None:
    row = album.do(catalogue.create, entry())

    def body(keeper: Keeper) -> None:
        held = keeper.hold("T1", row.version)
        products.update_product(keeper.work.connection, held.id, name="ของเขา")
        with pytest.raises(ProductChanged):
            settle(keeper, held, entry(name="ของเรา"))

    album.do(body)
    assert album.product("T1").name == "ของเขา"


def test_another_shop_sees_nothing_of_it(shop: Shop) -> None:
    with shop.runtime.store.read() as connection:
        assert catalogue.pick(connection, 999, "") == []
        assert catalogue.list_page(connection, 999, limit=5) == []
