"""Customers as a shop keeps them: created, changed, noted, banned, by whom it may."""

from __future__ import annotations

from typing import Any

import pytest

from bot import contacts
from bot.contacts import (
    Changes,
    CustomerChanged,
    CustomerError,
    CustomerForbidden,
    CustomerUnknown,
    Draft,
    PostalAddress,
)
from bot.store import contacts as rows
from bot.store import customers
from orders.states import Role
from tests.bot.contacts.conftest import Book
from tests.support.shop import Shop, at_once

HOME = PostalAddress(lines="1 Sukhumvit Rd.\nBangkok", postcode="10110")


def audit(shop: Shop) -> list[tuple[str, str]]:
    """What was done to which customer, in order."""
    return [
        (row.action, row.subject)
        for row in shop.rows("audit")
        if row.subject.startswith("contact:")
    ]


# Creating and changing -------------------------------------------------------------------------


def test_an_offline_customer_is_created_without_any_channel(book: Book) -> None:
    kept = book.run(
        contacts.create,
        Draft(
            "คุณมะลิ", phones=("081-234-5678", "+66812345678"), tags=("VIP", "#vip"), language="th"
        ),
    )

    customer = book.read(kept.code)
    assert (customer.row.name, customer.row.language) == ("คุณมะลิ", "th")
    assert customer.phones == ("081-234-5678",)
    assert customer.tags == ("VIP",)
    assert (customer.addresses, customer.notes, customer.ban) == ((), (), None)
    assert book.shop.rows("addresses") == []
    assert audit(book.shop) == [("customer created", f"contact:{customer.row.id}")]


def test_codes_go_on_where_chats_left_off(book: Book) -> None:
    book.shop.hear_line("hello")
    assert book.create("Mali") == 2


def test_who_has_the_same_phone_is_told_and_not_forbidden(book: Book, rival: Book) -> None:
    rival.create("Somebody", "0812345678")
    first = book.create("Mali", "0812345678")
    kept = book.run(contacts.create, Draft("Dao", phones=("+66 81 234 5678",)))
    assert kept.same_phone == (first,)
    assert book.change(first, phones=("0812345678", "029998888")).same_phone == (kept.code,)


@pytest.mark.parametrize(
    ("draft", "key"),
    [
        (Draft(""), "name_missing"),
        (Draft(" \u200b\u202e "), "name_missing"),
        (Draft("x" * 81), "too_long"),
        (Draft("x" * 20_000), "too_long"),
        (Draft("Mali", phones=("call me",)), "phone_unreadable"),
        (Draft("Mali", phones=("12",)), "phone_unreadable"),
        (Draft("Mali", phones=tuple(f"08100000{n:02}" for n in range(11))), "too_many"),
        (Draft("Mali", tags=("x" * 41,)), "too_long"),
        (Draft("Mali", tags=("#",)), "field_missing"),
        (Draft("Mali", tags=tuple(f"t{n}" for n in range(21))), "too_many"),
        (Draft("Mali", language="xx"), "language_unknown"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_kept(
    book: Book, draft: Draft, key: str
) -> None:
    with pytest.raises(CustomerError) as refused:
        book.run(contacts.create, draft)
    assert (refused.value.key, str(refused.value)) == (key, key)
    for language in ("th", "en"):
        assert "{" not in refused.value.sentence(language)
    assert refused.value.sentence("th") != refused.value.sentence("en")
    assert book.shop.rows("contacts") == book.shop.rows("contact_terms") == []
    assert book.create("Mali") == 1, "a refused one takes no number"


def test_T45_hidden_signs_of_a_typed_name_are_dropped(book: Book) -> None:
    assert book.read(book.create("Ann \u202eevil\u2066")).row.name == "Ann evil"
    assert book.read(book.create("Адmin")).row.name == "Адmin"


@pytest.mark.parametrize(
    "name",
    [
        "=HYPERLINK(1)",
        "+1",
        "@x",
        '<script>alert("x")</script>',
        "Robert'); DROP TABLE contacts;--",
    ],
)
def test_T44_T46_T62_a_hostile_name_is_kept_as_it_is_and_found(book: Book, name: str) -> None:
    code = book.create(name)
    assert book.read(code).row.name == name
    assert book.find(name) == [code]


def test_a_change_leaves_what_it_does_not_name(book: Book) -> None:
    code = book.create("Mali", "0812345678", tags=("vip",))
    kept = book.change(code, name="มะลิ", tags=("vip", "cod"))

    customer = book.read(code)
    assert (customer.row.name, customer.phones, customer.tags) == (
        "มะลิ",
        ("0812345678",),
        ("vip", "cod"),
    )
    assert kept.version == customer.row.version == 2
    assert book.shop.rows("audit")[-1].data == {"fields": ["name", "tags"]}
    assert (book.find("Mali"), book.find("มะลิ")) == ([], [code])

    book.change(code, phones=("02 999 8888",), tags=())
    customer = book.read(code)
    assert (customer.phones, customer.tags) == (("02 999 8888",), ())
    assert (book.find("0812345678"), book.find("029998888")) == ([], [code])


def test_what_is_so_already_is_no_change(book: Book) -> None:
    code = book.create("Mali", "0812345678", tags=("vip",))
    before = audit(book.shop)
    kept = book.change(code, name=" Mali ", phones=("0812345678",), tags=("VIP",))
    assert (kept.version, audit(book.shop)) == (1, before)


def test_F33_the_loser_reads_who_changed_it_and_when(book: Book) -> None:
    code = book.create("Mali")
    book.change(code, 1, name="มะลิ")
    with pytest.raises(CustomerChanged) as lost:
        book.change(code, 1, name="Dao")
    told = lost.value.sentence("en")
    assert told.startswith("Changed by Nok at ")
    assert str(lost.value.facts["time"]) in told
    assert len(str(lost.value.facts["time"])) == len("14:02")
    assert "โหลดใหม่" in lost.value.sentence("th")
    assert book.read(code).row.name == "มะลิ"

    book.shop.clock.move(days=2)
    with pytest.raises(CustomerChanged) as lost:
        book.change(code, 1, name="Dao")
    assert len(str(lost.value.facts["time"])) == len("2026-11-26 14:02")


def test_T24_of_two_who_change_at_once_one_wins(book: Book) -> None:
    code = book.create("Mali")

    def attempt(place: int) -> bool:
        try:
            book.change(code, 1, name=f"Mali {place}")
        except CustomerChanged:
            return False
        return True

    assert sorted(at_once(4, attempt)) == [False, False, False, True]
    assert book.version(code) == 2


def test_a_name_that_staff_gave_outlives_the_platforms(book: Book) -> None:
    book.shop.hear_line("hello")

    def tell(name: str) -> None:
        told = {"name": name, "picture_url": "https://p.example/1", "language": "en"}
        book.shop.runtime.store.write(lambda connection: rows.name_contact(connection, 1, **told))

    tell("★ Mr. X ★")
    book.change(1, name="คุณสมชาย", language="th")
    tell("★ Mr. Y ★")

    row = book.read(1).row
    assert (row.name, row.language) == ("คุณสมชาย", "th")
    assert row.picture_url == "https://p.example/1"


# Addresses, notes, bans ------------------------------------------------------------------------


def test_the_address_book_has_one_default(book: Book) -> None:
    code = book.create("Mali")
    first = book.run(contacts.add_address, code, HOME)
    second = book.run(contacts.add_address, code, PostalAddress("2 Rama IV", label="Office"))
    customer = book.read(code)
    assert customer.default_address_id == first
    assert [each.country for each in customer.addresses] == ["TH", "TH"]

    book.run(
        contacts.change_address,
        code,
        second,
        PostalAddress("9 Rama IV", recipient="ดาว", phone="0812345678", country="my"),
        default=True,
    )
    customer = book.read(code)
    assert customer.default_address_id == second
    changed = customer.addresses[1]
    assert (changed.lines, changed.recipient, changed.country) == ("9 Rama IV", "ดาว", "MY")

    book.run(contacts.remove_address, code, second)
    assert book.read(code).default_address_id == first
    assert [action for action, _ in audit(book.shop)][1:] == [
        "address added",
        "address added",
        "address changed",
        "address removed",
    ]


@pytest.mark.parametrize(
    ("address", "key"),
    [
        (PostalAddress(""), "field_missing"),
        (PostalAddress("x" * 501), "too_long"),
        (PostalAddress("1 Road", phone="none"), "phone_unreadable"),
        (PostalAddress("1 Road", country="Thailand"), "country_unreadable"),
        (PostalAddress("1 Road", postcode="1" * 17), "too_long"),
    ],
)
def test_an_address_that_cannot_be_one_is_refused(
    book: Book, address: PostalAddress, key: str
) -> None:
    code = book.create("Mali")
    with pytest.raises(CustomerError, match=key):
        book.run(contacts.add_address, code, address)
    assert (book.read(code).addresses, book.version(code)) == ((), 1)


def test_notes_say_who_wrote_them_and_their_removal_stays_known(book: Book) -> None:
    code = book.create("Mali")
    note_id = book.run(contacts.add_note, code, "likes <b>jasmine</b>\u200b\nno calls\x00")
    note = book.read(code).notes[0]
    assert (note.text, note.author) == ("likes <b>jasmine</b>\u200b\nno calls", "Nok")

    book.shop.clock.move(minutes=1)
    book.run(contacts.change_note, code, note_id, "likes tea")
    note = book.read(code).notes[0]
    assert note.text == "likes tea"
    assert note.edited_at > note.at

    book.run(contacts.remove_note, code, note_id)
    assert book.read(code).notes == ()
    gone = book.shop.rows("audit")[-1]
    assert (gone.action, gone.data) == (
        "note removed",
        {"note": note_id, "author": book.actor.staff_id},
    )


def test_a_note_is_its_authors_and_a_managers(book: Book) -> None:
    code = book.create("Mali")
    author = book.acting(Role.SALES, "som@example.com")
    other = book.acting(Role.SALES, "lek@example.com")
    note_id = author.run(contacts.add_note, code, "mine")

    with pytest.raises(CustomerForbidden, match="note_forbidden"):
        other.run(contacts.change_note, code, note_id, "not yours")
    with pytest.raises(CustomerForbidden, match="note_forbidden"):
        other.run(contacts.remove_note, code, note_id)
    author.run(contacts.change_note, code, note_id, "still mine")
    book.acting(Role.MANAGER).run(contacts.remove_note, code, note_id)
    assert book.read(code).notes == ()


def test_a_ban_has_reason_author_and_time_and_can_be_lifted(book: Book) -> None:
    code = book.create("Mali")
    contact_id = book.read(code).row.id

    def is_banned() -> bool:
        with book.shop.runtime.store.read() as connection:
            return customers.is_banned(connection, contact_id)

    with pytest.raises(CustomerError, match="field_missing"):
        book.run(contacts.ban, code, "  ")
    assert not is_banned()
    for _ in range(2):
        book.run(contacts.ban, code, "never pays")
    held = book.read(code).ban
    assert held is not None
    assert (held.reason, held.author, is_banned()) == ("never pays", "Nok", True)
    assert len(book.shop.rows("contact_bans")) == 1
    book.run(contacts.ban, code, "never, ever pays")
    assert [row.ended_at is None for row in book.shop.rows("contact_bans")] == [False, True]

    for _ in range(2):
        book.run(contacts.lift_ban, code)
    assert (book.read(code).ban, is_banned()) == (None, False)
    done = [action for action, _ in audit(book.shop)]
    assert done == ["customer created", "customer banned", "customer banned", "ban lifted"]


# Who may ---------------------------------------------------------------------------------------

CHANGES: list[tuple[Any, tuple[Any, ...]]] = [
    (contacts.change, (1, 1, Changes(name="Dao"))),
    (contacts.add_address, (1, HOME)),
    (contacts.change_address, (1, 1, HOME)),
    (contacts.remove_address, (1, 1)),
    (contacts.add_note, (1, "a note")),
    (contacts.change_note, (1, 1, "another")),
    (contacts.remove_note, (1, 1)),
    (contacts.ban, (1, "never pays")),
    (contacts.lift_ban, (1,)),
]


@pytest.fixture
def full(book: Book) -> Book:
    """C1 with an address, a note and a ban."""
    assert book.create("Mali", "0812345678", tags=("vip",)) == 1
    book.run(contacts.add_address, 1, HOME)
    book.run(contacts.add_note, 1, "likes tea")
    book.run(contacts.ban, 1, "never pays much")
    return book


def everything(shop: Shop) -> list[Any]:
    tables = ("contacts", "contact_phones", "postal_addresses", "contact_notes", "contact_tags")
    return [shop.rows(name) for name in (*tables, "contact_bans", "contact_terms", "audit")]


@pytest.mark.parametrize("role", [Role.FINANCE, Role.PACKER, Role.VIEWER])
def test_who_may_not_change_customers_changes_nothing(full: Book, role: Role) -> None:
    before = everything(full.shop)
    other = full.acting(role)
    for use_case, facts in [*CHANGES, (contacts.create, (Draft("Dao"),))]:
        with pytest.raises(CustomerForbidden, match="forbidden"):
            other.run(use_case, *facts)
    assert everything(full.shop) == before
    assert full.find("mali") == [1]


def test_T54_another_shop_neither_sees_nor_changes_a_customer(full: Book, rival: Book) -> None:
    before = everything(full.shop)
    for use_case, facts in CHANGES:
        with pytest.raises(CustomerUnknown, match="unknown"):
            rival.run(use_case, *facts)
    assert not rival.sees(1)
    assert everything(full.shop) == before

    mine = rival.create("Dao")
    with pytest.raises(CustomerUnknown, match="address_unknown"):
        rival.run(contacts.remove_address, mine, 1)
    with pytest.raises(CustomerUnknown, match="note_unknown"):
        rival.run(contacts.change_note, mine, 1, "mine now")
    assert len(full.read(1).addresses) == len(full.read(1).notes) == 1


def test_open_pages_are_told(book: Book) -> None:
    book.shop.hear_line("hello")
    since = book.shop.last_change()
    book.run(contacts.add_note, 1, "likes tea")
    assert [row.conversation_id for row in book.shop.rows("feed") if row.id > since] == [1]


def test_T58_an_error_holds_nothing_that_was_typed(book: Book) -> None:
    with pytest.raises(CustomerError) as refused:
        book.run(contacts.create, Draft("Mali", phones=("secret words",)))
    assert "secret" not in repr(refused.value)
