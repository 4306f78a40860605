from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_httpserver import HTTPServer

from bot import upkeep
from bot.runtime import Runtime, Work
from bot.store import changes, conversations, messages, people, shops, watches
from workers.upkeep import sweep


@pytest.fixture
def shop_id(runtime: Runtime) -> int:
    with runtime.store.read() as connection:
        shop = shops.find_shop_by_slug(connection, "siam")
    assert shop is not None
    return int(shop.id)


@pytest.fixture(autouse=True)
def asked(runtime: Runtime) -> None:
    """The channels have just been asked after: nothing of that is due."""

    def write(work: Work) -> None:
        later = work.now + timedelta(days=1)
        for row in watches.list_watches(work.connection):
            watches.update_watch(
                work.connection, row.channel_id, probe_due_at=later, quota_due_at=later
            )

    runtime.transact(write)


def test_what_is_over_goes_and_what_is_not_stays(runtime: Runtime, shop_id: int) -> None:
    def prepare(work: Work) -> None:
        for digest, left in (("over", -1), ("open", 1)):
            people.insert_session(
                work.connection,
                shop_id=None,
                staff_id=None,
                digest=digest,
                stamp="stamp",
                created_at=work.now,
                expires_at=work.now + timedelta(seconds=60 * left),
            )
        people.count_failure(work.connection, "old", work.now - upkeep.SIGN_IN_LIFE * 2)
        people.count_failure(work.connection, "new", work.now)
        changes.announce(work.connection, shop_id, work.now - upkeep.FEED_LIFE * 2)
        changes.announce(work.connection, shop_id, work.now)

    runtime.transact(prepare)
    assert sweep(runtime) == 3
    with runtime.store.read() as connection:
        now = runtime.store.now(connection)
        assert people.find_session(connection, "open", now) is not None
        assert people.find_session(connection, "over", now - timedelta(hours=1)) is None
        assert set(people.find_failures(connection, ["old", "new"])) == {"new"}
        assert len(changes.read_feed(connection, shop_id, 0)) == 1
    assert sweep(runtime) == 0


def test_the_sweep_asks_who_wrote(runtime: Runtime, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v2/bot/profile/" + "U" + "1" * 32).respond_with_json(
        {"displayName": "Mali"}
    )

    def open_it(work: Work) -> None:
        channel = shops.find_channel_by_key(work.connection, "siam-line")
        assert channel is not None
        conversations.open_conversation(
            work.connection,
            shop_id=channel.shop_id,
            channel_id=channel.id,
            platform_id="U" + "1" * 32,
            kind="user",
            at=work.now,
        )

    runtime.transact(open_it)
    assert sweep(runtime) == 1
    with runtime.store.read() as connection:
        names = connection.exec_driver_sql("SELECT name FROM contacts").scalars().all()
    assert names == ["Mali"]
    assert sweep(runtime) == 0


def test_the_sweep_reads_messages_for_search_and_drops_dead_reply_tokens(runtime: Runtime) -> None:
    def say(work: Work) -> None:
        channel = shops.find_channel_by_key(work.connection, "siam-line")
        assert channel is not None
        talk = conversations.open_conversation(
            work.connection,
            shop_id=channel.shop_id,
            channel_id=channel.id,
            platform_id="U" + "1" * 32,
            kind="user",
            at=work.now,
        )
        messages.insert_message(
            work.connection,
            shop_id=channel.shop_id,
            conversation_id=talk,
            direction="in",
            author="customer",
            kind="text",
            text="ชาเขียว",
            sent_at=work.now,
            received_at=work.now,
            state="received",
        )
        for token, life in (("dead", -upkeep.TOKEN_LIFE * 2), ("alive", upkeep.TOKEN_LIFE)):
            messages.keep_reply_token(
                work.connection,
                shop_id=channel.shop_id,
                conversation_id=talk,
                token=token,
                expires_at=work.now + life,
            )

    runtime.transact(say)
    sweep(runtime)
    with runtime.store.read() as connection:
        read = "SELECT words FROM message_words"
        assert connection.exec_driver_sql(read).scalars().all() == ["ชาเขียว"]
        kept = "SELECT token FROM reply_tokens"
        assert connection.exec_driver_sql(kept).scalars().all() == ["alive"]


def test_the_sweep_watches_the_channels_and_leaves_what_is_left_to_the_next(
    runtime: Runtime, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/v2/bot/info").respond_with_json({"displayName": "Siam Tea"})

    def make_due(work: Work) -> None:
        channel = shops.find_channel_by_key(work.connection, "siam-line")
        assert channel is not None
        watches.update_watch(work.connection, channel.id, probe_due_at=work.now)
        shops.note_webhook(work.connection, channel.id, work.now)

    runtime.transact(make_due)
    assert sweep(runtime) == 1
    with runtime.store.read() as connection:
        (row,) = watches.list_watches(connection)
        assert row.token_state == "ok"
        assert len(watches.list_hours(connection, row.channel_id)) == 1
    assert runtime.bell.waiting()["upkeep"] == 1
    assert sweep(runtime) == 0
