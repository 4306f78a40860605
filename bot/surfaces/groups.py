"""Staff groups: the bot is invited, a code claims the group for the shop, leaving frees it."""

from __future__ import annotations

from typing import Any

from bot import outbox, staff
from bot.messages import Text
from bot.runtime import Work
from bot.staff import MAY_WRITE, Actor
from bot.store import changes, groups
from bot.words import say
from orders.states import Role

MAY_RELEASE = frozenset({Role.OWNER, Role.MANAGER})


class GroupError(Exception):
    """A group that cannot be claimed or let go; ``key`` names the sentence for who asked."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def is_claimed(work: Work, conversation: Any) -> bool:
    """Say whether a group is the shop's own staff's now."""
    group = groups.find_group(work.connection, conversation.id)
    return group is not None and group.claimed_at is not None


def explain(work: Work, shop: Any, conversation: Any, *, again: bool = False) -> bool:
    """Tell a group that is nobody's how it is claimed, once; with ``again`` since it was invited.

    Only where that is free: a stranger who invites the bot costs the shop nothing.
    """
    group = groups.note_group(work.connection, conversation, work.now)
    if group.claimed_at is not None or (group.explained_at is not None and not again):
        return False
    groups.update_group(work.connection, group.id, explained_at=work.now)
    told = Text(say("group.explain", shop.locale, shop=shop.name))
    return outbox.plan_automatic(work, conversation, told, free_only=True) is not None


def claim(work: Work, conversation: Any, platform_user_id: str, actor: Actor, code: str) -> None:
    """Make a group the shop's own: by a linked member of staff, with their own one-time code.

    From then on its words are nobody's customer's. Raises ``GroupError``.
    """
    if actor.role not in MAY_WRITE:
        raise GroupError("answer.forbidden")
    used = staff.use_code(work, conversation, platform_user_id, code)
    if used is None or used.id != actor.staff_id:
        raise GroupError("answer.link_wrong")
    group = groups.note_group(work.connection, conversation, work.now)
    groups.update_group(
        work.connection,
        group.id,
        claimed_by=actor.staff_id,
        claimed_at=work.now,
        explained_at=group.explained_at or work.now,
    )
    groups.mark_internal(work.connection, conversation.id)
    _record(work, actor.staff_id, "group claimed", group)


def release(work: Work, actor: Actor, group_id: int) -> None:
    """Let a group go: nothing is shown or run there any more.

    What was said in it stays out of the inbox. Raises ``LookupError`` and
    ``PermissionError``.
    """
    if actor.role not in MAY_RELEASE:
        raise PermissionError(actor.role)
    group = groups.find_claimed(work.connection, actor.shop_id, group_id)
    if group is None:
        raise LookupError(f"the shop has no group {group_id}")
    _free(work, group)
    _record(work, actor.staff_id, "group released", group)


def leave(work: Work, conversation: Any) -> None:
    """Let a group go that the bot was taken out of."""
    group = groups.find_group(work.connection, conversation.id)
    if group is None:
        return
    if group.claimed_at is not None:
        _record(work, None, "group left", group)
    _free(work, group)


def _free(work: Work, group: Any) -> None:
    groups.update_group(work.connection, group.id, claimed_by=None, claimed_at=None, due_at=None)
    groups.forget_cards(work.connection, group.id)


def _record(work: Work, staff_id: int | None, action: str, group: Any) -> None:
    changes.record(
        work.connection,
        work.now,
        f"staff:{staff_id}" if staff_id else "system",
        action,
        f"group:{group.id}",
        shop_id=group.shop_id,
    )
