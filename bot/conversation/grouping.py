"""Groups: a chat of several is nobody's until staff claim it; in a claimed one staff command."""

from __future__ import annotations

from typing import Any

from bot import outbox, surfaces
from bot.conversation.commanding import (
    Heard,
    answer_staff,
    is_command,
    link_code,
    note_staff,
    read_actor,
)
from bot.runtime import Work
from bot.store import shops
from bot.surfaces import GroupError

NOTICES = frozenset({"join", "leave"})


def hear_notice(work: Work, conversation: Any, event: Any) -> None:
    """Hear that the bot was invited to a group, or taken out of it."""
    if event.kind == "leave":
        surfaces.leave(work, conversation)
        return
    shop = shops.find_shop(work.connection, conversation.shop_id)
    surfaces.explain(work, shop, conversation, again=True)


def hear(heard: Heard) -> None:
    """Hear one message of a group; only a linked account's words may be a command."""
    if not surfaces.is_claimed(heard.work, heard.conversation):
        _hear_unclaimed(heard)
        return
    if heard.link is not None:
        note_staff(heard, heard.link.staff_id)
        if link_code(heard.shop, heard.text):
            heard.answer(heard.say("group.already", shop=heard.shop.name))
            return
        if heard.text is not None and answer_staff(heard):
            return
    elif not heard.message.sender_id and is_command(heard.shop, heard.text):
        hidden = heard.say("answer.sender_hidden")
        outbox.plan_automatic(heard.work, heard.conversation, hidden)
        return
    surfaces.ride(heard.work, heard.conversation)


def _hear_unclaimed(heard: Heard) -> None:
    """In a group that is nobody's a code claims it; a command is explained once, then silence."""
    if heard.link is None:
        surfaces.wake(heard.work, heard.shop)
        return
    note_staff(heard, heard.link.staff_id)
    code = link_code(heard.shop, heard.text)
    if code is not None and heard.message.edited_at is None:
        _claim(heard, code)
    elif is_command(heard.shop, heard.text):
        surfaces.explain(heard.work, heard.shop, heard.conversation)


def _claim(heard: Heard, code: str) -> None:
    actor = read_actor(heard.shop, heard.link)
    try:
        surfaces.claim(heard.work, heard.conversation, heard.message.sender_id, actor, code)
    except GroupError as error:
        heard.answer(heard.say(error.key))
    else:
        heard.answer(heard.say("group.claimed", shop=heard.shop.name, name=actor.name))
