"""The grammar reads every row of the commands' table, in English and in Thai."""

from __future__ import annotations

import pytest

from bot.commands.grammar import Command, DueSpec, ItemSpec, Modifier, Unknown, parse, sum_items
from bot.commands.grammar.arguments import READERS as ARGUMENTS
from bot.commands.grammar.modifiers import READERS as MODIFIERS
from bot.commands.lexicon import languages


def read(text: str, **options: object) -> Command:
    found = parse(text, **options)  # type: ignore[arg-type]
    assert isinstance(found, Command), f"{text} was read as {found}"
    return found


def items(text: str) -> list[tuple[str | None, tuple[str, ...], int, str | None]]:
    return [(i.code, i.options, i.quantity, i.price) for i in read(text).body.items]


def only(text: str) -> ItemSpec:
    (item,) = read(text).body.items
    return item


def change(text: str) -> Modifier:
    (modifier,) = read(f"/o {text}").body.modifiers
    return modifier


def test_codes_and_quantities_alternate() -> None:
    assert items("/o A1 2 B2 3") == [("A1", (), 2, None), ("B2", (), 3, None)]


def test_signs_and_commas_part_items() -> None:
    assert items("/o A1 x2, B2, C3=1") == [
        ("A1", (), 2, None),
        ("B2", (), 1, None),
        ("C3", (), 1, None),
    ]


def test_options_thai_digits_price_line_discount_shipping_and_order_discount() -> None:
    body = read("/o A1/ดำ/M ๒ @๓๕๐ -10%; ส่ง 50; ลด 20").body
    (item,) = body.items
    assert (item.code, item.options, item.quantity, item.price) == ("A1", ("ดำ", "M"), 2, "350.00")
    assert (item.discount, item.discount_percent) == ("10", True)
    assert [(m.kind, m.amount, m.percent) for m in body.modifiers] == [
        ("ship", "50.00", False),
        ("disc", "20.00", False),
    ]


def test_a_one_off_item_with_free_shipping_and_a_note() -> None:
    body = read('/o "เสื้อยืด" 1 @1,290; ส่งฟรี; โน้ต: ห่อของขวัญ').body
    (item,) = body.items
    assert (item.code, item.name, item.quantity, item.price) == (None, "เสื้อยืด", 1, "1290.00")
    assert [(m.kind, m.text) for m in body.modifiers] == [("freeship", None), ("note", "ห่อของขวัญ")]


def test_all_at_once() -> None:
    body = read("/o A1 2 @350.50 -20, B2 3; disc 5%; dep 200; pay cod; due 2h; tel 0812345678").body
    first, second = body.items
    assert (first.price, first.discount, first.discount_percent) == ("350.50", "20.00", False)
    assert (second.code, second.quantity) == ("B2", 3)
    disc, dep, pay, due, tel = body.modifiers
    assert (disc.amount, disc.percent) == ("5", True)
    assert dep.amount == "200.00"
    assert pay.text == "cod"
    assert due.due == DueSpec("after", minutes=120)
    assert tel.text == "0812345678"


@pytest.mark.parametrize(
    ("code", "written"),
    [("1024", "[1024]"), ("ชาเขียว", "[ชาเขียว]"), ("SHIP", "[ship]"), ("A 1", "[a  1]")],
)
def test_any_code_can_stand_in_brackets(code: str, written: str) -> None:
    assert items(f"/o {written} 3") == [(code, (), 3, None)]


def test_a_quantity_joined_to_its_code_has_two_readings() -> None:
    item = only("/o A1x2 @350 -5%")
    (other,) = item.alternatives
    assert (item.code, item.quantity, item.price) == ("A1X2", 1, "350.00")
    assert (other.code, other.quantity, other.price) == ("A1", 2, "350.00")
    assert other.discount == "5"


def test_a_discount_leaves_only_the_reading_that_has_a_quantity() -> None:
    item = only("/o A1x2 -10")
    assert (item.code, item.quantity, item.discount, item.alternatives) == ("A1", 2, "10.00", ())


def test_an_option_joined_to_a_quantity_has_two_readings() -> None:
    item = only("/o A1/Mx2")
    assert item.options == ("Mx2",)
    assert [(o.options, o.quantity) for o in item.alternatives] == [(("M",), 2)]


@pytest.mark.parametrize("text", ["A1 x2 B2", "A1x2 3", "BX", "A1x0", "A1x20000"])
def test_other_codes_have_one_reading(text: str) -> None:
    assert all(not item.alternatives for item in read(f"/o {text}").body.items)


@pytest.mark.parametrize(
    "written",
    ["2", "x2", "X2", "*2", "=2", "+2", "×2", "x 2", "* 2", "๒", "２", "٢", " 0002", "\u200b2"],
)
def test_every_way_to_write_two(written: str) -> None:
    assert items(f"/o A1 {written}, B2 1") == [("A1", (), 2, None), ("B2", (), 1, None)]


@pytest.mark.parametrize("written", ["*2", "=2", "+2", "×2"])
def test_a_sign_may_touch_the_code(written: str) -> None:
    assert items(f"/o A1{written}") == [("A1", (), 2, None)]


def test_only_a_plus_is_relative() -> None:
    assert [only(f"/set A1{sign}2").sign for sign in "+=*"] == ["+", None, None]


def test_it_is_known_whether_a_quantity_was_written() -> None:
    assert [only(f"/set {text}").counted for text in ("A1 @350", "A1 1", "A1 x1")] == [
        False,
        True,
        True,
    ]


def test_x_before_no_number_is_a_code() -> None:
    assert items("/o A1 x B2") == [
        ("A1", (), 1, None),
        ("X", (), 1, None),
        ("B2", (), 1, None),
    ]


def test_codes_hold_hyphens_and_underscores() -> None:
    assert items("/o ab-1_c 2 3-in-1 4") == [("AB-1_C", (), 2, None), ("3-IN-1", (), 4, None)]


def test_options_may_be_sizes_and_quoted_words() -> None:
    assert only('/o A1/7.5/"light blue"/38 2').options == ("7.5", "light blue", "38")


def test_a_comma_is_for_thousands_only_before_exactly_three_digits() -> None:
    assert items("/o A1 1,290") == [("A1", (), 1290, None)]
    assert items("/o A1 2,[290]") == [("A1", (), 2, None), ("290", (), 1, None)]
    assert items("/o A1 2,290B") == [("A1", (), 2, None), ("290B", (), 1, None)]
    assert items("/o A1 1 @1,234,567.5") == [("A1", (), 1, "1234567.50")]


def test_a_line_end_parts_items() -> None:
    assert items("/o\nA1 2\r\nB2\n\n") == [("A1", (), 2, None), ("B2", (), 1, None)]


@pytest.mark.parametrize(
    "written",
    [
        "350",
        "350.0",
        "฿350",
        "350฿",
        "350 บาท",
        "350บาท",
        "350THB",
        "350 baht",
        "350.-",
        "๓๕๐",
        "0350",
    ],
)
def test_a_price_may_bear_its_currency(written: str) -> None:
    assert items(f"/o A1 @{written}; B2") == [("A1", (), 1, "350.00"), ("B2", (), 1, None)]


def test_amounts_have_the_decimals_of_the_currency() -> None:
    assert read("/paid 1,290", decimals=0, currency="JPY").body.amount == "1290"
    assert read("/paid ¥1290", decimals=0, currency="JPY").body.amount == "1290"
    assert read("/paid 1.5", decimals=3).body.amount == "1.500"


@pytest.mark.parametrize(
    ("text", "method", "fee"),
    [
        ("ship", None, None),
        ("ship 50", None, "50.00"),
        ("ship ems", "ems", None),
        ("ship ems 50", "ems", "50.00"),
        ("ส่งEMS 50", "EMS", "50.00"),
        ("ส่ง50", None, "50.00"),
        ("ค่าส่ง: 50 บาท", None, "50.00"),
        ('ship "Kerry Express" 50', "Kerry Express", "50.00"),
    ],
)
def test_shipping_has_a_method_a_fee_or_both(
    text: str, method: str | None, fee: str | None
) -> None:
    modifier = change(text)
    assert (modifier.kind, modifier.text, modifier.amount) == ("ship", method, fee)


@pytest.mark.parametrize("text", ["freeship", "ส่งฟรี", "ship free", "ส่ง ฟรี"])
def test_free_shipping(text: str) -> None:
    assert change(text).kind == "freeship"


@pytest.mark.parametrize("text", ["disc 20", "disc -20", "ลด20", "ส่วนลด ๒๐ บาท"])
def test_a_discount_on_the_order(text: str) -> None:
    modifier = change(text)
    assert (modifier.kind, modifier.amount, modifier.percent) == ("disc", "20.00", False)


def test_percentages_keep_what_was_written() -> None:
    assert [change(f"disc {p}%").amount for p in ("100", "7.50", "0.25", "05")] == [
        "100",
        "7.5",
        "0.25",
        "5",
    ]


@pytest.mark.parametrize("torn", [False, True])
def test_sara_am_matches_however_it_is_typed(torn: bool) -> None:
    text = "/o A1/ดำ 1; มัดจำ 200"
    if torn:
        text = text.replace("\u0e33", "\u0e4d\u0e32")
    body = read(text).body
    assert body.items[0].options == ("ดำ",)
    assert [(m.kind, m.amount) for m in body.modifiers] == [("dep", "200.00")]


def test_a_tone_mark_may_stand_inside_a_torn_sara_am() -> None:
    torn = "/o [น\u0e4d\u0e49\u0e32] 1"
    assert only(torn).code == "น้ำ"
    assert only(torn).span == (3, len(torn))


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("pay transfer", "transfer"),
        ("จ่าย โอน", "transfer"),
        ("pay PromptPay", "promptpay"),
        ("จ่าย พร้อมเพย์", "promptpay"),
        ("pay card", "card"),
        ("จ่าย บัตร", "card"),
        ("pay cash", "cash"),
        ("จ่าย เงินสด", "cash"),
        ("pay cod", "cod"),
        ("จ่าย เก็บเงินปลายทาง", "cod"),
    ],
)
def test_ways_to_pay(text: str, method: str) -> None:
    assert change(text).text == method


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("2h", DueSpec("after", minutes=120)),
        ("30m", DueSpec("after", minutes=30)),
        ("3d", DueSpec("after", minutes=4320)),
        ("2h 30m", DueSpec("after", minutes=150)),
        ("1h30m", DueSpec("after", minutes=90)),
        ("2 hours", DueSpec("after", minutes=120)),
        ("๒ชม 30นาที", DueSpec("after", minutes=150)),
        ("2 ชม.", DueSpec("after", minutes=120)),
        ("3 วัน", DueSpec("after", minutes=4320)),
        ("18:00", DueSpec("clock", hour=18, minute=0)),
        ("9:05 น.", DueSpec("clock", hour=9, minute=5)),
        ("25/12", DueSpec("date", day=25, month=12)),
        ("29/2 18:30", DueSpec("date", day=29, month=2, hour=18, minute=30)),
    ],
)
def test_due_times(text: str, due: DueSpec) -> None:
    assert change(f"due {text}").due == due
    assert change(f"หมดเขต {text}; ").due == due
    assert read(f"/renew {text}").body.due == due


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("0812345678", "0812345678"),
        ("081-234-5678", "0812345678"),
        ("+66 81 234 5678", "+66812345678"),
        ("(081) 234.5678", "0812345678"),
        ("๐๘๑๒๓๔๕๖๗๘", "0812345678"),
    ],
)
def test_telephone_numbers(text: str, digits: str) -> None:
    assert change(f"tel {text}").text == digits
    assert change(f"โทร{text}").text == digits


def test_a_note_runs_to_the_semicolon_and_keeps_its_words() -> None:
    body = read('/o A1; note: ² "half, [open — 1,290; B2 2').body
    assert [m.text for m in body.modifiers] == ['² "half, [open — 1,290']
    assert [item.code for item in body.items] == ["A1", "B2"]


def test_a_note_runs_to_the_end_of_its_line() -> None:
    body = read("/o A1; โน้ต ห่อของขวัญ\nB2 2").body
    assert [m.text for m in body.modifiers] == ["ห่อของขวัญ"]
    assert [item.code for item in body.items] == ["A1", "B2"]


def test_vat_and_novat() -> None:
    assert change("vat").kind == "vat"
    assert change("novat").kind == "novat"


def test_changes_may_follow_items_without_a_mark() -> None:
    body = read("/o A1 2 ship ems 50 disc 5%").body
    assert [i.code for i in body.items] == ["A1"]
    assert [m.kind for m in body.modifiers] == ["ship", "disc"]


def test_a_change_alone_is_a_set() -> None:
    command = read("/pay cod")
    assert (command.verb, command.body.modifiers[0].text) == ("set", "cod")
    assert read("/ลด 5%").verb == "set"


def test_a_change_after_a_hash_is_a_hashtag() -> None:
    assert parse("#ส่งฟรี") is None


@pytest.mark.parametrize("language", ["en", "th"])
def test_every_form_of_every_verb_is_read_as_that_verb(language: str) -> None:
    for name, entry in languages()[language].verbs.items():
        _, _, rest = entry.example.partition(" ")
        for form in entry.forms:
            for typed in (f"/{form} {rest}", f" #{form.upper()} {rest}"):
                assert read(typed).verb == name


@pytest.mark.parametrize("language", ["en", "th"])
def test_every_example_of_every_change_is_read_as_that_change(language: str) -> None:
    for name, entry in languages()[language].modifiers.items():
        assert [m.kind for m in read(entry.example).body.modifiers] == [name]


def test_every_word_of_the_lexicon_has_its_reader() -> None:
    for language in languages().values():
        assert set(language.verbs) == set(ARGUMENTS)
        assert set(language.modifiers) == set(MODIFIERS)


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("/o @c123 A1 2", "customer", "C123"),
        ("/o @C123, A1 2", "customer", "C123"),
        ("/o@C123 A1 2", "customer", "C123"),
        ("/o !1042 A1 2", "order", "1042"),
        ("/เปิดบิล !๑๐๔๒ A1 2", "order", "1042"),
        ("/o !SO-1042 A1 2", "order", "SO-1042"),
    ],
)
def test_targets_stand_after_the_verb(text: str, kind: str, code: str) -> None:
    command = read(text)
    assert command.target is not None
    assert (command.target.kind, command.target.code) == (kind, code)
    assert [i.code for i in command.body.items] == ["A1"]


def test_use_takes_a_customer_or_an_order() -> None:
    for text, code in (("/use @C123", "C123"), ("/ใช้ !1042", "1042")):
        command = read(text)
        assert command.target is not None
        assert command.target.code == code
        assert command.body.words == text.split()[1]


def test_words_are_no_target() -> None:
    for words in ("@noon we open", "@ home", "!important", "! 5 left"):
        command = read(f"/reply {words}")
        assert (command.target, command.body.words) == (None, words)


def test_a_reply_keeps_its_words_as_typed() -> None:
    words = 'พรุ่งนี้ส่ง ½ "กล่อง\n[และ  ①'
    command = read(f"/ตอบ @C123 {words} ")
    assert command.target is not None
    assert (command.target.code, command.body.words) == ("C123", words)


def test_paid_takes_an_amount_or_none() -> None:
    assert read("/paid").body.amount is None
    assert read("/จ่ายแล้ว 300 บาท").body.amount == "300.00"


def test_slip_takes_ok_or_no_and_why() -> None:
    ok, no = read("/slip ok").body, read("/สลิป ไม่ผ่าน: ยอดไม่ตรง").body
    assert (ok.answer, ok.rest) == ("ok", "")
    assert (no.answer, no.rest) == ("no", "ยอดไม่ตรง")


def test_ship_takes_a_number_and_a_carrier() -> None:
    for text, number, carrier in (
        ("/ship th123 flash", "TH123", "flash"),
        ("/ส่งของ 123-456-789", "123-456-789", ""),
        ("/ship !1042 TH123 Thai Post", "TH123", "Thai Post"),
    ):
        body = read(text).body
        assert (body.number, body.rest) == (number, carrier)


def test_merge_takes_another_order_into_the_target() -> None:
    alone, both = read("/merge !1041"), read("/merge !1042 !1041")
    assert (alone.target, alone.body.number) == (None, "1041")
    assert both.target is not None
    assert (both.target.code, both.body.number) == ("1042", "1041")


def test_link_takes_a_code_however_it_is_grouped() -> None:
    assert {read(f"/link {t}").body.number for t in ("482913", "482 913", "๔๘๒-๙๑๓")} == {"482913"}


def test_rm_and_stock_take_codes() -> None:
    assert items("/rm A1/M, B2") == [("A1", ("M",), 1, None), ("B2", (), 1, None)]
    assert items("/สต็อก A1 B2") == [("A1", (), 1, None), ("B2", (), 1, None)]


def test_an_order_may_be_opened_empty() -> None:
    assert read("/o").body.items == ()


def test_a_misspelt_thai_vowel_is_understood() -> None:
    assert read("/เเก้ A1 3").verb == "set"


def test_a_thai_verb_may_touch_its_code() -> None:
    assert items("/เปิดบิลA1 2") == [("A1", (), 2, None)]


def test_full_width_text_is_the_same_text() -> None:
    assert items("／Ｏ　Ａ１　２；Ｂ２") == [("A1", (), 2, None), ("B2", (), 1, None)]


def test_spans_are_places_in_the_text_as_typed() -> None:
    text = "\u200b/o  Ａ１\u200b ๒ @๓๕๐;  ส่ง ๕๐"
    command = read(text)
    (item,), (ship,) = command.body.items, command.body.modifiers
    assert text[slice(*command.verb_span)] == "o"
    assert text[slice(*item.code_span)] == "Ａ１"
    assert text[slice(*item.span)] == "Ａ１\u200b ๒ @๓๕๐"
    assert text[slice(*ship.span)] == "ส่ง ๕๐"


@pytest.mark.parametrize(
    "text", ["", " ", "hello", "1/2", "/", "#", " / ", "# send", "#sale", "#ราคา", "o A1 2", "A1 2"]
)
def test_chat_is_no_command(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("/sned", "/send"),
        ("/ord A1", "/order"),
        ("/ส่งบล", "/ส่งบิล"),
        ("/xyzzyx", None),
        ("/home/user", None),
        ("/ send", "/send"),
        ("//", None),
        ('/"open', None),
        ("/[open", None),
        ("#sned", "#send"),
        ("#cancle", "#cancel"),
    ],
)
def test_an_unknown_verb_gets_a_suggestion(text: str, suggestion: str | None) -> None:
    found = parse(text)
    assert isinstance(found, Unknown)
    assert found.suggestion == suggestion
    assert text[slice(*found.span)] == found.verb


def test_a_shop_may_choose_its_prefixes() -> None:
    assert parse("/o A1", prefixes=("!!",)) is None
    assert read("!!o A1", prefixes=("!", "!!")).prefix == "!!"


def test_equal_items_are_summed_and_told() -> None:
    body = read("/o A1 2, B2, a1 3, A1/M 1, A1 1 @350, A1 1 -5, A1 1 -5").body
    summed, told = sum_items(body.items)
    assert [(i.code, i.options, i.quantity, i.price) for i in summed] == [
        ("A1", (), 5, None),
        ("B2", (), 1, None),
        ("A1", ("M",), 1, None),
        ("A1", (), 1, "350.00"),
        ("A1", (), 1, None),
        ("A1", (), 1, None),
    ]
    assert told == ("A1",)


def test_nothing_typed_shows_in_a_repr() -> None:
    for text in (
        '/o "secretword" 1 @5; note: secretword; tel 0812345678',
        "/reply secretword 0812345678",
        "/slip no secretword 0812345678",
        "/link 0812345678",
        "/secretword",
    ):
        assert "secretword" not in repr(parse(text))
        assert "0812345678" not in repr(parse(text))
