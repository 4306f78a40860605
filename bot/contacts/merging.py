"""Lets staff say that two contacts of their shop are one person, and take it back.

What a merge moves is written down row by row, so an undo gives back exactly
that. The contact that was merged stays with its code, which from then on means
the other one.
"""

from __future__ import annotations

from typing import Any

from bot.contacts.errors import ContactError
from bot.contacts.profiles import announce
from bot.contacts.writing import MAY_CHANGE, record
from bot.runtime import Runtime, Work
from bot.staff import Actor
from bot.store import contacts as rows
from bot.store import conversations, customers
from bot.store.customer_terms import index_contact

MAY_MERGE = MAY_CHANGE

_PROFILE = ("name", "picture_url", "language", "named_by")


def merge(runtime: Runtime, actor: Actor, conversation_id: int, code: int) -> int:
    """Say that the customer ``code`` is the one of this conversation; give the merge's id.

    This conversation's contact is kept: it gets all that is the other's, from
    addresses and orders to notes and bans. The other may have no conversation,
    as a customer of offline orders: their bills go out here from now on. Raises
    ``ContactError``, ``LookupError`` when the shop has no such conversation,
    ``PermissionError`` for a role that may not.
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
        return _merge(work, actor, kept, merged, here.id)

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
        kept, merged = found[row.kept_id], found[row.merged_id]
        if kept.merged_into or not rows.end_merge(work.connection, row.id, work.now):
            raise ContactError("undone")
        _part(work, row, kept, merged)
        _settle(work, actor, "contacts parted", row.kept_id, row.merged_id, merge_id=row.id)
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


def _merge(work: Work, actor: Actor, kept: Any, merged: Any, conversation_id: int) -> int:
    moved = rows.move_all(work.connection, merged.id, kept.id)
    if not moved["conversations"]:  # who wrote elsewhere has offline orders for a reason
        moved["joined"] = rows.join_orders(work.connection, moved["orders"], conversation_id)
    rows.update_contact(work.connection, merged.id, merged_into=kept.id)
    merge_id = rows.insert_merge(
        work.connection,
        shop_id=actor.shop_id,
        kept_id=kept.id,
        merged_id=merged.id,
        moved=moved,
        former=_take_name(work, kept, merged),
        staff_id=actor.staff_id,
        merged_at=work.now,
    )
    _settle(work, actor, "contacts merged", kept.id, merged.id, merge_id=merge_id)
    announce(work, actor.shop_id, kept.id)
    return merge_id


def _take_name(work: Work, kept: Any, merged: Any) -> dict[str, Any] | None:
    """Let the kept one go by the better of two names; give what it went by where that changed.

    A name that staff gave goes before what a platform calls somebody.
    """
    if kept.named_by is None and kept.name is None:
        taken: tuple[str, ...] = (*_PROFILE, "name_given")
    elif merged.name_given and not kept.name_given:
        taken = ("name", "name_given")
    else:
        return None
    values = {column: getattr(merged, column) for column in taken}
    rows.update_contact(work.connection, kept.id, **values)
    return {column: getattr(kept, column) for column in taken}


def _part(work: Work, row: Any, kept: Any, merged: Any) -> None:
    """Give rows and names back to whose they were; a name given since stays where it was given."""
    rows.move_back(work.connection, row.moved, row.kept_id, row.merged_id)
    back: dict[str, Any] = {"merged_into": None}
    former: dict[str, Any] = {}
    stays = (kept.name, kept.name_given) != (merged.name, merged.name_given)
    if kept.named_by in row.moved["addresses"]:
        # The profile that it went by was the other's, and may be newer than what that one has.
        stays = kept.name_given and not merged.name_given
        passed = [column for column in _PROFILE if not (stays and column == "name")]
        back |= {column: getattr(kept, column) for column in passed}
        former = dict.fromkeys(passed) | ({} if stays else {"name_given": False})
    elif row.former is not None and not stays:
        former = dict(row.former)
        if kept.named_by is not None:  # a profile of its own has come since
            former = {column: former[column] for column in ("name", "name_given")}
    if former:
        rows.update_contact(work.connection, row.kept_id, **former)
    rows.update_contact(work.connection, row.merged_id, **back)


def _settle(
    work: Work, actor: Actor, action: str, kept_id: int, merged_id: int, *, merge_id: int
) -> None:
    for contact_id in (kept_id, merged_id):
        index_contact(work.connection, contact_id)
        customers.count_change(work.connection, contact_id, actor.staff_id, work.now)
    record(work, actor, action, kept_id, merge=merge_id, merged=merged_id)
