"""The watch at the front door: /ops, /health, /metrics, the reply box and the doctor."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import text
from werkzeug.serving import make_server

from bot import keywords, watch
from bot.keywords import Terms
from bot.runtime import Work
from bot.staff import Actor
from bot.store import shops, watches
from handlers.cli.doctor import Finding, examine
from handlers.words import table
from orders.states import Role
from tests.support.stack import free_port

OPERATOR = {"email": "ops@example.com", "password": "night-watch-lamp-77"}


def put(front: Any, key: str = "siam-line", **values: Any) -> None:
    """Write what is known of a channel's health."""

    def write(work: Work) -> None:
        channel = shops.find_channel_by_key(work.connection, key)
        assert channel is not None
        watches.update_watch(work.connection, channel.id, **values)

    front.runtime.transact(write)


def make_silent(front: Any) -> None:
    now = datetime.now(UTC)
    heard = {"at": now - timedelta(hours=30)}
    change = "UPDATE channels SET last_webhook_at = :at WHERE key = 'siam-line'"
    front.runtime.store.write(lambda connection: connection.execute(text(change), heard))
    put(
        front,
        usual_hours=12,
        usual_silence=13 * 3600,
        silent_after=now - timedelta(hours=2),
        token_state="ok",
        token_at=now,
    )


def of(told: dict[str, Any], key: str = "siam-line") -> dict[str, Any]:
    return next(one for one in told["channels"] if one["key"] == key)


def health(front: Any) -> tuple[int, dict[str, Any]]:
    answer = front.visitor().get("/health")
    return answer.status_code, answer.get_json()


def test_F06_a_silent_channel_is_a_warning_and_no_failure_of_its_own(front: Any) -> None:
    before = health(front)[0]
    make_silent(front)
    status, told = health(front)
    assert status == before
    channel = of(told)
    assert channel["alarms"] == ["silent"]
    assert channel["silence"]["ok"] is False
    assert channel["silence"]["usual_seconds"] == 13 * 3600
    assert channel["silence"]["unusual_after"].endswith("Z")
    assert any(one.startswith("siam-line: Nothing was heard for 30 h") for one in told["warnings"])
    assert {"key", "kind", "state", "last_webhook_at"} <= set(channel)


def test_F28_a_bad_token_is_a_warning_and_is_told_once(front: Any) -> None:
    before = health(front)[0]
    put(front, token_state="bad", token_reason="LINE refuses it.", token_at=datetime.now(UTC))
    change = "UPDATE channels SET state = 'down', reason = 'LINE refuses it.' WHERE id = 1"
    front.runtime.store.write(lambda connection: connection.execute(text(change)))
    status, told = health(front)
    assert status == before
    assert of(told)["token"]["state"] == "bad"
    assert of(told)["alarms"] == ["down", "token_bad"]
    assert sum("LINE refuses it." in one for one in told["warnings"]) == 1


def test_the_figures_tell_silence_tokens_and_quota(front: Any) -> None:
    make_silent(front)
    ends = datetime.now(UTC) + timedelta(days=30)
    put(front, quota_used=187, quota_limit=200, quota_at=datetime.now(UTC), token_ends_at=ends)
    figures = front.visitor().get("/metrics").text
    labels = 'channel="siam-line",kind="line"'
    for line in (
        f"openbill_channel_silent{{{labels}}} 1.0",
        f'openbill_channel_token{{{labels},state="ok"}} 1.0',
        f'openbill_channel_token{{{labels},state="bad"}} 0.0',
        f"openbill_channel_quota_used{{{labels}}} 187.0",
        f"openbill_channel_quota_limit{{{labels}}} 200.0",
        f"openbill_channel_token_end{{{labels}}}",
    ):
        assert line in figures
    assert 'openbill_channel_quota_used{channel="siam-page"' not in figures


ALARMS = frozenset(
    {
        *("down", "never_heard", "silent", "token_bad", "unreachable"),
        *("token_ends", "not_renewed", "quota_low", "quota_over"),
    }
)


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_alarm_has_its_words(
    language: str, front: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_silent(front)
    operator = front.staff(**OPERATOR)
    for name in ALARMS:
        found = (name,)
        monkeypatch.setattr(watch, "find_alarms", lambda *_, found=found: found)
        page = operator.get(f"/ops?lang={language}")
        assert page.status_code == 200
        assert page.text.count("notice alarm") == 3, name


def test_the_alarms_named_here_are_all_there_are() -> None:
    for language in ("th", "en"):
        named = {key for key in table(language) if key.startswith("alarm.")}
        assert named == {f"alarm.{name}" for name in ALARMS}


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_page_shows_each_channels_watch(language: str, front: Any) -> None:
    operator = front.staff(**OPERATOR)
    assert operator.get(f"/ops?lang={language}").status_code == 200
    make_silent(front)
    put(front, quota_used=187, quota_limit=200, quota_at=datetime.now(UTC))
    put(front, "siam-ig", token_ends_at=datetime.now(UTC) + timedelta(days=3))
    page = operator.get(f"/ops?lang={language}").text
    assert page.count('action="/ops/probe/') == 3
    for words in (
        ["187 of 200 this month", "30 h ago", "12 of 24 hours", "silence 13 h"]
        if language == "en"
        else ["187 จาก 200", "30 ชม. ที่แล้ว", "12 จาก 24 ชั่วโมง"]
    ):
        assert words in page
    for secret in front.runtime.settings.secrets():
        assert secret not in page


def test_T61_only_the_operator_has_a_channel_asked_and_only_by_the_form(front: Any) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    put(front, probe_due_at=later)
    operator = front.staff(**OPERATOR)
    assert operator.client.post("/ops/probe/siam-line").status_code == 400
    assert operator.get("/ops/probe/siam-line").status_code == 405
    assert front.staff().post("/ops/probe/siam-line", form_on="/account").status_code == 404
    assert operator.post("/ops/probe/nobody", form_on="/ops").status_code == 404
    answer = operator.post("/ops/probe/siam-line", form_on="/ops")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/ops?asked=siam-line"
    with front.runtime.store.read() as connection:
        row = next(row for row in watches.list_watches(connection) if row.key == "siam-line")
    assert row.probe_due_at < later
    assert row.probe_by_hand
    assert "siam-line is being asked" in operator.get("/ops?asked=siam-line&lang=en").text
    assert "invented" not in operator.get("/ops?asked=invented").text


def test_the_reply_box_tells_what_a_push_costs(front: Any) -> None:
    conversation_id = front.hear("hello")
    change = "UPDATE reply_tokens SET expires_at = :at"
    past = {"at": datetime.now(UTC) - timedelta(minutes=1)}
    front.runtime.store.write(lambda connection: connection.execute(text(change), past))
    staff = front.staff()
    page = f"/inbox/{conversation_id}?lang=en"
    assert "push, counts against this month&#39;s quota" in staff.get(page).text
    put(front, quota_used=187, quota_limit=200)
    assert "push, 187 of 200 this month" in staff.get(page).text
    assert "push ใช้ไป 187 จาก 200" in staff.get(f"/inbox/{conversation_id}/way?lang=th").text
    put(front, quota_used=187, quota_limit=None)
    assert "187" not in staff.get(f"/inbox/{conversation_id}/way?lang=en").text


# The doctor, against the simulator ----------------------------------------------------


@pytest.fixture
def served(open_front: Callable[..., Any]) -> Iterator[Any]:
    """The demo on a real port, so that its simulator reaches its webhooks."""
    port = free_port()
    front = open_front(OPENBILL_BASE_URL=f"http://127.0.0.1:{port}", OPENBILL_WEB__PORT=str(port))
    server = make_server("127.0.0.1", port, front.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield front
    server.shutdown()
    thread.join()
    server.server_close()


def diagnose(front: Any) -> dict[str, Finding]:
    return {finding.subject: finding for finding in examine(front.runtime.settings)}


def simulator(front: Any, method: str, path: str, token: str = "", **options: Any) -> None:
    requests.request(
        method,
        f"{front.runtime.settings.base_url}/simulator{path}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
        **options,
    ).raise_for_status()


def test_the_doctor_sees_that_the_platforms_reach_us(served: Any) -> None:
    found = diagnose(served)
    for subject in (
        *("channel siam-line", "siam-line webhook", "siam-line webhook test"),
        *("siam-line auto-response", "channel siam-page", "siam-page subscription"),
        *("channel siam-ig", "siam-ig subscription"),
    ):
        assert found[subject].state == "ok", found[subject]
    assert served.count("raw_deliveries") == 1, "LINE's test was a real delivery"


def test_the_doctor_tells_what_is_set_up_wrongly_and_the_mend(served: Any) -> None:
    base = served.runtime.settings.base_url
    line, page, insta = (
        channel.access_token.get_secret_value() for channel in served.shop.channels
    )
    endpoint = "/line/v2/bot/channel/webhook/endpoint"
    simulator(served, "PUT", endpoint, line, json={"endpoint": f"{base}/webhooks/line/wrong"})
    path = "/graph/v26.0/me/subscribed_apps"
    simulator(served, "DELETE", path, page)
    simulator(served, "POST", path, insta, params={"subscribed_fields": "messages"})
    found = diagnose(served)
    assert found["siam-line webhook"].state == "FAIL"
    assert f"{base}/webhooks/line/siam-line" in found["siam-line webhook"].words
    assert found["siam-line webhook test"].state == "FAIL"
    assert "401" in found["siam-line webhook test"].words
    assert found["siam-page subscription"].state == "FAIL"
    assert "subscribed_apps" in found["siam-page subscription"].words
    assert found["siam-ig subscription"].state == "warn"
    assert "messaging_postbacks" in found["siam-ig subscription"].words


def test_the_doctor_asks_for_comments_where_a_rule_is_on(served: Any) -> None:
    page, insta = (channel.access_token.get_secret_value() for channel in served.shop.channels[1:])
    shared = "messages,messaging_postbacks,message_reactions"
    own = {
        page: "message_echoes,message_deliveries,message_reads,messaging_referrals",
        insta: "messaging_seen,messaging_referral,comments",
    }
    for token, fields in own.items():
        told = {"subscribed_fields": f"{shared},{fields}"}
        simulator(served, "POST", "/graph/v26.0/me/subscribed_apps", token, params=told)
    assert diagnose(served)["siam-page subscription"].state == "ok"

    actor = Actor(1, 1, "Nok", Role.OWNER)
    keywords.save_rule(served.runtime, actor, "comments", Terms(), enabled=True, version=0)
    found = diagnose(served)
    assert "lacks feed" in found["siam-page subscription"].words
    assert "lacks live_comments" in found["siam-ig subscription"].words


def test_the_doctor_names_a_revoked_token_and_asks_no_further(served: Any) -> None:
    rules = [{"fault": "token_revoked"}]
    simulator(served, "POST", "/behaviour", json={"kind": "*", "seed": 1, "rules": rules})
    found = diagnose(served)
    assert found["channel siam-line"].state == "FAIL"
    assert not [subject for subject in found if subject.endswith("subscription")]
