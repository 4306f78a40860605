"""In a real browser: pictures open large by keyboard, sounds play when asked, and never before."""

from __future__ import annotations

import io
import threading
import wave
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import expect
from werkzeug.serving import make_server

from tests.handlers.conftest import PASSWORD, Front
from tests.handlers.door import Door

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def door(front: Front) -> Door:
    return Door(front)


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    """Where a server of this test alone shows the shop's pages."""
    server = make_server("127.0.0.1", 0, door.front.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def draw() -> bytes:
    """A small picture."""
    made = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 60, 60)).save(made, "PNG")
    return made.getvalue()


def beep() -> bytes:
    """A second of silence, as a sound."""
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes([128]) * 8000)
    return made.getvalue()


@pytest.mark.parametrize("width", [1280, 390])
def test_pictures_open_by_keyboard_and_sounds_play_when_asked(
    door: Door, address: str, page: Page, width: int
) -> None:
    for _ in range(2):
        door.hear_line(type="image")
        door.fill(draw(), "image/png", thumb=draw())
    door.hear_line(type="audio")
    door.fill(beep(), "audio/wav")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}/login")
    page.fill("[name=email]", "nok@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.goto(f"{address}/inbox/1")

    page.locator("a[data-picture]").first.focus()
    page.keyboard.press("Enter")
    shown = page.locator("#viewer img")
    shown.wait_for(state="visible")
    first = shown.get_attribute("src")
    page.keyboard.press("ArrowRight")
    assert shown.get_attribute("src") != first
    page.keyboard.press("ArrowLeft")
    assert shown.get_attribute("src") == first
    page.keyboard.press("Escape")
    shown.wait_for(state="hidden")
    expect(page.locator(":focus")).to_have_attribute("href", str(first))

    state = "(() => { const it = document.querySelector('audio'); return it.%s; })()"
    assert page.evaluate(state % "paused")
    page.evaluate("document.querySelector('audio').play().catch(() => {})")
    expect(page.locator("audio")).not_to_have_js_property("currentTime", 0)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not complaints
