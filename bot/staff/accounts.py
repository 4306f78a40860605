"""Accounts: staff and their passwords, programs and their tokens."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.runtime import Runtime, Work
from bot.staff.actors import Actor, Bearer, StaffError
from bot.store import changes, people, shops
from bot.store.vault import digest
from orders.states import Role

LONGEST_PASSWORD = 1024

_hasher = PasswordHasher()


@cache
def nobody() -> str:
    """Give what an unknown address is checked against, so that it takes as long as a known one."""
    return _hasher.hash(secrets.token_urlsafe(16))


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
