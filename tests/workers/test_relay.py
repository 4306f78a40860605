from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from redis import Redis

from bot import inbox, media, outbox
from bot.jobs import Doorbell
from bot.messages import Attachment, Author
from bot.runtime import Runtime, Work
from bot.store import changes, conversations, events, messages, shops
from bot.store import outbox as outbox_rows
from workers.relay import Relay

SECRET = b"s" * 32


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as connection:
        yield connection


@pytest.fixture
def without_redis(runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = Doorbell(f"unix://{tmp_path / 'nobody.sock'}")
    monkeypatch.setattr(runtime.bell, "_redis", nobody._redis)


def hear(runtime: Runtime, text: str = "สวัสดีค่ะ") -> int:
    """Take in what a customer wrote on LINE; give the conversation's id."""
    event = {
        "type": "message",
        "mode": "active",
        "timestamp": int(datetime.now(UTC).timestamp() * 1000),
        "source": {"type": "user", "userId": "U" + "1" * 32},
        "webhookEventId": "01HEVENT" + hashlib.sha256(text.encode()).hexdigest()[:18].upper(),
        "deliveryContext": {"isRedelivery": False},
        "replyToken": "0f3779fba3b349968c5d07db31eab56f",
        "message": {"type": "text", "id": "444573844083572737", "text": text},
    }
    body = json.dumps({"destination": "U" + "0" * 32, "events": [event]}).encode()
    signature = base64.b64encode(hmac.new(SECRET, body, hashlib.sha256).digest()).decode()
    inbox.receive(runtime, "line", "siam-line", {"x-line-signature": signature}, body)
    with runtime.store.read() as connection:
        shop = shops.find_shop_by_slug(connection, "siam")
        assert shop is not None
        (row,) = conversations.list_conversations(connection, shop.id)
    return int(row.id)


def owe(runtime: Runtime, conversation_id: int, text: str = "ขอบคุณค่ะ") -> None:
    """Owe the customer some words."""

    def body(work: Work) -> None:
        conversation = conversations.lock_conversation(work.connection, conversation_id)
        assert conversation is not None
        outbox.plan_text(work, conversation, text, author=Author.STAFF)

    runtime.transact(body)


def forget_rings(redis: Redis) -> None:
    redis.flushall()


def test_F10_a_delivery_whose_ring_was_lost_is_offered(
    runtime: Runtime, redis: Redis, clock: Clock
) -> None:
    owe(runtime, hear(runtime))
    forget_rings(redis)
    Relay(runtime, clock).turn()
    assert redis.llen("rq:queue:deliver") == 1
    assert redis.llen("rq:queue:inbound") == 1


def test_F47_a_delivery_is_offered_once_in_thirty_seconds(
    runtime: Runtime, redis: Redis, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = {"by": timedelta(0)}
    monkeypatch.setattr(runtime.store, "_now", lambda: datetime.now(UTC) + moved["by"])
    owe(runtime, hear(runtime))
    relay = Relay(runtime, clock)
    relay.turn()
    forget_rings(redis)
    for _ in range(5):
        clock.at += 1
        relay.turn()
    assert redis.llen("rq:queue:deliver") == 0
    moved["by"] = timedelta(seconds=31)
    clock.at += 1
    relay.turn()
    assert redis.llen("rq:queue:deliver") == 1


def test_nothing_due_rings_nothing_but_upkeep(runtime: Runtime, redis: Redis, clock: Clock) -> None:
    relay = Relay(runtime, clock)
    relay.turn()
    waiting = set(redis.scan_iter("rq:queue:*"))
    assert waiting == {b"rq:queue:upkeep"}
    forget_rings(redis)
    clock.at += 59
    relay.turn()
    assert redis.llen("rq:queue:upkeep") == 0
    clock.at += 1
    relay.turn()
    assert redis.llen("rq:queue:upkeep") == 1


def test_a_picture_that_is_due_is_rung_for(runtime: Runtime, redis: Redis, clock: Clock) -> None:
    conversation_id = hear(runtime)

    def want(work: Work) -> None:
        conversation = conversations.lock_conversation(work.connection, conversation_id)
        assert conversation is not None
        (message,) = messages.list_messages(work.connection, conversation_id)
        media.note(
            work,
            shop_id=message.shop_id,
            channel_id=conversation.channel_id,
            message_id=message.id,
            attachments=[Attachment("image", content_id="77")],
        )

    runtime.transact(want)
    forget_rings(redis)
    Relay(runtime, clock).turn()
    assert redis.llen("rq:queue:media") == 1


def test_F09_while_redis_is_away_the_relay_does_the_work(
    runtime: Runtime, clock: Clock, httpserver: HTTPServer, without_redis: None
) -> None:
    httpserver.expect_request("/v2/bot/message/reply", method="POST").respond_with_json(
        {"sentMessages": [{"id": "461230966842064897", "quoteToken": "q"}]},
        headers={"x-line-request-id": "1"},
    )
    owe(runtime, hear(runtime))
    Relay(runtime, clock).turn()
    with runtime.store.read() as connection:
        assert outbox_rows.count_by_state(connection) == {"sent": 1}
        assert events.conversations_with_pending_events(connection) == []
    assert [request.method for request, _ in httpserver.log].count("POST") == 1


def test_F09_while_redis_is_away_what_was_offered_a_moment_ago_is_sent_too(
    runtime: Runtime, clock: Clock, httpserver: HTTPServer, without_redis: None
) -> None:
    httpserver.expect_request("/v2/bot/message/reply", method="POST").respond_with_json(
        {"sentMessages": [{"id": "461230966842064897", "quoteToken": "q"}]}
    )
    relay = Relay(runtime, clock)
    relay.turn()
    owe(runtime, hear(runtime))
    assert runtime.transact(lambda work: outbox.offer_due(work, timedelta(seconds=30))) == 1
    clock.at += 1
    relay.turn()
    with runtime.store.read() as connection:
        assert outbox_rows.count_by_state(connection) == {"sent": 1}


def test_two_relays_at_once_send_nothing_twice(
    runtime: Runtime, clock: Clock, httpserver: HTTPServer, without_redis: None
) -> None:
    httpserver.expect_request("/v2/bot/message/reply", method="POST").respond_with_json(
        {"sentMessages": [{"id": "461230966842064897", "quoteToken": "q"}]}
    )
    owe(runtime, hear(runtime))
    one, other = Relay(runtime, clock), Relay(runtime, clock)
    one.turn()
    other.turn()
    assert [request.method for request, _ in httpserver.log].count("POST") == 1


def test_the_relay_beats(runtime: Runtime, clock: Clock) -> None:
    Relay(runtime, clock).turn()
    with runtime.store.read() as connection:
        (row,) = changes.list_heartbeats(connection)
    assert (row.name, row.kind) == ("relay", "relay")


def test_a_part_that_fails_costs_the_others_nothing(
    runtime: Runtime, redis: Redis, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owe(runtime, hear(runtime))
    forget_rings(redis)
    tries = []

    def fail(*_: object) -> int:
        tries.append(clock.at)
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "offer_due", fail)
        relay = Relay(runtime, clock)
        for _ in range(5):
            relay.turn()
            clock.at += 1
    assert tries == [1000.0], "a part that failed is left alone for a while"
    assert redis.llen("rq:queue:inbound") == 1
    relay.turn()
    assert redis.llen("rq:queue:deliver") == 1
