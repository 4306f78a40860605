"""The staff's group on LINE: invited, claimed by a code, shown who waits, commanded by a quote."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import search, surfaces
from bot.options import OptionError, read_options
from bot.staff import Actor
from bot.store import conversations, customers, shops, watches
from bot.store import outbox as outbox_rows
from bot.surfaces import choose
from orders.states import Role
from tests.support.group import Group, flex_words, hire, make_code
from tests.support.platforms import Fault
from tests.support.shop import STAFF_PHONE, Shop

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


@pytest.fixture
def group(shop: Shop) -> Group:
    """The staff's group, claimed by Nok; no customer has written yet."""
    group = Group(shop)
    group.claim()
    shop.platforms.calls.clear()
    return group


def options(shop: Shop, **chosen: Any) -> None:
    shop.runtime.transact(lambda work: choose(work, shop.owner.shop_id, None, **chosen))


def use_up(shop: Shop, used: int | None) -> None:
    """Let so many of the month's hundred messages be used on LINE; None: nobody knows."""

    def body(work: Any) -> None:
        channel = shops.find_channel_by_key(work.connection, "siam-line")
        assert channel is not None
        watches.update_watch(work.connection, channel.id, quota_used=used, quota_limit=100)

    shop.runtime.transact(body)


def due_in(shop: Shop, **span: float) -> None:
    """Let the words that wait be tried then."""
    waiting = shop.row("outbox", kind="text", state="pending")
    shop.runtime.transact(
        lambda work: outbox_rows.update_delivery(
            work.connection, waiting.id, due_at=work.now + timedelta(**span)
        )
    )


def listed(shop: Shop) -> list[int]:
    with shop.runtime.store.read() as connection:
        return [row.id for row in conversations.list_conversations(connection, shop.owner.shop_id)]


# Invited, claimed, freed -----------------------------------------------------------------


def test_an_invited_bot_says_once_for_nothing_how_to_claim_the_group(shop: Shop) -> None:
    group = Group(shop)
    group.notice("join", token="t1")
    group.work()
    shop.link_staff()
    for text in ("hi all", "/o @C1 A1 1", "/help", "/link"):
        group.say(text, token=f"t {text}")
    group.work()

    assert [call.path.rpartition("/")[2] for call in shop.platforms.calls] == ["reply"]
    assert "/link" in shop.platforms.texts()[0]
    assert "Siam Tea" in shop.platforms.texts()[0]
    assert shop.rows("orders") == []


def test_the_explanation_never_costs_a_message(shop: Shop) -> None:
    group = Group(shop)
    group.notice("join")  # no reply token came with it, or it is too old by now
    group.work()

    assert shop.platforms.calls == []
    assert shop.row("outbox").code == "not_free"


def test_a_group_that_never_said_join_is_explained_at_its_first_command(shop: Shop) -> None:
    group = Group(shop)
    shop.link_staff()
    group.say("/show", token="t1")
    group.say("/show", token="t2")
    group.work()

    assert len(shop.platforms.calls) == 1
    assert "/link" in shop.platforms.texts()[0]


def test_a_linked_member_claims_the_group_with_a_code_and_it_is_no_customer(shop: Shop) -> None:
    group = Group(shop)
    group.notice("join", token="t1")
    shop.hear_line("hello")
    group.work()
    assert len(listed(shop)) == 2

    group.claim()

    assert listed(shop) == [2]
    assert "group claimed" in shop.audit()
    own = group.row.conversation_id
    with shop.runtime.store.read() as connection:
        assert conversations.find_conversation(connection, shop.owner.shop_id, own) is None
        assert conversations.find_conversation_by_code(connection, shop.owner.shop_id, 1) is None
        found = customers.list_contacts(connection, shop.owner.shop_id)
    assert [row.code for row in found] == [2]
    with pytest.raises(LookupError):
        shop.say("words into the staff's own group", to=own)


def test_what_is_said_in_the_staffs_group_is_found_by_no_search(group: Group) -> None:
    shop = group.shop
    shop.hear_line("mango one")
    group.say("mango two")
    group.work()
    with shop.runtime.store.read() as connection:
        asked = search.ask(connection, shop.owner.shop_id, "mango")
        found = search.find(connection, asked, 10)

    assert [row.text for row in found.rows] == ["mango one"]


@pytest.mark.parametrize("who", ["Ustranger", None])
def test_nobody_but_a_linked_account_claims_a_group(shop: Shop, who: str | None) -> None:
    group = Group(shop)
    group.notice("join", token="t1")
    group.say(f"/link {make_code(shop)}", who, token="t2")
    group.work()

    assert group.row.claimed_at is None
    assert len(shop.platforms.calls) == 1  # the explanation


def test_a_code_that_does_not_fit_claims_nothing_and_is_told_to_staff(shop: Shop) -> None:
    hire(shop, "ton@example.com", "sales")
    shop.link_staff()
    group = Group(shop)
    group.say("/link 000000", token="t1")
    group.say(f"/link {make_code(shop, 'ton@example.com')}", token="t2")  # a colleague's
    late = make_code(shop)
    shop.handle()
    shop.clock.move(minutes=11)
    group.say(f"/link {late}", token="t3")
    group.work()

    assert shop.rows("staff_groups") == [] or group.row.claimed_at is None
    assert len(shop.platforms.texts()) == 3


def test_a_viewer_may_not_claim(shop: Shop) -> None:
    hire(shop, "vi@example.com", "viewer")
    shop.link_staff("Uviewer", "vi@example.com")
    group = Group(shop)
    group.say(f"/link {make_code(shop, 'vi@example.com')}", "Uviewer", token="t1")
    group.work()

    assert shop.rows("staff_groups") == []


def test_leaving_frees_the_group_and_an_invitation_explains_again(group: Group) -> None:
    group.notice("leave")
    group.work()
    assert group.row.claimed_at is None
    assert "group left" in group.shop.audit()

    group.shop.hear_line("hello")
    group.pass_pause()
    group.say("/inbox", token="t1")
    group.work()
    assert group.calls == []

    group.notice("join", token="t2")
    group.work()
    assert "/link" in group.shop.platforms.texts()[-1]


def test_a_manager_lets_a_group_go_and_sales_may_not(group: Group) -> None:
    shop = group.shop
    hire(shop, "ton@example.com", "sales")
    ton = Actor(99, shop.owner.shop_id, "Ton", Role.SALES)
    with pytest.raises(PermissionError):
        shop.runtime.transact(lambda work: surfaces.release(work, ton, group.row.id))
    shop.runtime.transact(lambda work: surfaces.release(work, shop.owner, group.row.id))

    assert group.row.claimed_at is None
    assert "group released" in shop.audit()
    other = Actor(99, shop.owner.shop_id + 1, "Eve", Role.OWNER)
    with pytest.raises(LookupError):
        shop.runtime.transact(lambda work: surfaces.release(work, other, group.row.id))
    # What staff said there does not become a customer's words.
    assert group.row.conversation_id not in listed(shop)


# Cards --------------------------------------------------------------------------------------


def test_customers_of_every_channel_are_shown_together_in_one_push(group: Group) -> None:
    shop = group.shop
    shop.hear_line("เอาชาเขียว 2")
    shop.hear_meta("how much?")
    shop.hear_meta("ขนาดไหนคะ", kind="instagram")
    group.work()
    assert group.calls == []  # they wait for company

    group.pass_pause()

    assert len(group.calls) == 1
    cards = [flex_words(card) for card in group.cards()]
    assert [words[0] for words in cards] == ["@C2", "@C3", "@C4"]
    assert [words[1] for words in cards] == ["LINE", "Messenger", "Instagram"]
    assert "“เอาชาเขียว 2”" in cards[0]
    group.pass_pause()
    assert len(group.calls) == 1  # nobody is shown twice


def test_a_second_message_is_shown_again_and_an_answered_one_is_not(group: Group) -> None:
    shop = group.shop
    shop.hear_line("one")
    shop.hear_line("one", user="Uother")
    group.pass_pause()
    shop.say("answered", to=2)
    shop.hear_line("two", user="Uother")
    group.pass_pause()

    assert len(group.calls) == 2
    last = flex_words(group.calls[-1].body["messages"][0])
    assert last[0] == "@C3"
    assert "“two”" in last
    assert "“one”" not in last
    assert len(group.calls[-1].body["messages"]) == 1


def test_words_that_were_answered_or_seen_before_the_pause_make_no_card(group: Group) -> None:
    group.shop.hear_line("one")
    group.shop.handle()
    group.shop.say("answered", to=2)
    group.pass_pause()

    assert group.calls == []


def test_more_than_five_take_turns(group: Group) -> None:
    for number in range(7):
        group.shop.hear_line("hello", user=f"U{number}")
    group.pass_pause()
    assert [len(call.body["messages"]) for call in group.calls] == [5]

    group.pass_pause()
    assert [len(call.body["messages"]) for call in group.calls] == [5, 2]


def test_the_shop_sets_the_pause(group: Group) -> None:
    options(group.shop, card_pause=600)
    group.shop.hear_line("hello")
    group.pass_pause()
    assert group.calls == []

    group.shop.clock.move(minutes=8)
    group.work()
    assert len(group.calls) == 1


def test_cards_ride_on_the_free_reply_of_who_chats_in_the_group(group: Group) -> None:
    group.shop.hear_line("hello")
    group.work()
    group.say("lunch?", "Ucolleague", token="free")
    group.work()

    (call,) = group.shop.platforms.calls
    assert call.path.endswith("/reply")
    assert flex_words(call.body["messages"][0])[0] == "@C2"
    group.pass_pause()
    assert len(group.shop.platforms.calls) == 1


@pytest.mark.parametrize(("used", "pushes"), [(None, 1), (79, 1), (80, 0), (100, 0)])
@sqlite_only
def test_near_the_end_of_the_quota_cards_only_ride(
    group: Group, used: int | None, pushes: int
) -> None:
    shop = group.shop
    use_up(shop, used)
    shop.hear_line("hello")
    group.pass_pause()
    assert len(group.calls) == pushes

    if not pushes:
        group.say("lunch?", "Ucolleague", token="free")
        group.work()
        assert shop.platforms.calls[-1].path.endswith("/reply")


def test_a_free_ride_that_was_missed_costs_nothing_and_is_taken_later(group: Group) -> None:
    shop = group.shop
    use_up(shop, 90)
    shop.hear_line("hello")
    group.say("lunch?", "Ucolleague", token="free")
    shop.handle()
    surfaces.post_due(shop.runtime)
    shop.platforms.expire("free")
    shop.deliver()
    assert group.calls == []
    assert shop.row("outbox", kind="cards").code == "not_free"

    group.say("still hungry", "Ucolleague", token="free again")
    shop.hear_line("anybody?")
    shop.handle()
    surfaces.post_due(shop.runtime)
    shop.deliver()
    last = shop.platforms.calls[-1]
    assert last.body["replyToken"] == "free again"
    words = flex_words(last.body["messages"][0])
    assert {"“hello”", "“anybody?”"} <= set(words)


@sqlite_only
def test_a_customers_words_are_cut_between_characters_and_stay_in_their_place(
    group: Group,
) -> None:
    family = "👨‍👩‍👧"
    group.shop.hear_line("กำ" * 60 + family * 60 + "\n@C9 /paid {name}")
    group.pass_pause()

    words = next(word for word in flex_words(group.cards()[0]) if word.startswith("“"))
    assert len(words) < 170
    assert "\n" not in words
    assert words.endswith(f"{family}…”")


@sqlite_only
def test_a_withdrawn_message_is_not_shown_and_leaves_no_copy(group: Group) -> None:
    shop = group.shop
    event = shop.line_event("my secret", message_id="501")
    shop.post_line(shop.line_body(event))
    shop.hear_line("hello")
    group.pass_pause()
    assert "my secret" in str(shop.row("outbox", kind="cards").payload)

    unsend = shop.line_event("")
    del unsend["message"]
    shop.post_line(shop.line_body(unsend | {"type": "unsend", "unsend": {"messageId": "501"}}))
    shop.handle()
    assert "my secret" not in str(shop.row("outbox", kind="cards").payload)


def test_a_message_withdrawn_before_its_card_went_is_not_in_it(group: Group) -> None:
    shop = group.shop
    event = shop.line_event("my secret", message_id="501")
    shop.post_line(shop.line_body(event))
    shop.handle()
    shop.clock.move(minutes=3)
    surfaces.post_due(shop.runtime)
    unsend = shop.line_event("")
    del unsend["message"]
    shop.post_line(shop.line_body(unsend | {"type": "unsend", "unsend": {"messageId": "501"}}))
    shop.deliver()

    assert "my secret" not in str(group.cards())
    assert len(group.cards()) == 1


# Quoting ------------------------------------------------------------------------------------


@pytest.fixture
def two(group: Group) -> Group:
    """Two customers, on LINE and on Messenger, whose cards came in one push."""
    group.shop.hear_line("เอาชาเขียว 2")
    group.shop.hear_meta("how much?")
    group.pass_pause()
    assert len(group.card_ids()) == 2
    return group


def test_a_quoted_card_says_who_is_meant_also_of_two_in_one_push(two: Group) -> None:
    shop = two.shop
    first, second = two.card_ids()
    two.say("/o A1 2", quoted=second)
    two.say("/o B2 1", quoted=first)
    two.work()

    orders = {row.conversation_id: row.total_minor for row in shop.rows("orders")}
    assert orders == {2: 9000, 3: 24000}
    assert [row.surface for row in shop.rows("order_events")] == ["line"] * 4
    assert "@C2" in two.last_words()
    assert "1002" in two.last_words()


def test_a_reply_goes_to_the_customers_own_channel_and_its_receipt_to_the_group(
    two: Group,
) -> None:
    shop = two.shop
    two.say("/reply It is 120 baht.", quoted=two.card_ids()[1], token="t1")
    shop.handle()
    shop.deliver()
    shop.deliver()

    assert shop.platforms.seen[-2].person == "1001"
    assert shop.platforms.seen[-2].message["text"] == "It is 120 baht."
    message = shop.rows("messages", conversation_id=3, direction="out")[-1]
    assert (message.author, message.staff_id) == ("staff", shop.owner.staff_id)
    (receipt,) = two.receipts()
    assert "@C3" in receipt
    assert "Messenger" in receipt
    assert shop.platforms.calls[-1].body["replyToken"] == "t1"
    assert shop.row("conversations", id=3).unread == 0


def test_words_that_cannot_go_are_told_at_once_with_the_reason(two: Group) -> None:
    two.shop.clock.move(hours=25)
    two.say("/reply too late", quoted=two.card_ids()[1])
    two.work()

    assert "Messenger" in two.last_words()
    assert not two.shop.rows("messages", conversation_id=3, direction="out")


def test_words_that_the_platform_refuses_are_told_with_the_reason(two: Group) -> None:
    shop = two.shop
    refused = {"error": {"code": 551, "message": "gone"}}
    shop.platforms.fail(Fault(400, refused))
    two.say("/reply hello?", quoted=two.card_ids()[1], token="t1")
    shop.handle()
    shop.deliver()

    state = shop.rows("messages", conversation_id=3, direction="out")[-1]
    assert state.state == "dead"
    (receipt,) = two.receipts()
    assert state.reason in receipt


def test_words_that_fail_after_a_receipt_that_was_too_early_get_a_second(two: Group) -> None:
    shop = two.shop
    busy = {"error": {"code": 613, "message": "slow down"}}
    shop.platforms.fail(Fault(400, busy))
    two.say("/reply hello?", quoted=two.card_ids()[1], token="t1")
    shop.handle()
    shop.deliver()
    assert two.receipts() == []

    due_in(shop, hours=1)
    shop.clock.move(seconds=6)
    shop.deliver()
    assert len(two.receipts()) == 1

    due_in(shop, hours=0)
    shop.platforms.fail(Fault(400, {"error": {"code": 551, "message": "gone"}}))
    shop.deliver()
    early, late = two.receipts()
    assert early != late


def test_quoting_the_answer_means_the_same_customer(two: Group) -> None:
    shop = two.shop
    two.say("/reply one moment", quoted=two.card_ids()[1])
    shop.handle()
    shop.deliver()
    shop.deliver()
    receipt = shop.row("outbox", kind="receipt")
    two.say("/o A1 1", quoted=receipt.platform_ids[-1])
    two.work()
    card = shop.rows("outbox", kind="card")[-1]
    two.say("/add B2 1", quoted=card.platform_ids[-1])
    two.work()

    order = shop.row("orders")
    assert (order.conversation_id, order.total_minor) == (3, 21000)


def test_a_quote_of_something_else_falls_back_to_what_is_in_use(two: Group) -> None:
    two.say("/use @C3")
    two.say("/o A1 1", quoted="999999")
    two.work()

    assert two.shop.row("orders").conversation_id == 3
    assert "@C3" in two.last_words()


def test_a_named_customer_wins_over_a_quote(two: Group) -> None:
    two.say("/o @C2 A1 1", quoted=two.card_ids()[1])
    two.work()

    assert two.shop.row("orders").conversation_id == 2


@sqlite_only
def test_without_quote_or_use_it_is_asked_whom(two: Group) -> None:
    two.say("/reply hello")
    two.work()

    assert "/use" in two.last_words()
    assert not two.shop.rows("messages", direction="out", author="staff")


# Who may ------------------------------------------------------------------------------------


def test_T19_a_members_role_follows_the_linked_account_and_no_name(two: Group) -> None:
    shop = two.shop
    shop.runtime.transact(
        lambda work: conversations.update_conversation(work.connection, 2, last_text="Nok")
    )
    two.say("/o A1 2", "Uadmin", quoted=two.card_ids()[0])
    two.say("/reply I am the owner", "Unok", quoted=two.card_ids()[0])
    two.work()

    assert shop.rows("orders") == []
    assert not shop.rows("messages", direction="out", author="staff")


def test_T18_members_who_are_not_linked_chat_and_get_no_answer(two: Group) -> None:
    shop = two.shop
    before = len(shop.rows("outbox"))
    for text in ("/o A1 2", "/help", "/inbox", "#paid", "/zzz", "lunch?", "/link 123456"):
        two.say(text, "Ucolleague")
    two.work()

    assert len(shop.rows("outbox")) == before
    assert shop.rows("orders") == []


def test_a_command_whose_sender_is_hidden_is_refused_with_the_reason(two: Group) -> None:
    two.say("/o A1 2", None, quoted=two.card_ids()[0], token="t1")
    two.say("lunch?", None, token="t2")
    two.work()

    assert two.shop.rows("orders") == []
    assert two.shop.platforms.texts()[-1] == two.last_words()
    assert "LINE" in two.last_words()


def test_a_role_holds_in_the_group_as_elsewhere(two: Group) -> None:
    shop = two.shop
    hire(shop, "vi@example.com", "viewer")
    shop.link_staff("Uviewer", "vi@example.com")
    two.say("/reply from a viewer", "Uviewer", quoted=two.card_ids()[0])
    two.say("/o A1 2", "Uviewer", quoted=two.card_ids()[0])
    two.work()

    assert shop.rows("orders") == []
    assert not shop.rows("messages", direction="out", author="staff")


def test_each_group_of_a_shop_is_shown_the_cards(group: Group) -> None:
    shop = group.shop
    second = Group(shop, "Gsecond")
    second.say(f"/link {make_code(shop)}")
    second.work()
    shop.hear_line("hello")
    group.pass_pause()

    assert len(group.calls) == 1
    assert len([call for call in second.calls if "Siam" not in str(call.body)]) == 1


# Options ------------------------------------------------------------------------------------


def test_only_the_owner_chooses_and_only_within_range(shop: Shop) -> None:
    manager = replace(shop.owner, role=Role.MANAGER)
    with pytest.raises(PermissionError):
        shop.runtime.transact(lambda work: choose(work, manager.shop_id, manager, card_pause=5))
    with pytest.raises(OptionError, match="card_pause is a whole number from 0 to 3600"):
        options(shop, card_pause=-1)
    shop.runtime.transact(
        lambda work: choose(work, shop.owner.shop_id, shop.owner, automatic_a_minute=3)
    )
    with shop.runtime.store.read() as connection:
        kept = shops.find_shop(connection, shop.owner.shop_id).options
    assert read_options(kept).automatic_a_minute == 3
    assert kept["prefixes"] == ["/", "#"]
    assert "options chosen" in shop.audit()


def test_a_linked_phone_in_one_chat_and_in_the_group_is_the_same_person(two: Group) -> None:
    shop = two.shop
    shop.hear_line("/use @C3", user=STAFF_PHONE)
    two.say("/o A1 1")
    two.work()

    assert shop.row("orders").conversation_id == 3
