"""Customers on the inbox's pages: named by their platforms, made one and two again by staff."""

from __future__ import annotations

import html
import re

import pytest
from werkzeug.test import TestResponse

from bot import staff
from tests.handlers.conftest import Front, Visitor

OTHER = "U" + "b" * 32


@pytest.fixture
def two(front: Front) -> Front:
    """Two customers: C1 in conversation 1, C2 in conversation 2."""
    assert front.hear("hello") == 1
    assert front.hear("hello too", OTHER) == 2
    front.name(1, "Mali")
    front.name(2, "มะลิ")
    return front


def post(visitor: Visitor, path: str, **fields: str) -> TestResponse:
    token = visitor.token("/account")
    return visitor.client.post(path, data={"csrf_token": token, **fields})


def undo_path(page: str) -> str:
    found = re.search(r'action="(/inbox/\d+/merge/\d+/undo)"', page)
    assert found
    return found[1]


def test_the_form_makes_two_customers_one_and_its_undo_two_again(two: Front) -> None:
    visitor = two.staff()
    answer = post(visitor, "/inbox/1/merge", code="@C2")
    assert (answer.status_code, answer.location) == (303, "/inbox/1")

    page = visitor.get("/inbox/1").text
    assert "<span>C2 <bdi>มะลิ</bdi></span>" in page
    assert "LINE · C1" in visitor.get("/inbox/2").text
    assert "<h1><bdi>Mali</bdi></h1>" in visitor.get("/inbox/2").text

    answer = post(visitor, undo_path(page))
    assert (answer.status_code, answer.location) == (303, "/inbox/1")
    assert "LINE · C2" in visitor.get("/inbox/2").text
    assert "/undo" not in visitor.get("/inbox/1").text


@pytest.mark.parametrize("code", ["2", "c2", "@C2", " C2 "])
def test_a_code_may_be_typed_as_it_is_read(two: Front, code: str) -> None:
    assert post(two.staff(), "/inbox/1/merge", code=code).status_code == 303
    assert two.count("contact_merges") == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("C1", "เป็นลูกค้ารายนี้อยู่แล้ว"),
        ("C77", "ไม่มีลูกค้ารหัส C77"),
        ("Mali", "ไม่มีลูกค้ารหัส Mali"),
        ("٢", "ไม่มีลูกค้ารหัส"),
        ("9" * 20, "ไม่มีลูกค้ารหัส"),
        ("<b>x", "ไม่มีลูกค้ารหัส &lt;b&gt;x"),
        ("", "ไม่มีลูกค้ารหัส"),
    ],
)
def test_what_cannot_be_merged_is_refused_in_words_and_stays_to_be_mended(
    two: Front, code: str, words: str
) -> None:
    answer = post(two.staff(), "/inbox/1/merge", code=code)
    assert answer.status_code == 409
    assert words in answer.text
    assert f'value="{html.escape(code)}" required' in answer.text
    assert two.count("contact_merges") == 0


def test_an_undo_sent_twice_is_told_so(two: Front) -> None:
    visitor = two.staff()
    post(visitor, "/inbox/1/merge", code="C2")
    path = undo_path(visitor.get("/inbox/1").text)
    assert [post(visitor, path).status_code for _ in range(2)] == [303, 409]


@pytest.mark.parametrize(("role", "may"), [("manager", True), ("sales", True), ("packer", False)])
def test_sales_and_up_may_merge(two: Front, role: str, may: bool) -> None:
    two.hire("one@example.com", role)
    visitor = two.staff(email="one@example.com")
    assert ('id="merge"' in visitor.get("/inbox/1").text) is may
    assert post(visitor, "/inbox/1/merge", code="C2").status_code == (303 if may else 403)
    assert two.count("contact_merges") == int(may)


def test_T48_a_merge_needs_the_forms_token(two: Front) -> None:
    visitor = two.staff()
    assert visitor.client.post("/inbox/1/merge", data={"code": "C2"}).status_code == 400
    assert two.count("contact_merges") == 0


def test_T54_another_shop_can_neither_merge_nor_part(two: Front) -> None:
    visitor = two.staff()
    post(visitor, "/inbox/1/merge", code="C2")
    path = undo_path(visitor.get("/inbox/1").text)
    two.hire("rival@example.com", "owner", two.open_shop("rival"))
    rival = two.staff(email="rival@example.com")
    assert post(rival, "/inbox/1/merge", code="C2").status_code == 404
    assert post(rival, path).status_code == 404
    assert "/undo" in visitor.get("/inbox/1").text


def test_a_name_that_came_late_reaches_the_open_page(two: Front) -> None:
    two.name(1, "Mali Dee")
    part = two.staff().get("/inbox/1/thread").text
    head = re.search(r'<div id="who" class="who" hx-swap-oob="true">.*?</div>', part, re.DOTALL)
    assert head
    assert "<bdi>Mali Dee</bdi>" in head[0]


def test_the_api_lists_customers_without_those_merged(two: Front) -> None:
    token = two.runtime.transact(lambda work: staff.add_token(work, "siam", "read", None))
    client, headers = two.app.test_client(), {"Authorization": f"Bearer {token}"}
    post(two.staff(), "/inbox/1/merge", code="C2")

    customers = client.get("/api/v1/customers", headers=headers).get_json()
    talks = client.get("/api/v1/conversations", headers=headers).get_json()

    assert [(one["code"], one["name"]) for one in customers["items"]] == [("C1", "Mali")]
    told = {(one["customer_code"], one["contact_name"]) for one in talks["items"]}
    assert told == {("C1", "Mali")}
