"""Platforms are asked after tokens and quotas; what they tell moves channels and their rows."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot import contacts, outbox, shops, watch
from bot.messages import ChannelDown
from bot.runtime import Work
from bot.settings import ShopSettings
from bot.store import tables
from bot.store import watches as rows
from tests.bot.watch.conftest import Keeper
from tests.support.accounts import Accounts
from tests.support.platforms import Fault
from tests.support.shop import CUSTOMER, Shop, at_once

UNAUTHORIZED = Fault(401, {"message": "Authentication failed"})
FORBIDDEN = Fault(403, {"message": "Not available for your plan"})
DOWN: tuple[int, dict[str, str], dict[str, str]] = (500, {}, {})
PUSH_QUOTA = Fault(429, {"message": "You have reached your monthly limit."})


def send(shop: Shop, text: str = "thank you") -> Any:
    """Write to the customer and send what is due; give the delivery."""
    if not shop.rows("conversations"):
        shop.hear_line("hello")
        shop.handle()
    shop.say(text)
    shop.deliver()
    return shop.rows("outbox")[-1]


def states(shop: Shop) -> list[str]:
    return [row.state for row in shop.rows("outbox")]


# The token -----------------------------------------------------------------------


def test_each_token_is_probed_at_the_start_and_daily(keeper: Keeper, accounts: Accounts) -> None:
    keeper.work()
    assert (accounts.asked["info"], accounts.asked["me"]) == (1, 2)
    row = keeper.row()
    assert (row.token_state, row.token_reason, row.state) == ("ok", None, "up")
    assert row.token_at is not None
    keeper.shop.clock.move(hours=20)
    keeper.work()
    assert accounts.asked["info"] == 1
    keeper.shop.clock.move(hours=7)
    keeper.work()
    assert (accounts.asked["info"], accounts.asked["me"]) == (2, 4)


def test_F28_a_bad_probe_puts_the_channel_down_before_any_send_is_lost(
    keeper: Keeper, accounts: Accounts
) -> None:
    shop = keeper.shop
    keeper.work()
    accounts.dead.add(shop.secrets("siam-line")["access_token"])
    shop.clock.move(hours=27)
    keeper.work()
    assert (keeper.row().state, keeper.row().token_state) == ("down", "bad")
    assert keeper.row("siam-page").state == "up"
    send(shop)
    assert not shop.platforms.calls, "nothing is tried with a token that is known to be dead"
    assert shop.audit().count("channel down") == 1
    shop.clock.move(hours=2)
    keeper.work()
    assert shop.audit().count("channel down") == 1


def test_F28_a_401_is_probed_at_once_and_a_good_probe_resumes_what_was_held(
    keeper: Keeper, accounts: Accounts
) -> None:
    shop = keeper.shop
    keeper.work()
    shop.clock.move(hours=3)
    accounts.dead.add(shop.secrets("siam-line")["access_token"])
    shop.platforms.fail(UNAUTHORIZED)
    assert send(shop).state == "held"
    keeper.work()
    assert accounts.asked["info"] == 2
    assert (keeper.row().state, keeper.row().token_state) == ("down", "bad")
    assert keeper.alarms() == ("down", "token_bad")
    accounts.dead.clear()
    shop.clock.move(hours=2)
    keeper.work()
    assert (keeper.row().state, keeper.row().token_state, keeper.row().reason) == ("up", "ok", None)
    shop.deliver()
    assert states(shop) == ["sent"]
    assert shop.platforms.texts() == ["thank you"]
    assert [action for action in shop.audit() if "channel" in action] == [
        "channel down",
        "channel up",
    ]


def test_F28_a_token_that_only_passes_the_probe_does_not_spin(
    keeper: Keeper, accounts: Accounts
) -> None:
    shop = keeper.shop
    keeper.work()
    shop.clock.move(hours=3)
    shop.platforms.fail(*[UNAUTHORIZED] * 50)
    send(shop)
    for _ in range(12 * 12):
        keeper.work()
        shop.deliver()
        shop.clock.move(minutes=5)
    assert 2 <= len(shop.platforms.calls) <= 12
    assert states(shop) == ["held"]
    assert shop.audit().count("channel down") == 1, "one alarm, however often it falls again"


def test_a_missing_permission_is_not_mended_by_a_good_probe_but_by_hand(
    keeper: Keeper, accounts: Accounts
) -> None:
    shop = keeper.shop
    keeper.work()
    shop.clock.move(hours=3)
    shop.platforms.fail(FORBIDDEN)
    assert send(shop).state == "held"
    keeper.work()
    assert (keeper.row().token_state, keeper.row().state) == ("ok", "down")
    assert shop.runtime.transact(lambda work: watch.probe_now(work, "siam-line"))
    keeper.work()
    assert keeper.row().state == "up"
    shop.deliver()
    assert states(shop) == ["sent"]


def test_a_missing_right_to_ask_downs_no_channel_that_may_still_send(
    keeper: Keeper, accounts: Accounts
) -> None:
    accounts.fault = (403, {"error": {"code": 200, "message": "no"}}, {})
    for _ in range(4):
        keeper.work()
        keeper.shop.clock.move(hours=2)
    row = keeper.row("siam-page")
    assert (row.state, row.token_state) == ("up", "unreachable")
    assert "grant it access" in row.token_reason
    assert keeper.alarms("siam-page") == ("unreachable",)


def test_asking_by_hand_reads_the_quota_too_and_knows_no_foreign_key(
    keeper: Keeper, accounts: Accounts
) -> None:
    keeper.work()
    keeper.shop.clock.move(minutes=2)
    assert keeper.shop.runtime.transact(lambda work: watch.probe_now(work, "siam-line"))
    keeper.work()
    assert (accounts.asked["info"], accounts.asked["quota"]) == (2, 2)
    assert not keeper.shop.runtime.transact(lambda work: watch.probe_now(work, "nobody"))


def test_an_unreachable_platform_is_asked_less_and_less_and_downs_nothing(
    keeper: Keeper, accounts: Accounts
) -> None:
    accounts.fault = DOWN
    for _ in range(60):
        keeper.work()
        keeper.shop.clock.move(minutes=3)
    row = keeper.row()
    assert (row.state, row.token_state) == ("up", "unreachable")
    assert 4 <= accounts.asked["info"] <= 7
    assert keeper.raised() == ["unreachable"]
    accounts.fault = None
    keeper.shop.clock.move(hours=2)
    keeper.work()
    assert (keeper.row().token_state, keeper.alarms()) == ("ok", ())


def test_a_pause_that_the_platform_asks_for_is_kept(keeper: Keeper, accounts: Accounts) -> None:
    accounts.fault = (429, {"message": "slow down"}, {"Retry-After": "7200"})
    keeper.work()
    asked = accounts.asked["info"]
    keeper.shop.clock.move(minutes=100)
    keeper.work()
    assert accounts.asked["info"] == asked


def test_two_workers_do_not_ask_twice(keeper: Keeper, accounts: Accounts) -> None:
    runtime = keeper.shop.runtime
    at_once(4, lambda _: watch.drain(runtime, seconds=60))
    assert (accounts.asked["info"], accounts.asked["me"], accounts.asked["quota"]) == (1, 2, 1)


def test_a_worker_that_dies_while_it_asks_is_forgotten_after_its_lease(
    keeper: Keeper, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("bot.watch.asking._ask", killed)
        with pytest.raises(KeyboardInterrupt):
            watch.drain(keeper.shop.runtime)
    keeper.shop.clock.move(seconds=150)
    keeper.work()
    assert {keeper.row(key).token_state for key in ("siam-line", "siam-page", "siam-ig")} == {"ok"}


def test_an_answer_about_a_token_that_was_replaced_meanwhile_is_dropped(
    keeper: Keeper, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = keeper.shop

    def replaced(*_: Any) -> ChannelDown:
        monkeypatch.undo()
        sealed = shop.runtime.vault.seal({"channel_secret": "s", "access_token": "new" * 9})

        def put_in(work: Work) -> None:
            change = update(tables.channels).where(tables.channels.c.key == "siam-line")
            work.connection.execute(change.values(sealed=sealed))

        shop.runtime.transact(put_in)
        return ChannelDown("The old one is dead.", by_token=True)

    monkeypatch.setattr("bot.watch.asking._ask", replaced)
    keeper.work()
    assert (keeper.row().state, keeper.row().token_state) == ("up", "ok")
    assert "new" * 9 in accounts.tokens


def test_a_profile_that_is_refused_for_the_token_has_it_probed(
    keeper: Keeper, accounts: Accounts, httpserver: Any
) -> None:
    shop = keeper.shop
    keeper.work()
    shop.clock.move(hours=1)
    shop.hear_line("hello")
    shop.handle()
    path = f"/simulator/line/v2/bot/profile/{CUSTOMER}"
    httpserver.expect_request(path).respond_with_json({"message": "no"}, 401)
    accounts.dead.add(shop.secrets("siam-line")["access_token"])
    contacts.fetch_due(shop.runtime)
    keeper.work()
    assert (keeper.row().state, keeper.row().token_state) == ("down", "bad")


def test_a_wrong_key_is_told_as_a_bad_token(keeper: Keeper) -> None:
    def spoil(work: Work) -> None:
        change = update(tables.channels).where(tables.channels.c.key == "siam-line")
        work.connection.execute(change.values(sealed=b"nonsense"))

    keeper.shop.runtime.transact(spoil)
    keeper.work()
    assert keeper.row().token_state == "bad"
    assert "secret_key" in keeper.row().token_reason


# A token that ends -----------------------------------------------------------------


def renew(keeper: Keeper, days: float = 1.2) -> None:
    """Let the first renewal come: a day after the first good probe."""
    keeper.work()
    keeper.shop.clock.move(days=days)
    keeper.work()


def test_an_instagram_token_is_renewed_long_before_its_end(
    keeper: Keeper, accounts: Accounts
) -> None:
    shop = keeper.shop
    before = shop.secrets("siam-ig")
    renew(keeper)
    assert accounts.renewals == [shop.secrets("siam-ig")["access_token"]]
    assert shop.secrets("siam-ig")["channel_secret"] == before["channel_secret"]
    row = keeper.row("siam-ig")
    assert row.token_ends_at - shop.clock() > timedelta(days=59)
    assert {keeper.row(key).token_ends_at for key in ("siam-line", "siam-page")} == {None}
    for _ in range(44):
        shop.clock.move(days=1)
        keeper.work()
    assert len(accounts.renewals) == 1
    shop.clock.move(days=2)
    keeper.work()
    assert len(accounts.renewals) == 2
    assert accounts.renewals[0] in accounts.tokens, "the one is exchanged for the other"
    assert shop.audit().count("token renewed") == 2


def test_a_renewal_that_fails_is_tried_daily_and_tells_a_week_before_the_end(
    keeper: Keeper, accounts: Accounts
) -> None:
    shop = keeper.shop
    renew(keeper)
    accounts.fresh = {}
    accounts.renewals.clear()
    for day in range(59):
        shop.clock.move(days=1)
        keeper.work()
        assert ("token_ends" in keeper.alarms("siam-ig")) == (day >= 52)
    assert 8 <= len(accounts.renewals) <= 16
    assert keeper.raised("siam-ig") == ["never_heard", "token_ends"]
    assert keeper.row("siam-ig").state == "up", "the old token is good to its end"


@pytest.mark.parametrize(
    "answer",
    [{}, {"expires_in": 0}, {"expires_in": True}, {"expires_in": 10**12}, {"access_token": None}],
)
def test_an_odd_answer_puts_no_token_in(
    answer: dict[str, Any], keeper: Keeper, accounts: Accounts
) -> None:
    before = keeper.shop.secrets("siam-ig")
    accounts.fresh = answer
    renew(keeper)
    assert accounts.renewals
    assert keeper.shop.secrets("siam-ig") == before


def test_a_token_that_cannot_be_renewed_and_whose_end_nobody_knows_is_told(
    keeper: Keeper, accounts: Accounts
) -> None:
    accounts.fresh = {}
    renew(keeper)
    for _ in range(3):
        keeper.shop.clock.move(days=1.2)
        keeper.work()
    assert "not_renewed" in keeper.alarms("siam-ig")


def test_the_stale_token_of_the_configuration_does_not_come_back(
    keeper: Keeper, accounts: Accounts
) -> None:
    shop = keeper.shop
    renew(keeper)
    fresh = shop.secrets("siam-ig")["access_token"]
    shops.bring_up_to_date(shop.runtime)
    assert shop.secrets("siam-ig")["access_token"] == fresh
    assert keeper.row("siam-ig").token_ends_at is not None

    (given,) = shop.runtime.settings.shops
    told = json.loads(given.model_dump_json())
    for channel, real in zip(told["channels"], given.channels, strict=True):
        channel["channel_secret"] = "another" * 4
        channel["access_token"] = real.access_token.get_secret_value()
    told["staff"] = []
    shops.bring_up_to_date(shop.with_settings(shops=(ShopSettings(**told),)).runtime)
    held = shop.secrets("siam-ig")
    assert held == {"channel_secret": "another" * 4, "access_token": fresh}, "each on its own"

    told["channels"][2]["access_token"] = "a-new-token-from-a-person"
    shops.bring_up_to_date(shop.with_settings(shops=(ShopSettings(**told),)).runtime)
    assert shop.secrets("siam-ig")["access_token"] == "a-new-token-from-a-person"
    row = keeper.row("siam-ig")
    assert (row.token_ends_at, row.renew_due_at, row.token_state) == (None, None, None)


# The quota -------------------------------------------------------------------------


def test_the_quota_is_read_hourly_and_our_own_pushes_are_counted_between(
    keeper: Keeper, accounts: Accounts
) -> None:
    shop = keeper.shop
    accounts.quota = (200, 20)
    keeper.work()
    assert (keeper.row().quota_used, keeper.row().quota_limit) == (20, 200)
    assert keeper.row("siam-page").quota_used is None
    send(shop)
    assert keeper.row().quota_used == 21
    keeper.work()
    assert accounts.asked["quota"] == 1
    accounts.quota = (200, 30)
    shop.clock.move(minutes=61)
    keeper.work()
    assert (accounts.asked["quota"], keeper.row().quota_used) == (2, 30)


def test_a_free_reply_counts_nothing(keeper: Keeper, accounts: Accounts) -> None:
    keeper.work()
    keeper.shop.hear_line("hello", token="r1")
    keeper.shop.handle()
    assert send(keeper.shop).lane == "reply"
    assert keeper.row().quota_used == 0


def test_F22_a_refusal_for_the_quota_has_it_read_at_once_and_once(
    keeper: Keeper, accounts: Accounts
) -> None:
    shop = keeper.shop
    accounts.quota = (200, 10)
    keeper.work()
    accounts.quota = (200, 200)
    shop.clock.move(minutes=5)
    shop.platforms.fail(PUSH_QUOTA, PUSH_QUOTA)
    send(shop)
    keeper.work()
    send(shop, "again")
    keeper.work()
    assert accounts.asked["quota"] == 2
    assert states(shop) == ["needs_review"] * 2
    assert keeper.alarms() == ("quota_over",)


def test_the_quota_alarms_at_four_fifths_and_at_the_end_once_each(
    keeper: Keeper, accounts: Accounts
) -> None:
    for used in (159, 160, 170, 200, 200):
        accounts.quota = (200, used)
        keeper.work()
        keeper.shop.clock.move(minutes=61)
    assert keeper.raised() == ["quota_low", "quota_over"]
    accounts.quota = (None, 500)
    keeper.work()
    assert keeper.alarms() == ()
    accounts.quota = (200, 0)
    keeper.shop.clock.move(minutes=61)
    keeper.work()
    assert keeper.alarms() == ()


def test_what_is_due_for_a_channel_that_is_down_waits(keeper: Keeper, accounts: Accounts) -> None:
    accounts.dead.add(keeper.shop.secrets("siam-line")["access_token"])
    keeper.work()
    asked = accounts.asked["quota"]
    keeper.shop.clock.move(hours=5)
    keeper.work()
    assert accounts.asked["quota"] == asked
    assert keeper.row().state == "down"


def test_nothing_is_written_in_a_watch_that_lost_its_claim(keeper: Keeper) -> None:
    channel_id, now = keeper.row().channel_id, keeper.shop.clock()

    def settle(work: Work) -> bool:
        return rows.settle(work.connection, channel_id, "probe", now, token_state="bad")

    assert not keeper.shop.runtime.transact(settle)
    assert keeper.row().token_state is None


def test_a_doubted_token_is_not_asked_after_more_than_once_a_minute(
    keeper: Keeper, accounts: Accounts
) -> None:
    keeper.work()
    for _ in range(10):
        keeper.shop.runtime.transact(lambda work: outbox.doubt_token(work, keeper.row().channel_id))
        keeper.work()
        keeper.shop.clock.move(seconds=10)
    assert accounts.asked["info"] <= 3
