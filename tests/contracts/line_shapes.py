"""LINE's deliveries: every message in every kind of chat, every event, and what can be missing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from tests.contracts.channel_shapes import SAID, Shape

USER = "U4af4980629aabbccddeeff0011223344"
SOURCES: dict[str, dict[str, Any]] = {
    "user": {"type": "user", "userId": USER},
    "group": {"type": "group", "groupId": "Ca56f94637c", "userId": USER},
    "group hiding the user": {"type": "group", "groupId": "Ca56f94637c"},
    "room": {"type": "room", "roomId": "Ra8dbf4673c", "userId": USER},
    "room hiding the user": {"type": "room", "roomId": "Ra8dbf4673c"},
}
LINE_MESSAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "text": ("text", {"type": "text", "quoteToken": "q", "text": f"{SAID} 2"}),
    "emoji": (
        "text",
        {
            "type": "text",
            "text": f"{SAID} (love)",
            "emojis": [{"index": 6, "length": 6, "productId": "5ac1", "emojiId": "001"}],
        },
    ),
    "mention": (
        "text",
        {
            "type": "text",
            "text": f"@Shop @All {SAID}",
            "mention": {
                "mentionees": [
                    {"index": 0, "length": 5, "type": "user", "userId": "U1", "isSelf": True},
                    {"index": 6, "length": 4, "type": "all"},
                ]
            },
        },
    ),
    "quoting": ("text", {"type": "text", "text": SAID, "quotedMessageId": "1", "quoteToken": "q"}),
    "mark as read": ("text", {"type": "text", "text": SAID, "markAsReadToken": "m"}),
    "image": (
        "image",
        {"type": "image", "quoteToken": "q", "contentProvider": {"type": "line"}},
    ),
    "image set": (
        "image",
        {
            "type": "image",
            "contentProvider": {"type": "line"},
            "imageSet": {"id": "E005", "index": 1, "total": 2},
        },
    ),
    "external image": (
        "image",
        {
            "type": "image",
            "contentProvider": {
                "type": "external",
                "originalContentUrl": f"https://example.com/{SAID}.jpg",
                "previewImageUrl": f"https://example.com/{SAID}-small.jpg",
            },
        },
    ),
    "image of an unknown provider": (
        "image",
        {"type": "image", "contentProvider": {"type": "hologram"}},
    ),
    "image of no provider": ("image", {"type": "image"}),
    "video": (
        "video",
        {"type": "video", "duration": 60000, "contentProvider": {"type": "line"}},
    ),
    "external video": (
        "video",
        {
            "type": "video",
            "duration": 60000,
            "contentProvider": {
                "type": "external",
                "originalContentUrl": f"https://example.com/{SAID}.mp4",
                "previewImageUrl": f"https://example.com/{SAID}.jpg",
            },
        },
    ),
    "audio": ("audio", {"type": "audio", "duration": 60000, "contentProvider": {"type": "line"}}),
    "file": ("file", {"type": "file", "fileName": f"{SAID}.pdf", "fileSize": 2138}),
    "location": (
        "location",
        {
            "type": "location",
            "title": SAID,
            "address": f"1-3 {SAID}",
            "latitude": 35.67966,
            "longitude": 139.73669,
        },
    ),
    "location without a title": (
        "location",
        {"type": "location", "latitude": 13, "longitude": 100},
    ),
    "sticker": (
        "sticker",
        {
            "type": "sticker",
            "packageId": "1",
            "stickerId": "2",
            "stickerResourceType": "ANIMATION_SOUND",
            "keywords": [SAID, "bed"],
        },
    ),
    "message sticker": (
        "sticker",
        {
            "type": "sticker",
            "packageId": "1",
            "stickerId": "2",
            "stickerResourceType": "MESSAGE",
            "text": SAID,
        },
    ),
    "unknown message": ("unsupported", {"type": "hologram", "words": SAID}),
    "message without a type": ("unsupported", {"text": SAID}),
}
MEMBERS = {"members": [{"type": "user", "userId": USER}, {"type": "user"}]}
LINE_EVENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "follow": ("other follow", {"follow": {"isUnblocked": False}}),
    "unblocked": ("other follow", {"type": "follow", "follow": {"isUnblocked": True}}),
    "follow without details": ("other follow", {"type": "follow"}),
    "unfollow": ("other unfollow", {}),
    "join": ("other join", {}),
    "leave": ("other leave", {}),
    "memberJoined": ("other memberJoined", {"joined": MEMBERS}),
    "memberLeft": ("other memberLeft", {"left": MEMBERS}),
    "postback": ("message postback", {"postback": {"data": "action=buy"}}),
    "postback with a date": (
        "message postback",
        {"type": "postback", "postback": {"data": "d", "params": {"datetime": "2026-01-01T01:00"}}},
    ),
    "postback of a rich menu": (
        "message postback",
        {
            "type": "postback",
            "postback": {
                "data": "d",
                "params": {"newRichMenuAliasId": "b", "status": "SUCCESS"},
            },
        },
    ),
    "unsend": ("change unsend", {"unsend": {"messageId": "325708"}}),
    "unsend of nothing": ("error unsend", {"type": "unsend", "unsend": {}}),
    "messageEdited": ("change edit", {"message": {"id": "5", "type": "text", "text": SAID}}),
    "messageEdited without words": ("error messageEdited", {"type": "messageEdited"}),
    "videoPlayComplete": (
        "other videoPlayComplete",
        {"videoPlayComplete": {"trackingId": "track"}},
    ),
    "beacon": ("other beacon", {"beacon": {"hwid": "d41d8cd98f", "type": "enter", "dm": "ff"}}),
    "accountLink": ("other accountLink", {"link": {"result": "ok", "nonce": "n"}}),
    "membership": ("other membership", {"membership": {"type": "joined", "membershipId": 3189}}),
    "module": ("other module", {"module": {"type": "attached", "botId": "U9", "scopes": ["a"]}}),
    "activated": ("other activated", {"chatControl": {"expireAt": 1764000000000}}),
    "deactivated": ("other deactivated", {}),
    "botSuspended": ("other botSuspended", {}),
    "botResumed": ("other botResumed", {}),
    "delivery": ("other delivery", {"delivery": {"data": "15034552939884E28681A7D668CEA94C"}}),
    "things": ("other things", {"things": {"deviceId": "t2c449c9d1", "type": "link"}}),
    "unknown": ("other hologram", {"type": "hologram", "hologram": {"shape": "cube"}}),
    "message without content": ("error message", {"type": "message"}),
}


def line_shapes() -> Iterator[Shape]:
    """Every message in every kind of chat and mode, every event, and what can be missing."""
    numbers = count(1)

    def body(*events: dict[str, Any]) -> dict[str, Any]:
        return {"destination": "Uab12", "events": list(events)}

    def event(source: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
        number = next(numbers)
        made: dict[str, Any] = {
            "type": "message",
            "mode": "active",
            "timestamp": 1764000000000 + number,
            "webhookEventId": f"01KA{number:022}",
            "deliveryContext": {"isRedelivery": False},
            **more,
        }
        if "message" in made and "id" not in made["message"]:
            made["message"] = {"id": str(468000000000 + number), **made["message"]}
        return made if source is None else {**made, "source": source}

    for where, source in SOURCES.items():
        for what, (kind, message) in LINE_MESSAGES.items():
            told = (f"message {kind}",)
            yield Shape(
                f"{what}, {where}", body(event(source, message=message, replyToken="r")), told
            )
            standby = event(source, message=message, mode="standby")
            yield Shape(f"{what}, {where}, standby", body(standby), told)
            bare = event(source, message=message)
            for absent in ("mode", "webhookEventId", "deliveryContext", "timestamp"):
                del bare[absent]
            yield Shape(f"{what}, {where}, bare", body(bare), told)
        for what, (told_one, more) in LINE_EVENTS.items():
            made = event(source, **{"type": what, **more})
            yield Shape(f"{what}, {where}", body(made), (told_one,))
    for what, (told_one, more) in LINE_EVENTS.items():
        made = event(None, **{"type": what, **more})
        lost = told_one if told_one.startswith("other") else f"error {made['type']}"
        yield Shape(f"{what} without a source", body(made), (lost,))
        made = {name: made[name] for name in made if name != "webhookEventId"}
        yield Shape(f"{what} without a source or an id", body(made), (lost,))
    text = LINE_MESSAGES["text"][1]
    batch = [event(SOURCES["user"], message=text) for _ in range(20)]
    yield Shape("batch", body(*batch), ("message text",) * 20)
    yield Shape("no events", body(), ())
    yield Shape(
        "no destination", {"events": [event(SOURCES["user"], message=text)]}, ("message text",)
    )
