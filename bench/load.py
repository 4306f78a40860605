"""The load: signed LINE text events over a few connections, each answered before the next goes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from secrets import token_hex

CONNECTIONS = 16
SENDERS = 1000


@dataclass(slots=True)
class Round:
    """What one round showed: latencies in seconds, of the acknowledged ones only."""

    seconds: float
    cpu_seconds: float
    latencies: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def rate(self) -> float:
        """Acknowledged a second."""
        return len(self.latencies) / self.seconds

    @property
    def cpu(self) -> float:
        """Milliseconds of the server's CPU for 1,000 acknowledged."""
        return self.cpu_seconds * 1e6 / max(1, len(self.latencies))

    def percentile(self, share: float) -> float:
        """The latency, in milliseconds, below which this share of them lies."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


@dataclass(frozen=True, slots=True)
class Target:
    """A server under load: where it listens, what signs for it, and its first process."""

    name: str
    port: int
    path: str
    secret: str
    pid: int


def press(target: Target, seconds: float) -> Round:
    """Send for `seconds` over all connections and give what came of it."""
    found = Round(seconds, 0.0)
    lock = threading.Lock()
    people = [f"U{token_hex(16)}" for _ in range(SENDERS)]
    before = cpu_of(target.pid)
    end = time.monotonic() + seconds

    def run(place: int) -> None:
        latencies, refused = _send(target, people[place::CONNECTIONS], end)
        with lock:
            found.latencies += latencies
            found.refused += refused

    threads = [threading.Thread(target=run, args=(place,)) for place in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.cpu_seconds = cpu_of(target.pid) - before
    return found


def _send(target: Target, people: list[str], end: float) -> tuple[list[float], int]:
    connection = HTTPConnection("127.0.0.1", target.port, timeout=10)
    latencies: list[float] = []
    refused = number = 0
    while time.monotonic() < end:
        number += 1
        body = make_body(people[number % len(people)])
        headers = {"Content-Type": "application/json", "X-Line-Signature": sign(target, body)}
        start = time.monotonic()
        try:
            connection.request("POST", target.path, body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, HTTPException):
            connection.close()
            refused += 1
            continue
        if answer.status == 200:
            latencies.append(time.monotonic() - start)
        else:
            refused += 1
    connection.close()
    return latencies, refused


def make_body(person: str) -> bytes:
    """A delivery of one text event, as LINE writes it."""
    event = {
        "type": "message",
        "message": {
            "type": "text",
            "id": str(int(token_hex(7), 16)),
            "quoteToken": token_hex(16),
            "text": "สวัสดีค่ะ เอาชาเขียว 2",
        },
        "webhookEventId": token_hex(13).upper(),
        "deliveryContext": {"isRedelivery": False},
        "timestamp": int(time.time() * 1000),
        "source": {"type": "user", "userId": person},
        "replyToken": token_hex(16),
        "mode": "active",
    }
    body = {"destination": "U" + "0" * 32, "events": [event]}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def sign(target: Target, body: bytes) -> str:
    """LINE's signature."""
    mac = hmac.new(target.secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(mac).decode()


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process and those below it have used (Linux)."""
    parents: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    tick = 1 / 100  # what the kernel counts in for user space, on every Linux we know
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has just ended
        number = int(stat.parent.name)
        parents.setdefault(int(fields[1]), []).append(number)
        used[number] = (int(fields[11]) + int(fields[12])) * tick
    total, below = 0.0, [pid]
    while below:
        one = below.pop()
        total += used.get(one, 0.0)
        below += parents.get(one, [])
    return total
