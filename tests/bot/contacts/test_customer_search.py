"""Finding a customer by part of a name in any script and order, phone, code or tag."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot import contacts
from bot.contacts import Draft
from bot.store import customer_terms, shops
from bot.words.spelling import write_bare, write_plain
from tests.bot.contacts.conftest import Book

NAMES = (
    "สมชาย ใจดี",  # C1
    "Somchai Jaidee",
    "คุณแม่น้ำฝน",
    "Nguyễn Văn Đức",
    "José García",  # C5
    "田中 さくら",
    "ปี",
    "Mali",
    "Malika",
    "Somalia Tours",  # C10
    "ร้านป้าแมว สาขา 2",
)


@pytest.fixture
def shop_of_many(book: Book) -> Book:
    for name in NAMES:
        book.create(name)
    return book


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("สมชาย", 1),
        ("ใจดี สมชาย", 1),
        ("มชา", 1),
        ("สมชายใจดี", 1),
        ("ยใจ", 1),
        ("สม ใจ", 1),
        ("สมชัย", 1),
        ("JAIDEE somchai", 2),
        ("ｊａｉｄｅｅ", 2),
        ("somchia", 2),
        ("smchai", 2),
        ("sommchai", 2),
        ("somchay jaidee", 2),
        ("jaidea somchay", 2),
        ("น้ำฝน", 3),
        ("นำฝน", 3),
        ("แม่น\u0e4d\u0e49\u0e32", 3),
        ("คุณ\u200bแม่", 3),
        ("คุณแม่นำผน", 3),
        ("nguyen", 4),
        ("duc van", 4),
        ("Nguyễn", 4),
        ("garcia jose", 5),
        ("さくら", 6),
        ("田", 6),
        ("ปี", 7),
        ("ป้าแมว", 11),
        ("๒", 11),
    ],
)
def test_part_of_a_name_finds_it(shop_of_many: Book, text: str, code: int) -> None:
    assert code in shop_of_many.find(text)
    assert shop_of_many.find(text)[0] == code


@pytest.mark.parametrize(
    "text", ["zzz", "สมชาย zzz", "mali tours jaidee", "xy", "…", " ", "#vip", "%", "_", "\x00"]
)
def test_what_is_nobodys_finds_nobody(shop_of_many: Book, text: str) -> None:
    assert shop_of_many.find(text) == []


def test_the_best_comes_first(shop_of_many: Book) -> None:
    # The whole name, a word's begin, some part, a typing error.
    shop_of_many.create("Mati")
    assert shop_of_many.find("mali") == [8, 9, 10, 12]


def test_a_customer_is_as_good_as_the_worst_of_the_words(book: Book) -> None:
    inside, begin = book.create("Zmal Jaidee"), book.create("Malikalikalika Jaidee")
    assert book.find("mal jaidee") == [begin, inside]


def test_tone_marks_and_accents_are_optional_and_right_ones_first(book: Book) -> None:
    wrong, right, none = book.create("ป่า"), book.create("ป้า"), book.create("ปา")
    assert book.find("ป้า") == [right, wrong, none]
    assert sorted(book.find("ปา")) == [wrong, right, none]
    assert book.find("ปา")[0] == none


@pytest.mark.parametrize(
    "text",
    [
        "0812345678",
        "081-234",
        "5678",
        "+6681234",
        "๐๘๑๒๓๔",
        "0066812",
        "66812",
        "678",
        "081 234 5678",
        "mali 5678",
    ],
)
def test_part_of_a_phone_finds_it(book: Book, text: str) -> None:
    book.create("Dao", "0899999999")
    code = book.create("Mali", "+66 81 234 5678")
    assert book.find(text) == [code]


@pytest.mark.parametrize("text", ["มะลิ", "คุณมะลิ", "มาลิ", "คุณมาลิ", "พี่มะลิ", "คุณมะริ"])
@pytest.mark.parametrize("name", ["มะลิ", "คุณมะลิ", "น้องมะลิ", "พี่มะลิ ใจดี"])
def test_an_honorific_may_be_left_out_or_be_another(book: Book, name: str, text: str) -> None:
    code = book.create(name)
    book.create("คุณสมชาย")
    assert book.find(text) == [code]


def test_the_right_honorific_comes_first(book: Book) -> None:
    without, right = book.create("มะลิ"), book.create("คุณมะลิ")
    assert book.find("คุณมะลิ") == [right, without]


def test_two_digits_are_no_phone(book: Book) -> None:
    book.create("Mali", "0812345678")
    assert book.find("81") == []


def test_a_code_finds_its_customer_alone(book: Book) -> None:
    mali = book.create("Mali")
    book.create(f"C{mali}", "0810000001")
    assert book.find(f"C{mali}") == book.find(f" @c{mali} ") == [mali]
    assert book.find("C999") == []


def test_a_tag_narrows_what_is_found(book: Book) -> None:
    vip = book.create("Mali One", tags=("VIP", "ขายส่ง"))
    book.create("Mali Two", tags=("cod",))
    other = book.create("Dao", tags=("vip",))
    assert book.find("mali #vip") == book.find("#VIP mali") == book.find("mali", tag="vip") == [vip]
    assert book.find("#vip") == [vip, other]
    assert book.find("#ขายส่ง") == [vip]
    assert book.find(f"C{other}", tag="ขายส่ง") == []


def test_T54_a_shop_never_finds_anothers(book: Book, rival: Book) -> None:
    book.create("Mali", "0812345678", tags=("vip",))
    mine = rival.create("Dao", "0812345678", tags=("vip",))
    for text in ("mali", "mal", "maly", "mali 5678", "#vip mali"):
        assert rival.find(text) == [], text
    for text in ("5678", "#vip", "C1"):
        assert rival.find(text) in ([mine], []), text
        found = rival.find(text)
        assert all(rival.read(code).row.shop_id == rival.actor.shop_id for code in found)


@pytest.mark.parametrize("text", ["%", "_", "\\", "x%", "mal_x", "'; DROP TABLE contacts; --"])
def test_T62_signs_of_the_databases_own_stand_for_nothing(book: Book, text: str) -> None:
    book.create("Mali")
    assert book.find(text) == []
    assert book.find("mali") == [1]


@pytest.mark.parametrize(("text", "count"), [("mal", 1), ("m%i", 0), ("m_l", 0), ("\\", 0)])
def test_T62_the_narrowing_looks_for_words_as_they_are(book: Book, text: str, count: int) -> None:
    book.create("Mali")
    contact_id, shop_id = book.read(1).row.id, book.actor.shop_id
    with book.shop.runtime.store.read() as connection:
        found = customer_terms.read_found(connection, shop_id, [contact_id], [[text]])
        assert customer_terms.read_found(connection, shop_id + 1, [contact_id], []) == []
    assert len(found) == count


@pytest.mark.parametrize(
    "text", ["ก" * 100, "ก็" * 50, "a b " * 25, "\u0e4d\u0e32" * 50, "1" * 100, "#" * 100, "ﷺ" * 100]
)
def test_T45_hostile_words_are_answered(book: Book, text: str) -> None:
    book.create("Mali")
    assert book.find(text) == []


# Properties ------------------------------------------------------------------------------------

# "เ" is not among them: two of them are read as "แ", and half of that is another letter.
THAI = "กขคงจชซดตทนบปพฟมยรลวสหอะาิีึืุูแโใไ่้๊๋็์ำ"
LATIN = "abcdefghijklmnopqrstuvwxyzéèüñçøåőşžđ"
words = st.one_of(
    st.text(THAI, min_size=1, max_size=10),
    st.text(LATIN, min_size=1, max_size=12),
    st.text("田中佐藤鈴木さくらはな", min_size=1, max_size=4),
)
names = st.lists(words, min_size=1, max_size=3)
NEIGHBOURS = ("สมหญิง รักไทย", "Ann Example", "鈴木 はな")


class Undo(Exception):
    """Ends an example: what it wrote is rolled back."""


def search_in(book: Book, name: str, *texts: str) -> list[bool]:
    """Whether each text finds the customer of that name, among neighbours, in a shop of its own."""
    answers: list[bool] = []

    def body(work: Any) -> None:
        made = [contacts.create(work, book.actor, Draft(each)).code for each in (*NEIGHBOURS, name)]
        shop = shops.find_shop(work.connection, book.actor.shop_id)
        for text in texts:
            rows = contacts.search(work.connection, shop, text)
            answers.append(made[-1] in [row.code for row in rows])
        raise Undo

    with pytest.raises(Undo):
        book.shop.runtime.transact(body)
    return answers


def shows_something(text: str) -> bool:
    return bool(write_bare(write_plain(text)))


PROPERTY = settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@PROPERTY
@given(data=st.data(), parts=names)
def test_any_part_of_any_name_finds_it(book: Book, data: st.DataObject, parts: list[str]) -> None:
    name = " ".join(parts)
    assume(shows_something(name) and len(name) <= 60)
    start = data.draw(st.integers(0, len(name) - 1))
    part = name[start : data.draw(st.integers(start + 1, len(name)))]
    assume(shows_something(part))
    assert search_in(book, name, part, part.upper()) == [True, True]


@PROPERTY
@given(data=st.data(), parts=names)
def test_words_in_any_order_find_it(book: Book, data: st.DataObject, parts: list[str]) -> None:
    name = " ".join(parts)
    assume(shows_something(name))
    mixed = data.draw(st.permutations(parts))
    assert search_in(book, name, " ".join(mixed), "".join(parts)) == [True, True]


def mistype(draw: Any, word: str, letters: str) -> str:
    """One typing error: a letter less, more, other, or two that change places."""
    at = draw(st.integers(0, len(word) - 1))
    letter = draw(st.sampled_from(letters))
    swapped = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    less, more = word[:at] + word[at + 1 :], word[:at] + letter + word[at:]
    other = word[:at] + letter + word[at + 1 :]
    return str(draw(st.sampled_from([less, more, other, swapped])))


@PROPERTY
@given(data=st.data(), others=names)
@pytest.mark.parametrize("letters", ["กขคงจชซดตทนบปพฟมยรลวสหอาิีุู", "abcdefghijklmnopqrstuvwxyz"])
def test_one_typing_error_in_a_word_of_five_letters_finds_it(
    book: Book, letters: str, data: st.DataObject, others: list[str]
) -> None:
    word = data.draw(st.text(letters, min_size=5, max_size=12))
    name = " ".join([*others[:1], word, *others[1:]])
    wrong = mistype(data.draw, word, letters)
    assume(shows_something(wrong) and all(map(shows_something, others)))
    assert search_in(book, name, wrong, " ".join([wrong, *others[:2]])) == [True, True]


def test_every_customer_is_found_by_each_word_of_theirs(shop_of_many: Book) -> None:
    for code, name in zip(itertools.count(1), NAMES, strict=False):
        for word in name.split():
            assert code in shop_of_many.find(word), word
