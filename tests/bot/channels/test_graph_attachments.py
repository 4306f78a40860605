"""Whatever comes with a message of Meta's is of one of the house's kinds, fetched or shown."""

from __future__ import annotations

import pytest

from bot.channels.instagram import Instagram
from bot.channels.messenger import Messenger
from bot.messages import Attachment
from tests.bot.channels.graph_bodies import (
    CDN,
    both,
    heard,
    message,
)


@both
def test_a_picture_has_its_address_and_no_words(channel: Messenger | Instagram) -> None:
    found = message(channel, "image")
    assert (found.kind, found.text) == ("image", None)
    assert found.attachments == (Attachment("image", url=CDN),)


@both
@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("video", "video"),
        ("audio", "audio"),
        ("file", "file"),
        ("sticker", "sticker"),
        ("reel", "reel"),
        ("ig_reel", "reel"),
        ("post", "share"),
        ("ig_post", "share"),
        ("share", "share"),
        ("media", "share"),
        ("story_mention", "story"),
        ("ig_story", "story"),
    ],
)
def test_each_attachment_is_of_a_kind_of_ours_and_can_be_fetched(
    channel: Messenger | Instagram, word: str, kind: str
) -> None:
    found = heard(channel, attachments=[{"type": word, "payload": {"url": CDN}}])
    facts = {} if word == kind else {"type": word}
    assert found.kind == kind
    assert found.attachments == (Attachment(kind, url=CDN, facts=facts),)


@both
def test_a_heart_and_an_old_sticker_are_stickers(channel: Messenger | Instagram) -> None:
    old = {"type": "image", "payload": {"url": CDN, "sticker_id": 369239263222822}}
    found = heard(channel, attachments=[{"type": "like_heart"}, old])
    assert [one.kind for one in found.attachments] == ["sticker", "sticker"]
    assert found.attachments[0].facts == {"type": "like_heart"}
    assert found.attachments[1].facts["sticker_id"] == "369239263222822"


@both
def test_a_link_is_shown_and_not_fetched(channel: Messenger | Instagram) -> None:
    found = heard(
        channel,
        text="look",
        attachments=[{"type": "fallback", "title": "Tea", "url": "https://tea.example/"}],
    )
    assert (found.kind, found.text) == ("text", "look")
    facts = {"type": "fallback", "title": "Tea", "link": "https://tea.example/"}
    assert found.attachments == (Attachment("share", facts=facts),)


@both
def test_a_place_and_a_card_are_told_by_their_facts(channel: Messenger | Instagram) -> None:
    place = {
        "type": "location",
        "title": "Nok's Location",
        "url": "https://l.example/",
        "payload": {"coordinates": {"lat": 13.75, "long": 100.5}},
    }
    card = {
        "type": "template",
        "payload": {"template_type": "generic", "elements": [{"title": "a", "subtitle": "b"}]},
    }
    found = heard(channel, attachments=[place, card])
    assert found.attachments[0].facts == {
        "title": "Nok's Location",
        "link": "https://l.example/",
        "latitude": 13.75,
        "longitude": 100.5,
    }
    assert found.attachments[1].facts == {
        "template_type": "generic",
        "elements": [{"title": "a", "subtitle": "b"}],
    }


@both
def test_an_unknown_attachment_is_named_and_not_fetched(channel: Messenger | Instagram) -> None:
    found = heard(channel, attachments=[{"type": "hologram", "payload": {"url": CDN}}, 7])
    facts = {"type": "hologram", "link": CDN}
    assert found.attachments == (Attachment("unsupported", facts=facts), Attachment("unsupported"))


@both
def test_the_story_that_was_answered_and_the_tapped_payload_are_kept(
    channel: Messenger | Instagram,
) -> None:
    story = {"url": CDN, "id": "179"}
    found = heard(channel, text="how much?", reply_to={"story": story})
    assert (found.quoted_id, found.facts) == (None, {"story": story})
    found = heard(channel, text="Yes", quick_reply={"payload": "YES"})
    assert found.facts == {"payload": "YES"}
    found = heard(channel, text="this", referral={"product": {"id": "9"}, "ref": "a"})
    assert found.facts == {"referral": {"ref": "a", "product_id": "9"}}
