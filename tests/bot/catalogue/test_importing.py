"""Albums from sheets: a preview that names each fault, all of it or nothing, and a round trip."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot import catalogue, sheets, upkeep
from bot.catalogue import Keeper, Preview, ProductChanged, ProductError, ProductUnknown, columns
from bot.runtime import Work
from bot.sheets import Sheet, SheetError, SheetRow, writing
from bot.store import shops
from orders.album import Entry
from orders.errors import MoveError, OrderError
from orders.money import Money
from orders.product import Condition, Variant
from orders.states import Role
from tests.bot.catalogue.conftest import Album, baht, entry

KEPT = ("products", "variants", "shelves", "stock_moves", "product_imports", "audit")


def table(*lines: str) -> Sheet:
    return sheets.read("\n".join(lines).encode())


def see(album: Album, *lines: str) -> Preview:
    return album.do(catalogue.preview, table(*lines))


def bring(album: Album, *lines: str) -> Any:
    seen = see(album, *lines)
    assert seen.faults == (), [fault.error.sentence("en") for fault in seen.faults]
    assert seen.digest is not None
    return album.do(catalogue.apply, seen.digest)


def faults(album: Album, *lines: str) -> list[tuple[int, str, str]]:
    before = {name: album.shop.rows(name) for name in KEPT}
    seen = see(album, *lines)
    assert seen.digest is None
    assert {name: album.shop.rows(name) for name in KEPT} == before, "nothing is written"
    for fault in seen.faults:
        assert fault.error.sentence("en")
        assert any("\u0e00" <= sign <= "\u0e7f" for sign in fault.error.sentence("th"))
    return [(fault.row, fault.column, fault.error.key) for fault in seen.faults]


def kinds(seen: Preview) -> dict[str, str]:
    return {line.code: line.kind for line in seen.lines}


def test_a_sheet_in_thai_makes_changes_and_leaves_products(album: Album) -> None:
    album.do(catalogue.create, entry("T1"))
    lines = (
        "รหัส;ชื่อ;name_en;ราคา;สต็อก;หมวด;น้ำหนัก (กรัม)",
        "t1;ร่มใหญ่;Umbrella;฿1,290.50;๑๒;ของใช้;400",
        "N9;ใหม่;;20;;;",
        "B2;ชาไทย;Thai tea;90;;ชา;200",
    )
    seen = see(album, *lines)
    assert kinds(seen) == {"T1": "changed", "N9": "new", "B2": "same"}
    told = {change.column: (change.was, change.now) for change in seen.lines[0].changes}
    assert told["name"] == ("ร่ม", "ร่มใหญ่")
    assert told["stock"] == (None, 12)

    done = bring(album, *lines)

    assert (done.new, done.changed, done.moved, done.again) == (1, 1, (), False)
    row = album.product("T1")
    assert (row.name, row.price_minor, row.condition, row.available) == (
        "ร่มใหญ่",
        129050,
        "stock",
        12,
    )
    assert (row.names, row.weight_grams) == ({"en": "Umbrella"}, 400)
    assert album.product("N9").condition == "unlimited"
    assert album.adds_up()


def test_the_same_file_twice_changes_nothing(album: Album) -> None:
    lines = ("code,name,price,stock,options,variant", 'T1,ร่ม,250,5,"S, M",', "T1,,300,2,,M")
    bring(album, *lines)
    before = {name: album.shop.rows(name) for name in KEPT}

    again = see(album, *lines)

    assert kinds(again) == {"T1": "same"}
    assert again.digest is None
    assert {name: album.shop.rows(name) for name in KEPT} == before
    assert album.left("T1") == {"": 5, "m": 2}


def test_a_preview_is_applied_once_however_often_it_is_asked(album: Album) -> None:
    seen = see(album, "code,name,price,stock", "T1,ร่ม,250,5")
    assert seen.digest is not None
    assert album.do(catalogue.apply, seen.digest).new == 1
    assert album.do(catalogue.apply, seen.digest).again
    assert album.left("T1") == {"": 5}
    with pytest.raises(ProductUnknown):
        album.do(catalogue.apply, "0" * 64)


def test_a_product_that_changed_since_the_preview_stops_all_of_it(album: Album) -> None:
    row = album.do(catalogue.create, entry("T1"))
    seen = see(album, "code,name,price", "A0,แรก,1", "T1,ร่ม,99")
    album.do(catalogue.set_price, "T1", row.version, baht("120"))

    with pytest.raises(ProductChanged) as refused:
        album.do(catalogue.apply, seen.digest)

    assert "T1" in refused.value.sentence("en")
    assert not [one for one in album.shop.rows("products") if one.code == "A0"]
    assert album.product("T1").price_minor == 12000


def test_a_product_that_appeared_since_the_preview_stops_all_of_it(album: Album) -> None:
    seen = see(album, "code,name,price", "T1,ร่ม,99")
    album.do(catalogue.create, entry("T1"))
    with pytest.raises(ProductChanged):
        album.do(catalogue.apply, seen.digest)


def test_stock_that_moved_meanwhile_keeps_the_difference_and_is_told(album: Album) -> None:
    seen = see(album, "code,stock", "A1,60")
    album.do(catalogue.adjust_stock, "A1", -4, "ขายหน้าร้าน")

    done = album.do(catalogue.apply, seen.digest)

    assert [(one.name, one.seen, one.was, one.now) for one in done.moved] == [("A1", 50, 46, 56)]
    assert album.left("A1") == {"": 56}
    assert album.adds_up()


def test_stock_is_never_imported_below_zero(album: Album) -> None:
    seen = see(album, "code,name,price,stock", "A0,แรก,1,", "A1,ชาเขียว,120,10")
    album.do(catalogue.adjust_stock, "A1", -45, "แตก")
    with pytest.raises(ProductError) as refused:
        album.do(catalogue.apply, seen.digest)
    assert refused.value.key == "stock_below_zero"
    assert album.left("A1") == {"": 5}
    assert not [one for one in album.shop.rows("products") if one.code == "A0"]


def test_only_who_may_change_the_album_imports(album: Album) -> None:
    seen = see(album, "code,name,price", "T1,ร่ม,99")
    with pytest.raises(MoveError):
        album.do(catalogue.preview, table("code", "A1"), by=Role.SALES)
    with pytest.raises(MoveError):
        album.do(catalogue.apply, seen.digest, by=Role.SALES)


def test_T54_another_shops_preview_is_unknown(album: Album) -> None:
    seen = see(album, "code,name,price", "T1,ร่ม,99")

    def body(work: Work) -> None:
        other = shops.insert_shop(
            work.connection,
            slug="other",
            name="Other",
            currency="THB",
            timezone="Asia/Bangkok",
            locale="th",
            payment={},
            shipping=[],
            options={},
            managed=False,
            created_at=work.now,
        )
        with pytest.raises(ProductUnknown):
            catalogue.apply(
                Keeper(work, shops.find_shop(work.connection, other), None), seen.digest or ""
            )

    album.shop.runtime.transact(body)


HEAD = "code,name,price,stock,condition,options,variant,weight,active,category"


@pytest.mark.parametrize(
    ("line", "column", "key"),
    [
        (",ร่ม,1,,,,,,,", "code", "code_missing"),
        ("T/1,ร่ม,1,,,,,,,", "code", "code_signs"),
        ("T1,,1,,,,,,,", "name", "name_empty"),
        ("T1,ร่ม,,,,,,,,", "price", "price_empty"),
        ("T1,ร่ม,0.005,,,,,,,", "price", "amount_decimals"),
        ("T1,ร่ม,-1,,,,,,,", "price", "amount_negative"),
        ("T1,ร่ม,1e5,,,,,,,", "price", "amount_not_number"),
        ("T1,ร่ม,$5,,,,,,,", "price", "amount_foreign"),
        ("T1,ร่ม,9999999999999,,,,,,,", "price", "amount_too_large"),
        ("T1,ร่ม,1,1_000,,,,,,", "stock", "number_wrong"),
        ("T1,ร่ม,1,-1,,,,,,", "stock", "number_wrong"),
        ("T1,ร่ม,1,1.5,,,,,,", "stock", "number_wrong"),
        ("T1,ร่ม,1,²,,,,,,", "stock", "number_wrong"),
        ("T1,ร่ม,1,1000000001,,,,,,", "stock", "number_wrong"),
        ("T1,ร่ม,1,5,preorder,,,,,", "stock", "stock_uncounted"),
        ("T1,ร่ม,1,,sometimes,,,,,", "condition", "word_wrong"),
        ('T1,ร่ม,1,,,"S, s",,,,', "options", "options_twice"),
        ("T1,ร่ม,1,,,S / ,,,,", "options", "options_empty"),
        ("T1,ร่ม,1,,,,,2t,,", "weight", "number_wrong"),
        ("T1,ร่ม,1,,,,,,maybe,", "active", "word_wrong"),
        (f"T1,{'x' * 201},1,,,,,,,", "name", "text_too_long"),
        ("T1,ร่\x07ม,1,,,,,,,", "name", "text_controls"),
        ("C3,,,,,,XL / ดำ,,,", "variant", "option_unknown"),
        ("C3,,,,,,ดำ,,,", "variant", "option_missing"),
        ("C3,เสื้อ,,,,,ดำ / S,,,", "name", "on_variant"),
        ("Z9,,,,,,S,,,", "variant", "product_first"),
        ("B2,ชาดำ,90,,,,,,,", "name", "given"),
        ("B2,ชาไทย,91,,,,,,,", "price", "given"),
        ("T1,ร่ม,1,,,,,,,,more", "code", "too_wide"),
    ],
)
def test_T20_T21_each_fault_is_named_by_its_row_and_column(
    album: Album, line: str, column: str, key: str
) -> None:
    assert faults(album, HEAD, "G1,ดี,10,,,,,,,", line) == [(3, column, key)]


def test_every_fault_of_a_file_is_named_at_once(album: Album) -> None:
    assert faults(
        album,
        "code,name,price,stock",
        "T1,ร่ม,x,y",
        "T2,,5,",
        "T1,ร่ม,5,",
        "T3,ดี,5,1",
    ) == [
        (2, "price", "amount_not_number"),
        (2, "stock", "number_wrong"),
        (3, "name", "name_empty"),
        (4, "code", "row_twice"),
    ]


def test_an_archived_products_row_is_a_fault(album: Album) -> None:
    row = album.do(catalogue.create, entry("T1"))
    album.do(catalogue.archive, "T1", row.version)
    assert faults(album, "code,name", "T1,ร่ม") == [(2, "code", "code_archived")]


def test_a_variant_that_is_counted_cannot_be_lost_by_a_file(album: Album) -> None:
    said = entry("T1", options=(("S", "M"),), condition=Condition.STOCK)
    album.do(catalogue.create, said, {("S",): 3})
    assert faults(album, "code,name,price,options", "T1,ร่ม,250,M") == [
        (2, "options", "variant_counted")
    ]


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("name,price", "column_missing"),
        ("code,code", "column_twice"),
        ("code,รหัส", "column_twice"),
        ("code,colour", "column_unknown"),
    ],
)
def test_a_header_that_cannot_be_read_is_told_before_any_row(
    album: Album, header: str, key: str
) -> None:
    with pytest.raises(SheetError) as refused:
        see(album, header, "A1,x")
    assert refused.value.key == key


def test_a_column_that_is_not_there_changes_nothing_and_an_empty_cell_empties(
    album: Album,
) -> None:
    album.do(catalogue.create, entry("T1", category="ของใช้", weight=5, description="ดี"))
    bring(album, "code,category", "T1,")
    row = album.product("T1")
    assert (row.category, row.weight_grams, row.description) == ("", 5, "ดี")


def test_previews_that_nobody_applied_are_forgotten(album: Album) -> None:
    seen = see(album, "code,name,price", "T1,ร่ม,99")
    album.shop.clock.move(days=2)
    upkeep.sweep(album.shop.runtime)
    with pytest.raises(ProductUnknown):
        album.do(catalogue.apply, seen.digest)


# Properties ----------------------------------------------------------------------

words = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp")), min_size=1, max_size=12
).filter(lambda text: text.strip() and "\ufffe" not in text)
hostile = st.sampled_from(["=1+1", "+1", "-2", "@x", "'=1", "''", "1,290", '"', "sep=;"])
texts = words | hostile
choices = words.filter(lambda text: not set(text) & set("/,;")).map(str.strip).filter(bool)


@st.composite
def albums(draw: st.DrawFn) -> list[tuple[Entry, dict[tuple[str, ...], int]]]:
    """Products as anybody may have made them, with their counts."""
    made = []
    for number in range(draw(st.integers(1, 4))):
        try:
            groups = draw(
                st.lists(st.lists(choices, min_size=1, max_size=3).map(tuple), max_size=2)
            )
            base = Entry(
                code=draw(st.sampled_from(["R", "=R", "'R", "-R", "ชา", "1024."])) + str(number),
                name=draw(texts),
                price=Money(draw(st.integers(0, 10**11)), "THB"),
                names=draw(st.dictionaries(st.sampled_from(["en", "th", "vi"]), texts, max_size=2)),
                options=tuple(groups),
                condition=draw(st.sampled_from(Condition)),
                category=draw(st.just("") | texts),
                description=draw(st.just("") | st.lists(texts, max_size=3).map("\n".join)),
                weight=draw(st.none() | st.integers(0, 10**6)),
                active=draw(st.booleans()),
            )
            picked = [tuple(draw(st.sampled_from(g)) for g in groups) for _ in range(2)]
            variants = [
                Variant(
                    options,
                    draw(st.none() | st.integers(0, 10**9).map(lambda n: Money(n, "THB"))),
                    active=draw(st.booleans()),
                )
                for options in dict.fromkeys(picked)
                if options
            ]
            said = replace(base, variants=tuple(variants))
        except OrderError:
            assume(False)
        counts: dict[tuple[str, ...], int] = {(): draw(st.integers(0, 10**9))}
        counts |= {one.options: draw(st.integers(0, 99)) for one in said.variants}
        made.append((said, counts if said.condition is Condition.STOCK else {}))
    return made


class _Undo(Exception):
    """Takes a transaction back, so that each example finds the same album."""


def undone(album: Album, body: Callable[[Keeper], None]) -> None:
    def run(keeper: Keeper) -> None:
        body(keeper)
        raise _Undo

    with pytest.raises(_Undo):
        album.do(run)


def export(keeper: Keeper, *, xlsx: bool) -> Sheet:
    target = io.BytesIO()
    rows = catalogue.export_products(keeper.work.connection, keeper.shop)
    writing.write(target, rows, xlsx=xlsx)
    return sheets.read(target.getvalue())


@pytest.mark.parametrize("xlsx", [False, True])
def test_T46_any_album_that_is_exported_imports_unchanged(album: Album, xlsx: bool) -> None:
    @given(albums())
    @settings(
        max_examples=12 if xlsx else 60,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    def check(made: list[Any]) -> None:
        def body(keeper: Keeper) -> None:
            for said, counts in made:
                catalogue.create(keeper, said, counts)
            seen = catalogue.preview(keeper, export(keeper, xlsx=xlsx))
            assert seen.faults == ()
            assert {line.kind for line in seen.lines} == {"same"}, seen.lines
            assert len(seen.lines) == 4 + len(made)

        undone(album, body)

    check()


BAD: Sequence[tuple[str, str]] = (
    ("price", "1.2.3"),
    ("price", "NaN"),
    ("stock", "Infinity"),
    ("weight", "0x10"),
    ("condition", "?"),
    ("active", "?"),
    ("code", "a/b"),
    ("name", ""),
)


def test_any_single_bad_cell_is_named_and_nothing_is_written(album: Album) -> None:
    @given(albums(), st.sampled_from(BAD), st.data())
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    def check(made: list[Any], bad: tuple[str, str], data: st.DataObject) -> None:
        column, text = bad

        def body(keeper: Keeper) -> None:
            for said, counts in made:
                catalogue.create(keeper, said, counts)
            whole = export(keeper, xlsx=False)
            place = [cell.partition(" ")[0] for cell in whole.header.cells].index(
                columns.label(column, "th").partition(" ")[0]
            )
            own = [
                at for at, row in enumerate(whole.rows) if not row.cell(1)
            ]  # a product's own row, not a variant's
            at = data.draw(st.sampled_from(own))
            row = whole.rows[at]
            cells = (*row.cells[:place], text, *row.cells[place + 1 :])
            broken = (*whole.rows[:at], SheetRow(row.number, cells), *whole.rows[at + 1 :])
            seen = catalogue.preview(keeper, replace(whole, rows=broken))
            assert seen.digest is None
            assert (row.number, column) in {(fault.row, fault.column) for fault in seen.faults}
            others = {fault.row for fault in seen.faults} - {row.number}
            code = row.cell(0)
            assert all(whole.rows[n - 2].cell(0) == code for n in others), "others stay right"

        undone(album, body)

    check()
    assert not album.shop.rows("product_imports")
