"""What a message tells beside its words: whom it answers, who wrote it, and on what occasion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.messages import AddressKind, Author
from handlers.words import has_phrase, phrase

# What a notice's facts say that a person can use, in the order in which it is said.
DETAILS = (
    *("title", "ref", "source", "type", "ad_id", "product_id", "result", "status"),
    *("action", "reason", "game_id", "feedback"),
)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a message answers; ``message_id`` is None where we do not have it."""

    message_id: int | None
    author: str
    text: str


def read_quote(
    row: Any, quoted: Mapping[str, Any], names: Mapping[Any, str], language: str
) -> Quote | None:
    """Give what a message answers, None for one that answers nothing or was taken back."""
    if row.redacted or not row.quoted_id:
        return None
    other = quoted.get(row.quoted_id)
    if other is None:
        return Quote(None, "", phrase("thread.quoted_unknown", language))
    if other.redacted:
        return Quote(other.id, "", phrase("thread.redacted", language))
    kind = f"kind.{other.kind}"
    words = other.text or (phrase(kind, language) if has_phrase(kind, language) else "")
    return Quote(other.id, read_author(other, names, language), words)


def read_author(row: Any, names: Mapping[Any, str], language: str, *, place: str = "user") -> str:
    """Name who wrote; ``names`` are staff by our id and a group's members by the platform's.

    ``place`` is the kind of the chat's address: in a group several people write.
    """
    if row.staff_id in names:
        return names[row.staff_id]
    if row.author == Author.CUSTOMER and row.sender_id in names:
        return names[row.sender_id]
    if row.author == Author.CUSTOMER and place != AddressKind.USER:
        return phrase("thread.member" if row.sender_id else "thread.member_hidden", language)
    # An echo that a person typed in the platform's own inbox names nobody.
    key = "native" if row.author == Author.STAFF and row.direction == "out" else row.author
    return phrase(f"thread.{key}", language)


def read_notice(row: Any, language: str) -> str:
    """Word what happened in a conversation without anybody saying something; "" for the rest."""
    key = f"notice.{row.reason}"
    if row.kind != "notice" or not has_phrase(key, language):
        return ""
    if row.facts.get("is_unblocked") is True:
        key = "notice.unblocked"
    details = [str(row.facts[name]) for name in DETAILS if row.facts.get(name)]
    return ": ".join(part for part in (phrase(key, language), " · ".join(details)) if part)


def read_occasion(row: Any, language: str) -> str:
    """Say on what occasion a message was written: a tap, a comment, a story; "" for none."""
    if row.redacted:
        return ""
    facts = row.facts
    if row.kind == "postback":
        tapped = phrase("kind.postback", language)
        params = facts.get("params") or {}
        said = [*([] if row.text else [facts.get("payload")]), *params.values()]
        return ": ".join([tapped, " · ".join(str(one) for one in said if one)]).removesuffix(": ")
    if row.kind == "comment":
        return phrase("kind.live_comment" if facts.get("live") else "kind.comment", language)
    if facts.get("story"):
        return phrase("kind.story_answer", language)
    if facts.get("referral"):
        came = [str(facts["referral"][name]) for name in DETAILS if facts["referral"].get(name)]
        return f"{phrase('notice.referral', language)}: {' · '.join(came)}"
    return ""
