"""What a request may ask for: the process's runtime, who is visiting, and in which language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app, g, request

from bot import staff
from bot.runtime import Runtime
from bot.staff import Actor, Visitor
from bot.words import LANGUAGES, choose_language

EXTENSION = "openbill"
LANGUAGE_COOKIE = "lang"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A sign-in that a request carries: its cookie's token and whose it is today."""

    token: str
    visitor: Visitor


def runtime() -> Runtime:
    """Give the runtime that the application was created with."""
    return cast("Runtime", current_app.extensions[EXTENSION])


def is_https() -> bool:
    """Say whether people reach us over https: what the configured address says counts."""
    return runtime().settings.base_url.startswith("https:")


def session_cookie() -> str:
    """Name the cookie that carries a sign-in; browsers guard the first form's path and host."""
    return "__Host-openbill" if is_https() else "openbill"


def ticket() -> Ticket | None:
    """Find the sign-in that this request carries, looked up once a request."""
    if "ticket" not in g:
        token = request.cookies.get(session_cookie(), "")
        visitor = staff.find_visitor(runtime(), token) if 0 < len(token) <= 100 else None
        g.ticket = Ticket(token, visitor) if visitor else None
    return cast("Ticket | None", g.ticket)


def visitor() -> Visitor | None:
    """Give who is signed in: staff, the operator, or None."""
    held = ticket()
    return held.visitor if held else None


def actor() -> Actor:
    """Give the member of staff who asks; the page's guard has let nobody else in."""
    who = visitor()
    if who is None or who.actor is None:
        raise LookupError("this page was reached without staff's sign-in")
    return who.actor


def language() -> str:
    """Choose the pages' language: asked for just now, asked for before, else the first shop's."""
    for wish in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wish in LANGUAGES:
            return wish
    shops = runtime().settings.shops
    return choose_language(shops[0].locale if shops else "th")
