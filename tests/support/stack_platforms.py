"""The pretend platforms of a stack: the simulator on a port of its own, and people with phones.

It stands beside the product, as the real platforms do, and so outlives a product that a test
kills. Every test gets people of its own, and no story disturbs another.
"""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import requests
from werkzeug.serving import WSGIRequestHandler, make_server

from handlers.simulator import SimAccount, SimPerson, SimulatorConfig, create_app

T = TypeVar("T")

PATIENCE = 60.0
KEYS = {"line": "siam-line", "messenger": "siam-page", "instagram": "siam-ig"}


def wait_for(look: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
    """What `look` gives once it is true; AssertionError with `what` when it never is."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"{what} did not happen within {seconds:g} s."
        time.sleep(0.03)


def make_accounts() -> tuple[SimAccount, ...]:
    """One account of each kind, with secrets of this run alone and no quota."""
    secret = secrets.token_urlsafe(24)
    return (
        SimAccount(
            "line",
            KEYS["line"],
            "U" + secrets.token_hex(16),
            "Siam Tea",
            secrets.token_urlsafe(24),
            channel_secret=secrets.token_urlsafe(24),
            quota=None,
        ),
        *(
            SimAccount(
                kind,
                KEYS[kind],
                account_id,
                "Siam Tea",
                secrets.token_urlsafe(24),
                app_secret=secret,
                app_id="1000000000000001",
            )
            for kind, account_id in (("messenger", "100200300"), ("instagram", "17840000000000000"))
        ),
    )


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a phone."""

    platforms: Platforms
    id: str
    kind: str
    name: str

    def say(self, text: str) -> int:
        """Write to the shop; gives the webhook's number in the ledger."""
        answer = self.platforms.post(f"/phones/{self.id}/messages", {"text": text})
        return int(answer["webhook"])

    def comment(self, text: str, *, live: bool = False) -> int:
        """Comment on the shop's post or broadcast; gives the webhook's number in the ledger."""
        body = {"text": text, "live": live}
        return int(self.platforms.post(f"/phones/{self.id}/comments", body)["webhook"])

    def ledger(self) -> dict[str, list[dict[str, Any]]]:
        """Everything that the platforms know of this person."""
        return self.platforms.ledger(self.id)

    def seen(self) -> list[dict[str, Any]]:
        """What this person really saw from the shop, oldest first."""
        return self.ledger()["seen"]

    def wait_until_taken(self, webhook: int) -> dict[str, Any]:
        """Wait until the product has answered this webhook with 200; its row in the ledger."""

        def look() -> list[dict[str, Any]]:
            rows = self.ledger()["webhooks"]
            return [row for row in rows if row["id"] == webhook and row["state"] == "taken"]

        return wait_for(look, "The webhook's 200")[0]


class Quiet(WSGIRequestHandler):
    """Serves without a line for each request: the ledger tells more."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class Platforms:
    """A running simulator; `url` ends in its base path."""

    def __init__(self, folder: Path, webhook_base: str) -> None:
        self.accounts = {account.kind: account for account in make_accounts()}
        config = SimulatorConfig(
            folder / "simulator.db",
            webhook_base,
            tuple(self.accounts.values()),
            retry_pauses=(0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0),
        )
        self._app = create_app(config)
        self._server = make_server("127.0.0.1", 0, self._app, threaded=True, request_handler=Quiet)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()
        self._numbers = itertools.count(1)
        self.url = f"http://127.0.0.1:{self._server.server_port}/simulator"

    def person(self, kind: str, name: str = "") -> Person:
        """Somebody new, whom the shop has never heard of."""
        number = next(self._numbers)
        id_ = f"U{secrets.token_hex(16)}" if kind == "line" else str(10**15 + secrets.randbits(48))
        newcomer = SimPerson(kind, KEYS[kind], id_, name or f"Customer {number}")
        self._app.extensions["simulator"].people[id_] = newcomer
        return Person(self, id_, kind, newcomer.name)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask one of the simulator's own doors; its JSON."""
        response = requests.post(self.url + path, json=body, timeout=10)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    def ledger(self, person_id: str | None = None) -> dict[str, list[dict[str, Any]]]:
        """The ledger, of everybody or of one person."""
        query = {"person": person_id} if person_id else {}
        response = requests.get(f"{self.url}/ledger", params=query, timeout=10)
        response.raise_for_status()
        rows: dict[str, list[dict[str, Any]]] = response.json()
        return rows

    @contextmanager
    def misbehaving(self, kind: str, fault: str, **rule: Any) -> Iterator[None]:
        """Have `kind` misbehave, once if nothing else is said, until the block ends."""
        rules = [{"fault": fault, "count": 1, **rule}]
        self.post("/behaviour", {"kind": kind, "seed": 7, "rules": rules})
        try:
            yield
        finally:
            requests.delete(f"{self.url}/behaviour", timeout=10).raise_for_status()

    def close(self) -> None:
        """Stop serving and posting."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._app.extensions["simulator"].close()
