"""Which address of the API answers whom: every route with every kind of token."""

from __future__ import annotations

import pytest

from bot import staff
from tests.handlers.conftest import Front

# What a program gets of an order, a customer, a product and a conversation that exist, with an
# empty body: without a token, one that may only read, a viewer's, the owner's that may write.
READ = (401, 200, 200, 200)
PROGRAMS = {
    ("GET", "/openapi.json"): (200, 200, 200, 200),
    **{("GET", f"/{name}"): READ for name in ("orders", "products", "customers", "conversations")},
    ("GET", "/deliveries"): READ,
    ("GET", "/messages"): READ,
    ("GET", "/conversations/<conversation_id>/messages"): READ,
    ("GET", "/orders/<number>"): READ,
    ("GET", "/products/<code>"): READ,
    ("GET", "/customers/<code>"): READ,
    ("GET", "/customers/<code>/orders"): READ,
    ("POST", "/conversations/<conversation_id>/messages"): (401, 403, 400, 400),
    ("POST", "/orders"): (401, 403, 400, 400),
    ("PATCH", "/orders/<number>"): (401, 403, 400, 400),
    ("POST", "/orders/<number>/send"): (401, 403, 403, 200),
    ("POST", "/orders/<number>/renew"): (401, 403, 422, 422),
    ("POST", "/orders/<number>/notify-transfer"): (401, 403, 403, 200),
    ("POST", "/orders/<number>/reject-slip"): (401, 403, 400, 400),
    ("POST", "/orders/<number>/confirm-payment"): (401, 403, 403, 200),
    ("POST", "/orders/<number>/choose-cod"): (401, 403, 422, 422),
    ("POST", "/orders/<number>/draft"): (401, 403, 422, 422),
    ("POST", "/orders/<number>/refund"): (401, 403, 400, 400),
    ("POST", "/orders/<number>/ship"): (401, 403, 400, 400),
    ("POST", "/orders/<number>/undo-ship"): (401, 403, 400, 400),
    ("POST", "/orders/<number>/complete"): (401, 403, 422, 422),
    ("POST", "/orders/<number>/return"): (401, 403, 422, 422),
    ("POST", "/orders/<number>/merge"): (401, 403, 400, 400),
    ("POST", "/orders/<number>/delete"): (401, 403, 403, 422),
    ("POST", "/orders/<number>/cancel"): (401, 403, 403, 200),
    ("POST", "/orders/<number>/copy"): (401, 403, 422, 201),
    ("POST", "/products"): (401, 403, 400, 400),
    ("PATCH", "/products/<code>"): (401, 403, 400, 400),
    ("POST", "/products/<code>/stock"): (401, 403, 400, 400),
    ("POST", "/customers"): (401, 403, 400, 400),
    ("PATCH", "/customers/<code>"): (401, 403, 400, 400),
    ("POST", "/customers/<code>/addresses"): (401, 403, 400, 400),
    ("PUT", "/customers/<code>/addresses/<address_id>"): (401, 403, 400, 400),
    ("DELETE", "/customers/<code>/addresses/<address_id>"): (401, 403, 403, 404),
    ("POST", "/customers/<code>/notes"): (401, 403, 400, 400),
    ("PUT", "/customers/<code>/notes/<note_id>"): (401, 403, 400, 400),
    ("DELETE", "/customers/<code>/notes/<note_id>"): (401, 403, 403, 404),
    ("PUT", "/customers/<code>/ban"): (401, 403, 400, 400),
    ("DELETE", "/customers/<code>/ban"): (401, 403, 403, 200),
}
TOKENS = {
    "stranger": None,
    "reader": ("read", "nok@example.com"),
    "viewer": ("write", "view@example.com"),
    "owner": ("write", "nok@example.com"),
}


def test_every_address_of_the_api_says_who_may_use_it(front: Front) -> None:
    real = {
        (method, rule.rule.removeprefix("/api/v1"))
        for rule in front.app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert real == set(PROGRAMS)


@pytest.mark.parametrize("who", TOKENS)
def test_every_address_of_the_api_lets_in_whom_it_says(front: Front, who: str) -> None:
    conversation_id = front.hear("hello")
    front.hire("view@example.com", "viewer")
    assert not front.say(conversation_id, "/o A1 2").is_error
    client, told = front.app.test_client(), TOKENS[who]
    headers = {}
    if told is not None:
        token = front.runtime.transact(lambda work: staff.add_token(work, "siam", *told))
        headers = {"Authorization": f"Bearer {token}"}
    got = {}
    for method, rule in PROGRAMS:
        path = rule.replace("<conversation_id>", str(conversation_id)).replace("<number>", "1001")
        path = path.replace("<code>", "A1" if "products" in rule else "C1")
        path = path.replace("<address_id>", "1").replace("<note_id>", "1")
        query = "?q=hello" if rule == "/messages" else ""
        got[method, rule] = client.open(
            f"/api/v1{path}{query}", method=method, headers=headers
        ).status_code
    wanted = {route: each[list(TOKENS).index(who)] for route, each in PROGRAMS.items()}
    assert got == wanted
