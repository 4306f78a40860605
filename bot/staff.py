"""Staff: who may sign in, who may command, and which program may ask.

A session lives on the server and is checked against today's person at every
request: a copied cookie dies with the sign-out, with a new password, with a
lowered role and with the account. Rights follow the linked account's id, never
a display name.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.channels.fields import readable
from bot.runtime import Runtime, Work
from bot.store import changes, people, shops
from bot.store.vault import digest
from orders.states import Role

SESSION_LIFE = timedelta(days=14)
LINK_CODE_LIFE = timedelta(minutes=10)
LONGEST_PASSWORD = 1024
FREE_FAILURES = 5
MOST_DELAY = timedelta(minutes=1)
MOST_PER_ADDRESS = 30
ADDRESS_PAUSE = timedelta(minutes=10)
FORGET_FAILURES = timedelta(hours=1)
MOST_LINK_GUESSES = 5

_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """Give what an unknown address is checked against, so that it takes as long as a known one."""
    return _hasher.hash(secrets.token_urlsafe(16))


class SignInRefused(Exception):
    """The sign-in did not succeed; ``wait`` is the seconds until the next try is looked at."""

    def __init__(self, wait: float = 0.0) -> None:
        super().__init__("sign-in refused")
        self.wait = wait


class StaffError(Exception):
    """A member of staff, a shop or a token that cannot be made; the text is for a person."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The member of staff who acts, as of now."""

    staff_id: int
    shop_id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who a session belongs to: a member of staff, or the operator where ``actor`` is None."""

    email: str
    actor: Actor | None

    @property
    def is_operator(self) -> bool:
        """Say whether this is the operator, who sees no shop's chats."""
        return self.actor is None


@dataclass(frozen=True, slots=True)
class Bearer:
    """What an API token may do, in one shop, and as which member of staff."""

    token_id: int
    shop_id: int
    may_write: bool
    actor: Actor | None


# Making staff and tokens -----------------------------------------------------


def add_staff(
    work: Work, shop_id: int, *, email: str, role: str, password: str, name: str = ""
) -> int:
    """Add a member of staff to a shop and give the id. Raises ``StaffError``."""
    if people.find_staff_by_email(work.connection, email):
        raise StaffError(f"{email} is already somebody's sign-in: choose another address")
    staff_id = people.insert_staff(
        work.connection,
        shop_id=shop_id,
        email=email.lower(),
        name=name or email.split("@", maxsplit=1)[0].title(),
        role=check_role(role),
        password_hash=hash_password(password),
        managed=False,
        created_at=work.now,
    )
    changes.record(
        work.connection, work.now, "system", "staff added", f"staff:{staff_id}", shop_id=shop_id
    )
    return staff_id


def check_role(role: str) -> str:
    """Give the role back if staff may have it. Raises ``StaffError``."""
    roles = [r.value for r in Role if r not in (Role.CUSTOMER, Role.SYSTEM)]
    if role not in roles:
        raise StaffError(f"{role!r} is no role: choose one of {', '.join(roles)}")
    return role


def hash_password(password: str) -> str:
    """Hash a password with argon2id. Raises ``StaffError`` for one nobody should use."""
    if not 8 <= len(password) <= LONGEST_PASSWORD:
        raise StaffError(f"a password has 8 to {LONGEST_PASSWORD} characters")
    return _hasher.hash(_encode(password))


def is_password(password: str, password_hash: str) -> bool:
    """Say whether this is the hashed password."""
    try:
        return _hasher.verify(password_hash, _encode(password))
    except (VerificationError, InvalidHashError):
        return False


def _encode(password: str) -> bytes:
    """Give a password's bytes, whatever a program may have put into it."""
    return password.encode("utf-8", "surrogatepass")


def change_password(work: Work, staff_id: int, password: str) -> None:
    """Set a new password and end every session. Raises ``StaffError``."""
    people.update_staff(work.connection, staff_id, password_hash=hash_password(password))
    people.delete_sessions_of(work.connection, staff_id)


def add_token(work: Work, shop_slug: str, scope: str, email: str | None) -> str:
    """Make an API token of a shop and give it; only its hash is kept. Raises ``StaffError``."""
    shop = shops.find_shop_by_slug(work.connection, shop_slug)
    if shop is None:
        raise StaffError(f"there is no shop {shop_slug!r}: see `openbill list shops`")
    if scope not in ("read", "write"):
        raise StaffError("a scope is read or write")
    person = people.find_staff_by_email(work.connection, email) if email else None
    if email and (person is None or person.shop_id != shop.id):
        raise StaffError(f"{email} does not work in {shop_slug}: see `openbill list staff`")
    token = "ob_" + secrets.token_urlsafe(32)
    people.insert_token(
        work.connection,
        shop_id=shop.id,
        staff_id=person.id if person else None,
        scope=scope,
        digest=digest(token),
        created_at=work.now,
    )
    changes.record(
        work.connection, work.now, "system", "token added", f"scope:{scope}", shop_id=shop.id
    )
    return token


def find_bearer(runtime: Runtime, token: str) -> Bearer | None:
    """Find what a bearer token may do; None when it is wrong, revoked or its person is gone."""
    with runtime.store.read() as connection:
        row = people.find_token(connection, digest(token))
    if row is None or (row.staff_id and row.disabled_at):
        return None
    actor = Actor(row.staff_id, row.shop_id, row.name, Role(row.role)) if row.staff_id else None
    return Bearer(row.id, row.shop_id, row.scope == "write", actor)


# Signing in ------------------------------------------------------------------


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
    right = is_password(password if fits else "", person.password_hash if person else _nobody())
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


# Linking a chat account ------------------------------------------------------


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


def link(work: Work, conversation: Any, platform_user_id: str, code: str) -> Actor | None:
    """Make a chat account a member of staff's by a code; None when the code does not fit.

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
