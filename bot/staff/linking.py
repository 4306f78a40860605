"""Linking: a chat account becomes a member of staff's by a code that works once."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from bot.runtime import Work
from bot.staff.actors import Actor, StaffError
from bot.store import changes, people
from bot.store.vault import digest
from orders.states import Role

LINK_CODE_LIFE = timedelta(minutes=10)
FORGET_FAILURES = timedelta(hours=1)
MOST_LINK_GUESSES = 5


def make_link_code(work: Work, staff_id: int) -> str:
    """Make a linking code of six digits that works once within ten minutes."""
    person = people.find_staff(work.connection, staff_id)
    if person is None:
        raise StaffError("nobody has that sign-in: see `openbill list staff`")
    code = f"{secrets.randbelow(10**6):06}"
    people.insert_link_code(
        work.connection,
        shop_id=person.shop_id,
        staff_id=staff_id,
        digest=digest(f"{person.shop_id} {code}"),
        expires_at=work.now + LINK_CODE_LIFE,
    )
    return code


def use_code(work: Work, conversation: Any, platform_user_id: str, code: str) -> Any | None:
    """Spend a code and give whose it is; None when the code does not fit.

    A wrong code counts: after five in an hour from one account none is looked
    at, so that six digits are enough.
    """
    key = digest(f"link {conversation.channel_id} {platform_user_id}")
    failures, last_at = people.find_failures(work.connection, [key]).get(key, (0, work.now))
    if failures >= MOST_LINK_GUESSES and work.now - last_at < FORGET_FAILURES:
        return None
    used = people.use_link_code(
        work.connection,
        conversation.shop_id,
        digest(f"{conversation.shop_id} {code}"),
        work.now,
    )
    person = people.find_staff(work.connection, used.staff_id) if used else None
    if person is None or person.disabled_at:
        people.count_failure(work.connection, key, work.now)
        return None
    people.clear_failures(work.connection, [key])
    return person


def link(work: Work, conversation: Any, platform_user_id: str, code: str) -> Actor | None:
    """Make a chat account a member of staff's by a code; None when the code does not fit."""
    person = use_code(work, conversation, platform_user_id, code)
    if person is None:
        return None
    people.link_staff(
        work.connection,
        shop_id=conversation.shop_id,
        staff_id=person.id,
        channel_id=conversation.channel_id,
        platform_user_id=platform_user_id,
        linked_at=work.now,
    )
    changes.record(
        work.connection,
        work.now,
        f"staff:{person.id}",
        "account linked",
        f"channel:{conversation.channel_id}",
        shop_id=conversation.shop_id,
    )
    return Actor(person.id, person.shop_id, person.name, Role(person.role))
