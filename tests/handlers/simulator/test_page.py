"""The phones in a real browser: what is drawn, what is tapped, and that text stays text."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)> javascript:alert(1) https://e.example/?a=1"
# One red dot.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=="
)


@pytest.fixture
def phones(page: Page, simulator: Any) -> Iterator[Page]:
    """The phones' page; a script's error or a breach of the page's policy fails the test."""
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "console",
        lambda said: troubles.append(said.text) if "Content Security" in said.text else None,
    )
    page.goto(f"{simulator.url}/")
    yield page
    assert troubles == []


def phone(page: Page, simulator: Any, name: str) -> Locator:
    return page.locator(f'[data-person="{simulator.people[name]}"]')


def push(simulator: Any, *messages: object) -> None:
    requests.post(
        f"{simulator.url}/line/v2/bot/message/push",
        json={"to": simulator.people["Nok"], "messages": messages},
        headers={"Authorization": "Bearer line-token"},
        timeout=10,
    ).raise_for_status()


def send(simulator: Any, message: object) -> None:
    requests.post(
        f"{simulator.url}/graph/v26.0/me/messages",
        json={"recipient": {"id": simulator.people["Ann"]}, "message": message},
        headers={"Authorization": "Bearer page-token"},
        timeout=10,
    ).raise_for_status()


def flex(*parts: object) -> dict[str, Any]:
    body = {"type": "box", "layout": "vertical", "contents": list(parts)}
    return {"type": "flex", "altText": "x", "contents": {"type": "bubble", "body": body}}


def test_a_customer_writes_and_reads_the_answer(phones: Page, simulator: Any) -> None:
    nok = phone(phones, simulator, "Nok")
    nok.get_by_text("สวัสดีค่ะ เอาชาเขียว 2").click()
    nok.get_by_role("button", name="Send", exact=True).click()
    nok.locator(".msg-mine .bubble").wait_for()
    [body] = simulator.receiver.wait_for(1)
    assert body["events"][0]["message"]["text"] == "สวัสดีค่ะ เอาชาเขียว 2"
    assert nok.locator("textarea").input_value() == ""
    push(simulator, {"type": "text", "text": "ได้เลยค่ะ"})
    nok.get_by_text("ได้เลยค่ะ").wait_for()


def test_T44_text_of_both_sides_stays_text(phones: Page, simulator: Any) -> None:
    simulator.say("Ann", HOSTILE)
    element = {"title": "<b>t</b>", "subtitle": HOSTILE[:28]}
    payload = {"template_type": "generic", "elements": [element]}
    send(simulator, {"attachment": {"type": "template", "payload": payload}})
    push(simulator, flex({"type": "text", "text": HOSTILE, "wrap": True}))
    ann, nok = phone(phones, simulator, "Ann"), phone(phones, simulator, "Nok")
    assert ann.locator(".bubble").inner_text() == HOSTILE
    assert ann.locator(".card-title").inner_text() == "<b>t</b>"
    assert nok.locator(".fx-text").inner_text() == HOSTILE
    links = [link.get_attribute("href") for link in ann.locator(".bubble a").all()]
    assert links == ["https://e.example/?a=1"]


def test_a_flex_bill_is_drawn_as_it_was_laid_out(phones: Page, simulator: Any) -> None:
    row = [
        {"type": "text", "text": "ชาเขียว", "flex": 3},
        {"type": "text", "text": "240.00", "align": "end", "weight": "bold", "color": "#AA0000"},
    ]
    push(
        simulator,
        flex(
            {"type": "box", "layout": "horizontal", "contents": row},
            {"type": "separator", "margin": "md"},
        ),
    )
    nok = phone(phones, simulator, "Nok")
    name, amount = nok.get_by_text("ชาเขียว", exact=True), nok.get_by_text("240.00")
    amount.wait_for()
    left, right = name.bounding_box(), amount.bounding_box()
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]
    assert left["x"] < right["x"]
    assert left["width"] > 2 * right["width"]
    look = "node => [getComputedStyle(node).color, getComputedStyle(node).fontWeight]"
    assert amount.evaluate(look) == ["rgb(170, 0, 0)", "700"]


def test_buttons_do_what_they_say(phones: Page, simulator: Any) -> None:
    actions: list[dict[str, str]] = [
        {"type": "message", "label": "Say", "text": "/send"},
        {"type": "postback", "label": "Tap", "data": "d=1", "displayText": "tapped"},
        {"type": "uri", "label": "Pay", "uri": "https://e.example/b/1"},
    ]
    push(simulator, flex(*({"type": "button", "action": action} for action in actions)))
    nok = phone(phones, simulator, "Nok")
    pay = nok.get_by_role("link", name="Pay")
    assert (pay.get_attribute("href"), pay.get_attribute("target")) == (
        "https://e.example/b/1",
        "_blank",
    )
    nok.get_by_role("button", name="Say").click()
    nok.get_by_text("/send").wait_for()
    nok.get_by_role("button", name="Tap").click()
    nok.locator(".msg-mine").nth(2).wait_for()
    events = [body["events"][0] for body in simulator.receiver.wait_for(3)]
    assert [event.get("message", {}).get("text") for event in events] == ["/send", "tapped", None]
    assert events[2]["postback"] == {"data": "d=1"}


def test_a_quick_reply_is_offered_until_it_is_used(phones: Page, simulator: Any) -> None:
    simulator.say("Ann", "hello")
    chip = {"content_type": "text", "title": "Yes", "payload": "YES"}
    send(simulator, {"text": "Sure?", "quick_replies": [chip]})
    ann = phone(phones, simulator, "Ann")
    ann.get_by_role("button", name="Yes").click()
    ann.locator(".msg-mine").nth(1).wait_for()
    assert ann.locator(".quick").is_hidden()
    messages = [
        item["message"]
        for body in simulator.receiver.bodies()
        if "message" in (item := body["entry"][0]["messaging"][0])
    ]
    assert [m["quick_reply"] for m in messages if "quick_reply" in m] == [{"payload": "YES"}]


def test_a_picture_from_another_name_of_this_machine_is_shown(phones: Page, simulator: Any) -> None:
    sent = requests.post(
        f"{simulator.url}/phones/{simulator.people['Ann']}/pictures",
        data=PNG,
        headers={"Content-Type": "image/png"},
        timeout=10,
    )
    sent.raise_for_status()
    attachment = simulator.receiver.wait_for(1)[0]["entry"][0]["messaging"][0]["message"]
    url = attachment["attachments"][0]["payload"]["url"].replace("127.0.0.1", "localhost")
    push(simulator, {"type": "image", "originalContentUrl": url, "previewImageUrl": url})
    image = phone(phones, simulator, "Nok").locator(".pic img")
    image.wait_for()
    phones.wait_for_function("document.querySelector('.pic img').naturalWidth === 1")


def test_on_a_small_screen_one_phone_is_open_and_fits(phones: Page, simulator: Any) -> None:
    phones.set_viewport_size({"width": 360, "height": 640})
    assert phones.locator(".phone:visible").count() == 1
    phones.get_by_role("tab", name="Mei").click()
    mei = phone(phones, simulator, "Mei")
    assert mei.is_visible()
    box = mei.get_by_role("button", name="Send", exact=True).bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 640
    assert phones.evaluate("document.documentElement.scrollWidth") <= 360
