"""The simulator's posts: comments on them, and the one private reply that each may get.

A Page's comment names its writer by another id than messages do; Instagram's by the same.

Sources: Webhooks reference of Pages (feed) and of Instagram (comments, live_comments), Private
Replies of the Messenger Platform and of Instagram Messaging (v26.0).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from handlers.simulator.config import SimAccount, SimPerson
from handlers.simulator.graph_messages import GraphError, bad_parameter
from handlers.simulator.world import World

_LIFE = 7 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that may be answered in private: its writer, and the fact that notes the answer."""

    person: SimPerson
    key: str
    fact: dict[str, Any]


def write_comment(world: World, person: SimPerson, text: str, *, live: bool) -> int:
    """The person comments on the account's pretend post or broadcast; gives the webhook's number.

    ValueError where the platform has no such thing: LINE has no posts, and a Page's broadcast is
    commented on like any post.
    """
    if person.kind == "line" or (live and person.kind != "instagram"):
        raise ValueError("There is no such post on this person's platform.")
    account, at = world.account(person.account_key), world.ledger.now()
    comment_id = f"{account.account_id}_{secrets.randbelow(10**15)}"
    post_id = f"{account.account_id}_{'live' if live else 'post'}"
    if person.kind == "messenger":
        change = _feed(person, comment_id, post_id, text, at)
    else:
        change = _instagram(person, comment_id, post_id, text, live=live)
    fact = {"person": person.id, "at": at, "live": live, "answered": False}
    with world.ledger.transaction():
        if live:
            world.ledger.remember(_over(account), None)
        world.ledger.remember(f"comment:{account.key}:{comment_id}", fact)
        said = {"comment": {"text": text, "live": live, "id": comment_id}}
        world.note_said(account, person.id, at, "comment", said)
        body = {
            "object": "page" if person.kind == "messenger" else "instagram",
            "entry": [{"id": account.account_id, "time": int(at), "changes": [change]}],
        }
        return world.postman.post(account, "comment", body, person=person.id)


def end_broadcast(world: World, account: SimAccount) -> None:
    """The account's broadcast is over: nobody who commented on it may be answered any more."""
    world.ledger.remember(_over(account), value=True)


def require_comment(world: World, account: SimAccount, comment_id: object) -> Comment:
    """The comment that a private reply names, where it may have one; else GraphError."""
    key = f"comment:{account.key}:{comment_id}"
    fact = world.ledger.fact(key)
    person = world.people.get(fact["person"]) if fact else None
    if person is None:
        raise bad_parameter("Invalid comment_id parameter", 2018292)
    if fact["answered"]:
        raise GraphError(10900, "(#10900) Activity already replied to")
    over = fact["live"] and world.ledger.fact(_over(account))
    if over or world.ledger.now() > fact["at"] + _LIFE:
        subcode = 2018278 if account.kind == "messenger" else 2534022
        words = "(#10) This message is sent outside of allowed window."
        raise GraphError(10, words, subcode=subcode)
    return Comment(person, key, fact)


def note_answer(world: World, comment: Comment) -> None:
    """A comment had its private reply."""
    world.ledger.remember(comment.key, {**comment.fact, "answered": True})


def commenter_id(person: SimPerson) -> str:
    """The id by which comments know a person."""
    if person.kind == "instagram":
        return person.id
    return str(7 * 10**15 + int(hashlib.sha256(person.id.encode()).hexdigest()[:12], 16))


def _over(account: SimAccount) -> str:
    return f"broadcast over:{account.key}"


def _feed(person: SimPerson, comment_id: str, post_id: str, text: str, at: float) -> dict[str, Any]:
    value = {
        "from": {"id": commenter_id(person), "name": person.name},
        "item": "comment",
        "verb": "add",
        "comment_id": comment_id,
        "post_id": post_id,
        "parent_id": post_id,
        "created_time": int(at),
        "message": text,
    }
    return {"field": "feed", "value": value}


def _instagram(
    person: SimPerson, comment_id: str, post_id: str, text: str, *, live: bool
) -> dict[str, Any]:
    value = {
        "from": {"id": commenter_id(person), "username": person.name.lower()},
        "id": comment_id,
        "media": {"id": post_id, "media_product_type": "LIVE" if live else "FEED"},
        "text": text,
    }
    return {"field": "live_comments" if live else "comments", "value": value}
