"""Bans: whose messages open no order by themselves any more. Staff may still open one."""

from __future__ import annotations

from bot.contacts.errors import CustomerError
from bot.contacts.fields import read_line
from bot.contacts.writing import hold, settle
from bot.runtime import Work
from bot.staff import Actor
from bot.store import customers

LONGEST_REASON = 300


def ban(work: Work, actor: Actor, code: int, reason: str) -> None:
    """Ban a customer from keyword orders; the same ban twice is one.

    Raises ``CustomerError`` without a reason, ``CustomerForbidden``, ``CustomerUnknown``.
    """
    row = hold(work, actor, code)
    told = read_line(reason, "reason", LONGEST_REASON)
    if not told:
        raise CustomerError("field_missing", field="reason")
    held = customers.list_bans(work.connection, (row.id,)).get(row.id, [])
    if any(each.reason == told for each in held):
        return
    customers.end_bans(work.connection, row.id, actor.staff_id, work.now)
    customers.insert_ban(
        work.connection,
        shop_id=row.shop_id,
        contact_id=row.id,
        staff_id=actor.staff_id,
        reason=told,
        at=work.now,
    )
    settle(work, actor, row, "customer banned")


def lift_ban(work: Work, actor: Actor, code: int) -> None:
    """Let a customer order by keyword again; where there is no ban, nothing happens.

    Raises ``CustomerForbidden``, ``CustomerUnknown``.
    """
    row = hold(work, actor, code)
    if customers.end_bans(work.connection, row.id, actor.staff_id, work.now):
        settle(work, actor, row, "ban lifted")
