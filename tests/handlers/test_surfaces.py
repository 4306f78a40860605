"""The account page's part about chat: staff groups and the owner's choices."""

from __future__ import annotations

import time
from typing import Any

import orjson
import pytest

from bot import conversation, staff
from bot.options import read_options
from bot.store import people, shops
from tests.handlers.conftest import PASSWORD, Front

GROUP = "C" + "d" * 32
PHONE = "U" + "b" * 32
CHOSEN = {"card_pause": "30", "card_quota": "50", "automatic_a_minute": "4", "page_orders": "on"}


def post(front: Front, event: dict[str, Any]) -> None:
    body = orjson.loads(front.line_body("hello", PHONE))
    body["events"][0] |= {"source": {"type": "group", "groupId": GROUP, "userId": PHONE}} | event
    raw = orjson.dumps(body)
    answer = front.app.test_client().post(
        "/webhooks/line/siam-line", data=raw, headers=front.line_headers(raw)
    )
    assert answer.status_code == 200
    conversation.drain(front.runtime)


def claim(front: Front) -> None:
    """Let the owner link a phone and claim a group with it, through the webhook."""

    def make(work: Any) -> str:
        person = people.find_staff_by_email(work.connection, "nok@example.com")
        assert person is not None
        channel = shops.find_channel_by_key(work.connection, "siam-line")
        assert channel is not None
        people.link_staff(
            work.connection,
            shop_id=channel.shop_id,
            staff_id=person.id,
            channel_id=channel.id,
            platform_user_id=PHONE,
            linked_at=work.now,
        )
        return staff.make_link_code(work, person.id)

    code = front.runtime.transact(make)
    message = {"type": "text", "id": str(time.monotonic_ns()), "text": f"/link {code}"}
    post(front, {"message": message})


def hire(front: Front, email: str, role: str) -> None:
    shop_id = front.actor().shop_id
    front.runtime.transact(
        lambda work: staff.add_staff(work, shop_id, email=email, role=role, password=PASSWORD)
    )


def options(front: Front) -> Any:
    with front.runtime.store.read() as connection:
        return read_options(shops.find_shop(connection, front.actor().shop_id).options)


def test_a_claimed_group_stands_on_the_account_page_and_a_manager_lets_it_go(front: Front) -> None:
    claim(front)
    hire(front, "ma@example.com", "manager")
    manager = front.staff(email="ma@example.com", password=PASSWORD)
    path = "/account/groups/1/release"
    assert path in manager.get("/account").text
    assert "/inbox/1" not in manager.get("/inbox").text

    answer = manager.post(path, "/account")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert path not in manager.get("/account").text
    assert manager.post(path, "/account").status_code == 404
    assert manager.get("/inbox/1").status_code == 404


def test_sales_sees_the_group_and_may_not_let_it_go(front: Front) -> None:
    claim(front)
    hire(front, "sa@example.com", "sales")
    sales = front.staff(email="sa@example.com", password=PASSWORD)
    page = sales.get("/account").text
    assert "siam-line" in page
    assert "/release" not in page
    assert "/account/chat" not in page

    assert sales.post("/account/groups/1/release", "/account").status_code == 403
    assert sales.post("/account/chat", "/account", **CHOSEN).status_code == 403


def test_the_owner_chooses(front: Front) -> None:
    owner = front.staff()
    assert owner.post("/account/chat", "/account", **CHOSEN).status_code == 303
    told = options(front)
    assert (told.card_pause, told.card_quota, told.automatic_a_minute) == (30, 50, 4)
    assert told.page_orders
    assert 'name="page_orders" value="on" checked' in owner.get("/account").text

    off = {name: value for name, value in CHOSEN.items() if name != "page_orders"}
    owner.post("/account/chat", "/account", **off)
    assert not options(front).page_orders


@pytest.mark.parametrize("typed", ["", "-1", "61", "1.5", "²", "9" * 30, "NaN"])
def test_a_number_out_of_range_is_refused_in_a_sentence_and_changes_nothing(
    front: Front, typed: str
) -> None:
    owner = front.staff()
    answer = owner.post("/account/chat", "/account", **{**CHOSEN, "automatic_a_minute": typed})
    assert answer.status_code == 422
    assert "1 ถึง 60" in answer.text
    assert options(front).automatic_a_minute == 10
