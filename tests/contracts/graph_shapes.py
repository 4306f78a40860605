"""Meta's deliveries: every message, item and change, on every side and in every wrapping."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from tests.contracts.channel_shapes import SAID, Shape

ACCOUNT, PERSON = "17841400000000001", "7711220033445566"
CDN = f"https://scontent.xx.fbcdn.net/v/{SAID}.bin?oh=1"
ATTACHMENTS: dict[str, tuple[str, Any]] = {
    "image": ("image", {"type": "image", "payload": {"url": CDN}}),
    "video": ("video", {"type": "video", "payload": {"url": CDN}}),
    "audio": ("audio", {"type": "audio", "payload": {"url": CDN}}),
    "file": ("file", {"type": "file", "payload": {"url": CDN, "name": f"{SAID}.pdf"}}),
    "sticker": ("sticker", {"type": "sticker", "payload": {"url": CDN, "sticker_id": 369239263}}),
    "old sticker": (
        "sticker",
        {"type": "image", "payload": {"url": CDN, "sticker_id": 369239263222822}},
    ),
    "like_heart": ("sticker", {"type": "like_heart"}),
    "reel": ("reel", {"type": "reel", "payload": {"url": CDN, "title": SAID, "reel_video_id": 5}}),
    "ig_reel": (
        "reel",
        {"type": "ig_reel", "payload": {"reel_video_id": "6", "title": SAID, "url": CDN}},
    ),
    "post": ("share", {"type": "post", "payload": {"url": CDN, "title": SAID}}),
    "ig_post": ("share", {"type": "ig_post", "payload": {"ig_post_media_id": "7", "url": CDN}}),
    "share": ("share", {"type": "share", "payload": {"url": CDN}}),
    "media": ("share", {"type": "media", "payload": {"url": CDN}}),
    "story": ("story", {"type": "story", "payload": {"url": CDN}}),
    "ig_story": ("story", {"type": "ig_story", "payload": {"url": CDN, "id": "8"}}),
    "story_mention": ("story", {"type": "story_mention", "payload": {"url": CDN}}),
    "fallback": (
        "share",
        {"type": "fallback", "title": SAID, "url": CDN, "payload": None},
    ),
    "template": (
        "template",
        {
            "type": "template",
            "title": SAID,
            "payload": {
                "template_type": "generic",
                "elements": [{"title": SAID, "subtitle": SAID, "buttons": []}],
            },
        },
    ),
    "product": (
        "template",
        {
            "type": "template",
            "payload": {"product": {"elements": [{"id": "1", "title": SAID, "image_url": CDN}]}},
        },
    ),
    "location": (
        "location",
        {
            "type": "location",
            "title": SAID,
            "url": f"https://l.facebook.com/l.php?u={SAID}",
            "payload": {"coordinates": {"lat": 13.75, "long": 100.5}},
        },
    ),
    "unsupported_type": ("unsupported", {"type": "unsupported_type", "payload": {"url": CDN}}),
    "hologram": ("unsupported", {"type": "hologram", "payload": {"words": SAID}}),
    "without a payload": ("image", {"type": "image"}),
    "without a type": ("unsupported", {"payload": {"url": CDN}}),
    "no object": ("unsupported", SAID),
}
META_MESSAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "text": ("text", {"text": f"{SAID} 2"}),
    "quick reply": ("text", {"text": SAID, "quick_reply": {"payload": SAID}}),
    "reply": ("text", {"text": SAID, "reply_to": {"mid": "m_earlier"}}),
    "reply to a story": (
        "text",
        {"text": SAID, "reply_to": {"story": {"url": CDN, "id": "17900"}}},
    ),
    "text of an advertisement": (
        "text",
        {
            "text": SAID,
            "referral": {"ref": SAID, "ad_id": "6045", "source": "ADS", "type": "OPEN_THREAD"},
        },
    ),
    "text about a product": ("text", {"text": SAID, "referral": {"product": {"id": "9"}}}),
    "text with a link": ("text", {"text": SAID, "attachments": [ATTACHMENTS["fallback"][1]]}),
    "two pictures": ("image", {"attachments": [ATTACHMENTS["image"][1]] * 2}),
    "one attachment, no list": ("image", {"attachments": ATTACHMENTS["image"][1]}),
    "unsupported": ("unsupported", {"is_unsupported": True}),
    "unsupported with an attachment": (
        "unsupported",
        {"is_unsupported": True, "attachments": [ATTACHMENTS["unsupported_type"][1]]},
    ),
    "nothing": ("unsupported", {}),
    **{what: (kind, {"attachments": [one]}) for what, (kind, one) in ATTACHMENTS.items()},
}
ITEMS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "postback": (("message postback",), {"postback": {"title": SAID, "payload": "GET_STARTED"}}),
    "postback with an id": (
        ("message postback",),
        {"postback": {"mid": "m_tap", "title": SAID, "payload": SAID, "referral": {"ref": "a"}}},
    ),
    "reaction": (
        ("change reaction",),
        {"reaction": {"mid": "m_1", "action": "react", "reaction": "love", "emoji": "❤"}},
    ),
    "reaction taken off": (
        ("change reaction",),
        {"reaction": {"mid": "m_1", "action": "unreact"}},
    ),
    "reaction to nothing": (("error reaction",), {"reaction": {"action": "react"}}),
    "edit": (
        ("change edit",),
        {"message_edit": {"mid": "m_2", "text": SAID, "num_edit": 1}},
    ),
    "edit without words": (("error message_edit",), {"message_edit": {"mid": "m_2"}}),
    "deleted": (("change unsend",), {"message": {"mid": "m_3", "is_deleted": True}}),
    "deleted, of no id": (("error unsend",), {"message": {"mid": None, "is_deleted": True}}),
    "delivery": (
        ("status delivered", "status delivered", "status delivered"),
        {"delivery": {"mids": ["m_4", "m_5", "m_4"], "watermark": 1764000000005}},
    ),
    "delivery of a watermark": (
        ("status delivered",),
        {"delivery": {"watermark": 1764000000005}},
    ),
    "old delivery": (("status delivered",), {"delivery": {"watermark": 1764000000005, "seq": 37}}),
    "read": (("status read",), {"read": {"watermark": 1764000000006}}),
    "read of a message": (("status read",), {"read": {"mid": "m_6"}}),
    "empty read": (("status read",), {"read": {}}),
    "referral": (
        ("other referral",),
        {"referral": {"ref": "my_ref", "source": "SHORTLINK", "type": "OPEN_THREAD"}},
    ),
    "optin": (("other optin",), {"optin": {"ref": "PASS_THROUGH"}}),
    "optin to notices": (
        ("other optin",),
        {
            "optin": {
                "type": "notification_messages",
                "payload": "p",
                "notification_messages_token": "secret",
            }
        },
    ),
    "account_linking": (
        ("other account_linking",),
        {"account_linking": {"status": "linked", "authorization_code": "secret"}},
    ),
    "pass_thread_control": (
        ("other pass_thread_control",),
        {"pass_thread_control": {"new_owner_app_id": "1", "metadata": "x"}},
    ),
    "take_thread_control": (
        ("other take_thread_control",),
        {"take_thread_control": {"previous_owner_app_id": "1"}},
    ),
    "request_thread_control": (
        ("other request_thread_control",),
        {"request_thread_control": {"requested_owner_app_id": "1"}},
    ),
    "app_roles": (("other app_roles",), {"app_roles": {"123": ["primary_receiver"]}}),
    "policy-enforcement": (
        ("other policy-enforcement",),
        {"policy-enforcement": {"action": "warning", "reason": "spam"}},
    ),
    "game_play": (("other game_play",), {"game_play": {"game_id": "1", "player_id": "2"}}),
    "response_feedback": (
        ("other response_feedback",),
        {"response_feedback": {"mid": "m_7", "feedback": "Good response"}},
    ),
    "hologram": (("other hologram",), {"hologram": {"shape": "cube"}}),
    "hop_context": (("other hologram",), {"hop_context": [{"app_id": 1}], "hologram": 1}),
    "no content": (("error malformed",), {}),
    "message that is no object": (("error malformed",), {"message": SAID}),
}
COMMENT: dict[str, Any] = {
    "id": "17865799348089039",
    "text": SAID,
    "from": {"id": PERSON, "username": "nok"},
    "media": {"id": "123123123", "media_product_type": "FEED"},
}
FEED = {"item": "comment", "verb": "add", "from": {"id": "1", "name": "x"}, "message": SAID}
GIVEN: list[Any] = [FEED, {"media_id": "1", "comment_id": "2"}, [], "x", None]


def graph_shapes(kind: str) -> Iterator[Shape]:
    """Every message and item, on every side and in every wrapping, and every change."""
    numbers = count(1)
    name = "page" if kind == "messenger" else "instagram"

    def wrapped(**entry: Any) -> dict[str, Any]:
        more = {"id": ACCOUNT, "time": 1764000000000 + next(numbers), **entry}
        return {"object": name, "entry": [more]}

    def item(block: dict[str, Any], *, echo: bool = False) -> dict[str, Any]:
        number = next(numbers)
        ends = [{"id": PERSON}, {"id": ACCOUNT}]
        sender, recipient = reversed(ends) if echo else ends
        message = block.get("message")
        if isinstance(message, dict):
            flags = {"is_echo": True, "app_id": 263902037430900} if echo else {}
            block = {"message": {"mid": f"m_{kind}{number}", **flags, **message}}
        timestamp = 1764000000000 + number
        return {"sender": sender, "recipient": recipient, "timestamp": timestamp, **block}

    for what, (shown, message) in META_MESSAGES.items():
        told = (f"message {shown}",)
        block = {"message": message}
        yield Shape(what, wrapped(messaging=[item(block)]), told)
        yield Shape(f"{what}, standby", wrapped(standby=[item(block)]), told)
        yield Shape(f"{what}, echo", wrapped(messaging=[item(block, echo=True)]), told)
        bare = item(block)
        del bare["timestamp"], bare["message"]["mid"]
        bare["message"]["seq"] = next(numbers)
        yield Shape(f"{what}, bare", wrapped(messaging=[bare]), told)
        change = {"field": "messages", "value": item(block)}
        yield Shape(f"{what}, as a change", wrapped(id="0", changes=[change]), told)
        yield Shape(f"{what}, in a list", [wrapped(messaging=[item(block)])], told)
        ours = item(block, echo=True)
        ours["message"]["metadata"] = "3f2c5d1e-8a1b-4c6d-9e0f-112233445566"
        yield Shape(f"{what}, sent by us", wrapped(messaging=[ours]), ("status echo",))
    for what, (events, block) in ITEMS.items():
        given = {outer: _named(inner, kind) for outer, inner in block.items()}
        yield Shape(what, wrapped(messaging=[item(given)]), events)
    yield from _changes(wrapped, kind)
    batch = [item({"message": {"text": SAID}}) for _ in range(20)]
    yield Shape("batch", wrapped(messaging=batch), ("message text",) * 20)
    yield Shape("entry of nothing", wrapped(), ("error malformed",))


def _named(block: Any, kind: str) -> Any:
    """Give a block that names a message a name of this channel's."""
    if not isinstance(block, dict) or not block.get("mid"):
        return block
    return {**block, "mid": f"{block['mid']}{kind}"}


def _changes(wrapped: Any, kind: str) -> Iterator[Shape]:
    comments = ("comments", "live_comments") if kind == "instagram" else ()
    numbers = count(17900000000000000)
    for field in comments:
        variants: dict[str, dict[str, Any]] = {
            "comment": {},
            "answering comment": {"parent_id": "1786"},
            "comment of the account": {"from": {"id": ACCOUNT, "username": "shop"}},
            "comment on an advertisement": {"media": {"id": "5", "ad_id": "6", "ad_title": "x"}},
        }
        for what, more in variants.items():
            value = {**COMMENT, **more, "id": str(next(numbers))}
            told = ("message comment",)
            yield Shape(
                f"{field}: {what}", wrapped(changes=[{"field": field, "value": value}]), told
            )
            value = {**value, "id": str(next(numbers))}
            yield Shape(f"{field}: {what}, flat", wrapped(field=field, value=value), told)
        nobody = {"id": "1", "text": SAID}
        yield Shape(
            f"{field} of nobody",
            wrapped(changes=[{"field": field, "value": nobody}]),
            (f"error {field}",),
        )
    for field in ("feed", "mentions", "story_insights", "ratings", "leadgen", "hologram"):
        for given in GIVEN:
            change = {"field": field, "value": given}
            yield Shape(f"{field} {given}", wrapped(changes=[change]), (f"other {field}",))
            yield Shape(
                f"{field} {given}, flat", wrapped(field=field, value=given), (f"other {field}",)
            )
    yield Shape("change of nothing", wrapped(changes=[{}]), ("error malformed",))
