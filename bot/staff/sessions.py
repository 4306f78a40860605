"""Sessions: signing in and out, and whose a session is today."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from bot.channels.fields import readable
from bot.runtime import Runtime, Work
from bot.staff.accounts import LONGEST_PASSWORD, is_password, nobody
from bot.staff.actors import Actor, SignInRefused, Visitor
from bot.store import changes, people
from bot.store.vault import digest
from orders.states import Role

SESSION_LIFE = timedelta(days=14)
FREE_FAILURES = 5
MOST_DELAY = timedelta(minutes=1)
MOST_PER_ADDRESS = 30
ADDRESS_PAUSE = timedelta(minutes=10)


def sign_in(runtime: Runtime, email: str, password: str, remote: str) -> tuple[str, Visitor]:
    """Open a session and give its token with who it is. Raises ``SignInRefused``.

    An unknown address takes as long and reads the same as a wrong password.
    """
    email = readable(email).strip().lower()[:254]
    keys = [digest(f"account {email}"), digest(f"address {remote}")]
    with runtime.store.read() as connection:
        now = runtime.store.now(connection)
        wait = _wait(people.find_failures(connection, keys), keys, now)
        person = people.find_staff_by_email(connection, email)
    if wait > 0:
        raise SignInRefused(wait)
    visitor = _judge(runtime, person, email, password)
    if visitor is None:

        def count(work: Work) -> None:
            for key in keys:
                people.count_failure(work.connection, key, work.now)

        runtime.transact(count)
        raise SignInRefused
    token = secrets.token_urlsafe(32)

    def open_session(work: Work) -> None:
        people.clear_failures(work.connection, keys)
        people.insert_session(
            work.connection,
            shop_id=visitor.actor.shop_id if visitor.actor else None,
            staff_id=visitor.actor.staff_id if visitor.actor else None,
            digest=digest(token),
            stamp=_stamp(runtime, person if visitor.actor else None),
            created_at=work.now,
            expires_at=work.now + SESSION_LIFE,
        )
        changes.record(
            work.connection,
            work.now,
            f"staff:{visitor.actor.staff_id}" if visitor.actor else "operator",
            "signed in",
            "session",
            shop_id=visitor.actor.shop_id if visitor.actor else None,
        )

    runtime.transact(open_session)
    return token, visitor


def find_visitor(runtime: Runtime, token: str) -> Visitor | None:
    """Find whose session this is; None when it is over for any reason."""
    with runtime.store.read() as connection:
        row = people.find_session(connection, digest(token), runtime.store.now(connection))
    if row is None:
        return None
    if row.staff_id is None:
        operator = runtime.settings.operator.email
        same = hmac.compare_digest(row.stamp, _stamp(runtime, None))
        return Visitor(operator, None) if operator and same else None
    if row.disabled_at or not hmac.compare_digest(row.stamp, _stamp(runtime, row)):
        return None
    return Visitor(row.email, Actor(row.staff_id, row.shop_id, row.name, Role(row.role)))


def sign_out(runtime: Runtime, token: str) -> None:
    """End a session; a copy of its cookie is dead too."""
    runtime.transact(lambda work: people.delete_session(work.connection, digest(token)))


def _judge(runtime: Runtime, person: Any, email: str, password: str) -> Visitor | None:
    """Say who this is; takes the time of one password check whatever the answer."""
    fits = len(password) <= LONGEST_PASSWORD
    right = is_password(password if fits else "", person.password_hash if person else nobody())
    if person and right and fits and not person.disabled_at:
        return Visitor(
            person.email, Actor(person.id, person.shop_id, person.name, Role(person.role))
        )
    operator = runtime.settings.operator
    wanted = operator.password.get_secret_value()
    same = hmac.compare_digest(password.encode("utf-8", "replace"), wanted.encode())
    if operator.email and wanted and same and email == operator.email.lower():
        return Visitor(operator.email, None)
    return None


def _stamp(runtime: Runtime, person: Any) -> str:
    """Digest what a session was opened with: when any of it changes, the session is over."""
    if person is None:
        operator = runtime.settings.operator
        held = f"operator {operator.email} {operator.password.get_secret_value()}"
        key = runtime.settings.secret_key.get_secret_value()
        return hmac.new(key.encode(), held.encode(), hashlib.sha256).hexdigest()
    return digest(f"{person.role} {person.password_hash}")


def _wait(failures: dict[str, tuple[int, datetime]], keys: list[str], now: datetime) -> float:
    """Give the seconds that a sign-in must wait: growing per account, coarse per address."""
    account, address = (failures.get(key) for key in keys)
    until = now
    if account and account[0] >= FREE_FAILURES:
        delay = min(timedelta(seconds=2 ** min(account[0] - FREE_FAILURES, 10)), MOST_DELAY)
        until = max(until, account[1] + delay)
    if address and address[0] >= MOST_PER_ADDRESS:
        until = max(until, address[1] + ADDRESS_PAUSE)
    return (until - now).total_seconds()
