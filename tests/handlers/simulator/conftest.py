"""A simulator on a real port, with a receiver in the place of the product."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from werkzeug.serving import make_server

from handlers.simulator import SimAccount, SimulatorConfig, create_app

LINE = SimAccount("line", "siam-line", "U" + "0" * 32, "Siam Tea", "line-token", "line-secret")
PAGE = SimAccount(
    "messenger", "siam-page", "1001", "Siam Tea", "page-token", "", "meta-secret", "777"
)
INSTA = SimAccount("instagram", "siam-ig", "2002", "siam.tea", "ig-token", "", "meta-secret", "777")


@dataclass
class Receiver:
    """What the product would have been told, and how it answers."""

    base: str
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def take(self, request: Request) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.got.append((request.path, headers, request.get_data()))
        return Response(status=self.answers.pop(0) if self.answers else 200)

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(raw) for _, _, raw in self.got]

    def wait_for(self, number: int) -> list[dict[str, Any]]:
        wait_until(lambda: len(self.got) >= number)
        return self.bodies()


def wait_until(true: Callable[[], object]) -> None:
    """Wait for another thread's work; ten seconds are only the bound of a broken one."""
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end, "What was awaited did not happen."
        time.sleep(0.005)


@dataclass
class Simulator:
    """A running simulator as its callers see it."""

    url: str
    receiver: Receiver
    people: dict[str, str]

    def post(self, path: str, body: object) -> requests.Response:
        return requests.post(self.url + path, json=body, timeout=10)

    def get(self, path: str) -> Any:
        response = requests.get(self.url + path, timeout=10)
        response.raise_for_status()
        return response.json()

    def say(self, name: str, text: str) -> None:
        self.post(f"/phones/{self.people[name]}/messages", {"text": text}).raise_for_status()

    def do(self, name: str, event: dict[str, Any]) -> None:
        self.post(f"/phones/{self.people[name]}/events", event).raise_for_status()

    def misbehave(self, fault: str, kind: str = "*", **rule: Any) -> None:
        body = {"kind": kind, "seed": 7, "rules": [{"fault": fault, **rule}]}
        self.post("/behaviour", body).raise_for_status()

    def age(self, seconds: float) -> None:
        self.post("/clock", {"offset_seconds": seconds}).raise_for_status()

    def seen(self, name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.get(f"/ledger?person={self.people[name]}")["seen"]
        return rows

    def reply_token(self, name: str = "Nok") -> str:
        before = len(self.receiver.got)
        self.say(name, "hello")
        token: str = self.receiver.wait_for(before + 1)[-1]["events"][0]["replyToken"]
        return token


@pytest.fixture
def receiver(httpserver: HTTPServer) -> Receiver:
    receiver = Receiver(httpserver.url_for("").rstrip("/"))
    httpserver.expect_request("/webhooks/meta").respond_with_handler(receiver.take)
    httpserver.expect_request("/webhooks/line/siam-line").respond_with_handler(receiver.take)
    return receiver


@pytest.fixture
def config(receiver: Receiver, tmp_path: Path) -> SimulatorConfig:
    return SimulatorConfig(
        tmp_path / "simulator.db",
        receiver.base,
        (LINE, PAGE, INSTA),
        hint="Sign in as nok@example.com",
        retry_pauses=(0.01, 0.01, 0.01),
    )


@pytest.fixture
def simulator(config: SimulatorConfig, receiver: Receiver) -> Iterator[Simulator]:
    app = create_app(config)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    people = {person.name: person.id for person in config.people}
    try:
        yield Simulator(f"http://127.0.0.1:{server.server_port}/simulator", receiver, people)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["simulator"].close()
