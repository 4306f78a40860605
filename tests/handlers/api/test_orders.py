"""Orders as programs write, move and list them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import event

from bot.store.database import Store
from tests.handlers.api.conftest import BASE, Make, Program, judge
from tests.handlers.conftest import Front
from tests.support.shop import at_once

FULL: dict[str, Any] = {
    "items": [
        {"code": "a1", "quantity": 2, "price": "100", "discount": "10%"},
        {"name": "Gift box", "price": {"amount": "40.00", "currency": "THB"}},
    ],
    "shipping": {"fee": "50.00", "way": "Kerry"},
    "discount": "20.00",
    "deposit": "100",
    "tax_mode": "excluded",
    "due_at": "2031-01-02T03:04:05+07:00",
    "note": "ring twice",
    "tags": ["vip", "50%_off"],
    "phone": "0812345678",
    "recipient": "Mali",
    "address": "1 Sukhumvit",
    "payment_method": "transfer",
}


def test_an_order_is_opened_in_a_conversation_with_everything(both: Front, owner: Program) -> None:
    conversation_id = both.hear("hello")
    answer = owner.ask("POST", "/orders", {"conversation_id": str(conversation_id), **FULL})
    told = answer.get_json()
    judge("Order", told)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/orders/{told['number']}"
    assert owner.get(f"/orders/{told['number']}") == told
    assert told["conversation_id"] == str(conversation_id)
    tea, box = told["items"]
    assert (tea["code"], tea["quantity"]) == ("A1", 2)
    assert (tea["unit_price"]["amount"], tea["total"]["amount"]) == ("100.00", "180.00")
    assert (box["code"], box["total"]["amount"]) == (None, "40.00")
    assert (told["subtotal"]["amount"], told["discount"]["amount"]) == ("220.00", "20.00")
    assert (told["shipping"]["amount"], told["shipping_way"]) == ("50.00", "Kerry")
    assert (told["tax_mode"], told["tax"]["amount"]) == ("excluded", "17.50")
    assert (told["total"]["amount"], told["deposit"]["amount"]) == ("267.50", "100.00")
    assert told["due_at"] == "2031-01-01T20:04:05.000Z"
    assert (told["note"], told["tags"]) == ("ring twice", ["vip", "50%_off"])
    assert (told["recipient"], told["address"]) == ("Mali", "1 Sukhumvit")
    assert told["payment_method"] == "transfer"


def test_a_one_off_is_kept_in_the_album(owner: Program) -> None:
    told = owner.draft(items=[{"name": "Gift box", "price": "40", "keep": True}])
    code = told["items"][0]["code"]
    kept = owner.get(f"/products/{code}")
    assert (kept["name"], kept["price"]["amount"]) == ("Gift box", "40.00")


def test_a_way_of_sending_asks_its_fee_and_follows_the_items(owner: Program) -> None:
    told = owner.draft(shipping={"way": "ems"})
    assert told["shipping_way"] == "EMS"
    assert told["shipping"]["amount"] != "0.00"
    refusal = owner.ask("PATCH", f"/orders/{told['number']}", _change(told, way="pigeon"))
    assert "ems" in owner.refused(refusal, 422, "drafting.way_unknown")
    told = owner.patch(f"/orders/{told['number']}", {"version": 1, "shipping": None})
    assert (told["shipping_way"], told["shipping"]["amount"]) == (None, "0.00")


def _change(told: Any, **shipping: Any) -> Any:
    return {"version": told["version"], "shipping": shipping}


def test_a_change_leaves_alone_what_it_does_not_name(owner: Program) -> None:
    told = owner.draft(**{name: FULL[name] for name in FULL if name != "items"})
    changed = owner.patch(f"/orders/{told['number']}", {"version": 1, "note": "leave it"})
    new = ("note", "version", "events", "updated_at")
    assert {k: v for k, v in changed.items() if k not in new} == {
        k: v for k, v in told.items() if k not in new
    }
    gone: dict[str, Any] = {
        "discount": None,
        "deposit": None,
        "due_at": None,
        "payment_method": None,
        "tags": [],
    }
    changed = owner.patch(f"/orders/{told['number']}", {"version": 2, **gone})
    assert (changed["discount"]["amount"], changed["deposit"]["amount"]) == ("0.00", "0.00")
    assert (changed["due_at"], changed["payment_method"], changed["tags"]) == (None, None, [])


def test_tags_change_in_every_state(owner: Program) -> None:
    number = owner.draft()["number"]
    owner.move(number, "send")
    paid = owner.move(number, "confirm-payment")
    told = owner.patch(f"/orders/{number}", {"version": paid["version"], "tags": ["late"]})
    assert told["tags"] == ["late"]
    answer = owner.ask("PATCH", f"/orders/{number}", {"version": told["version"], "note": "x"})
    owner.refused(answer, 422, "move_illegal")


REFUSED: list[tuple[Any, str]] = [
    ([], "object"),
    ({}, "conversation_id"),
    ({"conversation_id": "1", "customer": "C1"}, "once"),
    ({"customer": {"name": "x"}, "itmes": []}, "itmes"),
    ({"customer": {"name": "x", "age": 5}}, "customer.age"),
    ({"customer": 5}, "customer"),
    ({"customer": {"name": "x"}, "items": {}}, "items"),
    ({"customer": {"name": "x"}, "items": [{"code": "A1", "qty": 1}]}, "items[0].qty"),
    ({"customer": {"name": "x"}, "items": [{"code": "A1", "quantity": "2"}]}, "items[0].quantity"),
    ({"customer": {"name": "x"}, "items": [{"code": "A1", "quantity": 1.0}]}, "items[0].quantity"),
    ({"customer": {"name": "x"}, "items": [{"code": "A1", "quantity": True}]}, "items[0].quantity"),
    ({"customer": {"name": "x"}, "items": [{"code": "A1", "price": 120.0}]}, "items[0].price"),
    ({"customer": {"name": "x"}, "items": [{"code": "A1", "price": 120}]}, "satang"),
    ({"customer": {"name": "x"}, "deposit": {"amount": 5, "currency": "THB"}}, "deposit.amount"),
    ({"customer": {"name": "x"}, "due_at": "tomorrow"}, "due_at"),
    ({"customer": {"name": "x"}, "due_at": "2031-01-02T03:04:05"}, "zone"),
    ({"customer": {"name": "x"}, "note": "a\x00b"}, "U+0000"),
    ({"customer": {"name": "x"}, "tax_mode": "all"}, "excluded"),
    ({"customer": {"name": "x"}, "tags": [5]}, "tags"),
    ({"customer": {"name": "x"}, "shipping": {}}, "shipping"),
]


def test_a_body_that_cannot_be_read_is_refused_with_the_key_that_is_wrong(
    both: Front, owner: Program
) -> None:
    before = both.state()
    for body, names in REFUSED:
        assert names in owner.refused(owner.ask("POST", "/orders", body), 400), body
    assert both.state() == before


RULES: list[tuple[Any, str]] = [
    ({"items": [{"code": "A1", "quantity": 0}]}, "quantity_out_of_range"),
    ({"items": [{"code": "A1", "quantity": 10_000}]}, "quantity_out_of_range"),
    ({"items": [{"code": "A1", "price": "0.005"}]}, "amount_decimals"),
    ({"items": [{"code": "A1", "price": "-1"}]}, "amount_negative"),
    ({"items": [{"code": "A1", "price": {"amount": "1", "currency": "USD"}}]}, "amount_foreign"),
    ({"items": [{"code": "A1", "discount": "101%"}]}, "percent_out_of_range"),
    ({"items": [{"code": "A1"}], "discount": "121"}, "discount_above"),
    ({"items": [{"code": "A1"}], "deposit": "121"}, "deposit_above"),
    ({"items": [{"code": "A1", "options": ["red"]}]}, "option_none"),
    ({"phone": "12"}, "phone_unreadable"),
    ({"note": "x" * 1_001}, "text_too_long"),
]


def test_what_the_rulebook_refuses_names_its_rule(both: Front, owner: Program) -> None:
    before = both.state()
    for body, code in RULES:
        owner.refused(owner.ask("POST", "/orders", {"customer": {"name": "x"}, **body}), 422, code)
    assert both.state() == before


def test_T48_json_under_another_type_does_nothing(both: Front, owner: Program) -> None:
    number = owner.draft()["number"]
    before = both.state()
    body = json.dumps({"customer": {"name": "x"}})
    for path in ("/orders", f"/orders/{number}/send", "/customers", "/products"):
        for kind in ("text/plain", "application/x-www-form-urlencoded", None):
            answer = owner.ask("POST", path, data=body, content_type=kind)
            assert "application/json" in owner.refused(answer, 400)
    assert both.state() == before


def test_T48_no_get_changes_anything(both: Front, owner: Program) -> None:
    number = owner.draft()["number"]
    owner.move(number, "send")
    before = both.state()
    for rule in both.app.url_map.iter_rules():
        if rule.rule.startswith(BASE):
            path = rule.rule.removeprefix(BASE).replace("<number>", str(number))
            path = path.replace("<code>", "A1").replace("<conversation_id>", "1")
            owner.ask("GET", path.replace("<address_id>", "1").replace("<note_id>", "1"))
    assert both.state() == before


# Somebody was faster -----------------------------------------------------------


def test_T24_a_change_of_what_was_not_seen_says_who_was_faster(
    owner: Program, seller: Program
) -> None:
    told = owner.draft()
    path = f"/orders/{told['number']}"
    seller.patch(path, {"version": 1, "note": "mine"})
    sentence = owner.refused(
        owner.ask("PATCH", path, {"version": 1, "note": "no, mine"}), 409, "order_changed"
    )
    assert "Ploy" in sentence
    assert ":" in sentence
    assert owner.get(path)["note"] == "mine"
    for name in ("send", "cancel", "delete"):
        owner.refused(owner.ask("POST", f"{path}/{name}", {"version": 1}), 409, "order_changed")
    owner.refused(owner.ask("PATCH", path, {"note": "x"}), 400)


def test_F33_of_two_changes_at_once_one_wins_and_none_is_lost(both: Front, owner: Program) -> None:
    told, token = owner.draft(), owner.token

    def change(place: int) -> tuple[int, str]:
        program = Program(both, both.app.test_client(), token)
        note = f"by {place}"
        answer = program.ask("PATCH", f"/orders/{told['number']}", {"version": 1, "note": note})
        return answer.status_code, note

    results = at_once(4, change)
    assert sorted(status for status, _ in results) == [200, 409, 409, 409]
    (won,) = [note for status, note in results if status == 200]
    now = owner.get(f"/orders/{told['number']}")
    assert (now["version"], now["note"]) == (2, won)


def test_T34_two_payments_at_once_are_both_kept_and_the_second_is_too_much(
    both: Front, owner: Program
) -> None:
    number, token = owner.draft()["number"], owner.token
    owner.move(number, "send")

    def pay(place: int) -> int:
        program = Program(both, both.app.test_client(), token)
        said = {"amount": "240.00", "method": ("card", "transfer")[place], "reference": f"r{place}"}
        return program.ask("POST", f"/orders/{number}/confirm-payment", said).status_code

    assert at_once(2, pay) == [200, 200]
    told = owner.get(f"/orders/{number}")
    assert (told["status"], told["payment_state"]) == ("paid", "overpaid")
    assert sorted(each["reference"] for each in told["payments"]) == ["r0", "r1"]
    assert told["paid"]["amount"] == "480.00"
    assert [each["to"] for each in told["events"]].count("paid") == 2
    back = owner.move(number, "refund", amount="240.00", reason="twice")
    assert back["payment_state"] == "paid"


# Moves -------------------------------------------------------------------------


def test_a_part_payment_leaves_the_rest(owner: Program) -> None:
    number = owner.draft()["number"]
    owner.move(number, "send")
    told = owner.move(number, "confirm-payment", amount="100.00")
    assert (told["status"], told["payment_state"]) == ("unpaid", "partial")
    assert (told["paid"]["amount"], told["balance"]["amount"]) == ("100.00", "140.00")


def test_a_slip_is_refused_with_its_reason(owner: Program) -> None:
    number = owner.draft()["number"]
    owner.move(number, "send")
    owner.move(number, "notify-transfer", amount="240.00", reference="R1")
    owner.refused(owner.ask("POST", f"/orders/{number}/reject-slip", {}), 400)
    told = owner.move(number, "reject-slip", reason="another shop's")
    assert (told["status"], told["slips"][0]["state"]) == ("unpaid", "rejected")
    assert told["slips"][0]["reason"] == "another shop's"


def test_goods_go_out_in_parts_and_come_back(owner: Program) -> None:
    number = owner.draft()["number"]
    owner.move(number, "send")
    owner.move(number, "confirm-payment")
    first = owner.move(number, "ship", tracking="T1", items=[{"line": 1, "quantity": 1}])
    assert (first["status"], first["fulfilment_state"]) == ("paid", "partial")
    owner.move(number, "ship", tracking="T2")
    undone = owner.move(number, "undo-ship", reason="wrong box")
    assert [each["tracking"] for each in undone["shipments"]] == ["T1"]
    owner.move(number, "ship", tracking="T3")
    assert owner.move(number, "complete")["status"] == "completed"
    back = owner.move(number, "return", reason="torn", restock=True)
    assert (back["status"], back["payment_state"]) == ("returned", "refund_due")


def test_cash_on_delivery_needs_an_address(owner: Program) -> None:
    number = owner.draft()["number"]
    owner.move(number, "send")
    owner.refused(owner.ask("POST", f"/orders/{number}/choose-cod"), 422, "guard_address")
    told = owner.move(number, "choose-cod", address="1 Sukhumvit", recipient="Mali")
    assert (told["status"], told["payment_state"]) == ("paid", "cod_due")


def test_orders_are_merged_cancelled_copied_renewed_and_deleted(owner: Program) -> None:
    first = owner.draft()
    second = owner.draft(customer=first["customer"]["code"])
    merged = owner.move(first["number"], "merge", number=second["number"])
    assert merged["items"][0]["quantity"] == 4
    assert owner.get(f"/orders/{second['number']}")["status"] == "cancelled"
    answer = owner.ask("POST", f"/orders/{second['number']}/copy")
    copy = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/orders/{copy['number']}"
    assert (copy["status"], copy["items"]) == ("draft", second["items"])
    gone = owner.ask("POST", f"/orders/{copy['number']}/delete")
    assert (gone.status_code, gone.data) == (204, b"")
    owner.get(f"/orders/{copy['number']}", 404)
    owner.move(first["number"], "send")
    renewed = owner.move(first["number"], "renew", due_at="2031-01-01T00:00:00Z")
    assert (renewed["due_at"], renewed["revision"]) == ("2031-01-01T00:00:00.000Z", 2)
    told = owner.move(first["number"], "cancel", reason="changed their mind")
    assert told["status"] == "cancelled"


# Lists -------------------------------------------------------------------------


def test_orders_are_filtered(owner: Program) -> None:
    first = owner.draft(tags=["vip", "50%_off"])
    second = owner.draft(customer={"name": "สมชาย"})
    owner.move(second["number"], "send")

    def found(**asked: str) -> list[int]:
        answer = owner.ask("GET", "/orders", query_string=asked)
        assert answer.status_code == 200, answer.text
        return [each["number"] for each in answer.get_json()["items"]]

    one, two = first["number"], second["number"]
    assert found() == [two, one]
    assert found(status="draft") == [one]
    assert found(q="สมชาย") == [two]
    assert found(q=second["customer"]["code"]) == [two]
    assert found(customer=first["customer"]["code"]) == [one]
    assert found(customer="C999") == []
    assert found(tag="vip") == [one]
    assert found(tag="vi") == []
    assert found(**{"from": first["created_at"], "to": "2199-01-01T00:00:00Z"}) == [two, one]
    assert found(to="2020-01-01T00:00:00Z") == []
    assert found(**{"from": "2020-01-01", "to": "2020-01-02"}) == []
    assert owner.refused(owner.ask("GET", "/orders?from=yesterday"), 400)


def test_T62_a_search_is_never_a_pattern_or_a_part_of_the_question(owner: Program) -> None:
    owner.draft(tags=["50%_off"])
    for text in ("%", "_", "' OR 1=1 --", '"', "\\", "$.tags", "'); DROP TABLE orders; --"):
        for name in ("q", "tag", "customer"):
            answer = owner.ask("GET", "/orders", query_string={name: text})
            assert answer.get_json()["items"] == [], (name, text)
        for path in ("/products", "/customers", "/conversations"):
            answer = owner.ask("GET", path, query_string={"q": text})
            assert (answer.status_code, answer.get_json()["items"]) == (200, []), text
    assert len(owner.get("/orders?tag=50%25_off")["items"]) == 1


def test_a_page_asks_no_more_questions_for_more_orders(owner: Program, both: Front) -> None:
    number = owner.draft()["number"]
    few = _count_questions(both, owner)
    for _ in range(8):
        number = owner.draft()["number"]
        owner.move(number, "send")
    owner.move(number, "confirm-payment")
    owner.move(number, "ship", tracking="T1")
    # Parcels and what lies in them are one question more, once there are any.
    assert _count_questions(both, owner) <= few + 1 <= 20


def _count_questions(both: Front, owner: Program) -> int:
    asked: list[str] = []
    engine = _engine(both.runtime.store)

    def note(*facts: Any) -> None:
        asked.append(facts[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert owner.get("/orders")["items"]
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(asked)


def _engine(store: Store) -> Any:
    with store.read() as connection:
        return connection.engine


# Who may -----------------------------------------------------------------------


def test_T54_another_shops_things_do_not_exist_at_any_address(
    both: Front, owner: Program, make: Make
) -> None:
    drafted = owner.draft()
    conversation_id = both.hear("hello")
    code = drafted["customer"]["code"]
    known = owner.post(f"/customers/{code}/addresses", {"lines": "1 Road"}, 201)
    known = owner.post(f"/customers/{code}/notes", {"text": "kind"}, 201)
    shop_id = both.open_shop("other")
    both.hire("else@example.com", "owner", shop_id=shop_id)
    stranger = make(email="else@example.com", shop="other")
    before = both.state()
    bodies = {
        "/orders/<number>": {"version": 1, "note": "x"},
        "/orders/<number>/refund": {"amount": "1"},
        "/orders/<number>/ship": {"tracking": "x"},
        "/orders/<number>/merge": {"number": drafted["number"]},
        "/products/<code>": {"version": 1, "name": "x"},
        "/products/<code>/stock": {"by": 1, "reason": "x"},
        "/customers/<code>": {"version": 1, "name": "x"},
        "/customers/<code>/addresses": {"lines": "x"},
        "/customers/<code>/addresses/<address_id>": {"lines": "x"},
    }
    asked = 0
    for rule in both.app.url_map.iter_rules():
        path = rule.rule.removeprefix(BASE)
        if not rule.rule.startswith(BASE) or "<" not in path:
            continue
        real = path.replace("<number>", str(drafted["number"]))
        real = real.replace("<code>", "A1" if "products" in path else code)
        real = real.replace("<conversation_id>", str(conversation_id))
        real = real.replace("<address_id>", known["addresses"][0]["id"])
        real = real.replace("<note_id>", known["notes"][0]["id"])
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            body = bodies.get(path, {"reason": "x"} if "ban" in path or "-s" in path else None)
            if path.endswith(("messages", "notes", "<note_id>")):
                body = {"text": "x"}
            answer = stranger.ask(method, real, None if method in {"GET", "DELETE"} else body)
            stranger.refused(answer, 404)
            asked += 1
    assert asked > 25
    for name in ("conversations", "orders", "products", "customers", "deliveries"):
        assert stranger.get(f"/{name}")["items"] == []
    for wanted in ({"customer": code}, {"conversation_id": str(conversation_id)}):
        stranger.refused(stranger.ask("POST", "/orders", wanted), 404)
    assert both.state() == before
    mine = stranger.draft(items=[{"name": "x", "price": "1"}])
    theirs = {"number": drafted["number"]}
    if mine["number"] != drafted["number"]:
        answer = stranger.ask("POST", f"/orders/{mine['number']}/merge", theirs)
        stranger.refused(answer, 404)


@pytest.mark.parametrize("scope", ["read", "nobody"])
def test_a_token_without_the_right_writes_nothing(
    both: Front, owner: Program, make: Make, scope: str
) -> None:
    number = owner.draft()["number"]
    program = make("read") if scope == "read" else make("write", None)
    before = both.state()
    for method, path in (
        ("POST", "/orders"),
        ("PATCH", f"/orders/{number}"),
        ("POST", f"/orders/{number}/send"),
        ("POST", "/products"),
        ("PATCH", "/products/A1"),
        ("POST", "/customers"),
        ("PUT", "/customers/C1/ban"),
        ("DELETE", "/customers/C1/ban"),
    ):
        sentence = program.refused(program.ask(method, path, {}), 403)
        assert ("--scope write" if scope == "read" else "--staff") in sentence
    assert both.state() == before
