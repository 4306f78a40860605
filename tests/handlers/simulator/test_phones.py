"""The phones' page, its JSON, and the simulator's life around a restart."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
import requests

from handlers.simulator import SimAccount, SimPerson, SimulatorConfig, create_app, default_people


def test_the_page_shows_a_phone_for_everybody(simulator: Any) -> None:
    page = requests.get(f"{simulator.url}/", timeout=10)
    assert page.text.count('role="tabpanel"') == 4 + 1  # and the staff's group
    assert "Sign in as nok@example.com" in page.text
    assert "สวัสดีค่ะ เอาชาเขียว 2" in page.text


def test_the_page_needs_no_inline_script_or_style(simulator: Any) -> None:
    page = requests.get(f"{simulator.url}/", timeout=10)
    assert "'unsafe" not in page.headers["Content-Security-Policy"]
    assert re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", page.text) is None
    for address in re.findall(r'(?:src|href)="(/simulator/static/[^"]+)"', page.text):
        assert requests.get(simulator.url[: -len("/simulator")] + address, timeout=10).ok


def test_T44_a_name_with_markup_stays_a_name(tmp_path: Path) -> None:
    account = SimAccount("line", "k", "U1", "<b>Shop</b>", "t", "s")
    person = SimPerson("line", "k", "U2", "<script>alert(1)</script>")
    config = SimulatorConfig(tmp_path / "s.db", "http://127.0.0.1:1", (account,), (person,))
    app = create_app(config)
    page = app.test_client().get("/simulator/").text
    app.extensions["simulator"].close()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "<b>Shop" not in page


def test_a_phone_shows_both_sides_in_order_and_only_what_is_new(simulator: Any) -> None:
    token, nok = simulator.reply_token(), simulator.people["Nok"]
    requests.post(
        f"{simulator.url}/line/v2/bot/message/reply",
        json={"replyToken": token, "messages": [{"type": "text", "text": "ได้เลยค่ะ"}]},
        headers={"Authorization": "Bearer line-token"},
        timeout=10,
    ).raise_for_status()
    messages = simulator.get(f"/phones/{nok}/messages")["messages"]
    assert [(row["mine"], row["text"]) for row in messages] == [
        (True, "hello"),
        (False, "ได้เลยค่ะ"),
    ]
    after = messages[0]["id"]
    newer = simulator.get(f"/phones/{nok}/messages?after={after}")["messages"]
    assert [row["text"] for row in newer] == ["ได้เลยค่ะ"]


def test_a_phone_tells_when_the_shops_server_does_not_listen(simulator: Any) -> None:
    simulator.receiver.answers = [500] * 4
    simulator.say("Nok", "hello")
    path = f"/phones/{simulator.people['Nok']}/messages"
    while not (trouble := simulator.get(path)["trouble"]):
        pass
    assert "has not taken 1" in trouble
    assert simulator.get(f"/phones/{simulator.people['Ann']}/messages")["trouble"] == ""


def test_T48_a_foreign_form_cannot_write(simulator: Any) -> None:
    nok = simulator.people["Nok"]
    for path in (f"/phones/{nok}/messages", f"/phones/{nok}/events", "/behaviour", "/clock"):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            answer = requests.post(
                simulator.url + path, data="{}", headers={"Content-Type": kind}, timeout=10
            )
            assert answer.status_code == 415
    assert simulator.get("/ledger")["said"] == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/phones/nobody/messages", {"text": "x"}, 404),
        ("/phones/nobody/events", {}, 404),
        ("/phones/{nok}/messages", {"text": ""}, 400),
        ("/phones/{nok}/messages", {"text": 5}, 400),
        ("/phones/{nok}/messages", [], 400),
        ("/phones/{nok}/postbacks", {}, 400),
        ("/clock", {"offset_seconds": "now"}, 400),
        ("/clock", {"offset_seconds": 1e30}, 400),
    ],
)
def test_nonsense_is_refused_with_a_sentence(
    simulator: Any, path: str, body: object, status: int
) -> None:
    answer = simulator.post(path.format(nok=simulator.people["Nok"]), body)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_only_pictures_are_taken_as_pictures(simulator: Any) -> None:
    answer = requests.post(
        f"{simulator.url}/phones/{simulator.people['Nok']}/pictures",
        data=b"<svg/>",
        headers={"Content-Type": "image/svg+xml"},
        timeout=10,
    )
    assert answer.status_code == 415


def test_a_picture_on_meta_comes_as_an_address_that_works(simulator: Any) -> None:
    requests.post(
        f"{simulator.url}/phones/{simulator.people['Ann']}/pictures",
        data=b"picture",
        headers={"Content-Type": "image/jpeg"},
        timeout=10,
    ).raise_for_status()
    [item] = simulator.receiver.wait_for(1)[0]["entry"][0]["messaging"]
    [attachment] = item["message"]["attachments"]
    fetched = requests.get(attachment["payload"]["url"], timeout=10)
    assert (fetched.content, fetched.headers["Content-Type"]) == (b"picture", "image/jpeg")


def test_the_ledger_outlives_a_restart_and_posts_what_was_left(
    config: SimulatorConfig, receiver: Any
) -> None:
    # Nobody listens at first, as after a crash of both.
    deaf = dataclasses.replace(config, webhook_base="http://127.0.0.1:9", retry_pauses=(0.2,) * 9)
    nok = next(person.id for person in config.people if person.name == "Nok")
    app = create_app(deaf)
    said = app.test_client().post(f"/simulator/phones/{nok}/messages", json={"text": "hello"})
    assert said.status_code == 201
    app.extensions["simulator"].close()
    again = create_app(config)
    ledger = again.test_client().get("/simulator/ledger").json
    assert ledger is not None
    assert [row["text"] for row in ledger["said"]] == ["hello"]
    [body] = receiver.wait_for(1)
    assert body["events"][0]["message"]["text"] == "hello"
    again.extensions["simulator"].close()


def test_nothing_is_opened_before_the_first_request(config: SimulatorConfig) -> None:
    create_app(config)
    assert not config.db_path.exists()


def test_the_default_people_keep_their_ids() -> None:
    accounts = (
        SimAccount("line", "a", "1", "A", "t1"),
        SimAccount("messenger", "b", "2", "B", "t2"),
        SimAccount("instagram", "c", "3", "C", "t3"),
    )
    people = default_people(accounts)
    assert people == default_people(accounts)
    assert [(person.name, person.staff) for person in people] == [
        ("Nok", False),
        ("Lek", True),
        ("Ann", False),
        ("Mei", False),
    ]
    assert re.fullmatch(r"U[0-9a-f]{32}", people[0].id)


def test_a_configuration_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    one = SimAccount("line", "a", "1", "A", "same-secret")
    two = SimAccount("messenger", "b", "2", "B", "same-secret")
    with pytest.raises(ValueError, match="access token") as caught:
        SimulatorConfig(tmp_path / "s.db", "http://127.0.0.1:1", (one, two))
    assert "same-secret" not in str(caught.value)
    with pytest.raises(ValueError, match="kind"):
        SimAccount("sms", "a", "1", "A", "t")
    assert "same-secret" not in repr(one)
