"""What the tests of Meta's reading share: both channels, their fixtures, and items of one's own."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.graph import Graph
from bot.channels.instagram import Instagram
from bot.channels.messenger import Messenger
from bot.messages import Entry, Event, InboundMessage, MessageChange, OtherEvent, StatusUpdate

FIXTURES = Path(__file__).parents[2] / "fixtures"
ACCOUNTS = {"messenger": "1234567890", "instagram": "17841400000000001"}
PEOPLE = {"messenger": "7711220033445566", "instagram": "1122334455667788"}
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PERSON = "7711220033445566"
CDN = "https://scontent.xx.fbcdn.net/v/t1.jpg?oh=1"
CHANNELS: list[Messenger | Instagram] = [Messenger(), Instagram()]

both = pytest.mark.parametrize("channel", CHANNELS, ids=["messenger", "instagram"])


def body(channel: Graph, name: str) -> Any:
    return json.loads((FIXTURES / channel.kind / f"{name}.json").read_text(encoding="utf-8"))


def entries(channel: Messenger | Instagram, name: str) -> list[Entry]:
    return channel.parse(body(channel, name), NOW)


def event(channel: Messenger | Instagram, name: str) -> Event:
    (entry,) = entries(channel, name)
    (found,) = entry.events
    return found


def events(channel: Graph, *items: dict[str, Any], name: str = "messaging") -> tuple[Event, ...]:
    """Read items of the account's entry; who and when are added where they are absent."""
    account = {"id": ACCOUNTS[channel.kind]}
    around = {"sender": {"id": PERSON}, "recipient": account, "timestamp": 1764000001000}
    entry = {**account, "time": 1764000000000, name: [{**around, **one} for one in items]}
    (found,) = channel.parse({"object": channel.object, "entry": [entry]}, NOW)
    return found.events


def heard(channel: Graph, **contents: Any) -> InboundMessage:
    """Hear a message of a person."""
    (found,) = events(channel, {"message": {"mid": "m_1", **contents}})
    assert isinstance(found, InboundMessage)
    return found


def changed(channel: Graph, **block: Any) -> MessageChange:
    (found,) = events(channel, block)
    assert isinstance(found, MessageChange)
    return found


def message(channel: Messenger | Instagram, name: str) -> InboundMessage:
    found = event(channel, name)
    assert isinstance(found, InboundMessage)
    return found


def other(channel: Messenger | Instagram, name: str) -> OtherEvent:
    found = event(channel, name)
    assert isinstance(found, OtherEvent)
    return found


def status(channel: Messenger | Instagram, name: str) -> StatusUpdate:
    found = event(channel, name)
    assert isinstance(found, StatusUpdate)
    return found
