"""What only Instagram has: comments, and mentions of the account."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.instagram import Instagram
from bot.messages import Address, Author, Event, InboundMessage, OtherEvent

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ACCOUNT = "17841400000000001"
COMMENT: dict[str, Any] = {
    "id": "17865799348089039",
    "parent_id": "1786000",
    "text": "ราคาเท่าไหร่คะ",
    "from": {"id": "232323232", "username": "nok"},
    "media": {"id": "123123123", "media_product_type": "FEED"},
}


def event(field: str, value: Any, *, flat: bool = False) -> Event:
    change = {"field": field, "value": value}
    entry = {"id": ACCOUNT, "time": 1764000000, **(change if flat else {"changes": [change]})}
    ((found,),) = [
        one.events for one in Instagram().parse({"object": "instagram", "entry": [entry]}, NOW)
    ]
    return found


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("field", ["comments", "live_comments"])
def test_a_comment_is_somebodys_words_but_no_right_to_answer_in_private(
    field: str, flat: bool
) -> None:
    found = event(field, COMMENT, flat=flat)
    assert isinstance(found, InboundMessage)
    assert found == InboundMessage(
        event_key="comment:17865799348089039",
        address=Address("232323232"),
        author=Author.CUSTOMER,
        kind="comment",
        text="ราคาเท่าไหร่คะ",
        platform_id="17865799348089039",
        sent_at=datetime(2025, 11, 24, 16, 0, tzinfo=UTC),
        sender_id="232323232",
        quoted_id="1786000",
        opens_window=False,
        facts={
            "comment_id": "17865799348089039",
            "media_id": "123123123",
            "parent_id": "1786000",
            "live": field == "live_comments",
            "username": "nok",
        },
        raw={"field": field, "value": COMMENT},
    )


def test_the_accounts_own_comment_is_the_shops() -> None:
    found = event("comments", {**COMMENT, "from": {"id": ACCOUNT, "username": "shop"}})
    assert isinstance(found, InboundMessage)
    assert found.author is Author.STAFF


def test_a_comment_without_words_is_a_comment() -> None:
    found = event("comments", {name: COMMENT[name] for name in COMMENT if name != "text"})
    assert isinstance(found, InboundMessage)
    assert (found.kind, found.text) == ("comment", None)


def test_a_comment_of_nobody_is_kept_with_a_sentence() -> None:
    found = event("comments", {"id": "1", "text": "hello"})
    assert isinstance(found, OtherEvent)
    assert found.error == "The comment does not say who wrote it, or which it is."


def test_a_mention_tells_where_the_account_is_named() -> None:
    found = event("mentions", {"media_id": "17", "comment_id": "18"})
    assert isinstance(found, OtherEvent)
    assert (found.kind, found.quiet) == ("mentions", False)
    assert found.facts == {"media_id": "17", "comment_id": "18"}


def test_figures_about_a_story_are_quiet() -> None:
    found = event("story_insights", {"media_id": "17", "impressions": 5})
    assert isinstance(found, OtherEvent)
    assert found.quiet


def test_T64_a_comments_words_can_be_taken_out_of_its_body() -> None:
    for change in (
        {"changes": [{"field": "comments", "value": COMMENT}]},
        {"field": "comments", "value": COMMENT},
    ):
        body = {"object": "instagram", "entry": [{"id": ACCOUNT, "time": 1, **change}]}
        clean = Instagram().redact(body, "17865799348089039")
        assert "ราคา" not in str(clean)
        assert "nok" not in str(clean)
        ((found,),) = [one.events for one in Instagram().parse(clean, NOW)]
        assert found.event_key == "comment:17865799348089039"
