"""Claiming: one process tries a delivery at a time, the oldest deadline first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot import outbox, shops
from bot.messages import Receipt
from bot.outbox.claiming import claim_next
from bot.outbox.settling import settle
from bot.settings import Settings
from tests.support.platforms import Fault
from tests.support.shop import STAFF_PHONE, Shop, at_once


@pytest.fixture
def open_shop(shop: Shop) -> Shop:
    """The shop with one customer on LINE."""
    shop.hear_line("hello")
    shop.handle()
    return shop


def claim(shop: Shop) -> Any:
    return shop.runtime.transact(claim_next)[0]


def test_F21_one_of_eight_gets_the_delivery(open_shop: Shop) -> None:
    open_shop.say("hi")

    claims = at_once(8, lambda _: claim(open_shop))

    assert len([one for one in claims if one is not None]) == 1
    assert open_shop.row("outbox").attempts == 1


def test_F21_eight_workers_send_each_delivery_once_and_in_order(open_shop: Shop) -> None:
    for place in range(4):
        open_shop.hear_line("hello", user=f"U{place}")
    open_shop.handle()
    for text in ("one", "two", "three"):
        for to in range(1, 6):
            open_shop.say(text, to=to)

    at_once(8, lambda _: open_shop.deliver())
    open_shop.deliver()

    seen: dict[str, list[str]] = {}
    for one in open_shop.platforms.seen:
        seen.setdefault(one.person, []).append(one.message["text"])
    assert len(open_shop.platforms.calls) == 15
    assert list(seen.values()) == [["one", "two", "three"]] * 5


def test_a_lease_that_was_lost_settles_nothing(open_shop: Shop) -> None:
    open_shop.say("hi")
    late = claim(open_shop)
    open_shop.clock.move(seconds=91)
    second = claim(open_shop)
    assert second is not None

    open_shop.runtime.transact(lambda work: settle(work, late, Receipt(("m1",))))
    assert open_shop.row("outbox").state == "sending"

    open_shop.runtime.transact(lambda work: settle(work, second, Receipt(("m2",))))
    assert open_shop.row("outbox").platform_ids == ["m2"]


def test_the_oldest_deadline_goes_first(open_shop: Shop) -> None:
    open_shop.link_staff()
    open_shop.say("to the customer")
    open_shop.hear_line("/help", user=STAFF_PHONE)
    open_shop.handle()

    first = claim(open_shop)

    assert first.row.kind == "card"  # it is stale in twenty minutes


def test_a_payload_that_cannot_be_made_is_a_persons_business_in_the_end(
    open_shop: Shop,
) -> None:
    open_shop.answer("/o A1 1")
    open_shop.answer("/send")

    def fail(*_: Any) -> dict[str, Any]:
        raise ZeroDivisionError

    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            outbox.deliver_next(open_shop.runtime, {"bill": fail})
        open_shop.clock.move(seconds=91)
    outbox.deliver_next(open_shop.runtime, {"bill": fail})

    assert open_shop.row("outbox").state == "needs_review"
    assert open_shop.row("messages", kind="bill").reason


def test_what_is_due_is_offered_once_in_a_while(open_shop: Shop) -> None:
    pause = timedelta(seconds=30)

    def offer() -> int:
        return open_shop.runtime.transact(lambda work: outbox.offer_due(work, pause))

    assert offer() == 0
    open_shop.say("hi")
    assert (offer(), offer()) == (1, 0)
    open_shop.clock.move(seconds=31)
    assert (offer(), offer()) == (1, 0)
    open_shop.deliver()
    open_shop.clock.move(seconds=31)
    assert offer() == 0


# A channel that is down -----------------------------------------------------------------------


def take_down(shop: Shop) -> None:
    shop.platforms.fail(Fault(401, {"message": "Authentication failed"}))
    shop.deliver()


def renew_token(shop: Shop, token: str) -> None:
    """Start again with another token in the configuration."""
    settings: Settings = shop.runtime.settings
    siam = settings.shops[0]
    line = siam.channels[0].model_copy(
        update={"access_token": type(siam.channels[0].access_token)(token)}
    )
    changed = siam.model_copy(update={"channels": (line, *siam.channels[1:])})
    shops.bring_up_to_date(shop.with_settings(shops=(changed,)).runtime)


def test_F28_a_dead_token_holds_everything_of_its_channel_and_burns_nothing(
    open_shop: Shop, logs: list[Any]
) -> None:
    open_shop.hear_line("hello", user="Uother")
    open_shop.hear_meta("hello")
    open_shop.handle()
    open_shop.say("one")
    open_shop.say("two")
    open_shop.say("other", to=2)
    take_down(open_shop)

    channel = open_shop.row("channels", key="siam-line")
    assert (channel.state, bool(channel.reason)) == ("down", True)
    assert len(open_shop.platforms.calls) == 1
    assert [row.state for row in open_shop.rows("outbox")] == ["held"] * 3
    for message in open_shop.rows("messages", direction="out"):
        assert (message.state, bool(message.reason)) == ("held", True)
    assert open_shop.audit().count("channel down") == 1
    assert [line["event"] for line in logs].count("channel down") == 1

    open_shop.say("three")
    late = open_shop.rows("messages", direction="out")[-1]
    assert (late.state, bool(late.reason)) == ("held", True)
    open_shop.say("on messenger", to=3)
    open_shop.deliver()
    assert open_shop.platforms.texts() == ["on messenger"]


def test_F28_a_new_token_by_configuration_sends_what_was_held(open_shop: Shop) -> None:
    open_shop.say("one")
    open_shop.say("two")
    take_down(open_shop)
    open_shop.clock.move(hours=3)

    renew_token(open_shop, "another-token")
    assert open_shop.row("channels", key="siam-line").state == "up"
    assert {row.state for row in open_shop.rows("messages", direction="out")} == {"pending"}
    open_shop.deliver()

    assert open_shop.platforms.texts() == ["one", "two"]
    assert {call.token for call in open_shop.platforms.calls[1:]} == {"another-token"}
    assert {row.state for row in open_shop.rows("messages", direction="out")} == {"sent"}


def test_starting_again_with_the_same_token_leaves_a_dead_channel_down(open_shop: Shop) -> None:
    open_shop.say("one")
    take_down(open_shop)

    shops.bring_up_to_date(open_shop.runtime)

    assert open_shop.row("channels", key="siam-line").state == "down"
    assert open_shop.row("outbox").state == "held"
