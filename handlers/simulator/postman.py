"""The postman: signs the platforms' webhooks and posts them until the product takes them.

The ledger's webhook rows are the queue, so a restart loses none. Each account has one thread,
started at its first webhook and never at import; what one account is owed goes out in order,
but for a webhook that has to be tried again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import threading
import time
from collections.abc import Mapping
from typing import Any

import requests

from handlers.simulator.behaviour import Moods
from handlers.simulator.config import SimAccount, SimulatorConfig
from handlers.simulator.ledger import Ledger

# What the platforms wait for an answer: LINE 2 s, Meta 5 s.
_TIMEOUTS: Mapping[str, float] = {"line": 2.0, "messenger": 5.0, "instagram": 5.0}
# A claim outlives its post by far; one that was left behind by a dead process is taken up then.
_LEASE = 12.0
_LOOK_AGAIN = 5.0
_SHORTEST_PAUSE = 0.02


class Postman:
    """Posts what the ledger holds. ``close`` ends its threads."""

    def __init__(self, config: SimulatorConfig, ledger: Ledger, moods: Moods) -> None:
        self._config = config
        self._ledger = ledger
        self._moods = moods
        self._bells: dict[str, threading.Event] = {}
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._pid = 0
        self._closing = False

    def post(
        self,
        account: SimAccount,
        kind: str,
        body: dict[str, Any],
        *,
        person: str | None = None,
        reply_token: str | None = None,
    ) -> int:
        """Owe the product one webhook; gives its number in the ledger."""
        if self._ledger.fact(f"unsubscribed:{account.key}"):
            return 0
        rule = self._moods.draw(account.kind, "webhook")
        fault = rule.fault if rule else ""
        delay = (1.0 if rule.seconds is None else rule.seconds) if rule else 0.0
        number = self._ledger.insert(
            "webhooks",
            at=self._ledger.now(),
            channel=account.kind,
            account=account.key,
            person=person,
            kind=kind,
            body=body,
            reply_token=reply_token,
            state="waiting",
            due_at=time.time() + (delay if fault == "reorder_webhook" else 0.0),
            duplicates=1 if fault == "duplicate_webhook" else 0,
            faults=[fault] if fault else [],
        )
        self.wake(account)
        return number

    def wake(self, account: SimAccount) -> None:
        """Have the account's thread look at its queue; starts it where it does not run yet."""
        with self._lock:
            if self._closing:
                return
            if self._pid != os.getpid():
                # Threads do not survive a fork: what the parent had is not ours.
                self._bells, self._threads, self._pid = {}, [], os.getpid()
            bell = self._bells.get(account.key)
            if bell is None:
                bell = self._bells[account.key] = threading.Event()
                thread = threading.Thread(
                    target=self._run, args=(account, bell), name=f"post-{account.key}", daemon=True
                )
                self._threads.append(thread)
                thread.start()
        bell.set()

    def resume(self) -> None:
        """Take up what an earlier process left behind; costs nothing once every thread runs."""
        if self._pid != os.getpid() or len(self._bells) < len(self._config.accounts):
            for account in self._config.accounts:
                self.wake(account)

    def test(self, account: SimAccount) -> tuple[int | None, str]:
        """Post the platform's empty test webhook at once: its status (None: no answer), and why."""
        session = requests.Session()
        try:
            return self._send(session, account, {"destination": account.account_id, "events": []})
        finally:
            session.close()

    def endpoint(self, account: SimAccount) -> str:
        """Where this account's webhooks go."""
        if account.kind != "line":
            return f"{self._config.webhook_base}/webhooks/meta"
        default = f"{self._config.webhook_base}/webhooks/line/{account.key}"
        return str(self._ledger.fact(f"endpoint:{account.key}", default))

    def close(self) -> None:
        """Stop posting; what is left stays in the ledger."""
        with self._lock:
            self._closing = True
            threads, bells = self._threads, list(self._bells.values())
        for bell in bells:
            bell.set()
        for thread in threads:
            thread.join(timeout=_TIMEOUTS["messenger"] + 1)

    def _run(self, account: SimAccount, bell: threading.Event) -> None:
        with requests.Session() as session:
            while not self._closing:
                bell.clear()
                row = self._claim(account)
                if row is None:
                    bell.wait(self._pause(account))
                else:
                    self._deliver(session, account, row)

    def _claim(self, account: SimAccount) -> dict[str, Any] | None:
        now = time.time()
        with self._ledger.transaction() as connection:
            row = connection.execute(
                # One post at a time for an account, whichever process makes it: so order holds.
                "SELECT * FROM webhooks WHERE account = ? AND state IN ('waiting', 'posting')"
                " AND due_at <= ? AND NOT EXISTS (SELECT 1 FROM webhooks AS others"
                " WHERE others.account = ? AND others.state = 'posting' AND others.due_at > ?)"
                " ORDER BY due_at, id LIMIT 1",
                (account.key, now, account.key, now),
            ).fetchone()
            if row is None:
                return None
            connection.execute(
                "UPDATE webhooks SET state = 'posting', due_at = ?, tries = tries + 1 WHERE id = ?",
                (now + _LEASE, row["id"]),
            )
            connection.execute(
                "UPDATE tokens SET posted_at = ? WHERE token = ?",
                (self._ledger.now(), row["reply_token"]),
            )
            return dict(row)

    def _pause(self, account: SimAccount) -> float:
        row = self._ledger.row(
            "SELECT MIN(due_at) AS due_at FROM webhooks WHERE account = ?"
            " AND state IN ('waiting', 'posting')",
            account.key,
        )
        if row is None or row["due_at"] is None:
            return _LOOK_AGAIN
        return min(_LOOK_AGAIN, max(_SHORTEST_PAUSE, float(row["due_at"]) - time.time()))

    def _deliver(self, session: requests.Session, account: SimAccount, row: dict[str, Any]) -> None:
        body, statuses = json.loads(row["body"]), json.loads(row["statuses"])
        faults, tries = json.loads(row["faults"]), row["tries"] + 1
        status, why = self._send(session, account, _as_try(body, row["tries"]))
        taken = status is not None and 200 <= status < 300
        if taken and "drop_200" in faults and tries == 1:
            taken, why = False, f"{status}, dropped"
        statuses.append(why)
        for _ in range(row["duplicates"] if taken else 0):
            statuses.append(self._send(session, account, _as_try(body, 1))[1])
        pauses = self._config.retry_pauses
        state = "taken" if taken else "waiting" if tries <= len(pauses) else "failed"
        due_at = time.time() + (pauses[tries - 1] if state == "waiting" else 0.0)
        self._ledger.write(
            "UPDATE webhooks SET state = ?, due_at = ?, statuses = ? WHERE id = ?",
            state,
            due_at,
            json.dumps(statuses),
            row["id"],
        )

    def _send(
        self, session: requests.Session, account: SimAccount, body: dict[str, Any]
    ) -> tuple[int | None, str]:
        raw = encode_body(account.kind, body)
        headers = {"Content-Type": "application/json; charset=utf-8", **sign(account, raw)}
        try:
            response = session.post(
                self.endpoint(account),
                data=raw,
                headers=headers,
                timeout=_TIMEOUTS[account.kind],
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return None, "timeout" if isinstance(error, requests.Timeout) else "no answer"
        return response.status_code, str(response.status_code)


def encode_body(kind: str, body: dict[str, Any]) -> bytes:
    r"""The bytes as the platform writes them: LINE in UTF-8, Meta with ``\uXXXX`` for non-ASCII."""
    if kind == "line":
        try:
            return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        except UnicodeEncodeError:  # a lone surrogate has no UTF-8: only its escape can carry it
            return json.dumps(body, separators=(",", ":")).encode()
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()


def sign(account: SimAccount, raw: bytes) -> dict[str, str]:
    """The signature header over exactly these bytes (HMAC-SHA256), in the platform's form."""
    mac = hmac.new(account.secret.encode(), raw, hashlib.sha256)
    if account.kind == "line":
        return {"x-line-signature": base64.b64encode(mac.digest()).decode()}
    return {"X-Hub-Signature-256": f"sha256={mac.hexdigest()}"}


def _as_try(body: dict[str, Any], tries_before: int) -> dict[str, Any]:
    """LINE marks a redelivered event; Meta repeats the same body."""
    if tries_before and "events" in body:
        events = [
            event | {"deliveryContext": {"isRedelivery": True}}
            if isinstance(event, dict)
            else event
            for event in body["events"]
        ]
        return body | {"events": events}
    return body
