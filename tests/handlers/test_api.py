from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot import staff
from handlers.api import asking, routes
from handlers.api.openapi import describe
from handlers.api.openapi_writing import REQUESTS
from handlers.api.schemas import SCHEMAS

BASE = "/api/v1"


@dataclass
class Program:
    """A program with its token, or without one."""

    client: FlaskClient
    token: str | None

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(BASE + path, headers=self._headers(), **options)

    def items(self, path: str) -> list[dict[str, Any]]:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.get_json()["items"]
        return found

    def say(self, conversation_id: object, text: object, key: str | None = None) -> TestResponse:
        headers = self._headers() | ({"Idempotency-Key": key} if key else {})
        path = f"{BASE}/conversations/{conversation_id}/messages"
        return self.client.post(path, json={"text": text}, headers=headers)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


@pytest.fixture
def program(front: Any) -> Callable[..., Program]:
    def make(
        scope: str = "write", email: str | None = "nok@example.com", shop: str = "siam"
    ) -> Program:
        token = front.runtime.transact(lambda work: staff.add_token(work, shop, scope, email))
        return Program(front.app.test_client(), token)

    return make


@pytest.fixture
def story(front: Any) -> int:
    """A customer wrote, and got a bill; the conversation's id."""
    conversation_id: int = front.hear("สวัสดีค่ะ เอาชาเขียว 2")
    front.name(conversation_id, "คุณมะลิ")
    assert not front.say(conversation_id, "/o A1 2").is_error
    assert not front.say(conversation_id, "/send").is_error
    return conversation_id


def judge(name: str, value: object) -> None:
    """Judge an answer by our own description."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    jsonschema.Draft202012Validator(schema).validate(value)


def problem(answer: TestResponse, status: int) -> str:
    """Check that this is a problem (RFC 9457) of that status; give its sentence."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    told = answer.get_json()
    judge("Problem", told)
    assert told["status"] == status
    return str(told["detail"])


# Who asks --------------------------------------------------------------------


LISTS = ["/conversations", "/messages", "/orders", "/products", "/customers", "/deliveries"]
READS = [*LISTS, "/conversations/1/messages", "/orders/1042"]


@pytest.mark.parametrize("token", [None, "", "ob_wrong", "x" * 100_000, "é"])
def test_without_a_right_token_nothing_is_answered(
    token: str | None, front: Any, story: int
) -> None:
    client = front.app.test_client()
    sent = f"Bearer {token}".encode().decode("latin1")
    headers = {} if token is None else {"Authorization": sent}
    for path in READS:
        answer = client.get(BASE + path, headers=headers)
        assert "openbill token add" in problem(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_browsers_sign_in_is_no_token(front: Any) -> None:
    problem(front.staff().get(BASE + "/orders"), 401)


def test_a_token_that_may_only_read_says_nothing(
    front: Any, program: Callable[..., Program], story: int
) -> None:
    reader = program("read")
    before = front.state()
    assert "--scope write" in problem(reader.say(story, "hello"), 403)
    assert front.state() == before


def test_a_token_of_nobody_says_nothing(
    front: Any, program: Callable[..., Program], story: int
) -> None:
    nobody = program("write", None)
    before = front.state()
    assert "--staff" in problem(nobody.say(story, "hello"), 403)
    assert front.state() == before
    assert nobody.items("/orders")


def test_a_person_who_may_only_look_says_nothing(
    front: Any, program: Callable[..., Program], story: int
) -> None:
    front.hire("view@example.com", "viewer")
    problem(program("write", "view@example.com").say(story, "hello"), 403)


def test_T54_another_shops_things_do_not_exist(
    front: Any, program: Callable[..., Program], story: int
) -> None:
    front.open_shop("other")
    stranger = program("read", None, "other")
    number = program().items("/orders")[0]["number"]
    for path in LISTS:
        assert stranger.items(path) == [], path
    problem(stranger.get(f"/conversations/{story}/messages"), 404)
    problem(stranger.get(f"/orders/{number}"), 404)
    front.hire("else@example.com", "owner", shop_id=_shop_id(front, "other"))
    writer = program("write", "else@example.com", "other")
    before = front.state()
    problem(writer.say(story, "hello"), 404)
    assert front.state() == before


def _shop_id(front: Any, slug: str) -> int:
    from bot.store import shops

    with front.runtime.store.read() as connection:
        row = shops.find_shop_by_slug(connection, slug)
    assert row
    return int(row.id)


# What is answered ------------------------------------------------------------


def test_a_conversation_tells_who_it_is_with_and_how_to_answer(
    program: Callable[..., Program], story: int
) -> None:
    (told,) = program().items("/conversations")
    judge("Conversation", told)
    assert told["id"] == str(story)
    assert told["channel"] == "line"
    assert told["channel_key"] == "siam-line"
    assert told["address"] == "U" + "a" * 32
    assert re.fullmatch(r"C\d+", told["customer_code"])
    assert told["contact_name"] == "คุณมะลิ"
    assert told["unread"] == 0 or told["unread"] == 1
    assert told["can_send"]["lane"] == "reply"
    assert told["can_send"]["until"].endswith("Z")


def test_messages_come_newest_first(program: Callable[..., Program], story: int) -> None:
    told = program().items(f"/conversations/{story}/messages")
    for each in told:
        judge("Message", each)
    assert told[-1]["text"] == "สวัสดีค่ะ เอาชาเขียว 2"
    assert (told[-1]["direction"], told[-1]["author"]) == ("in", "customer")
    assert told[0]["direction"] == "out"
    assert told == sorted(told, key=lambda each: each["sent_at"], reverse=True)


def test_an_order_tells_everything(program: Callable[..., Program], story: int) -> None:
    caller = program()
    (told,) = caller.items("/orders")
    judge("Order", told)
    assert caller.get(f"/orders/{told['number']}").get_json() == told
    assert told["status"] == "unpaid"
    assert told["payment_state"] == "none"
    assert told["fulfilment_state"] == "unfulfilled"
    assert told["revision"] == 1
    assert told["conversation_id"] == str(story)
    assert told["customer"]["name"] == "คุณมะลิ"
    (item,) = told["items"]
    assert item["code"] == "A1"
    assert item["quantity"] == 2
    assert item["total"] == told["subtotal"] == {"amount": "240.00", "currency": "THB"}
    assert told["balance"] == told["total"]
    assert told["bill_url"].startswith("http://127.0.0.1:8000/b/")
    assert told["bill_url"] in told["copy_text"]
    assert told["events"][0]["move"] == "open"
    assert told["events"][-1]["move"] == "send"
    assert told["events"][-1]["to"] == "unpaid"


def test_an_order_that_was_never_issued_has_no_bill(
    front: Any, program: Callable[..., Program]
) -> None:
    front.say(front.hear("hello"), "/o A1 1")
    (told,) = program().items("/orders")
    judge("Order", told)
    assert told["status"] == "draft"
    assert (told["bill_url"], told["copy_text"], told["sms_url"]) == (None, None, None)


def test_the_sms_address_holds_the_bill(
    front: Any, program: Callable[..., Program], story: int
) -> None:
    from sqlalchemy import text

    with front.runtime.store.read() as connection:
        terms = connection.execute(text("SELECT terms FROM orders")).scalar_one()
    terms = json.loads(terms) if isinstance(terms, str) else terms
    change = {"terms": json.dumps({**terms, "phone": "0812345678"})}
    front.runtime.store.write(
        lambda connection: connection.execute(text("UPDATE orders SET terms = :terms"), change)
    )
    (told,) = program().items("/orders")
    assert told["phone"] == "0812345678"
    assert told["sms_url"].startswith("sms:0812345678?&body=")
    assert " " not in told["sms_url"]


def test_products_customers_and_deliveries_are_listed(
    program: Callable[..., Program], story: int
) -> None:
    caller = program()
    for path, name in (
        ("/products", "Product"),
        ("/customers", "Customer"),
        ("/deliveries", "Delivery"),
    ):
        told = caller.items(path)
        assert told, path
        for each in told:
            judge(name, each)
    tea = next(each for each in caller.items("/products") if each["code"] == "A1")
    assert tea["price"] == {"amount": "120.00", "currency": "THB"}
    bill = next(each for each in caller.items("/deliveries") if each["kind"] == "bill")
    assert bill["state"] == "pending"
    assert bill["revision"] == 1
    assert bill["order_number"] == caller.items("/orders")[0]["number"]


def test_a_product_is_told_with_its_variants_names_and_weight(
    front: Any, program: Callable[..., Program]
) -> None:
    shirt, pot = program().items("/products?q=shirt") + program().items("/products?q=D4")
    assert shirt["names"] == {"en": "T-shirt"}
    assert (shirt["category"], shirt["weight"], shirt["stock"]) == ("เสื้อผ้า", 250, 23)
    assert [
        (one["options"], one["price"]["amount"], one["stock"]) for one in shirt["variants"]
    ] == [
        (["ดำ", "L"], "390.00", 3),
        (["ขาว", "L"], "390.00", None),
    ]
    assert (pot["condition"], pot["stock"], pot["weight"]) == ("preorder", None, None)


def test_products_can_be_filtered(front: Any, program: Callable[..., Program]) -> None:
    caller = program()

    def codes(query: str) -> list[str]:
        return [each["code"] for each in caller.items(f"/products{query}")]

    assert codes("?q=ชา") == ["A1", "B2", "D4"]
    assert codes("?q=ชา&category=ชา") == ["A1", "B2"]
    assert codes("?category=nothing") == []
    assert codes("?active=false") == []
    assert codes("?active=true&q=thai%20tea") == ["B2"]
    assert codes("?q=%25") == []
    problem(caller.get("/products?active=maybe"), 400)
    problem(caller.get("/products?category=" + "x" * 101), 400)


def test_lists_can_be_filtered(front: Any, program: Callable[..., Program], story: int) -> None:
    caller = program()
    assert caller.items("/conversations?channel=line")
    assert caller.items("/conversations?channel=messenger") == []
    assert caller.items("/conversations?q=มะลิ")
    assert caller.items("/conversations?q=nobody") == []
    assert caller.items("/conversations?q=%25") == []
    assert caller.items("/orders?status=unpaid")
    assert caller.items("/orders?status=paid") == []
    assert caller.items("/deliveries?state=pending")
    assert caller.items("/deliveries?state=dead") == []


@pytest.mark.parametrize(
    "query",
    [
        "/conversations?channel=pigeon",
        "/orders?status=lost",
        "/deliveries?state=lost",
        "/orders?q=" + "x" * 101,
        "/orders?q=a%00b",
    ],
)
def test_a_wrong_filter_is_refused_in_a_sentence(
    query: str, program: Callable[..., Program]
) -> None:
    assert len(problem(program().get(query), 400)) > 20


# Pages -----------------------------------------------------------------------


def test_pages_join_without_gap_or_repeat(
    front: Any, program: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    last = 0
    for user in "abcde":
        last = front.hear("hello", "U" + user * 32)
        front.say(last, "/o A1 1")
        front.say(last, "thank you")
        front.say(last, "come again")
    caller = program()
    for path in (*LISTS, f"/conversations/{last}/messages"):
        whole = caller.items(path)
        assert len(whole) > 2, path
        with monkeypatch.context() as patch:
            patch.setattr(routes, "PAGE", 2)
            assert read_all(caller, path) == whole


def read_all(caller: Program, path: str) -> list[dict[str, Any]]:
    """Read a list page by page, as its cursors lead."""
    joined: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = caller.get(path, query_string={"cursor": cursor} if cursor else {}).get_json()
        assert 0 < len(page["items"]) <= 2
        joined += page["items"]
        cursor = page["next_cursor"]
    return joined


CURSORS = [
    "",
    "x",
    "é",
    "W10=",
    "WzEsMl0=",
    "W251bGxd",
    "WyJhIl0=",
    "e30=",
    "WzFlOTk5XQ==",
    "[" * 500,
]


def test_a_cursor_that_is_none_of_ours_is_refused(
    front: Any, program: Callable[..., Program], story: int
) -> None:
    caller = program()
    for path in (*LISTS, f"/conversations/{story}/messages"):
        for cursor in CURSORS:
            answer = caller.get(path, query_string={"cursor": cursor})
            if path == "/products" and cursor == "WyJhIl0=":
                assert answer.status_code == 200  # ["a"] could be ours: a code to go on after
            else:
                assert "next_cursor" in problem(answer, 400)


# Saying something ------------------------------------------------------------


def test_words_go_to_the_customer(front: Any, program: Callable[..., Program], story: int) -> None:
    answer = program().say(story, "ขอบคุณค่ะ")
    assert answer.status_code == 201
    told = answer.get_json()
    judge("Message", told)
    assert (told["direction"], told["author"], told["text"]) == ("out", "staff", "ขอบคุณค่ะ")
    assert told["state"] == "pending"
    assert told == program().items(f"/conversations/{story}/messages")[0]


def test_a_command_is_run_and_answered_with_its_card(
    front: Any, program: Callable[..., Program]
) -> None:
    conversation_id = front.hear("hello")
    before = front.count("messages")
    answer = program().say(conversation_id, "/o A1 2")
    assert answer.status_code == 200
    card = answer.get_json()["card"]
    judge("Card", card)
    assert card["title"] in card["text"]
    assert front.count("messages") == before, "the customer is told nothing"
    (event, *_) = program().items("/orders")[0]["events"]
    assert event["surface"] == "api"
    assert event["actor"] == f"staff:{front.actor().staff_id}"


def test_a_command_that_cannot_be_run_is_a_problem_with_its_sentence(
    front: Any, program: Callable[..., Program]
) -> None:
    conversation_id = front.hear("hello")
    assert problem(program().say(conversation_id, "/o NOSUCH 2"), 422)
    assert program().items("/orders") == []


def test_an_idempotency_key_makes_a_repeat_harmless(
    front: Any, program: Callable[..., Program], story: int
) -> None:
    caller = program()
    first = caller.say(story, "once", key="k-1")
    after = front.state()
    second = caller.say(story, "once", key="k-1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json()["id"] == second.get_json()["id"]
    assert front.state() == after
    assert caller.say(story, "once", key="k-2").get_json()["id"] != first.get_json()["id"]


@pytest.mark.parametrize("key", ["", "a b", "x" * 101])
def test_an_unusable_key_is_refused(
    key: str, front: Any, program: Callable[..., Program], story: int
) -> None:
    caller = program()
    before = front.state()
    answer = caller.client.post(
        f"{BASE}/conversations/{story}/messages",
        json={"text": "hello"},
        headers={"Authorization": f"Bearer {caller.token}", "Idempotency-Key": key},
    )
    problem(answer, 400)
    assert front.state() == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"text=hello", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'{"text": 5}', 400),
        (b'{"text": ""}', 422),
        (b'{"text": "  "}', 422),
        (b'{"text": "a\\u0000b"}', 422),
        (b'{"text": "\\ud800"}', 400),
        (json.dumps({"text": "x" * (asking.LONGEST_TEXT + 1)}).encode(), 422),
        (b'{"text": "' + b"x" * routes.LARGEST_BODY + b'"}', 413),
        (b'{"a":' * 100_00 + b"1" + b"}" * 100_00, 400),
    ],
)
def test_an_unusable_body_is_refused_and_changes_nothing(
    body: bytes, status: int, front: Any, program: Callable[..., Program], story: int
) -> None:
    caller = program()
    before = front.state()
    answer = caller.client.post(
        f"{BASE}/conversations/{story}/messages",
        data=body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {caller.token}"},
    )
    problem(answer, status)
    assert front.state() == before


@pytest.mark.parametrize("number", ["0", "9" * 18, "9" * 19, "-1", "1.5", "abc", "๑", "%00", "1e3"])
def test_what_cannot_be_an_id_does_not_exist(
    number: str, program: Callable[..., Program], story: int
) -> None:
    problem(program().get(f"/orders/{number}"), 404)
    problem(program().get(f"/conversations/{number}/messages"), 404)


def test_an_address_that_takes_another_method_says_so(program: Callable[..., Program]) -> None:
    caller = program()
    answer = caller.client.post(
        BASE + "/deliveries", json={}, headers={"Authorization": f"Bearer {caller.token}"}
    )
    problem(answer, 405)


# The description -------------------------------------------------------------


@pytest.fixture
def described(front: Any) -> Any:
    answer = front.app.test_client().get(BASE + "/openapi.json")
    assert answer.status_code == 200
    return answer.get_json()


def test_the_description_names_every_address_and_no_other(
    front: Any, described: dict[str, Any]
) -> None:
    real = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule.removeprefix(BASE)), method.lower())
        for rule in front.app.url_map.iter_rules()
        if rule.rule.startswith(BASE)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    told = {(path, method) for path, held in described["paths"].items() for method in held}
    assert told == real


def test_the_description_refers_to_nothing_that_is_not_there(described: dict[str, Any]) -> None:
    refers = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(described)))
    assert refers == set(SCHEMAS | REQUESTS)
    for schema in (SCHEMAS | REQUESTS).values():
        jsonschema.Draft202012Validator.check_schema(schema)
    assert describe("https://shop.example")["servers"] == [{"url": "https://shop.example/api/v1"}]
