"""Bodies as the platforms' references, consoles and older versions show them, of all three.

Beside the regular shapes: old formats, missing parts, the console's test sends, several
entries, and events that are no message. Written by us after the documented shapes. A text
that must be readable holds ``SAID`` and the body's number, so that each can be found again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.contracts.channel_shapes import SAID

PERSON = "8899001122334455"
USER = "Ub9a1f0c3d2e4451f8a7766554433221100"
AT = 1764000500000
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Body:
    """One body for a channel's webhook; ``texts`` are what must be readable afterwards.

    ``fate`` is the state of the raw delivery; ``events`` how many rows of events it makes.
    """

    kind: str
    name: str
    body: Any
    texts: tuple[str, ...] = ()
    events: int = 1
    fate: str = "read"


class Numbers:
    """Counts bodies, so that every id, time and text is met once."""

    def __init__(self) -> None:
        self._next = count(1)

    def __call__(self) -> int:
        return next(self._next)


def line_bodies() -> Iterator[Body]:
    """LINE's bodies: old consoles, missing ids, sources of every kind, account events."""
    number = Numbers()
    sources: list[tuple[str, Json]] = [
        ("user", {"type": "user", "userId": USER}),
        ("group", {"type": "group", "groupId": "C77aa0011", "userId": USER}),
        ("silent group", {"type": "group", "groupId": "C77aa0012"}),
        ("room", {"type": "room", "roomId": "R77aa0013", "userId": USER}),
        ("silent room", {"type": "room", "roomId": "R77aa0014"}),
        ("new kind of chat", {"type": "square", "userId": USER, "squareId": "S1"}),
    ]
    absent = ("mode", "webhookEventId", "deliveryContext", "timestamp", "replyToken")
    for where, source in sources:
        for gone in ((), *((one,) for one in absent), absent):
            for odd in ({}, {"somethingNew": {"a": [1, None]}}):
                n = number()
                event = _line_event(n, source) | odd
                for name in gone:
                    event.pop(name, None)
                missing = ", ".join(gone) or "nothing"
                what = f"text, {where}, without {missing}{', new field' if odd else ''}"
                yield Body("line", what, _line(event), (f"{SAID} {n}",))
    yield from _line_messages(number)
    yield from _line_account(number)


def _line_event(n: int, source: Json | None, **more: Any) -> Json:
    event: Json = {
        "type": "message",
        "replyToken": f"{n:032x}",
        "mode": "active",
        "timestamp": AT + n,
        "webhookEventId": f"01KB{n:022}",
        "deliveryContext": {"isRedelivery": False},
        "message": {"type": "text", "id": str(571000000000 + n), "text": f"{SAID} {n}"},
        **more,
    }
    return event if source is None else event | {"source": source}


def _line(*events: Json) -> Json:
    return {"destination": "U0bot", "events": list(events)}


def _line_messages(number: Numbers) -> Iterator[Body]:
    user = {"type": "user", "userId": USER}
    kinds: dict[str, Json] = {
        "sticker with a map of keywords": {"type": "sticker", "keywords": {"a": 1}},
        "old sticker": {"type": "sticker", "packageId": "1", "stickerId": "1"},
        "location in whole degrees": {"type": "location", "latitude": 13, "longitude": 100},
        "old image": {"type": "image"},
        "old video": {"type": "video", "duration": 1000},
        "old audio": {"type": "audio"},
        "external video": {
            "type": "video",
            "contentProvider": {
                "type": "external",
                "originalContentUrl": "https://example.com/v.mp4",
            },
        },
        "file without a name": {"type": "file", "fileSize": 3},
        "flex": {"type": "flex", "altText": "a card"},
        "imagemap": {"type": "imagemap"},
        "call": {"type": "call", "duration": 5},
        "no kind": {},
    }
    for what, message in kinds.items():
        n = number()
        event = _line_event(n, user, message={"id": str(572000000000 + n), **message})
        yield Body("line", what, _line(event))
    for form in ({"mention": {"mentionees": [{"index": 0, "length": 2}]}}, {"mention": None}):
        n = number()
        event = _line_event(n, user)
        event["message"] |= form
        yield Body("line", f"text, {form}", _line(event), (f"{SAID} {n}",))
    n = number()
    first, again = _line_event(n, user), _line_event(n, user)
    again["deliveryContext"]["isRedelivery"] = True
    again["replyToken"] = "another"
    yield Body("line", "redelivered in one body", _line(first, again), (f"{SAID} {n}",))
    sampled = [
        _line_event(number(), source, webhookEventId="samplesampleid")
        for source in (user, {"type": "group", "groupId": "C1"}, {"type": "room", "roomId": "R1"})
    ]
    for event in sampled:
        event["message"]["id"] = "99"
    yield Body(
        "line",
        "a sample that gives one id to all",
        _line(*sampled),
        tuple(event["message"]["text"] for event in sampled),
        events=3,
    )
    future = _line_event(n := number(), user, timestamp=12345678901234)
    yield Body("line", "a time in the year 2361", _line(future), (f"{SAID} {n}",))
    taken = _line_event(n := number(), user)
    unsend = _line_event(number(), user, type="unsend")
    unsend["unsend"] = {"messageId": taken["message"]["id"]}
    del unsend["message"]
    yield Body("line", "text and its unsend", _line(taken, unsend), events=2)
    yield Body("line", "unsend before its text", _line(*_late(number, user)), events=2)


def _late(number: Numbers, user: Json) -> tuple[Json, Json]:
    text = _line_event(number(), user)
    unsend = _line_event(number(), user, type="unsend", unsend={"messageId": text["message"]["id"]})
    del unsend["message"]
    return unsend, text


def _line_account(number: Numbers) -> Iterator[Body]:
    """What is of the account and of nobody's chat, and the consoles' checks."""
    about: dict[str, Json] = {
        "botSuspended": {},
        "botResumed": {},
        "module": {"module": {"type": "attached", "botId": "U1", "scopes": ["message:send"]}},
        "detached": {"type": "module", "module": {"type": "detached", "reason": "bot_deleted"}},
        "activated": {"chatControl": {"expireAt": 1462629479860}},
        "deactivated": {},
        "delivery": {"delivery": {"data": "hash"}},
        "membership": {"membership": {"type": "left", "membershipId": 3189}},
        "things": {"things": {"deviceId": "t1", "type": "scenarioResult", "result": {"a": 1}}},
        "undefined": {"undefined": {"1": 1}},
    }
    for what, more in about.items():
        for source in (None, {"type": "user", "userId": USER}):
            n = number()
            event = _line_event(n, source, **{"type": what, **more})
            del event["message"]
            whose = "the account" if source is None else "a person"
            yield Body("line", f"{what} of {whose}", _line(event))
    yield Body("line", "the verify button", _line(), events=0)
    old = [
        _line_event(number(), {"type": "user", "userId": f"Udead{token}"}, replyToken=token * 32)
        for token in ("0", "f")
    ]
    for one in old:
        del one["webhookEventId"], one["deliveryContext"], one["mode"]
    texts = tuple(one["message"]["text"] for one in old)
    yield Body("line", "the old verify button", _line(*old), texts, events=2)


def graph_bodies(kind: str, account: str) -> Iterator[Body]:
    """Meta's bodies of one platform, addressed to ``account``."""
    number = Numbers()
    maker = _Graph(kind, account, number)
    yield from maker.texts()
    yield from maker.items()
    yield from maker.changes()
    yield from maker.wholes()


class _Graph:
    """Makes bodies of one platform."""

    def __init__(self, kind: str, account: str, number: Numbers) -> None:
        self.kind, self.account, self.number = kind, account, number
        self.object = "page" if kind == "messenger" else "instagram"

    def item(self, n: int, **block: Any) -> Json:
        return {
            "sender": {"id": PERSON},
            "recipient": {"id": self.account},
            "timestamp": AT + n,
            **block,
        }

    def text(self, n: int, **more: Any) -> Json:
        return self.item(n, message={"mid": f"m_{self.kind}_{n}", "text": f"{SAID} {n}", **more})

    def wrap(self, **entry: Any) -> Json:
        head = {"id": self.account, "time": AT + self.number()}
        return {"object": self.object, "entry": [{**head, **entry}]}

    def one(self, what: str, body: Any, *texts: str, **more: Any) -> Body:
        return Body(self.kind, what, body, texts, **more)

    def texts(self) -> Iterator[Body]:
        """The same words in every wrapping, and with each part missing."""
        for place in ("messaging", "standby"):
            for missing in ((), ("timestamp",), ("mid",), ("timestamp", "mid")):
                for more in FLAGS:
                    n = self.number()
                    item = self.text(n, **more)
                    for name in missing:
                        item.pop(name, None)
                        item["message"].pop(name, None)
                    what = f"text, {place}, without {missing or 'nothing'}, {more}"
                    yield self.one(what, self.wrap(**{place: [item]}), f"{SAID} {n}")
        for zero in ("0", 0, None, "", self.account):
            n = self.number()
            yield self.one(
                f"entry {zero!r}", self.wrap(id=zero, messaging=[self.text(n)]), f"{SAID} {n}"
            )
            n = self.number()
            change = {"field": "messages", "value": self.text(n)}
            yield self.one(
                f"entry {zero!r}, as a change", self.wrap(id=zero, changes=[change]), f"{SAID} {n}"
            )
            n = self.number()
            flat = self.wrap(id=zero, field="messages", value=self.text(n))
            yield self.one(f"entry {zero!r}, flat", flat, f"{SAID} {n}")
        n = self.number()
        bare = {"object": self.object, "entry": [{"messaging": [self.text(n)]}]}
        yield self.one("entry without an id or a time", bare, f"{SAID} {n}")
        n = self.number()
        yield self.one("in a list", [self.wrap(messaging=[self.text(n)])], f"{SAID} {n}")
        n, m = self.number(), self.number()
        two = [self.wrap(messaging=[self.text(n)]), self.wrap(messaging=[self.text(m)])]
        yield self.one("two in a list", two, f"{SAID} {n}", f"{SAID} {m}", events=2)
        n, m = self.number(), self.number()
        both = self.wrap(messaging=[self.text(n)], standby=[self.text(m)], hop_context=[{"a": 1}])
        yield self.one(
            "messaging and standby at once", both, f"{SAID} {n}", f"{SAID} {m}", events=2
        )

    def items(self) -> Iterator[Body]:
        """Items that are no plain words, as each generation of the platform wrote them."""
        for what, block in ITEMS.items():
            for place in ("messaging", "standby", "changes"):
                n = self.number()
                item = self.item(n, **_numbered(block, f"{self.kind}{n}"))
                held: Any = [{"field": what, "value": item}] if place == "changes" else [item]
                yield self.one(f"{what}, {place}", self.wrap(**{place: held}))
        for what, block in PAYMENTS.items():
            n = self.number()
            yield self.one(what, self.wrap(messaging=[self.item(n, **block)]))
        for user in ({"user_ref": "checkbox-1"}, {"phone_number": "+66000"}, {}, None):
            n = self.number()
            item = self.item(n, optin={"ref": "r", "user_ref": "checkbox-1"}) | {"sender": user}
            yield self.one(f"optin of {user}", self.wrap(messaging=[item]))
        n = self.number()
        mid = f"m_{self.kind}_gone_{n}"
        said = self.item(n, message={"mid": mid, "text": SAID})
        deleted = self.item(self.number(), message={"mid": mid, "is_deleted": True})
        yield self.one("text and its deletion", self.wrap(messaging=[said, deleted]), events=2)
        n = self.number()
        mid = f"m_{self.kind}_late_{n}"
        said = self.item(n, message={"mid": mid, "text": SAID})
        deleted = self.item(self.number(), message={"mid": mid, "is_deleted": True})
        yield self.one("deletion before its text", self.wrap(messaging=[deleted, said]), events=2)

    def changes(self) -> Iterator[Body]:
        """What happens outside of chats: kept, and shown where it is somebody's words."""
        for field in FIELDS:
            for value in VALUES:
                nested = self.wrap(changes=[{"field": field, "value": value}])
                yield self.one(f"{field}: {value}", nested)
                yield self.one(f"{field}: {value}, flat", self.wrap(field=field, value=value))
        if self.kind == "instagram":
            for field in ("comments", "live_comments"):
                for more in COMMENTS:
                    n = self.number()
                    comment: Json = {
                        "id": f"179{n:012}",
                        "text": f"{SAID} {n}",
                        "from": {"id": PERSON, "username": "noi"},
                        **more,
                    }
                    nested = self.wrap(changes=[{"field": field, "value": comment}])
                    yield self.one(f"{field}, {more}", nested, f"{SAID} {n}")

    def wholes(self) -> Iterator[Body]:
        """Whole bodies that are odd: nothing in them, other objects, strangers' accounts."""
        for entry in ENTRIES:
            whole = {"object": self.object, "entry": entry}
            rows = 0
            fate = "read" if entry == [] else "quarantine"
            yield self.one(f"entry {entry!r}", whole, events=rows, fate=fate)
        n = self.number()
        stranger = self.wrap(id="404040404", messaging=[self.text(n)])
        yield self.one("a stranger's account", stranger, events=0, fate="quarantine")
        for other in ("user", "permissions", "whatsapp_business_account", "application", None):
            whole = self.wrap(messaging=[self.text(self.number())]) | {"object": other}
            yield self.one(f"object {other!r}", whole, events=0, fate="parse_error")
        batch = [self.text(self.number()) for _ in range(50)]
        texts = [item["message"]["text"] for item in batch]
        yield self.one("fifty", self.wrap(messaging=batch), *texts, events=50)


def _numbered(block: Json, name: str) -> Json:
    """Give a block's message an id of its own."""
    return {
        outer: {**inner, "mid": f"m_{name}"}
        if isinstance(inner, dict) and "mid" in inner
        else inner
        for outer, inner in block.items()
    }


def _attached(**attachment: Any) -> Json:
    return {"message": {"mid": "m", "attachments": [attachment]}}


CDN = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=x"
FLAGS: tuple[Json, ...] = ({}, {"seq": 73}, {"nlp": {"intents": []}}, {"is_echo": False})
VALUES: tuple[Any, ...] = ({"item": "post", "verb": "add", "post_id": "1_2"}, {}, [], None, "x", 1)
COMMENTS: tuple[Json, ...] = ({}, {"parent_id": "5"}, {"media": {"id": "1", "ad_id": "2"}})
ENTRIES: tuple[Any, ...] = ([], None, {}, "x")
FIELDS = (
    *("feed", "mention", "mentions", "ratings", "leadgen", "conversations", "live_videos"),
    *("story_insights", "story_poll_response", "comment_poll_response", "share_to_story"),
    *("message_template_status_update", "business_integrity", "invalid_topic", "follow"),
    *("onboarding_welcome_message_series", "creator_marketplace_projects", "publisher"),
)
ITEMS: dict[str, Json] = {
    "story mention": _attached(type="story_mention", payload={"url": CDN}),
    "share": _attached(type="share", payload={"url": CDN}),
    "reel": _attached(type="ig_reel", payload={"reel_video_id": "1", "title": "t", "url": CDN}),
    "fallback": _attached(type="fallback", title="t", url="https://example.com", payload=None),
    "fallback as a link": _attached(type="fallback", URL="https://example.com", title="t"),
    "old thumb": {
        "message": {
            "mid": "m",
            "seq": 1,
            "sticker_id": 369239263222822,
            "attachments": [
                {"type": "image", "payload": {"url": CDN, "sticker_id": 369239263222822}}
            ],
        }
    },
    "product": _attached(
        type="template", payload={"product": {"elements": [{"id": "1", "title": "t"}]}}
    ),
    "cut off": _attached(type="image", payload=None),
    "unsupported": {"message": {"mid": "m", "is_unsupported": True}},
    "commands": {"message": {"mid": "m", "commands": [{"name": "flights"}]}},
    "reaction without an emoji": {"reaction": {"mid": "m", "action": "react", "reaction": "other"}},
    "get started": {"postback": {"payload": "GET_STARTED", "title": "Get Started"}},
    "ice breaker": {"postback": {"mid": "m", "title": "Price?", "payload": "ice"}},
    "referral of an advertisement": {
        "referral": {"ref": "r", "source": "ADS", "type": "OPEN_THREAD", "ad_id": "9"}
    },
    "old optin": {"optin": {"ref": "PASS"}},
    "notification messages": {
        "optin": {"type": "notification_messages", "notification_messages_status": "STOP"}
    },
    "one time notice": {"optin": {"type": "one_time_notif_req", "payload": "p"}},
    "account linked": {"account_linking": {"status": "linked", "authorization_code": "x"}},
    "account unlinked": {"account_linking": {"status": "unlinked"}},
    "app roles": {"app_roles": {"1": ["automation"]}},
    "pass thread control": {"pass_thread_control": {"new_owner_app_id": "1", "metadata": "m"}},
    "take thread control": {"take_thread_control": {"previous_owner_app_id": None}},
    "request thread control": {"request_thread_control": {"requested_owner_app_id": 1}},
    "policy enforcement": {"policy-enforcement": {"action": "block", "reason": "rules"}},
    "game play": {"game_play": {"game_id": "1", "player_id": "2", "score": 9}},
    "delivery of nothing": {"delivery": {"watermark": 1764000500000, "seq": 3}},
    "read of a watermark": {"read": {"watermark": 1764000500001, "seq": 4}},
    "read of a message": {"read": {"mid": "m"}},
    "customer information": {"messaging_customer_information": {"screens": []}},
    "in-thread lead form": {"in_thread_lead_form_submit": {"form": 1}},
    "something of next year": {"hologram": {"depth": 3}},
}
PAYMENTS: dict[str, Json] = {
    "payment": {"payment": {"payload": "p", "amount": {"currency": "USD", "amount": "29.62"}}},
    "checkout_update": {"checkout_update": {"payload": "p", "shipping_address": {"id": 1}}},
    "pre_checkout": {"pre_checkout": {"payload": "p", "amount": {"amount": "1"}}},
}
