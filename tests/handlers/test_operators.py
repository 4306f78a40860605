from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

OPERATOR = {"email": "ops@example.com", "password": "night-watch-lamp-77"}


@pytest.fixture
def operator(front: Any) -> Any:
    return front.staff(**OPERATOR)


def quarantine(front: Any) -> int:
    """Take in a delivery for an account that nobody connected; give its id."""
    body = front.line_body("hello").replace(b'"U000', b'"Uzzz')
    change = "UPDATE channels SET account_id = :id WHERE key = 'siam-line'"
    front.runtime.store.write(
        lambda connection: connection.execute(text(change), {"id": "U" + "0" * 32})
    )
    answer = front.app.test_client().post(
        "/webhooks/line/siam-line", data=body, headers=front.line_headers(body)
    )
    assert answer.status_code == 200
    with front.runtime.store.read() as connection:
        return int(connection.execute(text("SELECT max(id) FROM raw_deliveries")).scalar_one())


def test_T61_nobody_but_the_operator_sees_the_page(front: Any) -> None:
    stranger = front.visitor().get("/ops")
    assert stranger.status_code == 303
    assert stranger.headers["Location"] == "/login?next=/ops"
    assert front.staff().get("/ops").status_code == 404


def test_the_operator_comes_to_the_page_after_signing_in(front: Any) -> None:
    answer = front.visitor().sign_in(**OPERATOR)
    assert answer.headers["Location"] == "/ops"


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_page_tells_what_needs_a_look_and_no_chat(
    language: str, front: Any, operator: Any
) -> None:
    conversation_id = front.hear("my secret wish")
    front.say(conversation_id, "thank you kindly")
    change = "UPDATE outbox SET state = 'needs_review', reason = 'Look <b>here</b>', code = '429'"
    front.runtime.store.write(lambda connection: connection.execute(text(change)))
    page = operator.get(f"/ops?lang={language}")
    assert page.status_code == 200
    assert "needs_review" in page.text
    assert "Look &lt;b&gt;here&lt;/b&gt;" in page.text
    assert "siam-line" in page.text
    assert "my secret wish" not in page.text
    assert "thank you kindly" not in page.text
    for secret in front.runtime.settings.secrets():
        assert secret not in page.text


def test_the_page_counts_the_queues(open_front: Callable[..., Any], redis_url: str) -> None:
    front = open_front(OPENBILL_REDIS__URL=redis_url)
    front.runtime.bell.ring("deliver")
    page = front.staff(**OPERATOR).get("/ops?lang=en").text
    assert "deliver 1" in page
    assert 'href="/rq/"' in page


def test_the_page_stands_without_redis_and_without_a_database(
    front: Any, operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Redis does not answer" in operator.get("/ops?lang=en").text

    def gone(_: object) -> tuple[int, ...]:
        raise OSError

    monkeypatch.setattr(type(front.runtime.store), "version", gone)
    assert "does not answer" in operator.get("/ops?lang=en").text


def test_a_quarantined_delivery_is_run_again(front: Any, operator: Any) -> None:
    delivery_id = quarantine(front)
    page = operator.get("/ops?lang=en").text
    assert f'action="/ops/replay/{delivery_id}"' in page
    answer = operator.post(f"/ops/replay/{delivery_id}", form_on="/ops")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/ops?replayed=quarantine"
    assert front.count("messages") == 0
    change = "UPDATE channels SET account_id = NULL WHERE key = 'siam-line'"
    front.runtime.store.write(lambda connection: connection.execute(text(change)))
    answer = operator.post(f"/ops/replay/{delivery_id}", form_on="/ops")
    assert answer.headers["Location"] == "/ops?replayed=read"
    assert front.count("messages") == 1
    assert "The delivery was read." in operator.get("/ops?lang=en&replayed=read").text
    operator.post(f"/ops/replay/{delivery_id}", form_on="/ops")
    assert front.count("messages") == 1, "a replay has no second effect"


def test_a_delivery_that_is_not_there_cannot_be_run(operator: Any) -> None:
    assert operator.post("/ops/replay/999", form_on="/ops").status_code == 404


def test_T48_a_replay_without_the_forms_token_is_refused(front: Any, operator: Any) -> None:
    delivery_id = quarantine(front)
    before = front.state()
    assert operator.client.post(f"/ops/replay/{delivery_id}").status_code == 400
    assert operator.get(f"/ops/replay/{delivery_id}").status_code == 405
    assert front.staff().post(f"/ops/replay/{delivery_id}", form_on="/account").status_code == 404
    assert front.count("events") == before["events"]


def test_an_invented_outcome_is_not_repeated(operator: Any) -> None:
    assert "invented" not in operator.get("/ops?replayed=invented").text
