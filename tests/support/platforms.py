"""A pretend LINE and Meta on a real port: takes sends as they do, and remembers what was seen.

It keeps the three rules that our promises stand on: LINE answers 409 to a retry key that it
knows, a reply token works once, and Meta takes the same message as often as it is sent. A test
queues what should go wrong.
"""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

LINE = "/simulator/line"
GRAPH = "/simulator/graph"


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one send: its answer, and whether the message was taken first."""

    status: int = 500
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    accepted: bool = False
    cut: bool = False


LOST = Fault(accepted=True, cut=True)
"""The message was taken, and the connection broke before the answer."""

BROKEN = Fault(cut=True)
"""The connection broke before the message was taken; the sender cannot know that."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came: its path, its JSON, and the key or metadata that it bore."""

    path: str
    body: dict[str, Any]
    key: str | None
    token: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One message on a person's phone."""

    person: str
    message: dict[str, Any]
    key: str | None


class Platforms:
    """LINE's and Meta's side of the wire."""

    def __init__(self, server: HTTPServer) -> None:
        self.calls: list[Call] = []
        self.seen: list[Seen] = []
        self.faults: deque[Fault] = deque()
        self.writers: dict[str | None, str] = {}
        """Who wrote a comment, by its id, as messages know them."""
        self._answered: set[str | None] = set()
        self._lock = threading.Lock()
        self._keys: dict[str, list[str]] = {}
        self._spent: set[str] = set()
        self._last = 0
        server.expect_request(f"{LINE}/v2/bot/message/push").respond_with_handler(self._push)
        server.expect_request(f"{LINE}/v2/bot/message/reply").respond_with_handler(self._reply)
        server.expect_request(f"{GRAPH}/v26.0/me/messages").respond_with_handler(self._post)

    def fail(self, *faults: Fault) -> None:
        """Let the next sends go wrong, one fault each."""
        self.faults.extend(faults)

    def expire(self, token: str) -> None:
        """Let a reply token be too old."""
        self._spent.add(token)

    def texts(self) -> list[str]:
        """The words of every text that was seen, in order."""
        return [one.message["text"] for one in self.seen if "text" in one.message]

    def _push(self, request: Request) -> Response:
        key = request.headers["X-Line-Retry-Key"]
        with self._lock:
            body = self._note(request, key)
            if key in self._keys:
                return _answer(409, {"message": "accepted", "sentMessages": self._sent(key)})
            return self._take(request, lambda: self._show_line(body["to"], body, key))

    def _reply(self, request: Request) -> Response:
        with self._lock:
            body = self._note(request, None)
            token = body["replyToken"]
            if token in self._spent:
                return _answer(400, {"message": "Invalid reply token"})

            def show() -> dict[str, Any]:
                self._spent.add(token)
                return self._show_line(token, body, f"reply {token}")

            return self._take(request, show)

    def _post(self, request: Request) -> Response:
        with self._lock:
            body = self._note(request, None)
            comment_id, message = body["recipient"].get("comment_id"), body["message"]
            if comment_id in self._answered:
                return _answer(400, {"error": {"code": 10900, "message": "replied to already"}})
            person = self.writers.get(comment_id) or body["recipient"]["id"]
            mid = self._number("m_")

            def show() -> dict[str, Any]:
                self._answered.update({comment_id} - {None})
                self.seen.append(Seen(person, message, message.get("metadata")))
                return {"recipient_id": person, "message_id": mid}

            return self._take(request, show)

    def _note(self, request: Request, key: str | None) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(request.get_data())
        key = key or body.get("message", {}).get("metadata")
        token = request.headers["Authorization"].removeprefix("Bearer ")
        self.calls.append(Call(request.path, body, key, token))
        return body

    def _take(self, request: Request, show: Any) -> Response:
        fault = self.faults.popleft() if self.faults else None
        answer = show() if fault is None or fault.accepted else None
        if fault is None:
            return _answer(200, answer)
        if fault.cut:
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return _answer(fault.status, fault.body, fault.headers)

    def _show_line(self, person: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        self._keys[key] = [self._number("4") for _ in body["messages"]]
        self.seen += [Seen(person, message, key) for message in body["messages"]]
        return {"sentMessages": self._sent(key)}

    def _sent(self, key: str) -> list[dict[str, str]]:
        return [{"id": number} for number in self._keys[key]]

    def _number(self, prefix: str) -> str:
        self._last += 1
        return f"{prefix}{self._last:08}"


def _answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status, headers, content_type="application/json")
