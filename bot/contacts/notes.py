"""The notes that staff keep of a customer, for each other's eyes only."""

from __future__ import annotations

from typing import Any

from bot.contacts.errors import CustomerError, CustomerForbidden, CustomerUnknown
from bot.contacts.fields import read_lines
from bot.contacts.writing import hold, settle
from bot.runtime import Work
from bot.staff import Actor
from bot.store import customers
from orders.states import Role

LONGEST_NOTE = 2_000
MOST_NOTES = 200

_MAY_CHANGE_ALL = frozenset({Role.OWNER, Role.MANAGER})


def add_note(work: Work, actor: Actor, code: int, text: str) -> int:
    """Add a note to a customer and give its id.

    Raises ``CustomerError``, ``CustomerForbidden``, ``CustomerUnknown``.
    """
    row = hold(work, actor, code)
    if len(customers.list_notes(work.connection, (row.id,)).get(row.id, ())) >= MOST_NOTES:
        raise CustomerError("too_many", field="notes", limit=MOST_NOTES)
    note_id = customers.insert_note(
        work.connection,
        shop_id=row.shop_id,
        contact_id=row.id,
        staff_id=actor.staff_id,
        text=read_lines(text, "note", LONGEST_NOTE),
        at=work.now,
    )
    settle(work, actor, row, "note added", note=note_id)
    return note_id


def change_note(work: Work, actor: Actor, code: int, note_id: int, text: str) -> None:
    """Write a note anew, as its author or a manager. Raises as ``add_note`` does."""
    row = hold(work, actor, code)
    note = _find(work, actor, row, note_id)
    told = read_lines(text, "note", LONGEST_NOTE)
    if told == note.text:
        return
    customers.update_note(work.connection, row.id, note_id, text=told, edited_at=work.now)
    settle(work, actor, row, "note changed", note=note_id, author=note.staff_id)


def remove_note(work: Work, actor: Actor, code: int, note_id: int) -> None:
    """Remove a note, as its author or a manager; the audit says that there was one.

    Raises as ``add_note`` does.
    """
    row = hold(work, actor, code)
    note = _find(work, actor, row, note_id)
    customers.delete_note(work.connection, row.id, note_id)
    settle(work, actor, row, "note removed", note=note_id, author=note.staff_id)


def _find(work: Work, actor: Actor, row: Any, note_id: int) -> Any:
    note = customers.find_note(work.connection, row.id, note_id)
    if note is None:
        raise CustomerUnknown("note_unknown")
    if note.staff_id != actor.staff_id and actor.role not in _MAY_CHANGE_ALL:
        raise CustomerForbidden("note_forbidden")
    return note
