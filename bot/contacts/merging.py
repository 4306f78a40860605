"""Lets staff say that two contacts of their shop are one person, and take it back.

What a merge moves is written down row by row, so an undo gives back exactly
that. The contact that was merged stays with its code, which from then on means
the other one.
"""

from __future__ import annotations

from typing import Any

from bot.contacts.profiles import announce
from bot.runtime import Runtime, Work
from bot.staff import Actor
from bot.store import changes, conversations
from bot.store import contacts as rows
from orders.states import Role

MAY_MERGE = frozenset({Role.OWNER, Role.MANAGER, Role.SALES})

_NAMELESS = {"name": None, "picture_url": None, "language": None, "named_by": None}


class ContactError(Exception):
    """A merge or an undo that cannot be.

    ``kind`` is ``unknown`` (the shop has no such customer), ``same`` (they are
    one already) or ``undone`` (there is no such merge, or not any more).
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def merge(runtime: Runtime, actor: Actor, conversation_id: int, code: int) -> int:
    """Say that the customer ``code`` is the one of this conversation; give the merge's id.

    This conversation's contact is kept: it gets the other's addresses,
    conversations and orders. Raises ``ContactError``, ``LookupError`` when the
    shop has no such conversation, ``PermissionError`` for a role that may not.
    """
    _check(actor)

    def body(work: Work) -> int:
        here = _find_here(work, actor, conversation_id)
        other = rows.find_by_code(work.connection, actor.shop_id, code)
        if other is None:
            raise ContactError("unknown")
        found = rows.lock_contacts(work.connection, actor.shop_id, (here.contact_id, other.id))
        kept, merged = found[here.contact_id], found[other.id]
        if kept.id == merged.id:
            raise ContactError("same")
        if kept.merged_into or merged.merged_into:  # by another, since we looked
            raise ContactError("undone")
        return _merge(work, actor, kept, merged)

    return runtime.transact(body)


def undo(runtime: Runtime, actor: Actor, conversation_id: int, merge_id: int) -> None:
    """Make two contacts of one again; every row goes back to whose it was.

    Raises as ``merge`` does.
    """
    _check(actor)

    def body(work: Work) -> None:
        here = _find_here(work, actor, conversation_id)
        row = rows.find_merge(work.connection, actor.shop_id, merge_id)
        # What went on into a third contact is taken back there first.
        if row is None or row.kept_id != here.contact_id:
            raise ContactError("undone")
        found = rows.lock_contacts(work.connection, actor.shop_id, (row.kept_id, row.merged_id))
        kept = found[row.kept_id]
        if kept.merged_into or not rows.end_merge(work.connection, row.id, work.now):
            raise ContactError("undone")
        _part(work, row, kept)
        _record(work, actor, "contacts parted", row.kept_id, merge=row.id, merged=row.merged_id)
        announce(work, actor.shop_id, row.kept_id)
        announce(work, actor.shop_id, row.merged_id)

    runtime.transact(body)


def _check(actor: Actor) -> None:
    if actor.role not in MAY_MERGE:
        raise PermissionError(actor.role)


def _find_here(work: Work, actor: Actor, conversation_id: int) -> Any:
    here = conversations.find_conversation(work.connection, actor.shop_id, conversation_id)
    if here is None:
        raise LookupError(f"there is no conversation {conversation_id}")
    return here


def _merge(work: Work, actor: Actor, kept: Any, merged: Any) -> int:
    moved = rows.move_all(work.connection, merged.id, kept.id)
    rows.update_contact(work.connection, merged.id, merged_into=kept.id)
    if kept.named_by is None and kept.name is None:
        profile = {column: getattr(merged, column) for column in _NAMELESS}
        rows.update_contact(work.connection, kept.id, **profile)
    merge_id = rows.insert_merge(
        work.connection,
        shop_id=actor.shop_id,
        kept_id=kept.id,
        merged_id=merged.id,
        moved=moved,
        staff_id=actor.staff_id,
        merged_at=work.now,
    )
    _record(work, actor, "contacts merged", kept.id, merge=merge_id, merged=merged.id)
    announce(work, actor.shop_id, kept.id)
    return merge_id


def _part(work: Work, row: Any, kept: Any) -> None:
    rows.move_back(work.connection, row.moved, row.kept_id, row.merged_id)
    profile: dict[str, Any] = {}
    if kept.named_by in row.moved["addresses"]:
        # The name that it went by was the other's, and may be newer than what that one has.
        profile = {column: getattr(kept, column) for column in _NAMELESS}
        rows.update_contact(work.connection, kept.id, **_NAMELESS)
    rows.update_contact(work.connection, row.merged_id, merged_into=None, **profile)


def _record(work: Work, actor: Actor, action: str, kept_id: int, **data: int) -> None:
    subject, by = f"contact:{kept_id}", f"staff:{actor.staff_id}"
    changes.record(work.connection, work.now, by, action, subject, shop_id=actor.shop_id, **data)
