"""Merging customers who have more than chats: it all comes along, and goes back."""

from __future__ import annotations

from typing import Any

import pytest

from bot import contacts
from bot.contacts import CustomerChanged, PostalAddress, merge, undo
from bot.store import contacts as rows
from bot.store import conversations
from tests.bot.contacts.conftest import Book

OWNED = (
    "addresses",
    "conversations",
    "orders",
    "contact_phones",
    "postal_addresses",
    "contact_notes",
    "contact_tags",
    "contact_bans",
)


def owners(book: Book) -> dict[str, list[int]]:
    return {name: [row.contact_id for row in book.shop.rows(name)] for name in OWNED}


def fill(book: Book, code: int, word: str) -> None:
    """Give a customer one of everything."""
    phones = tuple(dict.fromkeys(("0812345678", f"0800000{code:03}")))
    book.change(code, name=word, phones=phones, tags=("vip", word))
    book.run(contacts.add_address, code, PostalAddress(f"{word} Road"), default=True)
    book.run(contacts.add_note, code, f"{word}'s note")


@pytest.fixture
def two(book: Book) -> Book:
    """C1 writes on LINE, C2 is offline and banned; both have one of everything."""
    book.shop.hear_line("hello")
    book.shop.handle()
    book.shop.answer("/o A1 2")
    assert book.create("offline") == 2
    fill(book, 1, "Mali")
    fill(book, 2, "สมชาย")
    book.run(contacts.ban, 2, "never pays")
    return book


def test_an_offline_customer_is_joined_with_all_they_have_and_parted_again(two: Book) -> None:
    before = owners(two)
    untouched = two.read(1), two.read(2)

    merge_id = merge(two.shop.runtime, two.actor, 1, 2)

    assert {owner for each in owners(two).values() for owner in each} == {1}
    kept = two.read(2)
    assert kept.row.code == 1
    assert kept.phones == ("0812345678", "0800000001", "0800000002")
    assert kept.tags == ("vip", "Mali", "สมชาย")
    assert [note.text for note in kept.notes] == ["Mali's note", "สมชาย's note"]
    assert len(kept.addresses) == 2
    assert kept.default_address_id == untouched[0].default_address_id
    assert kept.ban is not None

    undo(two.shop.runtime, two.actor, 1, merge_id)

    assert owners(two) == before
    for code, was in ((1, untouched[0]), (2, untouched[1])):
        now = two.read(code)
        assert (now.row.name, now.phones, now.tags, now.notes) == (
            was.row.name,
            was.phones,
            was.tags,
            was.notes,
        )
        assert (now.addresses, now.default_address_id, now.ban) == (
            was.addresses,
            was.default_address_id,
            was.ban,
        )


def test_who_was_merged_is_found_by_code_name_and_phone_as_the_kept_one(two: Book) -> None:
    merge_id = merge(two.shop.runtime, two.actor, 1, 2)
    for text in ("C2", "สมชาย", "สมชาบ", "0800000002", "mali", "#สมชาย", "mali 0800000002"):
        assert two.find(text) == [1], text
    with two.shop.runtime.store.read() as connection:
        listed = contacts.list_customers(connection, two.actor.shop_id, tag="vip")
    assert [row.code for row in listed] == [1]
    two.run(contacts.add_note, 2, "for the kept one")
    assert len(two.read(1).notes) == 3

    undo(two.shop.runtime, two.actor, 1, merge_id)
    assert (two.find("สมชาย"), two.find("0800000002"), two.find("C2")) == ([2], [2], [2])
    assert two.find("mali 0800000002") == two.find("vip mali") == []


def test_a_chain_of_merges_is_followed_to_its_end(two: Book) -> None:
    two.create("Third")
    two.shop.hear_meta("hello")
    merge(two.shop.runtime, two.actor, 1, 3)
    merge(two.shop.runtime, two.actor, 2, 1)
    merge(two.shop.runtime, two.actor, 2, 2)
    assert two.find("third") == two.find("C3") == two.find("สมชาย") == [4]
    assert two.read(3).row.code == 4


def test_a_phone_that_both_had_goes_and_comes_back_with_each(two: Book) -> None:
    merge_id = merge(two.shop.runtime, two.actor, 1, 2)
    two.change(1, phones=("0812345678", "0800000001", "0800000002"))
    undo(two.shop.runtime, two.actor, 1, merge_id)
    assert two.read(1).phones == ("0812345678", "0800000001")
    assert two.read(2).phones == ("0812345678", "0800000002")


def test_a_ban_that_was_lifted_since_stays_lifted(two: Book) -> None:
    merge_id = merge(two.shop.runtime, two.actor, 1, 2)
    two.run(contacts.lift_ban, 1)
    undo(two.shop.runtime, two.actor, 1, merge_id)
    assert two.read(2).ban is None


def tell(book: Book, address_id: int, name: str) -> None:
    told: dict[str, Any] = {"name": name, "picture_url": "https://p.example/1", "language": "th"}
    book.shop.runtime.store.write(
        lambda connection: rows.name_contact(connection, address_id, **told)
    )


@pytest.mark.parametrize("platform_name", [None, "★ Mr. X ★"])
def test_a_name_that_staff_gave_goes_before_the_platforms_until_they_part(
    book: Book, platform_name: str | None
) -> None:
    book.shop.hear_line("hello")
    if platform_name is not None:
        tell(book, 1, platform_name)
    book.create("คุณสมชาย")

    merge_id = merge(book.shop.runtime, book.actor, 1, 2)
    assert book.read(1).row.name == "คุณสมชาย"
    tell(book, 1, "★ Mr. Y ★")
    assert book.read(1).row.name == "คุณสมชาย"

    undo(book.shop.runtime, book.actor, 1, merge_id)
    assert (book.read(1).row.name, book.read(2).row.name) == (platform_name, "คุณสมชาย")
    assert (book.read(1).row.name_given, book.read(2).row.name_given) == (False, True)
    assert book.read(1).row.picture_url == "https://p.example/1"


def test_a_name_that_staff_gave_since_stays_where_they_gave_it(book: Book) -> None:
    book.shop.hear_line("hello")
    book.shop.hear_meta("hello")
    tell(book, 2, "Mali")
    merge_id = merge(book.shop.runtime, book.actor, 1, 2)
    assert book.read(1).row.name == "Mali"
    book.change(1, name="คุณมะลิ")

    undo(book.shop.runtime, book.actor, 1, merge_id)

    kept, parted = book.read(1).row, book.read(2).row
    assert (kept.name, kept.name_given, kept.named_by) == ("คุณมะลิ", True, None)
    assert (parted.name, parted.named_by) == ("Mali", 2)


def test_a_merge_counts_as_a_change_of_both(two: Book) -> None:
    seen = two.version(1)
    merge(two.shop.runtime, two.actor, 1, 2)
    with pytest.raises(CustomerChanged):
        two.change(1, seen, name="Dao")


def test_orders_are_listed_through_merges_with_their_sums(two: Book) -> None:
    two.shop.hear_meta("hello")
    two.shop.handle()
    two.shop.answer("/o A1 1", to=2)
    merge_id = merge(two.shop.runtime, two.actor, 1, 3)

    def history() -> tuple[list[int], contacts.History]:
        with two.shop.runtime.store.read() as connection:
            customer = two.read(3)
            first = contacts.list_customer_orders(connection, customer, limit=1)
            rest = contacts.list_customer_orders(connection, customer, before=first[0].number)
            return [row.number for row in (*first, *rest)], contacts.read_history(
                connection, customer
            )

    numbers, sums = history()
    assert numbers == sorted(numbers, reverse=True)
    assert (len(numbers), sums.orders, sums.sold) == (2, 2, ())

    two.shop.runtime.store.write(
        lambda connection: connection.exec_driver_sql("UPDATE orders SET status = 'paid'")
    )
    totals = {row.number: row.total_minor for row in two.shop.rows("orders")}
    [sold] = history()[1].sold
    assert (sold.minor, sold.currency) == (sum(totals.values()), "THB")
    assert sold.minor > 0

    undo(two.shop.runtime, two.actor, 1, merge_id)
    numbers, sums = history()
    assert (len(numbers), [money.minor for money in sums.sold]) == (1, [totals[numbers[0]]])


def test_the_code_of_a_joined_customer_means_the_conversation(two: Book) -> None:
    def means(code: int) -> int | None:
        with two.shop.runtime.store.read() as connection:
            row = conversations.find_conversation_by_code(connection, two.actor.shop_id, code)
        return row.id if row else None

    assert means(2) is None
    merge(two.shop.runtime, two.actor, 1, 2)
    assert means(2) == 1
