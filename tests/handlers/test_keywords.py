"""The pages of keyword orders: rules saved by managers, texts tried by all, past ones run again."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Any

import pytest
from sqlalchemy import insert

from bot import conversation, keywords
from bot.keywords import Terms
from bot.store import conversations
from bot.store.tables import messages
from tests.handlers.conftest import Front

FORM = {
    "mode": "quantity",
    "effect": "set",
    "prefixes": "CF F",
    "own_codes": "on",
    "answer_ordered": "on",
}


def save(visitor: Any, scope: str = "chat", version: str = "0", **fields: str) -> Any:
    form = {"do": "save", "version": version, **FORM, **fields}
    return visitor.post(f"/keywords/{scope}", form_on=f"/keywords/{scope}", **form)


def hear_comment(front: Front, text: str, number: int = 1) -> None:
    page = next(one for one in front.shop.channels if one.kind == "messenger")
    value = {
        "item": "comment",
        "verb": "add",
        "comment_id": f"c_{number}",
        "post_id": "p_1",
        "from": {"id": "77", "name": "Mali"},
        "message": text,
        "created_time": 1795000000,
    }
    change = {"field": "feed", "value": value}
    entry = {"id": page.account_id, "time": 1795000000, "changes": [change]}
    body = json.dumps({"object": "page", "entry": [entry]}).encode()
    secret = front.runtime.settings.meta.app_secrets[0].get_secret_value().encode()
    mark = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    answer = front.app.test_client().post(
        "/webhooks/meta", data=body, headers={"X-Hub-Signature-256": mark}
    )
    assert answer.status_code == 200
    conversation.drain(front.runtime)


def test_a_manager_switches_keyword_orders_on_and_a_message_shows_what_it_ordered(
    front: Front,
) -> None:
    nok = front.staff()
    assert "off" in nok.get("/keywords?lang=en").text
    assert save(nok, enabled="on").status_code == 303
    talk = front.hear("CF A1 2")
    front.hear("A1 2 5")

    page = nok.get(f"/inbox/{talk}?lang=en").text
    assert re.search(r"→ order \d+: A1 × 2", page)
    assert "no order: there is a second number, 5" in page
    assert front.count("orders") == 1


def test_the_form_shows_again_what_was_saved(front: Front) -> None:
    nok = front.staff()
    fields = {
        "enabled": "on",
        "mode": "contains",
        "keywords": "ชาเขียว = A1\nเสื้อดำ = C3/ดำ/M",
        "cap_item": "5",
        "text_ordered_th": "ได้แล้ว {order_no} <b>",
    }
    assert save(nok, **fields).status_code == 303
    page = nok.get("/keywords/chat").text
    assert "เสื้อดำ = C3/ดำ/M" in page
    assert "ได้แล้ว {order_no} &lt;b&gt;" in page
    assert 'name="version" value="1"' in page
    assert save(nok, version="1", **fields).status_code == 303
    stale = save(nok, version="1", **fields)
    assert stale.status_code == 409
    assert "ชาเขียว = A1" in stale.text


@pytest.mark.parametrize(
    "fields",
    [
        {"keywords": "no sign"},
        {"keywords": "x = NOPE"},
        {"cap_item": "many"},
        {"text_ordered_en": "{wrong}"},
        {"needs_prefix": "on", "prefixes": ""},
    ],
)
def test_what_cannot_be_saved_is_told_and_stays_in_the_form(
    front: Front, fields: dict[str, str]
) -> None:
    answer = save(front.staff(), **{"late_minutes": "17", **fields})
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert front.count("keyword_rules") == 0


def test_a_text_is_tried_by_the_form_as_it_stands_and_nothing_changes(front: Front) -> None:
    front.hire("seller@example.com", "sales")
    seller = front.staff(email="seller@example.com")
    before = front.state()
    tried = save(seller, do="try", text="A1 2 5", prefixes="X")
    assert tried.status_code == 200
    assert "5" in tried.text
    assert 'value="X"' in tried.text
    assert "✓" not in tried.text
    ordered = save(seller, do="try", text="X A1 2", prefixes="X", needs_prefix="on")
    assert "A1 = 2" in ordered.text
    assert front.state() == before
    refused = save(seller, enabled="on")
    assert refused.status_code == 403
    assert front.count("keyword_rules") == 0


def test_past_comments_are_run_again_against_a_rule_that_is_not_saved(front: Front) -> None:
    for number, text in enumerate(("CF A1 2", "สวย <script>", "A1 ๓")):
        hear_comment(front, text, number)
    nok = front.staff()
    page = save(nok, "post-1", do="rerun", enabled="on", needs_prefix="on").text
    assert "A1 = 2" in page
    assert "สวย &lt;script&gt;" in page
    assert page.count('class="differs"') == 3
    assert front.count("keyword_rules") == 0
    assert front.count("orders") == 0


def test_at_most_the_newest_five_hundred_are_run_again(front: Front) -> None:
    keywords.save_rule(front.runtime, front.actor(), "chat", Terms(), enabled=True, version=0)

    def fill(connection: Any) -> None:
        now = front.runtime.store.now(connection)
        row = {"shop_id": front.actor().shop_id, "conversation_id": talk, "direction": "in"}
        row |= {"author": "customer", "kind": "text", "sent_at": now, "received_at": now}
        row |= {"state": "received", "redacted": False}
        connection.execute(insert(messages), [{**row, "text": f"B2 {n}"} for n in range(1, 502)])

    talk = front.hear("hello")
    front.runtime.store.write(fill)
    page = save(front.staff(), do="rerun").text
    assert page.count("<tr") == 501  # and the head
    assert "B2 501<" in page
    assert "B2 1<" not in page


def test_a_post_is_named_and_ended_and_another_shops_is_not_there(front: Front) -> None:
    hear_comment(front, "hello")
    nok = front.staff()
    path = "/keywords/post-1"
    answer = nok.post(f"{path}/post", form_on=path, title="  Live <1> ", do="end")
    assert answer.status_code == 303
    page = nok.get("/keywords?lang=en").text
    assert "Live &lt;1&gt;" in page
    assert "ended" in page

    other = front.open_shop("other")
    front.hire("owner@example.org", "owner", other)
    stranger = front.staff(email="owner@example.org")
    assert stranger.get(path).status_code == 404
    form = {"do": "save", "version": "0", **FORM}
    assert stranger.post(path, form_on="/keywords/chat", **form).status_code == 404
    assert "Live" not in stranger.get("/keywords").text


@pytest.mark.parametrize("path", ["nope", "post-", "post-x", "post-999", "post-²", "post--1"])
def test_an_address_of_no_rule_is_not_found(front: Front, path: str) -> None:
    assert front.staff().get(f"/keywords/{path}").status_code == 404


def test_T44_what_customers_wrote_is_only_text_in_chips_and_tables(front: Front) -> None:
    nok = front.staff()
    save(nok, enabled="on")
    talk = front.hear('A1 2 "><svg/onload=alert(1)>')
    page = nok.get(f"/inbox/{talk}").text
    assert "<svg/onload" not in page
    assert "<svg/onload" not in save(nok, version="1", do="rerun").text
    assert front.count("keyword_hits") == 1


def test_a_joined_conversation_leads_to_the_one_that_goes_on(front: Front) -> None:
    first, second = front.hear("one"), front.hear("two", user="U" + "b" * 32)

    def join(connection: Any) -> None:
        conversations.update_conversation(connection, second, joined_into=first)

    front.runtime.store.write(join)
    nok = front.staff()
    answer = nok.get(f"/inbox/{second}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/inbox/{first}")
    assert f"/inbox/{second}" not in nok.get("/inbox").text


def test_visitors_and_foreign_forms_are_kept_out(front: Front) -> None:
    assert front.visitor().get("/keywords").status_code == 303
    assert front.visitor().get("/answers").status_code == 303
    nok = front.staff()
    for path in ("/keywords/chat", "/answers/auto/away", "/answers/saved"):
        assert nok.client.post(path, data=FORM).status_code == 400
