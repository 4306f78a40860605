"""Customers as programs read them: searched, by code, with their orders, one shop's only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from bot import contacts, staff
from bot.contacts import Draft, PostalAddress
from handlers.api import routes
from handlers.api.openapi import describe
from handlers.api.schemas import SCHEMAS
from orders.states import Role
from tests.handlers.conftest import Front

BASE = "/api/v1"
Ask = Callable[..., Any]


def run(front: Front, use_case: Any, *facts: Any, shop_id: int | None = None, **named: Any) -> Any:
    """Run a use case as Nok, or as somebody of another shop."""
    actor = front.actor()
    if shop_id is not None:
        actor = replace(actor, shop_id=shop_id, role=Role.OWNER)
    return front.runtime.transact(lambda work: use_case(work, actor, *facts, **named))


@pytest.fixture
def mali(front: Front) -> str:
    """C1: a customer with one of everything, banned."""
    draft = Draft("คุณมะลิ", phones=("081-234-5678",), tags=("VIP",), language="th")
    code = run(front, contacts.create, draft).code
    address = PostalAddress("1 Sukhumvit\nBangkok", "Home", "มะลิ", "0812345678", "10110")
    run(front, contacts.add_address, code, address)
    run(front, contacts.add_note, code, "<b>likes tea</b>")
    run(front, contacts.ban, code, "never pays")
    return f"C{code}"


@pytest.fixture
def ask(front: Front) -> Ask:
    """GET as a program of the shop that may only read; give the JSON and check the status."""
    client = front.app.test_client()

    def get(path: str, status: int = 200, shop: str = "siam", **asked: str) -> Any:
        token = front.runtime.transact(lambda work: staff.add_token(work, shop, "read", None))
        headers = {"Authorization": f"Bearer {token}"}
        answer = client.get(BASE + path, headers=headers, query_string=asked)
        assert answer.status_code == status, answer.text
        return answer.get_json()

    return get


def codes(page: Any) -> list[str]:
    return [each["code"] for each in page["items"]]


def judge(name: str, value: object) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    jsonschema.Draft202012Validator(schema).validate(value)


def test_a_customer_is_told_with_all_that_is_kept(ask: Ask, mali: str) -> None:
    told = ask(f"/customers/{mali}")
    judge("Customer", told)
    address, note, ban = told.pop("addresses")[0], told.pop("notes")[0], told.pop("ban")
    assert told == {
        "code": mali,
        "name": "คุณมะลิ",
        "language": "th",
        "phones": ["081-234-5678"],
        "tags": ["VIP"],
        "banned": True,
        "version": 4,
    }
    assert (address["lines"], address["country"], address["default"]) == (
        "1 Sukhumvit\nBangkok",
        "TH",
        True,
    )
    assert (note["text"], note["by"], note["edited_at"]) == ("<b>likes tea</b>", "Nok", None)
    assert (ban["reason"], ban["by"]) == ("never pays", "Nok")
    assert ask("/customers")["items"] == [ask(f"/customers/{mali}")]


def test_customers_are_searched_and_narrowed_by_tag(front: Front, ask: Ask, mali: str) -> None:
    other = run(front, contacts.create, Draft("Mali", tags=("vip",))).code
    for asked in (
        {"q": "มะล"},
        {"q": "มาลิ คุณ"},
        {"q": "5678"},
        {"q": mali},
        {"q": "มะลิ", "tag": "vip"},
    ):
        page = ask("/customers", **asked)
        assert (codes(page), page["next_cursor"]) == ([mali], None), asked
    assert codes(ask("/customers", tag="VIP")) == codes(ask("/customers", q="#vip"))
    assert codes(ask("/customers", tag="vip")) == [mali, f"C{other}"]
    assert codes(ask("/customers", q="nobody")) == codes(ask("/customers", tag="none")) == []


def test_customers_of_a_tag_come_by_pages(
    front: Front, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "PAGE", 2)
    for number in range(5):
        run(
            front,
            contacts.create,
            Draft(f"Mali {number}", tags=("vip",) if number % 2 == 0 else ()),
        )
    first = ask("/customers", tag="vip")
    rest = ask("/customers", tag="vip", cursor=first["next_cursor"])
    assert (codes(first), codes(rest), rest["next_cursor"]) == (["C1", "C3"], ["C5"], None)


@pytest.mark.parametrize("asked", [{"q": "x" * 101}, {"tag": "x" * 101}, {"cursor": "none"}])
def test_what_cannot_be_asked_is_refused(ask: Ask, asked: dict[str, str]) -> None:
    judge("Problem", ask("/customers", 400, **asked))


@pytest.mark.parametrize("code", ["C99", "1", "C", "C1x", "C" + "9" * 30, "%00", "C0"])
def test_who_is_not_there_is_404(ask: Ask, mali: str, code: str) -> None:
    for path in (f"/customers/{code}", f"/customers/{code}/orders"):
        judge("Problem", ask(path, 404))


def test_T54_another_shops_customer_is_not_there(front: Front, ask: Ask, mali: str) -> None:
    run(front, contacts.create, Draft("Dao"), shop_id=front.open_shop("rival"))
    run(front, contacts.create, Draft("Dao"))
    ask("/customers/C2", 404, shop="rival")
    ask("/customers/C2/orders", 404, shop="rival")
    told = ask("/customers/C1", shop="rival")
    assert (told["name"], told["notes"]) == ("Dao", [])
    assert codes(ask("/customers", q="มะลิ", shop="rival")) == []
    assert codes(ask("/customers", q="5678", shop="rival")) == []


def test_a_merged_customers_code_shows_the_kept_one_and_all_orders(front: Front, ask: Ask) -> None:
    first, second = front.hear("hello"), front.hear("hello", "U" + "b" * 32)
    for conversation_id in (first, second):
        assert not front.say(conversation_id, "/o A1 2").is_error
    contacts.merge(front.runtime, front.actor(), first, 2)

    assert ask("/customers/C2")["code"] == ask("/customers/c2")["code"] == "C1"
    page = ask("/customers/C2/orders")
    for order in page["items"]:
        judge("Order", order)
    numbers = [order["number"] for order in page["items"]]
    assert numbers == sorted(numbers, reverse=True)
    assert [order["customer"]["code"] for order in page["items"]] == ["C1", "C1"]


def test_the_description_names_the_customers_addresses() -> None:
    paths = describe("https://shop.example")["paths"]
    asked = {parameter["name"] for parameter in paths["/customers"]["get"]["parameters"]}
    assert asked == {"q", "tag", "cursor"}
    assert {"/customers/{code}", "/customers/{code}/orders"} <= paths.keys()
