"""Searching as staff do it, by keyboard and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.browser.test_story import DESK, PHONE, fits, open_phone, sign_in, write
from tests.support.stack import Stack

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_word_leads_to_its_place_in_the_thread(demo: Stack, visitor: BrowserContext) -> None:
    phones, inbox = visitor.new_page(), visitor.new_page()
    sign_in(inbox, demo)
    phones.goto("/simulator/")
    customer = open_phone(phones, "line")
    word = f"ผ้าไหม{uuid4().hex[:6]}"
    write(phones, customer, "Nok", f"สนใจ{word}ค่ะ")
    inbox.locator(".conversation", has_text=word).wait_for()

    box = inbox.locator("#q")
    box.fill(word.upper())
    box.press("Enter")
    hit = inbox.locator(".hit", has_text=word)
    hit.wait_for()
    assert hit.locator("mark").inner_text() == word
    fits(inbox)

    hit.focus()
    hit.press("Enter")
    found = inbox.locator(".bubble.found", has_text=word)
    found.wait_for()
    assert found.evaluate("element => document.activeElement === element")
    inside = """element => {
        const it = element.getBoundingClientRect();
        const all = document.querySelector("#thread").getBoundingClientRect();
        return it.top >= all.top && it.bottom <= all.bottom;
    }"""
    assert found.evaluate(inside)
    fits(inbox)

    # Back among the results, which are still there.
    inbox.go_back()
    inbox.locator(".hit", has_text=word).wait_for()
