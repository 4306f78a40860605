"""Offline orders, end to end, by a program: a customer, a draft, its bill, its money, its chat."""

from __future__ import annotations

from urllib.parse import unquote

from bot import contacts
from tests.handlers.api.conftest import Make, Program, judge
from tests.handlers.conftest import Front


def test_an_offline_order_from_a_new_customer_to_its_parcel(
    both: Front, make: Make, seller: Program
) -> None:
    drafted = seller.draft(shipping={"fee": "50"}, note="gift")
    judge("Order", drafted)
    number = drafted["number"]
    assert (drafted["status"], drafted["conversation_id"]) == ("draft", None)
    assert drafted["customer"]["name"] == "คุณมะลิ"
    assert drafted["total"] == {"amount": "290.00", "currency": "THB"}
    assert drafted["phone"] == "0812345678", "the customer's, for nobody named another"
    assert (drafted["bill_url"], drafted["copy_text"], drafted["sms_url"]) == (None, None, None)

    created = seller.move(number, "send", version=drafted["version"])
    assert (created["status"], created["revision"]) == ("unpaid", 1)
    assert both.count("outbox") == 0, "nobody is there to be sent a bill"
    assert created["bill_url"] in created["copy_text"]
    assert "290" in created["copy_text"]
    assert "KBANK" in created["copy_text"]
    address, _, words = created["sms_url"].partition("?&body=")
    assert address == "sms:0812345678"
    assert unquote(words) == created["copy_text"]
    bill = both.app.test_client().get(created["bill_url"].partition("8000")[2])
    assert bill.status_code == 200

    edited = seller.move(number, "draft")
    assert edited["status"] == "draft"
    edited = seller.patch(
        f"/orders/{number}", {"version": edited["version"], "items": [{"code": "A1"}]}
    )
    assert edited["total"]["amount"] == "170.00"
    again = seller.move(number, "send")
    assert (again["revision"], again["bill_url"]) == (2, created["bill_url"])

    told = seller.move(
        number, "notify-transfer", amount="170.00", bank="KBANK", paid_at="2026-01-02T10:00:00Z"
    )
    assert (told["status"], told["payment_state"]) == ("checking", "pending_review")
    (slip,) = told["slips"]
    assert (slip["bank"], slip["amount"]["amount"]) == ("KBANK", "170.00")
    assert slip["paid_at"] == "2026-01-02T10:00:00.000Z"
    refusal = seller.ask("POST", f"/orders/{number}/confirm-payment", {})
    assert "finance" in seller.refused(refusal, 403, "move_forbidden")

    both.hire("fah@example.com", "finance")
    paid = make(email="fah@example.com").move(number, "confirm-payment")
    assert (paid["status"], paid["payment_state"]) == ("paid", "paid")
    assert [each["amount"]["amount"] for each in paid["payments"]] == ["170.00"]
    assert "KBANK" not in paid["copy_text"], "nobody is asked twice"
    shipped = seller.move(number, "ship", tracking="TH123", carrier="flash")
    judge("Order", shipped)
    assert (shipped["status"], shipped["fulfilment_state"]) == ("shipped", "shipped")
    assert shipped["shipments"][0]["items"] == [{"line": 1, "quantity": 1}]
    assert seller.get("/orders")["items"] == [shipped]
    assert {event["surface"] for event in shipped["events"]} == {"api"}


def test_an_existing_customer_is_searched_and_chosen(owner: Program) -> None:
    code = owner.post("/customers", {"name": "สมชาย ใจดี", "phones": ["0899999999"]}, 201)["code"]
    (found,) = owner.get("/customers?q=ใจดี สมชาย")["items"]
    assert found["code"] == code
    drafted = owner.draft(customer=code)
    assert drafted["customer"] == {"code": code, "name": "สมชาย ใจดี"}
    assert drafted["phone"] == "0899999999"
    assert [each["number"] for each in owner.get(f"/orders?customer={code}")["items"]] == [
        drafted["number"]
    ]


def test_who_writes_later_gets_the_bill_in_their_chat(both: Front, owner: Program) -> None:
    drafted = owner.draft()
    number = drafted["number"]
    owner.move(number, "send")
    assert both.count("outbox") == 0
    conversation_id = both.hear("this is me")
    code = contacts.read_code(drafted["customer"]["code"])
    assert code is not None
    merge_id = contacts.merge(both.runtime, both.actor(), conversation_id, code)
    joined = owner.get(f"/orders/{number}")
    assert joined["conversation_id"] == str(conversation_id)
    owner.move(number, "send")
    (delivery,) = owner.get("/deliveries")["items"]
    assert (delivery["kind"], delivery["order_number"], delivery["revision"]) == ("bill", number, 2)
    assert delivery["conversation_id"] == str(conversation_id)

    contacts.undo(both.runtime, both.actor(), conversation_id, merge_id)
    parted = owner.get(f"/orders/{number}")
    assert (parted["conversation_id"], parted["customer"]) == (None, drafted["customer"])


def test_an_order_that_cannot_be_creates_no_customer(both: Front, owner: Program) -> None:
    before = both.state()
    wanted = {"customer": {"name": "คุณมะลิ"}, "items": [{"code": "NOSUCH"}]}
    answer = owner.ask("POST", "/orders", wanted)
    assert "NOSUCH" in owner.refused(answer, 422, "album.unknown")
    assert both.state() == before
