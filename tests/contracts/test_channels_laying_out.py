"""Every channel lays out whatever it is given within its platform's limits."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import CHANNELS
from bot.messages import Bill, Button, Card, Content, Guarantee, Lane, Picture, Row, Text, Window
from tests.contracts import line_openapi
from tests.contracts.channel_cases import NOW, every_channel, places


@every_channel
@given(
    inbound=st.none() | st.integers(-200_000, 0),
    reply=st.none() | st.integers(-100, 100),
    billing=st.booleans(),
)
def test_a_route_that_closes_closes_later_than_now(
    kind: str, inbound: int | None, reply: int | None, billing: bool
) -> None:
    window = Window(
        None if inbound is None else NOW + timedelta(seconds=inbound),
        None if reply is None else NOW + timedelta(seconds=reply),
    )
    route = CHANNELS[kind].route(window, NOW, billing=billing)
    assert route.until is None or route.until > NOW
    if billing and route.lane is not Lane.NONE:
        assert CHANNELS[kind].guarantee(route.lane) is not Guarantee.TOKEN


WORDS = st.text(
    alphabet=st.sampled_from("aก็ำ้\u200b \n👩\u200d🚀🇹é語")
    | st.characters(exclude_categories=["Cs"]),
    min_size=1,
)
LONG = st.builds(lambda words, times: words * times, WORDS, st.integers(1, 400))
ROWS = st.lists(st.builds(Row, LONG, LONG, st.booleans()), max_size=60).map(tuple)
BUTTONS = st.lists(
    st.builds(Button, LONG, url=st.just("https://shop.example/b/1"))
    | st.builds(Button, LONG, text=LONG),
    max_size=15,
).map(tuple)
PAY = Button("ชำระเงิน / Pay", url="https://shop.example/b/token")
IMAGE = "https://shop.example/b/token.png"
BILLS = st.builds(
    Bill, LONG, LONG, LONG, ROWS, ROWS, WORDS, st.just(PAY), LONG, st.sampled_from([None, IMAGE])
)
CONTENTS = st.one_of(
    st.builds(Text, LONG, BUTTONS),
    st.builds(Card, LONG, LONG, ROWS, st.lists(LONG, max_size=9).map(tuple), BUTTONS),
    BILLS,
    st.just(Picture(IMAGE, "bill")),
)


@every_channel
@given(content=CONTENTS)
def test_every_payload_is_within_the_platforms_limits(kind: str, content: Content) -> None:
    for payload in CHANNELS[kind].compose(content):
        within_limits(kind, payload)


HUGE = "👩\u200d🚀" * 2000
WORST: list[Content] = [
    Text(HUGE, tuple(Button(HUGE, text="say") for _ in range(20))),
    Text("x", tuple(Button(HUGE, url="https://shop.example/") for _ in range(20))),
    Card(HUGE, HUGE, (Row(HUGE, HUGE),) * 100, (HUGE,) * 20),
    Card("title", " ", (Row(" ", ""), Row("", "x")), (" ",), (Button(" ", text=" "),)),
    Bill(HUGE, HUGE, HUGE, (Row(HUGE, HUGE),) * 100, (), HUGE[:30], PAY, HUGE, IMAGE),
    Bill("shop", " ", "", (Row(" ", " "),), (), "฿1.00", PAY, " ", None),
]


@every_channel
@pytest.mark.parametrize("content", WORST, ids=range(len(WORST)))
def test_the_worst_of_contents_is_held_within_the_limits(kind: str, content: Content) -> None:
    payloads = CHANNELS[kind].compose(content)
    assert payloads
    for payload in payloads:
        within_limits(kind, payload)


@every_channel
@given(bill=BILLS)
def test_a_bill_is_laid_out_in_its_parts_and_every_bill_can_be_paid(kind: str, bill: Bill) -> None:
    parts = CHANNELS[kind].bill_parts(picture=bill.image_url is not None)
    assert "bill" in parts
    payloads = [CHANNELS[kind].compose_bill(bill, part) for part in parts]
    assert payloads == CHANNELS[kind].compose(bill)
    assert (IMAGE in json.dumps(payloads)) == (bill.image_url is not None)
    assert PAY.url is not None
    assert PAY.url in json.dumps(payloads)


@every_channel
@given(words=LONG)
def test_no_word_of_a_long_text_is_lost(kind: str, words: str) -> None:
    payloads = CHANNELS[kind].compose(Text(words))
    said = "".join(text for payload in payloads for text in texts_of(payload))
    assert "".join(said.split()) == "".join(words.replace("\x00", "\ufffd").split())


@every_channel
def test_blank_words_take_no_request(kind: str) -> None:
    assert CHANNELS[kind].compose(Text(" \n")) == []


def texts_of(payload: dict[str, Any]) -> list[str]:
    if "messages" in payload:
        return [message["text"] for message in payload["messages"]]
    return [payload["message"]["text"]]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def within_limits(kind: str, payload: dict[str, Any]) -> None:
    json.dumps(payload).encode()
    if kind == "line":
        assert 1 <= len(payload["messages"]) <= 5
        for message in payload["messages"]:
            line_within_limits(message)
    else:
        meta_within_limits(kind, payload["message"])


def line_within_limits(message: dict[str, Any]) -> None:
    replies = message.get("quickReply", {"items": [None]})["items"]
    assert 1 <= len(replies) <= 13
    if message["type"] == "text":
        assert 1 <= units(message["text"]) <= 5000
    if message["type"] == "flex":
        assert 1 <= units(message["altText"]) <= 1500
        assert len(json.dumps(message["contents"])) <= 30_000
    for place, key in places(message):
        if key == "label":
            assert 1 <= units(place[key]) <= 40
        if key == "text":
            assert place[key].strip()
            assert place.get("type") != "message" or len(place[key]) <= 300
        if key == "contents" and isinstance(place[key], list):
            assert place[key]


def meta_within_limits(kind: str, message: dict[str, Any]) -> None:
    if "text" in message:
        assert message["text"].strip()
        limit = len(message["text"].encode()) <= 1000 if kind == "instagram" else True
        assert limit
        assert units(message["text"]) <= 2000
    assert len(message.get("quick_replies", [])) <= 13
    for reply in message.get("quick_replies", []):
        assert 1 <= units(reply["title"]) <= 20
        assert len(reply["payload"]) <= 1000
    template = message.get("attachment", {}).get("payload", {})
    assert units(template.get("text", "")) <= 640
    for element in [*template.get("elements", []), template]:
        assert units(element.get("title", "")) <= 80
        assert units(element.get("subtitle", "")) <= 80
        assert len(element.get("buttons", [])) <= 3
        assert all(1 <= units(button["title"]) <= 20 for button in element.get("buttons", []))


if "OPENBILL_LINE_OPENAPI" in os.environ:  # LINE's own judgement, where its files are at hand
    judge = line_openapi.validator(Path(os.environ["OPENBILL_LINE_OPENAPI"]), "PushMessageRequest")

    @given(content=CONTENTS)
    def test_lines_own_schema_takes_every_payload(content: Content) -> None:
        for payload in CHANNELS["line"].compose(content):
            errors = list(judge.iter_errors({"to": "U1", **payload}))
            assert not errors, errors[0]

    def test_lines_own_schema_would_notice_a_wrong_payload() -> None:
        for wrong in ({"type": "hologram"}, {"type": "text"}, {"type": "flex", "altText": "x"}):
            assert not judge.is_valid({"to": "U1", "messages": [wrong]})


@every_channel
def test_cards_that_go_together_are_one_request_and_keep_their_order(kind: str) -> None:
    cards = [Card(f"@C{number}", "LINE", (), notes=("hello",)) for number in range(7)]
    payload = str(CHANNELS[kind].compose_together(cards))

    places = [payload.find(f"@C{number}") for number in range(7)]
    assert places[0] >= 0
    assert places[5:] == [-1, -1]
    assert places[:5] == sorted(places[:5]) or set(places[1:5]) == {-1}
