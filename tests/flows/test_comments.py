"""A comment becomes an order on both databases: a private reply, and one chat with its writer."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.stack import Stack
from tests.support.stack_platforms import wait_for
from tests.support.stack_story import messages_of, orders_of

pytestmark = pytest.mark.flow


def switch_on(stack: Stack) -> None:
    """Switch keyword orders in comments on, by the page's own form, if they are off."""
    page = stack.desk.get("/keywords/comments")
    if re.search(r'name="enabled" checked', page):
        return
    form = stack.desk.form("/keywords/comments", "/keywords/comments", id_="rule")
    chosen = {
        "do": "save",
        "enabled": "on",
        "own_codes": "on",
        "mode": "quantity",
        "effect": "set",
        "answer_ordered": "on",
    }
    kept = {name: form.fields[name] for name in ("csrf_token", "version", "prefixes")}
    form.fields = kept
    stack.desk.submit(form, **chosen)


@pytest.mark.parametrize("kind", ["messenger", "instagram"])
def test_a_comment_is_ordered_answered_in_private_and_billed_in_chat(
    stack: Stack, kind: str
) -> None:
    switch_on(stack)
    customer = stack.platforms.person(kind)
    customer.comment("CF A1 2 ค่ะ")

    def look() -> list[dict[str, Any]]:
        return [row for row in customer.seen() if row["lane"] == "private_reply"]

    (answer,) = wait_for(look, "The private reply")
    assert "A1 × 2" in answer["text"]
    assert "240.00" in answer["text"]

    customer.say("ขอบคุณค่ะ")
    talk = str(stack.conversation(customer)["id"])
    wait_for(lambda: len(messages_of(stack, talk)) == 3, "The whole story in one conversation")
    assert [row["kind"] for row in messages_of(stack, talk)] == ["comment", "text", "text"]
    (order,) = orders_of(stack, talk)
    assert order["status"] == "draft"
    stack.desk.reply(talk, "/send")
    wait_for(lambda: len(customer.seen()) > 2, "The bill in the chat")
    assert order["total"] == {"amount": "240.00", "currency": "THB"}
