"""The store: one way to write for both databases, times, the schema, and what the vault holds."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from bot import contacts
from bot.runtime import Work
from bot.store import changes, conversations, shops, tables
from bot.store.database import SchemaMismatch, Store, StoreUnavailable, is_passing
from bot.store.vault import Vault, WrongKey, digest
from tests.support.shop import Shop, at_once

# A shop of the fourth schema: one product counted, one not, and the ledger of the first.
BOOK_OF_0004 = (
    """INSERT INTO shops (id, slug, name, currency, timezone, locale, payment, shipping, options,
    managed, created_at)
    VALUES (1, 's', 'S', 'THB', 'UTC', 'th', '{}', '[]', '{}', TRUE, '2026-11-01 00:00:00')""",
    *(
        "INSERT INTO products (id, shop_id, code, name, price_minor, options, condition, "
        "available, reserved, sold, given_stock, active, managed) VALUES "
        f"({key}, 1, '{code}', 'tea', 100, '[]', {counts}, TRUE, TRUE)"
        for key, code, counts in (
            (1, "A1", "'stock', 5, 20, 0, 25"),
            (2, "B2", "'unlimited', NULL, 0, 0, NULL"),
        )
    ),
    *(
        "INSERT INTO stock_moves (id, shop_id, product_id, kind, quantity, at) VALUES "
        f"({key}, 1, 1, '{kind}', {pieces}, '2026-11-01 00:00:00')"
        for key, kind, pieces in (
            (1, "initial", 50),
            (2, "reserve", 22),
            (3, "release", 2),
            (4, "adjust", -25),
        )
    ),
)


def count(connection: Any, key: str) -> None:
    from bot.store import people

    people.count_failure(connection, key, datetime.now(UTC))


# Writing -------------------------------------------------------------------------------------


def test_reading_and_then_writing_loses_no_update_under_threads(shop: Shop) -> None:
    shop_id = shop.owner.shop_id

    numbers = at_once(
        16,
        lambda _: shop.runtime.store.write(lambda c: shops.next_number(c, shop_id, "customer")),
    )

    assert sorted(numbers) == list(range(1, 17))


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_on_sqlite_who_reads_and_then_writes_is_not_overtaken_in_between(shop: Shop) -> None:
    tries: list[int] = []
    rival = threading.Thread(
        target=lambda: shop.runtime.store.write(lambda connection: count(connection, "rival"))
    )

    def body(connection: Any) -> None:
        tries.append(1)
        connection.execute(select(tables.sign_ins)).all()
        if len(tries) == 1:
            rival.start()
            rival.join(0.3)  # it waits for us; a deferred BEGIN would have let it through
        count(connection, "ours")

    shop.runtime.store.write(body)
    rival.join()

    assert len(tries) == 1
    assert {row.failures for row in shop.rows("sign_ins")} == {1}


def test_what_fails_is_rolled_back_whole(shop: Shop) -> None:
    def body(connection: Any) -> None:
        count(connection, "k")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        shop.runtime.store.write(body)

    assert shop.rows("sign_ins") == []


def test_bells_ring_after_the_commit_and_only_then(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[tuple[str, int]] = []

    def ring(queue: str) -> bool:
        rung.append((queue, len(shop.rows("sign_ins"))))
        return True

    monkeypatch.setattr(shop.runtime.bell, "ring", ring)

    def body(work: Any) -> None:
        work.ring("deliver")
        work.ring("deliver")
        count(work.connection, "k")
        assert rung == []

    def fail(work: Any) -> None:
        work.ring("inbound")
        raise ZeroDivisionError

    shop.runtime.transact(body)
    with pytest.raises(ZeroDivisionError):
        shop.runtime.transact(fail)

    assert rung == [("deliver", 1)]


def test_F07_a_locked_database_is_told_within_the_callers_patience(shop: Shop) -> None:
    shop_id = shop.owner.shop_id
    held, let_go = threading.Event(), threading.Event()

    def hold(connection: Any) -> None:
        shops.next_number(connection, shop_id, "order")
        held.set()
        assert let_go.wait(30)

    holder = threading.Thread(target=lambda: shop.runtime.store.write(hold))
    holder.start()
    try:
        assert held.wait(10)
        with pytest.raises(StoreUnavailable):
            shop.runtime.store.write(lambda c: shops.next_number(c, shop_id, "order"), patience=0.2)
    finally:
        let_go.set()
        holder.join()

    assert shop.runtime.store.write(lambda c: shops.next_number(c, shop_id, "order")) == 1002


def test_F50_eight_who_open_one_conversation_at_once_get_the_same(shop: Shop) -> None:
    channel = shop.row("channels", key="siam-line")

    def open_it(work: Work) -> int:
        return conversations.open_conversation(
            work.connection,
            shop_id=channel.shop_id,
            channel_id=channel.id,
            platform_id="Unew",
            kind="user",
            at=work.now,
        )

    assert set(at_once(8, lambda _: shop.runtime.transact(open_it))) == {1}
    assert len(shop.rows("contacts")) == 1


def test_F42_two_transactions_that_wait_for_each_other_both_succeed(shop: Shop) -> None:
    shop_id = shop.owner.shop_id
    meet = threading.Barrier(2)

    def body(place: int) -> None:
        first_try = True
        names = ("a", "b") if place else ("b", "a")

        def both(connection: Any) -> None:
            nonlocal first_try
            shops.next_number(connection, shop_id, names[0])
            if first_try and not shop.runtime.store.is_sqlite:  # SQLite lets one in at a time
                first_try = False
                meet.wait(10)
            shops.next_number(connection, shop_id, names[1])

        shop.runtime.store.write(both)

    at_once(2, body)

    assert {row.value for row in shop.rows("counters") if row.name in "ab"} == {2}


def test_a_broken_rule_of_the_database_is_no_passing_trouble(shop: Shop) -> None:
    tries = []

    def body(connection: Any) -> None:
        tries.append(1)
        connection.execute(
            insert(tables.counters).values(shop_id=shop.owner.shop_id, name="order", value=1)
        )

    with pytest.raises(IntegrityError) as error:
        shop.runtime.store.write(body)

    assert len(tries) == 1
    assert not is_passing(error.value)


def test_foreign_keys_are_kept(shop: Shop) -> None:
    with pytest.raises(IntegrityError):
        shop.runtime.store.write(
            lambda c: c.execute(insert(tables.counters).values(shop_id=999, name="order", value=1))
        )


def test_reading_does_not_write(shop: Shop) -> None:
    before = shop.last_change()
    with shop.runtime.store.read() as connection:
        connection.execute(select(tables.shops)).all()

    assert shop.last_change() == before


# Times ---------------------------------------------------------------------------------------


def test_times_come_back_as_aware_utc_whatever_their_zone_was(shop: Shop) -> None:
    bangkok = datetime(2026, 11, 22, 19, 30, 15, 123456, tzinfo=timezone(timedelta(hours=7)))

    shop.runtime.store.write(lambda c: changes.beat(c, "x", "web", bangkok))

    kept = shop.row("heartbeats").beat_at
    assert kept == bangkok
    assert kept.utcoffset() == timedelta(0)


def test_a_naive_time_never_reaches_the_database(shop: Shop) -> None:
    with pytest.raises(Exception, match="naive"):
        shop.runtime.store.write(
            lambda c: changes.beat(c, "x", "web", datetime(2026, 1, 1))  # noqa: DTZ001 the test
        )


def test_the_clock_of_a_transaction_follows_the_tests(shop: Shop) -> None:
    first = shop.runtime.transact(lambda work: work.now)
    shop.clock.move(hours=5)
    second = shop.runtime.transact(lambda work: work.now)

    assert timedelta(hours=5) <= second - first < timedelta(hours=5, minutes=2)


# Repeats -------------------------------------------------------------------------------------


def test_an_idempotency_key_is_claimed_once_and_remembers_its_answer(shop: Shop) -> None:
    shop_id = shop.owner.shop_id

    def claim(work: Any) -> bool:
        taken = changes.claim_key(work.connection, shop_id, "k", work.now)
        if taken:
            changes.keep_answer(work.connection, shop_id, "k", {"n": 7})
        return taken

    assert at_once(8, lambda _: shop.runtime.transact(claim)).count(True) == 1
    with shop.runtime.store.read() as connection:
        assert changes.find_answer(connection, shop_id, "k") == {"n": 7}
        assert changes.find_answer(connection, shop_id + 1, "k") is None


# The schema ------------------------------------------------------------------------------------


def test_migrating_twice_changes_nothing_and_the_schema_is_the_codes(shop: Shop) -> None:
    shop.runtime.store.migrate()
    shop.runtime.store.check_schema()

    assert len(shop.rows("shops")) == 1


def test_T65_an_empty_database_says_what_to_run(database_url: str) -> None:
    store = Store(database_url)
    try:
        with pytest.raises(SchemaMismatch, match="openbill migrate"):
            store.check_schema()
    finally:
        store.close()


def test_the_tables_of_the_migrations_are_the_tables_of_the_code(shop: Shop) -> None:
    from alembic.autogenerate import compare_metadata

    def is_shared(_thing: object, name: str | None, *_rest: object) -> bool:
        # What only one of the databases has, for search, is made by the migration alone.
        return not (name or "").startswith(("message_fts", "ix_message_words_grams"))

    with shop.runtime.store.read() as connection:
        opts = {"compare_type": True, "include_object": is_shared}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, tables.metadata) == []


def test_customers_of_an_earlier_version_are_found_by_name_after_the_migration(
    shop: Shop,
) -> None:
    store, shop_id = shop.runtime.store, shop.owner.shop_id
    old = "INSERT INTO contacts (shop_id, code, name, created_at) VALUES (:shop, 7, :name, :at)"
    facts = {"shop": shop_id, "name": "คุณมะลิ", "at": shop.clock()}
    store.migrate("0006")
    store.write(lambda connection: connection.execute(text(old), facts))
    store.migrate()

    with store.read() as connection:
        siam = shops.find_shop(connection, shop_id)
        assert [row.code for row in contacts.search(connection, siam, "มะลิ")] == [7]
        assert [row.code for row in contacts.search(connection, siam, "มาลิ")] == [7]


def test_counts_of_the_first_schema_move_to_shelves_and_back(database_url: str) -> None:
    store = Store(database_url)
    try:
        store.migrate("0004")
        store.write(lambda connection: [connection.execute(text(one)) for one in BOOK_OF_0004])
        store.migrate("0005")
        with store.read() as connection:
            shelves = connection.execute(
                text("SELECT product_id, available, reserved, given_stock FROM shelves ORDER BY id")
            ).all()
            ledger = connection.execute(
                text("SELECT kind, source, target, quantity FROM stock_moves ORDER BY id")
            ).all()
        store.migrate("0004")
        with store.read() as connection:
            before = connection.execute(
                text("SELECT available, reserved, given_stock FROM products ORDER BY id")
            ).all()
            signed = connection.execute(text("SELECT quantity FROM stock_moves ORDER BY id")).all()
    finally:
        store.close()

    assert [tuple(row) for row in shelves] == [(1, 5, 20, 25)]
    assert [tuple(row) for row in ledger] == [
        ("initial", "outside", "available", 50),
        ("reserve", "available", "reserved", 22),
        ("release", "reserved", "available", 2),
        ("adjust", "available", "outside", 25),
    ]
    assert [tuple(row) for row in before] == [(5, 20, 25), (None, 0, None)]
    assert [row.quantity for row in signed] == [50, 22, 2, -25]


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_a_migration_leaves_the_keys_between_tables_guarded(shop: Shop) -> None:
    shop.runtime.store.migrate("0004")
    shop.runtime.store.migrate()

    astray = insert(tables.variants).values(
        shop_id=999, product_id=999, key="x", options=[], active=True, position=1
    )
    with pytest.raises(IntegrityError):
        shop.runtime.store.write(lambda connection: connection.execute(astray))


def test_a_database_that_does_not_answer_is_told_without_its_password() -> None:
    store = Store("postgresql+psycopg://openbill:very-secret@127.0.0.1:9/openbill")
    try:
        with pytest.raises(StoreUnavailable) as error:
            store.check_schema()
    finally:
        store.close()

    assert "very-secret" not in str(error.value)


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_F54_sqlite_writes_ahead_and_waits_for_the_disk(shop: Shop) -> None:
    with shop.runtime.store.read() as connection:
        mode = connection.execute(text("PRAGMA journal_mode")).scalar()
        synchronous = connection.execute(text("PRAGMA synchronous")).scalar()

    assert (mode, synchronous) == ("wal", 2)


# The vault ---------------------------------------------------------------------------------------


def test_T59_what_is_sealed_opens_under_its_own_key_only() -> None:
    sealed = Vault("k" * 32).seal({"access_token": "secret"})

    assert b"secret" not in sealed
    assert Vault("k" * 32).open(sealed) == {"access_token": "secret"}
    with pytest.raises(WrongKey, match="secret_key"):
        Vault("x" * 32).open(sealed)


def test_a_bills_token_depends_on_key_order_and_generation() -> None:
    vault = Vault("k" * 32)
    token = vault.bill_token(1, 1)

    assert len(token) == 32
    assert token == Vault("k" * 32).bill_token(1, 1)
    others = {vault.bill_token(1, 2), vault.bill_token(2, 1), Vault("x" * 32).bill_token(1, 1)}
    assert len(others | {token}) == 4
    assert len(digest(token)) == 64
