"""Signing in: who gets a session, what it is worth, and when it is over."""

from __future__ import annotations

import re
from collections.abc import Callable
from http.cookies import SimpleCookie

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot import staff
from bot.store import people
from handlers.auth import own_path
from tests.handlers.conftest import OPERATOR_PASSWORD, PASSWORD, Front

ELSEWHERE = [
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "https:evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "\\\\evil.example",
    "/%0d\nSet-Cookie: x",
    " /inbox",
    "inbox",
    "",
    "/" + "a" * 600,
]


def cookies(answer: TestResponse) -> SimpleCookie:
    held = SimpleCookie()
    for line in answer.headers.getlist("Set-Cookie"):
        held.load(line)
    return held


def test_the_right_password_leads_to_the_inbox(front: Front) -> None:
    visitor = front.visitor()
    answer = visitor.sign_in()
    assert (answer.status_code, answer.location) == (303, "/inbox")
    assert visitor.get("/inbox").status_code == 200
    assert visitor.get("/").location == "/inbox"
    assert visitor.get("/login").location == "/inbox"


@pytest.mark.parametrize("path", ["/inbox", "/inbox/1", "/account", "/inbox/stream"])
def test_a_page_asks_a_stranger_to_sign_in_and_leads_back(front: Front, path: str) -> None:
    visitor = front.visitor()
    asked = visitor.get(path)
    assert asked.status_code == 303
    assert asked.location == f"/login?next={path}"
    page = visitor.get(asked.location)
    assert f'name="next" value="{path}"' in page.text
    answer = visitor.post(
        "/login", asked.location, email="nok@example.com", password=PASSWORD, next=path
    )
    assert answer.location == path


def test_a_part_of_a_page_tells_the_script_where_to_sign_in(front: Front) -> None:
    answer = front.visitor().get("/inbox/list", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/login")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("nok@example.com", "wrong"),
        ("nobody@example.com", PASSWORD),
        ("", ""),
        ("nok@example.com", "x" * 5_000),
        ("nok@example.com\x00", PASSWORD),
    ],
)
def test_a_wrong_sign_in_reads_the_same_for_everybody(
    front: Front, email: str, password: str
) -> None:
    visitor = front.visitor()
    answer = visitor.sign_in(email, password)
    assert answer.status_code == 401
    assert "อีเมลหรือรหัสผ่านไม่ตรงกัน" in answer.text
    assert "openbill" not in cookies(answer)
    assert visitor.get("/inbox").status_code == 303


def test_a_password_of_a_megabyte_is_not_even_read(front: Front) -> None:
    assert front.visitor().sign_in(password="x" * 1_000_000).status_code == 413


def test_who_guesses_waits_and_reads_for_how_long(front: Front) -> None:
    visitor = front.visitor()
    for _ in range(staff.FREE_FAILURES):
        assert visitor.sign_in(password="wrong").status_code == 401
    answer = visitor.sign_in()
    assert answer.status_code == 429
    seconds = answer.headers["Retry-After"]
    assert int(seconds) >= 1
    assert f"{seconds} วินาที" in answer.text


def test_the_operator_is_led_to_the_operators_pages_and_sees_no_chats(front: Front) -> None:
    visitor = front.visitor()
    answer = visitor.sign_in("ops@example.com", OPERATOR_PASSWORD)
    assert answer.location in ("/ops", "/rq/")
    assert visitor.get("/inbox").status_code == 403
    assert visitor.get("/account").status_code == 403


@pytest.mark.parametrize("wish", ELSEWHERE)
def test_T50_the_sign_in_leads_to_our_own_pages_only(front: Front, wish: str) -> None:
    assert own_path(wish) is None
    answer = front.visitor().post("/login", email="nok@example.com", password=PASSWORD, next=wish)
    assert answer.location == "/inbox"


@pytest.mark.parametrize("wish", ["/inbox/7?show=order", "/account", "/"])
def test_T50_a_path_of_ours_is_kept(wish: str) -> None:
    assert own_path(wish) == wish


def change_password(front: Front) -> None:
    front.runtime.transact(
        lambda work: staff.change_password(work, front.actor().staff_id, "another-password-9")
    )


def lower_role(front: Front) -> None:
    front.runtime.transact(
        lambda work: people.update_staff(work.connection, front.actor().staff_id, role="sales")
    )


def disable(front: Front) -> None:
    front.runtime.transact(
        lambda work: people.update_staff(
            work.connection, front.actor().staff_id, disabled_at=work.now
        )
    )


@pytest.mark.parametrize("end", [change_password, lower_role, disable])
def test_T52_a_copied_cookie_dies_with_what_it_was_opened_with(
    front: Front, end: Callable[[Front], None]
) -> None:
    visitor = front.staff()
    token = cookie_of(visitor.client)
    thief = front.visitor()
    thief.client.set_cookie("openbill", token)
    assert thief.get("/inbox").status_code == 200
    end(front)
    assert thief.get("/inbox").status_code == 303
    assert visitor.get("/inbox").status_code == 303


def test_T52_a_copied_cookie_dies_with_the_sign_out(front: Front) -> None:
    visitor = front.staff()
    thief = front.visitor()
    thief.client.set_cookie("openbill", cookie_of(visitor.client))
    answer = visitor.post("/logout", "/account")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert thief.get("/inbox").status_code == 303
    assert visitor.get("/inbox").status_code == 303


def test_T53_a_sign_in_takes_a_new_token_and_ends_the_old_session(front: Front) -> None:
    visitor = front.visitor()
    visitor.client.set_cookie("openbill", "chosen-by-an-attacker")
    visitor.sign_in()
    first = cookie_of(visitor.client)
    assert first != "chosen-by-an-attacker"
    page = visitor.get("/account").text
    form_token = re.search(r'csrf_token" value="([^"]+)', page)
    assert form_token
    again = visitor.client.post(
        "/login",
        data={"csrf_token": form_token[1], "email": "nok@example.com", "password": PASSWORD},
    )
    assert again.status_code == 303
    assert cookie_of(visitor.client) != first
    assert front.count("sessions") == 1


def test_T53_under_https_the_cookie_is_bound_to_this_host(https_front: Front) -> None:
    client = https_front.app.test_client()
    base = {"base_url": "https://shop.example"}
    page = client.get("/login", **base)
    token = re.search(r'csrf_token" value="([^"]+)', page.text)
    assert token
    answer = client.post(
        "/login",
        data={"csrf_token": token[1], "email": "nok@example.com", "password": PASSWORD},
        **base,
    )
    assert answer.status_code == 303
    cookie = cookies(answer)["__Host-openbill"]
    assert (cookie["path"], cookie["samesite"], cookie["domain"]) == ("/", "Lax", "")
    assert cookie["secure"]
    assert cookie["httponly"]
    form = cookies(page)["__Host-openbill-form"]
    assert form["secure"]
    assert form["httponly"]


def test_T53_on_loopback_http_the_cookie_is_plain_but_out_of_scripts_reach(front: Front) -> None:
    cookie = cookies(front.visitor().sign_in())["openbill"]
    assert not cookie["secure"]
    assert cookie["httponly"]


def test_signing_out_is_no_link(front: Front) -> None:
    visitor = front.staff()
    assert visitor.get("/logout").status_code == 405
    assert visitor.get("/inbox").status_code == 200


def test_a_linking_code_is_shown_with_the_words_to_type(front: Front) -> None:
    visitor = front.staff()
    assert not re.search(r"/link \d", visitor.get("/account").text)
    page = visitor.post("/account/link-code", "/account")
    assert re.search(r"/link \d{6}<", page.text)
    assert front.count("link_codes") == 1
    assert visitor.get("/account/link-code").status_code == 405


def test_the_language_that_was_asked_for_stays(front: Front) -> None:
    visitor = front.visitor()
    assert "เข้าสู่ระบบ" in visitor.get("/login").text
    assert "Sign in" in visitor.get("/login?lang=en").text
    assert "Sign in" in visitor.get("/login").text
    assert "เข้าสู่ระบบ" in visitor.get("/login?lang=th").text
    assert visitor.get("/login?lang=xx").status_code == 200


def cookie_of(client: FlaskClient) -> str:
    held = client.get_cookie("openbill")
    assert held
    return str(held.value)
