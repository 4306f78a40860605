"""Staff: who may sign in, who may command, and which program may ask.

A session lives on the server and is checked against today's person at every
request: a copied cookie dies with the sign-out, with a new password, with a
lowered role and with the account. Rights follow the linked account's id, never
a display name.
"""

from bot.staff.accounts import (
    add_staff,
    add_token,
    change_password,
    check_role,
    find_bearer,
    hash_password,
    is_password,
)
from bot.staff.actors import MAY_WRITE, Actor, Bearer, SignInRefused, StaffError, Visitor
from bot.staff.linking import LINK_CODE_LIFE, link, make_link_code, use_code
from bot.staff.sessions import FREE_FAILURES, SESSION_LIFE, find_visitor, sign_in, sign_out

__all__ = [
    "FREE_FAILURES",
    "LINK_CODE_LIFE",
    "MAY_WRITE",
    "SESSION_LIFE",
    "Actor",
    "Bearer",
    "SignInRefused",
    "StaffError",
    "Visitor",
    "add_staff",
    "add_token",
    "change_password",
    "check_role",
    "find_bearer",
    "find_visitor",
    "hash_password",
    "is_password",
    "link",
    "make_link_code",
    "sign_in",
    "sign_out",
    "use_code",
]
