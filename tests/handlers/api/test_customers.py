"""Customers as programs write them: with phones, tags, addresses, notes and a ban."""

from __future__ import annotations

from tests.handlers.api.conftest import Make, Program, judge
from tests.handlers.conftest import Front


def test_a_customer_is_created_and_changed(owner: Program) -> None:
    wanted = {"name": "สมชาย", "phones": ["081-234-5678"], "tags": ["VIP"], "language": "th"}
    answer = owner.ask("POST", "/customers", wanted)
    told = answer.get_json()
    assert answer.status_code == 201
    judge("Customer", told)
    path = f"/customers/{told['code']}"
    assert answer.headers["Location"] == f"/api/v1{path}"
    assert owner.get(path) == told
    assert (told["name"], told["phones"], told["tags"]) == ("สมชาย", ["081-234-5678"], ["VIP"])
    changed = owner.patch(path, {"version": told["version"], "phones": [], "tags": ["new"]})
    assert (changed["name"], changed["phones"], changed["tags"]) == ("สมชาย", [], ["new"])
    late = owner.ask("PATCH", path, {"version": told["version"], "name": "x"})
    assert "Nok" in owner.refused(late, 409, "customer.changed")


def test_addresses_and_notes_come_change_and_go(owner: Program) -> None:
    path = f"/customers/{owner.post('/customers', {'name': 'Lek'}, 201)['code']}"
    owner.post(f"{path}/addresses", {"lines": "1 Sukhumvit", "label": "Home"}, 201)
    told = owner.post(f"{path}/addresses", {"lines": "2 Silom", "default": True}, 201)
    assert [each["default"] for each in told["addresses"]] == [False, True]
    first = told["addresses"][0]["id"]
    answer = owner.ask(
        "PUT", f"{path}/addresses/{first}", {"lines": "9 Rama", "phone": "0812345678"}
    )
    assert answer.get_json()["addresses"][0]["lines"] == "9 Rama"
    answer = owner.ask("DELETE", f"{path}/addresses/{first}")
    assert [each["lines"] for each in answer.get_json()["addresses"]] == ["2 Silom"]
    owner.refused(owner.ask("DELETE", f"{path}/addresses/{first}"), 404, "customer.address_unknown")
    told = owner.post(f"{path}/notes", {"text": "kind"}, 201)
    note = told["notes"][0]["id"]
    answer = owner.ask("PUT", f"{path}/notes/{note}", {"text": "very kind"})
    assert answer.get_json()["notes"][0]["text"] == "very kind"
    assert owner.ask("DELETE", f"{path}/notes/{note}").get_json()["notes"] == []


def test_a_ban_holds_until_it_is_lifted(owner: Program) -> None:
    path = f"/customers/{owner.post('/customers', {'name': 'Lek'}, 201)['code']}"
    told = owner.ask("PUT", f"{path}/ban", {"reason": "never pays"}).get_json()
    assert (told["banned"], told["ban"]["reason"]) == (True, "never pays")
    assert owner.ask("DELETE", f"{path}/ban").get_json()["banned"] is False


def test_what_cannot_be_a_customer_is_refused(both: Front, owner: Program, make: Make) -> None:
    both.hire("view@example.com", "viewer")
    viewer = make(email="view@example.com")
    before = both.state()
    owner.refused(owner.ask("POST", "/customers", {}), 400)
    owner.refused(owner.ask("POST", "/customers", {"name": " "}), 422, "customer.name_missing")
    wrong = {"name": "x", "phones": ["12"]}
    owner.refused(owner.ask("POST", "/customers", wrong), 422, "customer.phone_unreadable")
    owner.refused(owner.ask("POST", "/customers", {"name": "x", "mail": "y"}), 400)
    owner.refused(owner.ask("PATCH", "/customers/C999", {"version": 1}), 404)
    owner.refused(owner.ask("PATCH", "/customers/x", {"version": 1}), 404)
    viewer.refused(viewer.ask("POST", "/customers", {"name": "x"}), 403, "customer.forbidden")
    assert both.state() == before
