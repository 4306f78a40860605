"""The pages of what a shop says by itself, and of the words that staff keep ready."""

from __future__ import annotations

from typing import Any

import pytest

from tests.handlers.conftest import Front


def post(visitor: Any, path: str, **fields: str) -> Any:
    return visitor.post(path, form_on="/answers", **fields)


def test_an_automatic_answer_is_switched_on_and_shown_again(front: Front) -> None:
    nok = front.staff()
    fields = {"enabled": "on", "text_th": "ปิดแล้ว {name}", "hours_mon": "10:00-12:00"}
    assert post(nok, "/answers/auto/away", **fields).status_code == 303
    page = nok.get("/answers").text
    assert "ปิดแล้ว {name}" in page
    assert 'name="hours_mon" value="10:00-12:00"' in page
    assert 'name="hours_tue" value=""' in page
    assert front.count("auto_answers") == 1


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/answers/auto/away", {"hours_mon": "9-18"}),
        ("/answers/auto/greeting", {"text_en": "{bill_url}"}),
        ("/answers/saved", {"name": "a b", "text": "typed words"}),
        ("/answers/status/shipped/th", {"text": "typed words"}),
    ],
)
def test_what_cannot_be_kept_is_told_and_stays_in_the_form(
    front: Front, path: str, fields: dict[str, str]
) -> None:
    nok = front.staff()
    before = front.state()
    answer = post(nok, path, **fields)
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert list(fields.values())[-1] in answer.text
    assert front.state() == before


def test_a_template_without_its_tracking_is_refused_in_a_sentence(front: Front) -> None:
    answer = post(front.staff(), "/answers/status/shipped/en?lang=en", text="[order_no] sent")
    assert "[tracking_code], [tracking_url] is missing" in answer.text


def test_a_template_is_previewed_without_being_saved(front: Front) -> None:
    text = "No. [order_no] <i> [total]"
    answer = post(front.staff(), "/answers/status/paid/en", text=text, do="preview")
    assert answer.status_code == 200
    assert "No. 1042 &lt;i&gt; ฿240.00" in answer.text
    assert front.count("status_templates") == 0
    assert post(front.staff(), "/answers/status/paid/en", text=text).status_code == 303
    assert front.count("status_templates") == 1


def test_a_saved_reply_stands_under_the_reply_box_filled_for_the_customer(front: Front) -> None:
    nok = front.staff()
    text = "สวัสดี {name} <b> {order_no}"
    assert post(nok, "/answers/saved", name="hello", text=text).status_code == 303
    talk = front.hear("hello")
    front.name(talk, "Mali & Co")
    page = nok.get(f"/inbox/{talk}").text
    assert 'data-saved="hello"' in page
    assert 'data-fill="สวัสดี Mali &amp; Co &lt;b&gt; {order_no}"' in page
    front.say(talk, "/o A1 2")
    assert "&lt;b&gt; 1001" in nok.get(f"/inbox/{talk}").text

    assert post(nok, "/answers/saved", name="hello", do="delete").status_code == 303
    assert "data-saved" not in nok.get(f"/inbox/{talk}").text
    assert post(nok, "/answers/saved", name="hello", do="delete").status_code == 404


def test_roles_change_what_is_theirs_and_shops_see_their_own(front: Front) -> None:
    front.hire("seller@example.com", "sales")
    seller = front.staff(email="seller@example.com")
    assert post(seller, "/answers/saved", name="mine", text="words").status_code == 303
    assert post(seller, "/answers/auto/away", enabled="on").status_code == 403
    assert post(seller, "/answers/status/paid/th", text="[order_no]").status_code == 403
    other = front.open_shop("other")
    front.hire("owner@example.org", "owner", other)
    stranger = front.staff(email="owner@example.org")
    assert ";mine" not in stranger.get("/answers").text
    assert post(stranger, "/answers/saved", name="mine", do="delete").status_code == 404
    assert post(stranger, "/answers/auto/nope").status_code == 404
    assert post(stranger, "/answers/status/nope/th").status_code == 404
