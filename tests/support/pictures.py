"""Takes the README's pictures: the story in a demo of its own, seen in a real browser.

``python -m tests.support.pictures docs/pictures``; ``script/pictures`` installs
what it needs first.
"""

from __future__ import annotations

import os
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.support import chromium
from tests.support.stack import EMAIL, Stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

ORDER = "/o A1 2 B2 1; ship ems"
WORDS = {
    "line": ("Nok", "สวัสดีค่ะ เอาชาเขียว 2 ชาไทย 1 ค่ะ"),
    "messenger": ("Ann", "มีชาไทยไหมคะ"),
    "instagram": ("Mei", "ส่งเชียงใหม่กี่วันคะ"),
}


def take(folder: Path) -> None:
    """Write inbox.png, phone.png and invoice.png into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        stack = Stack(Path(scratch), demo=True)
        fonts = chromium.font_settings(Path(scratch))
        browser = playwright.chromium.launch(
            executable_path=chromium.find(),
            args=chromium.arguments(),
            env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
        )
        try:
            stack.start()
            play(browser, stack, folder)
        finally:
            browser.close()
            stack.stop()


def play(browser: Browser, stack: Stack, folder: Path) -> None:
    """Write as the customers, answer as the shop, and take a picture at each step."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, base_url=stack.base, device_scale_factor=1.5
    )
    phones, inbox = context.new_page(), context.new_page()
    phones.goto("/simulator/")
    for kind in ("instagram", "messenger", "line"):
        write(phones, kind)
    inbox.goto("/login")
    inbox.locator("[name=email]").fill(EMAIL)
    inbox.locator("[name=password]").fill(stack.password)
    inbox.locator("form button.primary").click()
    inbox.locator(".conversation", has_text=WORDS["line"][1]).click()
    say(inbox, "ได้เลยค่ะ รอสักครู่นะคะ")
    inbox.locator(".bubble.ours", has_text="รอสักครู่").wait_for()
    say(inbox, ORDER)
    inbox.locator("#reply .card", has_text="390.00").first.wait_for()
    say(inbox, "/send")
    bill = inbox.locator(".bubble a[href*='/b/']")
    bill.wait_for()
    address = str(bill.get_attribute("href"))
    picture = phones.locator(".phone-line img[src*='.png']").last
    picture.wait_for()
    inbox.get_by_text("push").first.wait_for()
    inbox.screenshot(path=folder / "inbox.png")
    phones.bring_to_front()
    phones.wait_for_function("image => image.naturalWidth > 0", arg=picture.element_handle())
    phone(phones, "line").screenshot(path=folder / "phone.png")
    with urllib.request.urlopen(f"{stack.base}{address.removeprefix(stack.base)}.png") as answer:
        (folder / "invoice.png").write_bytes(answer.read())


def phone(page: Page, kind: str) -> Locator:
    """A platform's first phone: the customer's."""
    return page.locator(f".phone-{kind}").first


def write(page: Page, kind: str) -> None:
    """Write on a customer's phone."""
    name, words = WORDS[kind]
    page.locator(f"#{phone(page, kind).get_attribute('aria-labelledby')}").dispatch_event("click")
    phone(page, kind).get_by_label(f"Write as {name}").fill(words)
    phone(page, kind).get_by_role("button", name="Send", exact=True).click()
    phone(page, kind).locator(".msg-mine", has_text=words).wait_for()


def say(page: Page, words: str) -> None:
    """Write in the reply box."""
    page.locator("#text").fill(words)
    page.locator("#composer button").click()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
