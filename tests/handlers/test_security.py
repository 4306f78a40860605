"""What guards every page: forms, hosts, headers, refusals, and who may see what.

Who may use which address of the API stands in ``api/test_roles.py``.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable

import pytest
import structlog
from flask import Flask, request

from handlers.security import known_hosts
from tests.handlers.conftest import OPERATOR_PASSWORD, Front

OURS = (
    *("webhooks", "auth", "surfaces", "inbox", "composer", "posts", "live", "media", "bill"),
    *("operators", "health"),
)

# What each role gets, of a conversation and a bill that exist: stranger, viewer, owner, operator.
ROUTES = {
    ("POST", "/webhooks/line/<key>"): (401, 401, 401, 401),
    ("POST", "/webhooks/meta"): (401, 401, 401, 401),
    ("GET", "/webhooks/meta"): (403, 403, 403, 403),
    ("GET", "/"): (302, 302, 302, 302),
    ("GET", "/login"): (200, 302, 302, 302),
    ("POST", "/login"): (401, 401, 401, 401),
    ("POST", "/logout"): (303, 303, 303, 303),
    ("GET", "/account"): (303, 200, 200, 403),
    ("POST", "/account/link-code"): (303, 200, 200, 403),
    # Filled in with nothing, which the owner is told.
    ("POST", "/account/chat"): (303, 403, 422, 403),
    ("POST", "/account/groups/<int:group_id>/release"): (303, 403, 404, 403),
    ("GET", "/inbox"): (303, 200, 200, 403),
    ("GET", "/inbox/list"): (303, 200, 200, 403),
    ("GET", "/inbox/<int:conversation_id>"): (303, 200, 200, 403),
    ("GET", "/inbox/<int:conversation_id>/thread"): (303, 200, 200, 403),
    ("GET", "/inbox/<int:conversation_id>/way"): (303, 200, 200, 403),
    ("GET", "/inbox/<int:conversation_id>/order"): (303, 200, 200, 403),
    # Of a comment, which this conversation has none of: see test_posts.
    ("GET", "/inbox/<int:conversation_id>/post/<int:message_id>"): (303, 404, 404, 403),
    ("POST", "/inbox/<int:conversation_id>/messages"): (303, 403, 303, 403),
    ("POST", "/inbox/<int:conversation_id>/preview"): (303, 200, 200, 403),
    ("POST", "/inbox/<int:conversation_id>/complete"): (303, 200, 200, 403),
    ("POST", "/inbox/<int:conversation_id>/read"): (303, 303, 303, 403),
    # With itself, of which there is only one.
    ("POST", "/inbox/<int:conversation_id>/merge"): (303, 403, 409, 403),
    ("POST", "/inbox/<int:conversation_id>/merge/<int:merge_id>/undo"): (303, 403, 409, 403),
    ("GET", "/inbox/stream"): (303, 200, 200, 403),
    ("GET", "/inbox/changes"): (303, 200, 200, 403),
    ("GET", "/ops"): (303, 404, 404, 200),
    ("POST", "/ops/replay/<int:delivery_id>"): (303, 404, 404, 303),
    ("POST", "/ops/probe/<key>"): (303, 404, 404, 303),
    ("GET", "/health"): (503, 503, 503, 503),  # no Redis and no workers here
    ("GET", "/metrics"): (200, 200, 200, 200),
    # Unknown to this shop: whose files may be seen by whom stands in test_media.
    ("GET", "/media/<token>"): (404, 404, 404, 404),
    ("GET", "/media/<token>/thumb"): (404, 404, 404, 404),
    ("GET", "/b/<token>"): (200, 200, 200, 200),
    ("GET", "/b/<token>.png"): (200, 200, 200, 200),
    ("GET", "/b/<token>.pdf"): (200, 200, 200, 200),
    ("GET", "/b/<token>/qr.svg"): (200, 200, 200, 200),
}
FORMS = {"stranger": "/login", "viewer": "/account", "owner": "/account", "operator": "/ops"}
ROLES = tuple(FORMS)


def routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in OURS
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_says_who_may_use_it(front: Front) -> None:
    assert routes(front.app) == set(ROUTES)


@pytest.mark.parametrize("role", ROLES)
def test_every_route_lets_in_whom_it_says(front: Front, role: str) -> None:
    conversation_id = front.hear("hello")
    bill = front.bill_path(conversation_id).removeprefix("/b/")
    front.hire("view@example.com", "viewer")
    credentials = {
        "viewer": {"email": "view@example.com"},
        "owner": {},
        "operator": {"email": "ops@example.com", "password": OPERATOR_PASSWORD},
    }
    got = {}
    for method, rule in ROUTES:
        # Each in a new session: a sign-out ends one.
        visitor = front.staff(**credentials[role]) if role in credentials else front.visitor()
        path = (
            rule.replace("<int:conversation_id>", str(conversation_id))
            .replace("<token>", bill)
            .replace("<key>", "siam-line")
            .replace("<int:merge_id>", "1")
            .replace("<int:group_id>", "1")
            .replace("<int:message_id>", "1")
            .replace("<int:delivery_id>", "1")
        )
        if method == "GET":
            answer = visitor.client.get(path, buffered=False)
        else:
            fields = {
                "csrf_token": visitor.token(FORMS[role]),
                "text": "hello",
                "key": "abcdefgh12345678",
                "code": "C1",
            }
            answer = visitor.client.post(path, data=fields)
        got[method, rule] = answer.status_code
        answer.close()
    assert got == {route: wanted[ROLES.index(role)] for route, wanted in ROUTES.items()}


POSTS = ["/login", "/logout", "/account/link-code", "/account/chat", "/inbox/1/messages"]


@pytest.mark.parametrize(
    "path", [*POSTS, "/account/groups/1/release", "/inbox/1/preview", "/inbox/1/read"]
)
def test_T48_a_form_without_our_token_does_nothing(front: Front, path: str) -> None:
    front.hear("hello")
    visitor, other = front.staff(), front.visitor()
    foreign = other.token()
    before = front.state()
    fields = {"text": "hello", "key": "abcdefgh12345678"}
    for data in ({}, {"csrf_token": "made-up"}, {"csrf_token": foreign}):
        answer = visitor.client.post(path, data={**fields, **data})
        assert answer.status_code == 400, data
    sneaky = visitor.client.post(path, data='{"text": "x"}', content_type="text/plain")
    assert sneaky.status_code == 400
    assert front.state() == before


def test_T48_a_form_that_is_too_old_says_what_to_do(front: Front) -> None:
    answer = front.staff().client.post("/logout")
    assert answer.status_code == 400
    assert "กรุณาโหลดหน้าใหม่" in answer.text


def test_T48_no_get_changes_anything(front: Front) -> None:
    conversation_id = front.hear("hello")
    bill = front.bill_path(conversation_id)
    visitor = front.staff()
    before = front.state()
    dump = front.dump()
    for method, rule in ROUTES:
        if method == "GET" and rule != "/inbox/stream":
            path = rule.replace("<int:conversation_id>", str(conversation_id))
            path = path.replace("/b/<token>", bill)
            visitor.get(f"{path}?text=%2Fsend&key=abcdefgh12345678").close()
    assert front.state() == before
    assert front.dump() == dump


@pytest.mark.parametrize("path", ["/login", "/nothing-here", "/webhooks/meta", "/static/house.css"])
def test_T49_every_answer_carries_the_strict_headers(front: Front, path: str) -> None:
    headers = front.visitor().get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in headers["Permissions-Policy"]


def test_pages_hold_nothing_that_the_policy_would_stop(front: Front) -> None:
    conversation_id = front.hear("hello")
    bill = front.bill_path(conversation_id)
    visitor = front.staff()
    for path in ("/login", "/account", f"/inbox/{conversation_id}", bill):
        page = visitor.get(path).text
        assert not re.search(r"<script(?![^>]*src=)|\son\w+=|\sstyle=|<style|javascript:", page)
        for address in re.findall(r'(?:src|href)="(https?:[^"]*)"', page):
            assert address.startswith(front.runtime.settings.base_url), address


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "evil.example:8000", "", "@127.0.0.1", "[::1"],
)
def test_T50_a_strange_host_is_refused(front: Front, host: str) -> None:
    for path in ("/login", "/inbox", "/b/" + "x" * 32):
        assert front.app.test_client().get(path, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST"])
def test_T50_this_machine_is_known_by_its_own_names(front: Front, host: str) -> None:
    assert front.app.test_client().get("/login", headers={"Host": host}).status_code == 200


def test_T50_links_come_from_the_settings_whatever_the_host_says(front: Front) -> None:
    conversation_id = front.hear("hello")
    bill = front.bill_path(conversation_id)
    answer = front.staff().get(f"/inbox/{conversation_id}", headers={"Host": "localhost:9999"})
    assert f'{front.runtime.settings.base_url}{bill}"' in answer.text
    assert "localhost:9999" not in answer.text


def test_T50_a_public_address_is_the_only_name(https_front: Front) -> None:
    assert known_hosts(https_front.runtime.settings) >= {"shop.example"}
    client = https_front.app.test_client()
    assert client.get("/login", headers={"Host": "shop.example"}).status_code == 200
    for host in ("10.0.0.7", "other.example"):
        assert client.get("/login", headers={"Host": host}).status_code == 400


def test_a_server_for_the_local_network_answers_to_addresses_but_not_to_names(
    open_front: Callable[..., Front],
) -> None:
    client = open_front(OPENBILL_WEB__HOST="0.0.0.0").app.test_client()
    assert client.get("/login", headers={"Host": "192.168.1.7:8000"}).status_code == 200
    assert client.get("/login", headers={"Host": "rebound.example"}).status_code == 400


@pytest.mark.parametrize(
    ("proxies", "counted"),
    [("0", "127.0.0.1"), ("1", "203.0.113.9"), ("2", "198.51.100.7")],
)
def test_T51_a_visitors_address_is_what_our_own_proxies_say(
    open_front: Callable[..., Front], proxies: str, counted: str
) -> None:
    app = open_front(OPENBILL_WEB__PROXIES=proxies).app
    seen: list[str | None] = []
    app.before_request(lambda: seen.append(request.remote_addr))
    # The first name is the visitor's own invention.
    forwarded = {"X-Forwarded-For": "10.9.8.7, 198.51.100.7, 203.0.113.9"}
    app.test_client().get("/login", headers=forwarded)
    assert seen == [counted]


def test_under_https_browsers_are_told_to_stay_there(https_front: Front) -> None:
    answer = https_front.app.test_client().get("/login", headers={"Host": "shop.example"})
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_a_fault_is_a_sentence_and_its_words_stay_out_of_page_and_log(front: Front) -> None:
    @front.app.get("/broken")
    def broken() -> str:
        raise ValueError("the customer wrote: my secret")

    with structlog.testing.capture_logs() as lines:
        answer = front.visitor().get("/broken")
    assert answer.status_code == 500
    assert "ทำไม่สำเร็จ" in answer.text
    assert "my secret" not in answer.text + str(lines)
    assert "Traceback" not in answer.text
    assert lines[0]["error"] == "ValueError"
    assert "test_security.py" in str(lines[0]["where"])


def test_a_database_that_does_not_answer_is_said_with_when_to_come_back(front: Front) -> None:
    visitor = front.staff()
    token = visitor.token("/account")
    rival = sqlite3.connect(front.runtime.store.url.database or "", isolation_level=None)
    rival.execute("DROP TABLE sessions")
    rival.close()
    answer = visitor.client.post("/account/link-code", data={"csrf_token": token})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "ฐานข้อมูล" in answer.text


def test_a_program_reads_its_refusals_as_problem_json(front: Front) -> None:
    answer = front.visitor().get("/api/v1/there-is-no-such-thing")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["status"] == 404


def test_files_are_kept_for_long_and_pages_not_at_all(front: Front) -> None:
    page = front.visitor().get("/login")
    assert page.headers["Cache-Control"] == "no-store"
    found = re.search(r'href="(/static/house\.css\?v=[0-9a-f]+)"', page.text)
    assert found
    assert "immutable" in front.visitor().get(found[1]).headers["Cache-Control"]
    assert "function" in front.visitor().get("/static/htmx.js").text
