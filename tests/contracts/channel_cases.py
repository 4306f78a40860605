"""What the channels' contract tests share: every channel, its fixtures, and ways into a body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels import CHANNELS
from tests.contracts.channel_shapes import Shape
from tests.contracts.graph_shapes import graph_shapes
from tests.contracts.line_shapes import line_shapes

KINDS = sorted(CHANNELS)
FIXTURES = Path(__file__).parents[1] / "fixtures"
FILES = sorted(path for kind in KINDS for path in (FIXTURES / kind).glob("*.json"))
SECRET = "a channel's secret"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

every_channel = pytest.mark.parametrize("kind", KINDS)
every_fixture = pytest.mark.parametrize(
    "path", FILES, ids=[f"{path.parent.name}-{path.stem}" for path in FILES]
)


def sign(kind: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    signed = hmac.new(secret.encode(), body, hashlib.sha256)
    if CHANNELS[kind].webhook == "line":
        return {"X-Line-Signature": base64.b64encode(signed.digest()).decode()}
    return {"X-Hub-Signature-256": f"sha256={signed.hexdigest()}"}


def shapes_of(kind: str) -> list[Shape]:
    """Every shape of a channel's deliveries, made anew."""
    return list(line_shapes() if kind == "line" else graph_shapes(kind))


def events_of(kind: str, body: Any) -> list[Any]:
    return [event for entry in CHANNELS[kind].parse(body, NOW) for event in entry.events]


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every slot of a decoded body: its container and its key or index."""
    keys: Iterable[Any] = value if isinstance(value, dict) else ()
    if isinstance(value, list):
        keys = range(len(value))
    for key in keys:
        yield value, key
        yield from places(value[key])


def abyss() -> Any:
    deep: Any = {}
    for _ in range(sys.getrecursionlimit()):
        deep = {"a": [deep]}
    return deep
