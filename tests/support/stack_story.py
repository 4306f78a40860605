"""The steps that the stories share: a customer asks, the shop bills, the customer looks."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests
from PIL import Image

from tests.support.stack import Stack
from tests.support.stack_platforms import Person, wait_for

HELLO = "สวัสดีค่ะ เอาชาเขียว 2"
# What an invoice is made of on each platform, in the order in which it arrives.
PARTS = {
    "line": ["image", "flex"],
    "messenger": ["image", "template"],
    "instagram": ["image", "template", "text"],
}


@dataclass(frozen=True, slots=True)
class ReceivedBill:
    """An invoice as it stands on the customer's phone."""

    messages: list[dict[str, Any]]
    link: str
    picture: str


def ask(stack: Stack, kind: str, text: str = HELLO) -> tuple[Person, str]:
    """A new customer writes; the customer, and their conversation's id once the shop has it."""
    customer = stack.platforms.person(kind)
    customer.say(text)
    return customer, str(stack.conversation(customer)["id"])


def wait_for_bill(customer: Person) -> ReceivedBill:
    """Wait until a whole invoice has arrived on the customer's phone."""

    def look() -> list[dict[str, Any]]:
        rows = bills_on(customer)
        return rows if len(rows) >= len(PARTS[customer.kind]) else []

    rows = wait_for(look, f"An invoice on {customer.name}'s {customer.kind} phone")
    links = {text for row in rows for text in _addresses(row) if ".png" not in text}
    pictures = {text for row in rows for text in _addresses(row) if ".png" in text}
    assert len(links) == 1, links
    assert len(pictures) == 1, pictures
    return ReceivedBill(rows, links.pop(), pictures.pop())


def bills_on(customer: Person) -> list[dict[str, Any]]:
    """The messages on the phone that belong to an invoice."""
    return [row for row in customer.seen() if any(_addresses(row))]


def wait_until_settled(stack: Stack, conversation_id: str) -> list[dict[str, Any]]:
    """Wait until nothing is owed to this conversation any more; its deliveries."""

    def look() -> list[dict[str, Any]]:
        mine = deliveries_of(stack, conversation_id)
        open_ = [row for row in mine if row["state"] in ("pending", "sending", "ambiguous")]
        return [] if open_ else mine

    return wait_for(look, "The settling of all deliveries")


def deliveries_of(stack: Stack, conversation_id: str) -> list[dict[str, Any]]:
    """Every delivery that the API lists for a conversation."""
    rows = stack.api.every("/deliveries")
    return [row for row in rows if row["conversation_id"] == conversation_id]


def messages_of(stack: Stack, conversation_id: str) -> list[dict[str, Any]]:
    """What the API tells of a conversation, oldest first."""
    rows = stack.api.every(f"/conversations/{conversation_id}/messages")
    return sorted(rows, key=lambda row: (str(row["sent_at"]), str(row["received_at"])))


def orders_of(stack: Stack, conversation_id: str) -> list[dict[str, Any]]:
    """The orders that the API lists for a conversation."""
    rows = stack.api.every("/orders")
    return [row for row in rows if row["conversation_id"] == conversation_id]


def fetch_picture(address: str) -> Image.Image:
    """Fetch a picture as a platform does, and decode all of it."""
    response = requests.get(address, timeout=10)
    assert response.status_code == 200, response.status_code
    assert response.headers["Content-Type"] == "image/png"
    picture = Image.open(io.BytesIO(response.content))
    picture.load()
    return picture


def link_staff_phone(stack: Stack) -> Person:
    """A LINE phone of the staff, linked by a code from the account page."""
    phone = stack.platforms.person("line", "Lek")
    command(phone, f"/link {stack.desk.link_code()}")
    return phone


def command(phone: Person, text: str) -> dict[str, Any]:
    """Type a command on a staff phone and wait for its one answer."""
    before = len(phone.seen())
    phone.say(text)
    rows = wait_for(lambda: phone.seen()[before:], f"An answer to {text}")
    assert len(rows) == 1, rows
    return rows[0]


def _addresses(row: dict[str, Any]) -> Iterator[str]:
    """Every address of a bill that a message holds, wherever in it."""
    for text in _strings(row["payload"]):
        for word in text.split():
            if word.startswith("http") and "/b/" in word:
                yield word


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
