"""What every change of a customer does: checks who asks, locks, counts up, writes it down."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.contacts.errors import CustomerChanged, CustomerForbidden, CustomerUnknown
from bot.contacts.profiles import announce
from bot.runtime import Work
from bot.staff import Actor
from bot.store import changes, customers, people, shops
from orders.states import Role

MAY_CHANGE = frozenset({Role.OWNER, Role.MANAGER, Role.SALES})
"""Who may create and change customers. Everybody on a shop's staff may read them."""


def check_may(actor: Actor) -> None:
    """Raise ``CustomerForbidden`` unless the actor's role may change customers."""
    if actor.role not in MAY_CHANGE:
        raise CustomerForbidden("forbidden")


def hold(work: Work, actor: Actor, code: int, version: int | None = None) -> Any:
    """Lock the customer whom a code means today and give the contact's row.

    With ``version``, the customer must still be the one that the person saw.
    Raises ``CustomerForbidden``, ``CustomerUnknown``, ``CustomerChanged``.
    """
    check_may(actor)
    row = customers.lock_by_code(work.connection, actor.shop_id, code)
    if row is None:
        raise CustomerUnknown("unknown", code=f"C{code}")
    if version is not None and row.version != version:
        raise CustomerChanged("changed", **_last_change(work, row))
    return row


def settle(work: Work, actor: Actor, row: Any, action: str, **data: Any) -> None:
    """Count a change of a held customer, write its audit row, and tell open pages.

    ``data`` names things and holds none of their words: the audit outlives them.
    """
    customers.count_change(work.connection, row.id, actor.staff_id, work.now)
    record(work, actor, action, row.id, **data)
    announce(work, row.shop_id, row.id)


def record(work: Work, actor: Actor, action: str, contact_id: int, **data: Any) -> None:
    """Write down who did what to a contact."""
    subject, by = f"contact:{contact_id}", f"staff:{actor.staff_id}"
    changes.record(work.connection, work.now, by, action, subject, shop_id=actor.shop_id, **data)


def _last_change(work: Work, row: Any) -> dict[str, str]:
    """Say who changed a customer last and when, on the shop's clock."""
    who = people.find_staff(work.connection, row.changed_by) if row.changed_by else None
    zone = ZoneInfo(shops.find_shop(work.connection, row.shop_id).timezone)
    when: datetime = (row.changed_at or work.now).astimezone(zone)
    is_today = when.date() == work.now.astimezone(zone).date()
    return {
        "name": who.name if who is not None else "?",
        "time": f"{when:%H:%M}" if is_today else f"{when:%Y-%m-%d %H:%M}",
    }
