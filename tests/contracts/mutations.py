"""What can go wrong with a genuine delivery on its way: in its values, and in its bytes."""

from __future__ import annotations

import copy
import json
import math
from typing import Any

from hypothesis import strategies as st

from tests.contracts.channel_cases import KINDS, places, shapes_of

CORPUS = {kind: [shape.body for shape in shapes_of(kind)] for kind in KINDS}
# What a hostile or merely new sender may put anywhere.
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -1, 0, 1e308, math.inf, math.nan, 253402300800000, 2**63]),
    st.floats(),
    st.text(st.characters(exclude_categories=[])),
    st.sampled_from(["\ud800", "\x00", "x" * 5000, "0", "text", "1e9", "\u200b", "javascript:x"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["id", "type", "mid", "userId", "text"]), st.integers()),
    st.just([[[[]]]]),
)
DEEDS = ("put", "drop", "repeat", "wrap", "rename", "swap")


SPOILS = [
    "",
    "\\u0000",
    "\\ud800",
    "1e999",
    "NaN",
    "9" * 400,
    '"text":"x",',
    '"id":{},',
    "{",
    "]",
]


def mutated(body: Any, data: st.DataObject) -> Any:
    """Give a copy of ``body`` after one to four mishaps, each anywhere in it."""
    held = [copy.deepcopy(body)]
    for _ in range(data.draw(st.integers(1, 4))):
        slots = list(places(held))
        if not slots:
            break
        place, key = data.draw(st.sampled_from(slots))
        deed = data.draw(st.sampled_from(DEEDS))
        match deed:
            case "put":
                place[key] = copy.deepcopy(data.draw(ODD))
            case "wrap":
                place[key] = data.draw(st.sampled_from([[place[key]], {"value": place[key]}]))
            case "swap":
                other, there = data.draw(st.sampled_from(slots))
                place[key] = copy.deepcopy(other[there])
            case "rename" if isinstance(place, dict):
                place[data.draw(st.sampled_from(["id", "mid", "", "\x00", "message"]))] = place[key]
            case "repeat" if isinstance(place, list):
                place.append(copy.deepcopy(place[key]))
            case _ if place is not held:
                del place[key]
    return held[0]


def spoilt(body: Any, data: st.DataObject) -> str:
    """Write ``body`` as JSON with something put into it, or cut out of it, anywhere."""
    text = json.dumps(body, ensure_ascii=False)
    at = data.draw(st.integers(0, len(text)))
    spoil = data.draw(st.sampled_from(SPOILS))
    cut = data.draw(st.sampled_from([0, 0, 1, 5, len(text)]))
    return text[:at] + spoil + text[at + cut :]


def with_neighbour(
    kind: str, body: Any, data: st.DataObject, *, words: str = "the neighbour"
) -> Any:
    """Give ``body`` with each of its events mutated, and a good one behind them."""
    body = copy.deepcopy(body)
    whole = body[0] if isinstance(body, list) else body
    place = whole if kind == "line" else whole["entry"][0]
    name = "events" if kind == "line" else "messaging"
    place[name] = [mutated(one, data) for one in place.get(name, [])] + [neighbour(kind, words)]
    return body


def neighbour(kind: str, words: str) -> dict[str, Any]:
    """A plain good event, whose id is its words'."""
    if kind == "line":
        return {
            "type": "message",
            "timestamp": 1764000999000,
            "source": {"type": "user", "userId": "U-neighbour"},
            "message": {"id": f"n {words}", "type": "text", "text": words},
        }
    return {
        "sender": {"id": "111"},
        "recipient": {"id": "222"},
        "timestamp": 1764000999000,
        "message": {"mid": f"n {words}", "text": words},
    }
