"""The story as its user lives it: two tabs, a few words, and an invoice on the phone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.support.stack import EMAIL, Stack

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

pytestmark = pytest.mark.browser

CUSTOMERS = {"line": "Nok", "messenger": "Ann", "instagram": "Mei"}
PHONE = (390, 844)
DESK = (1280, 800)


@pytest.mark.parametrize(
    ("kind", "size"),
    [("line", DESK), ("line", PHONE), ("messenger", PHONE), ("instagram", DESK)],
)
def test_a_customers_words_become_an_invoice_on_their_phone(
    demo: Stack, visitor: BrowserContext, kind: str
) -> None:
    phones, inbox = visitor.new_page(), visitor.new_page()
    sign_in(inbox, demo)
    phones.goto("/simulator/")
    customer = open_phone(phones, kind)
    before = customer.locator("img").count()

    # The customer writes, and the open inbox shows it by itself.
    words = f"สวัสดีค่ะ เอาชาเขียว 2 {uuid4().hex[:6]}"
    write(phones, customer, CUSTOMERS[kind], words)
    row = inbox.locator(".conversation", has_text=words)
    row.wait_for()
    row.click()
    inbox.locator(".bubble", has_text=words).wait_for()
    fits(inbox)

    # A command shows what it would do before it does it.
    box = inbox.locator("#text")
    box.fill("/o A1 2")
    inbox.locator("#preview", has_text="240.00").wait_for()
    box.press("Enter")
    inbox.locator("#reply .card [role=status], #reply .card", has_text="240.00").first.wait_for()

    # The card's own button sends the bill.
    send = inbox.locator("#reply .commands button", has_text="/send").first
    send.click()
    inbox.locator(".bill-mark").last.wait_for()
    inbox.locator(".delivery-sent, .delivery-delivered, .delivery-read").last.wait_for()
    fits(inbox)

    # The phone shows it: a picture that really loaded, and a button that opens the bill.
    picture = customer.locator("img").nth(before)
    picture.wait_for()
    phones.wait_for_function(
        "image => image.complete && image.naturalWidth > 0", arg=picture.element_handle()
    )
    pay = customer.locator("a[href*='/b/']", has_text="ชำระเงิน").last
    with visitor.expect_page() as opened:
        pay.click()
    bill = opened.value
    bill.get_by_role("heading", level=1).wait_for()
    assert "240.00" in bill.locator("body").inner_text()
    code = bill.locator(".pay-qr img")
    code.wait_for()
    bill.wait_for_function("image => image.naturalWidth > 0", arg=code.element_handle())
    fits(bill)


def test_the_open_conversation_shows_what_is_said_without_a_reload(
    demo: Stack, visitor: BrowserContext
) -> None:
    phones, inbox = visitor.new_page(), visitor.new_page()
    sign_in(inbox, demo)
    phones.goto("/simulator/")
    customer = open_phone(phones, "messenger")
    words = f"มีชาไทยไหมคะ {uuid4().hex[:6]}"
    write(phones, customer, "Ann", words)
    inbox.locator(".conversation", has_text=words).click()
    inbox.locator(".bubble", has_text=words).wait_for()
    inbox.evaluate("window.isTheSamePage = true")

    again = f"ขอสองแก้วค่ะ {uuid4().hex[:6]}"
    write(phones, customer, "Ann", again)
    inbox.locator(".bubble", has_text=again).wait_for()

    answer = f"ได้เลยค่ะ {uuid4().hex[:6]}"
    inbox.locator("#text").fill(answer)
    inbox.locator("#composer button").click()
    customer.locator(".msg", has_text=answer).wait_for()
    inbox.locator(".bubble.ours", has_text=answer).wait_for()
    assert inbox.evaluate("window.isTheSamePage") is True


def test_a_shop_is_run_with_the_keyboard_alone(demo: Stack, visitor: BrowserContext) -> None:
    phones, inbox = visitor.new_page(), visitor.new_page()
    phones.goto("/simulator/")
    words = f"สวัสดีค่ะ {uuid4().hex[:6]}"
    write(phones, open_phone(phones, "instagram"), "Mei", words)

    inbox.bring_to_front()
    inbox.goto("/login")
    # The first field has the cursor already.
    inbox.wait_for_function("document.activeElement.name === 'email'")
    inbox.keyboard.type(EMAIL)
    inbox.keyboard.press("Tab")
    inbox.keyboard.type(demo.password)
    inbox.keyboard.press("Enter")
    inbox.locator(".conversation", has_text=words).wait_for()
    tab_to(inbox, "document.activeElement.matches('.conversation')")
    assert words in inbox.evaluate("document.activeElement.textContent")
    inbox.keyboard.press("Enter")
    inbox.locator("#text").wait_for()
    tab_to(inbox, "document.activeElement.id === 'text'")
    inbox.keyboard.type("/o B2 1")
    inbox.keyboard.press("Enter")
    inbox.locator("#reply .card", has_text="90.00").first.wait_for()
    # After an answer the cursor is where the next words are typed.
    inbox.wait_for_function("document.activeElement.id === 'text'")


def sign_in(page: Page, demo: Stack) -> None:
    page.goto("/inbox")
    page.locator("[name=email]").fill(EMAIL)
    page.locator("[name=password]").fill(demo.password)
    page.locator("form button.primary").click()
    page.wait_for_url("**/inbox")


def open_phone(page: Page, kind: str) -> Locator:
    """The customer's phone of a platform, in sight."""
    section = page.locator(f".phone-{kind}").first
    tab = page.locator(f"#{section.get_attribute('aria-labelledby')}")
    if tab.is_visible():
        tab.click()
    section.wait_for()
    section.locator("textarea").wait_for()
    return section


def write(page: Page, phone: Locator, name: str, words: str) -> None:
    page.bring_to_front()
    phone.get_by_label(f"Write as {name}").fill(words)
    phone.get_by_role("button", name="Send", exact=True).click()
    phone.locator(".msg-mine", has_text=words).wait_for()


def fits(page: Page) -> None:
    """Nothing sticks out at the side."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{page.url} is {wide} pixels too wide"


def tab_to(page: Page, there: str) -> None:
    """Press Tab until `there` holds; what has the cursor must be seen to have it."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(there):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", "the cursor's place is not to be seen"
            return
    raise AssertionError(f"Tab never led to where {there}")
