"""Products as programs write them: into the album, changed, counted."""

from __future__ import annotations

from typing import Any

from tests.handlers.api.conftest import Make, Program, judge
from tests.handlers.conftest import Front

SHIRT: dict[str, Any] = {
    "code": "shirt-9",
    "name": "เสื้อใหม่",
    "names": {"en": "New shirt"},
    "price": "350.00",
    "category": "เสื้อผ้า",
    "description": "soft",
    "condition": "stock",
    "options": [["ดำ", "ขาว"], ["S", "M"]],
    "variants": [{"options": ["ดำ", "M"], "price": {"amount": "390", "currency": "THB"}}],
    "weight": 250,
    "stock": 7,
}


def test_a_product_is_put_into_the_album_and_sold(owner: Program) -> None:
    answer = owner.ask("POST", "/products", SHIRT)
    told = answer.get_json()
    assert answer.status_code == 201, told
    judge("Product", told)
    assert answer.headers["Location"] == "/api/v1/products/SHIRT-9"
    assert owner.get("/products/shirt-9") == told
    assert (told["price"]["amount"], told["stock"], told["weight"]) == ("350.00", 7, 250)
    assert told["variants"][0]["price"]["amount"] == "390.00"
    order = owner.draft(items=[{"code": "SHIRT-9", "options": ["M", "ดำ"]}])
    assert order["items"][0]["unit_price"]["amount"] == "390.00"


def test_a_change_says_what_was_seen(both: Front, owner: Program) -> None:
    told = owner.post("/products", SHIRT, 201)
    path, version = "/products/SHIRT-9", told["version"]
    changed = owner.patch(path, {"version": version, "price": "300", "weight": None})
    assert (changed["price"]["amount"], changed["weight"]) == ("300.00", None)
    assert changed["names"] == SHIRT["names"]
    late = owner.ask("PATCH", path, {"version": version, "name": "x"})
    assert "Nok" in owner.refused(late, 409, "album.changed")
    gone = owner.patch(path, {"version": changed["version"], "active": False})
    assert gone["active"] is False
    assert owner.get("/products?active=false")["items"] == [gone]


def test_stock_is_counted_with_its_reason(owner: Program) -> None:
    owner.post("/products", SHIRT, 201)
    path = "/products/SHIRT-9/stock"
    assert owner.post(path, {"by": 3, "reason": "delivered"})["stock"] == 10
    assert owner.post(path, {"by": -4, "reason": "broken"})["stock"] == 6
    assert owner.post(path, {"count": 5, "seen": 6, "reason": "counted"})["stock"] == 5
    owner.refused(owner.ask("POST", path, {"by": -6, "reason": "x"}), 422, "album.stock_below_zero")
    owner.refused(owner.ask("POST", path, {"by": 1, "reason": " "}), 422, "album.reason_missing")
    for body in ({"by": 1}, {"reason": "x"}, {"by": 1, "count": 1, "seen": 1, "reason": "x"}):
        owner.refused(owner.ask("POST", path, body), 400)
    assert owner.get("/products/SHIRT-9")["stock"] == 5


def test_what_cannot_be_a_product_is_refused(both: Front, owner: Program, make: Make) -> None:
    before = both.state()
    owner.refused(owner.ask("POST", "/products", {**SHIRT, "code": "A1"}), 422, "album.code_taken")
    owner.refused(owner.ask("POST", "/products", {**SHIRT, "price": 350}), 400)
    owner.refused(owner.ask("POST", "/products", {**SHIRT, "colour": "red"}), 400)
    owner.refused(owner.ask("POST", "/products", {**SHIRT, "options": ["S"]}), 400)
    owner.refused(owner.ask("PATCH", "/products/NOSUCH", {"version": 1}), 404, "album.unknown")
    both.hire("ploy@example.com", "sales")
    seller = make(email="ploy@example.com")
    after = both.state()
    seller.refused(seller.ask("POST", "/products", SHIRT), 403, "album_forbidden")
    assert both.state() == after
    assert before["products"] == after["products"]
