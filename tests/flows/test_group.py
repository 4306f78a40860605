"""The staff's LINE group, from the invitation to the bill, with processes and signed webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from handlers.simulator import default_groups, default_people
from tests.support.stack import Stack
from tests.support.stack_platforms import wait_for
from tests.support.stack_story import PARTS, ask, wait_for_bill

pytestmark = pytest.mark.flow

QUICK = {"card_pause": "0", "card_quota": "80", "automatic_a_minute": "10"}


class Group:
    """The group of the staff who have phones, on the stack's simulator."""

    def __init__(self, stack: Stack) -> None:
        account = stack.platforms.accounts["line"]
        group = default_groups([account], default_people([account]))[0]
        self.stack, self.path = stack, f"/groups/{group.id}"
        self.id = group.id
        self.staff, self.colleague = group.members

    def seen(self) -> list[dict[str, Any]]:
        """What the shop showed in the group, oldest first."""
        rows: list[dict[str, Any]] = self.stack.platforms.ledger(self.id)["seen"]
        return rows

    def say(self, text: str, **more: Any) -> None:
        body = {"text": text, "member": self.staff.id, **more}
        self.stack.platforms.post(f"{self.path}/messages", body)

    def next(self, what: str, before: int) -> dict[str, Any]:
        """The first message that the group is shown after so many."""
        return wait_for(lambda: self.seen()[before:], what)[0]

    def card_of(self, code: str) -> dict[str, Any]:
        """The card of a customer."""

        def look() -> list[dict[str, Any]]:
            return [row for row in self.seen() if row["kind"] == "flex" and code in str(row)]

        return wait_for(look, f"The card of {code}")[0]


@pytest.fixture
def group(stack: Stack) -> Iterator[Group]:
    """The group, invited and claimed by Nok, whose phone is linked; let go at the end."""
    group = Group(stack)
    phone = f"/phones/{group.staff.id}/messages"
    stack.platforms.post(phone, {"text": f"/link {stack.desk.link_code()}"})
    wait_for(lambda: stack.platforms.ledger(group.staff.id)["seen"], "The link's answer")
    stack.platforms.post(f"{group.path}/join", {})
    explained = group.next("The explanation", 0)
    assert "/link" in explained["text"]
    group.say(f"/link {stack.desk.link_code()}")
    group.next("The claim's answer", 1)
    stack.desk.submit(stack.desk.form("/account", "/account/chat"), **QUICK)
    yield group
    stack.desk.submit(stack.desk.form("/account", "/account/groups/1/release"))


def test_a_quoted_card_answers_bills_and_tells_what_became_of_it(
    stack: Stack, group: Group
) -> None:
    customer, _ = ask(stack, "messenger", "how much is green tea?")
    code = str(stack.conversation(customer)["customer_code"])
    card = group.card_of(code)
    assert card["lane"] == "push"
    assert "how much is green tea?" in str(card["payload"])

    before = len(group.seen())
    group.say("/reply 120 baht a box", quoted=card["platform_id"])
    wait_for(customer.seen, "The shop's words")
    receipt = group.next("The receipt", before)
    assert [row["text"] for row in customer.seen()] == ["120 baht a box"]
    assert code in receipt["text"]
    assert receipt["lane"] == "reply"

    group.say("/o A1 2", quoted=card["platform_id"])
    answer = group.next("The order's card", before + 1)
    assert "240.00" in str(answer["payload"])
    group.say("/send", quoted=answer["platform_id"])
    bill = wait_for_bill(customer)
    assert [row["kind"] for row in bill.messages] == PARTS["messenger"][: len(bill.messages)]
    assert all(row["address"] != group.id for row in stack.api.every("/conversations"))
    # Nobody but a linked account commands, whatever they quote.
    orders = len(stack.api.every("/orders"))
    group.say("/o B2 1", member=group.colleague.id, quoted=card["platform_id"])
    group.say("/o @C999 A1 1")
    wait_for(lambda: "@C999" in str(group.seen()[-1]), "The answer to what came after")
    assert len(stack.api.every("/orders")) == orders
