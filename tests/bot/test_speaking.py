"""Speaking for staff: words go to the customer, commands are run, repeats are harmless."""

from __future__ import annotations

from typing import Any

import pytest

from bot import conversation
from bot import shops as shop_book
from bot.messages import Card, Text
from bot.staff import Actor
from bot.store.tables import metadata
from orders.states import Role
from tests.support.shop import Shop, at_once

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


@pytest.fixture
def open_shop(shop: Shop) -> Shop:
    """The shop with one customer on LINE."""
    shop.hear_line("hello")
    shop.handle()
    return shop


def test_words_go_to_the_customer_and_are_shown_before_they_are_sent(open_shop: Shop) -> None:
    said = open_shop.say("สวัสดีค่ะ")

    message = open_shop.row("messages", id=said.message_id)
    assert (message.text, message.author, message.direction, message.state) == (
        "สวัสดีค่ะ",
        "staff",
        "out",
        "pending",
    )
    assert message.staff_id == open_shop.owner.staff_id
    open_shop.deliver()
    assert open_shop.platforms.texts() == ["สวัสดีค่ะ"]
    assert open_shop.row("messages", id=said.message_id).state == "sent"
    assert open_shop.row("conversations").unread == 0


def test_a_command_never_reaches_the_customer(open_shop: Shop) -> None:
    open_shop.answer("/o A1 2")
    open_shop.refusal("/zend")
    open_shop.refusal("/o A1 2 5")
    open_shop.deliver()

    assert open_shop.platforms.calls == []
    assert len(open_shop.rows("messages")) == 1


@sqlite_only
def test_blank_words_are_refused_and_not_sent(open_shop: Shop) -> None:
    said = open_shop.say("  \n ")

    assert said.is_error
    assert open_shop.rows("outbox") == []


def test_what_no_database_holds_is_replaced_before_it_is_sent(open_shop: Shop) -> None:
    open_shop.say("a\x00b\ud800c")
    open_shop.deliver()

    assert open_shop.platforms.texts() == ["a\ufffdb\ufffdc"]


@sqlite_only
@pytest.mark.parametrize("kind", ["line", "messenger", "instagram"])
@pytest.mark.parametrize("text", ["\u200b", "\u2060\u200b"])
def test_words_that_nobody_can_see_are_refused_or_sent_but_raise_nothing(
    shop: Shop, kind: str, text: str
) -> None:
    if kind == "line":
        shop.hear_line("hello")
    else:
        shop.hear_meta("hello", kind=kind)
    said = shop.say(text)
    shop.deliver()

    assert said.is_error or shop.row("outbox").state == "sent"


def test_a_repeat_with_the_same_key_is_harmless(open_shop: Shop) -> None:
    first = open_shop.say("once", key="form-1")
    again = open_shop.say("once", key="form-1")
    other = open_shop.say("once", key="form-2")

    assert again == first
    assert other.message_id != first.message_id
    open_shop.deliver()
    assert open_shop.platforms.texts() == ["once", "once"]


def test_a_repeated_command_has_its_effect_once_and_the_same_answer(open_shop: Shop) -> None:
    first = open_shop.say("/o A1 2", key="form-1")
    again = open_shop.say("/o A1 2", key="form-1")

    assert open_shop.row("order_items").quantity == 2
    assert again.answer is not None
    assert first.answer is not None
    assert "1001" in conversation_words(again)
    assert not again.is_error


def conversation_words(said: conversation.Said) -> str:
    from bot import outbox

    return outbox.plain(said.answer) if said.answer is not None else ""


def test_the_same_key_eight_times_at_once_says_it_once(open_shop: Shop) -> None:
    said = at_once(8, lambda _: open_shop.say("once", key="form-1"))

    assert len({one.message_id for one in said}) == 1
    assert len(open_shop.rows("messages", direction="out")) == 1


@sqlite_only
def test_long_keys_that_differ_at_their_end_are_different_keys(open_shop: Shop) -> None:
    open_shop.say("one", key="k" * 250 + "1")
    open_shop.say("two", key="k" * 250 + "2")

    assert open_shop.texts(direction="out") == ["one", "two"]


@sqlite_only
def test_a_viewer_may_not_write(open_shop: Shop) -> None:
    owner = open_shop.owner
    viewer = Actor(owner.staff_id, owner.shop_id, "Vi", Role.VIEWER)

    with pytest.raises(PermissionError):
        open_shop.say("hello", actor=viewer)
    with pytest.raises(PermissionError):
        open_shop.say("/o A1 1", actor=viewer)

    assert open_shop.rows("outbox") == []
    assert open_shop.rows("orders") == []


def test_another_shops_conversation_does_not_exist(open_shop: Shop) -> None:
    def add(work: Any) -> int:
        return shop_book.add_shop(
            work, slug="lanna", name="Lanna", currency="THB", timezone="Asia/Bangkok", locale="th"
        )

    other = open_shop.runtime.transact(add)
    stranger = Actor(open_shop.owner.staff_id, other, "Stranger", Role.OWNER)

    with pytest.raises(LookupError):
        open_shop.say("hello", actor=stranger)
    with pytest.raises(LookupError):
        conversation.preview(open_shop.runtime, stranger, 1, "/show")
    with pytest.raises(LookupError):
        open_shop.say("hello", to=77)

    assert open_shop.rows("outbox") == []


def whole(shop: Shop) -> dict[str, list[Any]]:
    """Every row of every table: what a preview must leave as it was, counters and feed too."""
    return {name: shop.rows(name) for name in metadata.tables}


def test_a_preview_tells_the_answer_and_changes_nothing(open_shop: Shop) -> None:
    before = whole(open_shop)

    for text in (
        "/o A1 2",
        "/o A1x",
        "/o",
        "/stock A1",
        "/find hello",
        "/reply hi",
        "plain",
        "/undo",
    ):
        conversation.preview(open_shop.runtime, open_shop.owner, 1, text)
        assert whole(open_shop) == before, text

    open_shop.answer("/o A1 2")
    before = whole(open_shop)
    for text in (
        "/send",
        "/add B2 1",
        "/set A1 9; disc 5%",
        "/rm A1",
        "/undo",
        "/cancel",
        "/draft",
    ):
        conversation.preview(open_shop.runtime, open_shop.owner, 1, text)
        assert whole(open_shop) == before, text

    assert "1001" in open_shop.answer("/send")
    before = whole(open_shop)
    for text in ("/paid", "/renew 2h", "/draft", "/cancel", "/pay cod", "/undo", "/o B2 1"):
        conversation.preview(open_shop.runtime, open_shop.owner, 1, text)
        assert whole(open_shop) == before, text
    assert "1002" in open_shop.answer("/o B2 1; note: the next number")  # none was used up


def test_a_preview_of_a_bill_says_its_totals_and_its_lane_and_of_words_theirs(
    open_shop: Shop,
) -> None:
    open_shop.answer("/o A1 2; ship EMS")
    bill = conversation.preview(open_shop.runtime, open_shop.owner, 1, "/send")
    assert (bill.sends, bill.is_error) == ("bill", False)
    assert bill.route is not None
    assert bill.route.lane == "push"  # a bill is never answered by a token that can be lost
    assert isinstance(bill.answer, Card)
    assert "300" in bill.answer.rows[-1].value

    words = conversation.preview(open_shop.runtime, open_shop.owner, 1, "plain words")
    assert (words.answer, words.sends) == (None, "text")
    wrong = conversation.preview(open_shop.runtime, open_shop.owner, 1, "/o A1 2 5")
    assert wrong.is_error
    assert wrong.sends is None
    assert isinstance(wrong.answer, Text)
    assert "^" in wrong.answer.text
    dead = conversation.preview(open_shop.runtime, open_shop.owner, 1, "/o A1 1")
    assert (dead.sends, dead.route) == (None, None)


def test_a_preview_rings_no_bell(open_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(type(open_shop.runtime.bell), "ring", lambda _, queue: rung.append(queue))
    open_shop.answer("/o A1 2")
    rung.clear()

    conversation.preview(open_shop.runtime, open_shop.owner, 1, "/send")
    assert rung == []

    open_shop.answer("/send")
    assert rung  # the bell that a real command rings is the one that is watched


def test_marking_as_read_clears_the_count_for_this_shop_only(open_shop: Shop) -> None:
    owner = open_shop.owner
    stranger = Actor(owner.staff_id, owner.shop_id + 1, "Stranger", Role.OWNER)
    conversation.mark_read(open_shop.runtime, stranger, 1)
    assert open_shop.row("conversations").unread == 1

    conversation.mark_read(open_shop.runtime, owner, 1)

    assert open_shop.row("conversations").unread == 0
