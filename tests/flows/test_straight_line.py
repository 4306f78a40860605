"""The whole story, on every channel and both databases: words come in, an invoice goes out."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.support.stack import Stack
from tests.support.stack_platforms import wait_for
from tests.support.stack_story import (
    HELLO,
    PARTS,
    ask,
    command,
    fetch_picture,
    link_staff_phone,
    messages_of,
    orders_of,
    wait_for_bill,
    wait_until_settled,
)

pytestmark = pytest.mark.flow

CHANNELS = ("line", "messenger", "instagram")
OUT = ("sent", "delivered", "read")


@pytest.mark.parametrize("kind", CHANNELS)
def test_a_customers_words_become_an_invoice_with_picture_and_link(stack: Stack, kind: str) -> None:
    customer, talk = ask(stack, kind)
    said = messages_of(stack, talk)
    assert [(row["direction"], row["author"], row["text"]) for row in said] == [
        ("in", "customer", HELLO)
    ]

    assert "240.00" in stack.desk.reply(talk, "/o A1 2")
    stack.desk.reply(talk, "/send")
    bill = wait_for_bill(customer)

    assert fetch_picture(bill.picture).width == 1080
    page = requests.get(bill.link, timeout=10)
    assert page.status_code == 200
    assert "ชาเขียว" in page.text
    assert "240.00" in page.text
    code = requests.get(f"{bill.link}/qr.svg", timeout=10)
    assert (code.status_code, code.headers["Content-Type"].split(";")[0]) == (200, "image/svg+xml")

    deliveries = wait_until_settled(stack, talk)
    assert {row["state"] for row in deliveries} == {"sent"}
    assert {row["attempts"] for row in deliveries} == {1}
    assert [row["kind"] for row in customer.seen()] == PARTS[kind]
    assert_order_of_two_teas(stack, talk, bill.link)


@pytest.mark.parametrize("kind", CHANNELS)
def test_words_in_the_reply_box_reach_the_customer_once(stack: Stack, kind: str) -> None:
    customer, talk = ask(stack, kind)
    stack.desk.reply(talk, "ได้เลยค่ะ รอสักครู่นะคะ")
    wait_for(customer.seen, "The shop's words")
    deliveries = wait_until_settled(stack, talk)
    assert [row["state"] for row in deliveries] == ["sent"]
    assert [row["text"] for row in customer.seen()] == ["ได้เลยค่ะ รอสักครู่นะคะ"]
    sent = messages_of(stack, talk)[-1]
    assert (sent["direction"], sent["author"]) == ("out", "staff")
    assert sent["state"] in OUT
    if kind == "line":
        # Somebody who just wrote can be answered for nothing.
        assert deliveries[0]["lane"] == "reply"


def test_messenger_tells_that_the_words_were_delivered(stack: Stack) -> None:
    _, talk = ask(stack, "messenger")
    stack.desk.reply(talk, "ขอบคุณค่ะ")

    def look() -> bool:
        return bool(messages_of(stack, talk)[-1]["state"] == "delivered")

    wait_for(look, "The state delivered")


@pytest.mark.parametrize("kind", CHANNELS)
def test_staff_bill_any_channel_from_their_own_line_phone(stack: Stack, kind: str) -> None:
    phone = link_staff_phone(stack)
    customer, talk = ask(stack, kind)
    code = stack.conversation(customer)["customer_code"]

    card = command(phone, f"/o @{code} A1 2")
    assert card["kind"] == "flex"
    assert "240.00" in str(card["payload"])
    assert customer.seen() == []

    command(phone, "/send")
    bill = wait_for_bill(customer)
    assert {row["state"] for row in wait_until_settled(stack, talk)} == {"sent"}
    assert [row["kind"] for row in customer.seen()] == PARTS[kind]
    assert_order_of_two_teas(stack, talk, bill.link)


def test_a_program_bills_as_the_reply_box_does(stack: Stack) -> None:
    customer, talk = ask(stack, "line")
    for text in ("/o A1 2", "/send"):
        answer = stack.api.post(f"/conversations/{talk}/messages", {"text": text})
        assert answer.status_code in (200, 201), answer.text
        assert "240.00" in answer.text
    bill = wait_for_bill(customer)
    assert_order_of_two_teas(stack, talk, bill.link)


@pytest.mark.parametrize("kind", CHANNELS)
def test_T18_customer_commands_are_plain_text(stack: Stack, kind: str) -> None:
    customer, talk = ask(stack, kind, "/o A1 2")
    customer.say("/send")
    wait_for(lambda: len(messages_of(stack, talk)) == 2, "Both messages in the inbox")
    # The shop's next words are the first and only thing that the customer sees.
    stack.desk.reply(talk, "รับอะไรดีคะ")
    wait_for(customer.seen, "The shop's words")
    assert [row["text"] for row in customer.seen()] == ["รับอะไรดีคะ"]
    assert orders_of(stack, talk) == []


def test_a_later_revision_is_a_new_invoice_behind_the_same_link(stack: Stack) -> None:
    customer, talk = ask(stack, "line")
    stack.desk.reply(talk, "/o A1 2")
    stack.desk.reply(talk, "/send")
    first = wait_for_bill(customer)
    stack.desk.reply(talk, "/add B2 1")
    stack.desk.reply(talk, "/send")
    wait_for(lambda: len(customer.seen()) == 4, "The second invoice")
    (order,) = orders_of(stack, talk)
    assert (order["revision"], order["total"]["amount"]) == (2, "330.00")
    assert "330.00" in requests.get(first.link, timeout=10).text


def assert_order_of_two_teas(stack: Stack, talk: str, link: str) -> None:
    (listed,) = orders_of(stack, talk)
    order: dict[str, Any] = stack.api.get(f"/orders/{listed['number']}")
    assert order["status"] == "unpaid"
    assert order["revision"] == 1
    assert order["bill_url"] == link
    assert order["total"] == {"amount": "240.00", "currency": "THB"}
    assert order["balance"] == {"amount": "240.00", "currency": "THB"}
    (item,) = order["items"]
    assert (item["code"], item["name"], item["quantity"]) == ("A1", "ชาเขียว", 2)
    assert item["unit_price"] == {"amount": "120.00", "currency": "THB"}
    assert item["total"] == {"amount": "240.00", "currency": "THB"}
