"""Signing in and out, the guards that pages ask for a sign-in, and a person's own account."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlsplit

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
)
from werkzeug.wrappers import Response as AnyResponse

from bot import staff
from bot.options import read_options
from bot.staff import SESSION_LIFE, SignInRefused, Visitor
from bot.store import groups, people, shops
from bot.surfaces import MAY_RELEASE
from handlers.context import actor, is_https, language, runtime, session_cookie, ticket, visitor
from handlers.words import phrase
from orders.states import Role

blueprint = Blueprint("auth", __name__)

View = TypeVar("View", bound=Callable[..., Any])
PLAIN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def require_staff(view: View) -> View:
    """Let a member of staff in; send anybody else to the sign-in."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        who = visitor()
        if who is None:
            return _ask_to_sign_in()
        if who.is_operator:
            abort(403)
        return view(*args, **kwargs)

    return cast("View", guarded)


def require_operator(view: View) -> View:
    """Let the operator in; for staff the page does not exist."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        who = visitor()
        if who is None:
            return _ask_to_sign_in()
        if not who.is_operator:
            abort(404)
        return view(*args, **kwargs)

    return cast("View", guarded)


def own_path(wish: str | None) -> str | None:
    """Give ``wish`` back if it is a path of ours, else None: nothing that leads elsewhere."""
    if not wish or len(wish) > 500 or not PLAIN_PATH.fullmatch(wish):
        return None
    parts = urlsplit(wish)
    return None if parts.scheme or parts.netloc else wish


@blueprint.get("/")
def home() -> AnyResponse:
    """Lead to where the visitor works."""
    who = visitor()
    return redirect(_workplace(who) if who else "/login")


@blueprint.get("/login")
def show_login() -> AnyResponse:
    """Show the sign-in."""
    who = visitor()
    if who is not None:
        return redirect(own_path(request.args.get("next")) or _workplace(who))
    return _login_page(200)


@blueprint.post("/login")
def sign_in() -> AnyResponse:
    """Open a session, under a new token whatever the visitor carried before."""
    email = request.form.get("email", "")
    try:
        token, who = staff.sign_in(
            runtime(), email, request.form.get("password", ""), request.remote_addr or ""
        )
    except SignInRefused as refused:
        if refused.wait <= 0:
            return _login_page(401, phrase("login.wrong", language()), email)
        seconds = math.ceil(refused.wait)
        page = _login_page(429, phrase("login.wait", language(), seconds=seconds), email)
        page.headers["Retry-After"] = str(seconds)
        return page
    _end_session()
    response = redirect(own_path(request.form.get("next")) or _workplace(who), 303)
    response.set_cookie(
        session_cookie(),
        token,
        max_age=SESSION_LIFE,
        path="/",
        secure=is_https(),
        httponly=True,
        samesite="Lax",
    )
    return response


@blueprint.post("/logout")
def sign_out() -> AnyResponse:
    """End the session; a copy of the cookie is dead too."""
    _end_session()
    response = redirect("/login", 303)
    response.delete_cookie(
        session_cookie(), path="/", secure=is_https(), httponly=True, samesite="Lax"
    )
    return response


@blueprint.get("/account")
@require_staff
def show_account() -> str:
    """Show who is signed in, and which chat accounts are linked."""
    return account_page()


@blueprint.post("/account/link-code")
@require_staff
def make_link_code() -> str:
    """Make a linking code and show it once."""
    staff_id = actor().staff_id
    return account_page(code=runtime().transact(lambda work: staff.make_link_code(work, staff_id)))


def account_page(code: str = "", problem: str = "") -> str:
    """Show a person's own account, with a fresh code or a refusal where there is one."""
    me = actor()
    with runtime().store.read() as connection:
        links = people.list_links(connection, me.staff_id)
        shop = shops.find_shop(connection, me.shop_id)
        own = groups.list_claimed(connection, me.shop_id)
    minutes = int(staff.LINK_CODE_LIFE.total_seconds() // 60)
    return render_template(
        "account.html",
        me=me,
        links=links,
        shop=shop,
        code=code,
        minutes=minutes,
        groups=own,
        may_release=me.role in MAY_RELEASE,
        is_owner=me.role is Role.OWNER,
        options=read_options(shop.options),
        problem=problem,
    )


def _login_page(status: int, problem: str = "", email: str = "") -> Response:
    page = render_template(
        "login.html",
        problem=problem,
        email=email[:254],
        next=own_path(request.values.get("next")) or "",
    )
    return make_response(page, status)


def _workplace(who: Visitor) -> str:
    if not who.is_operator:
        return "/inbox"
    has_page = any(rule.rule == "/ops" for rule in current_app.url_map.iter_rules())
    return "/ops" if has_page else "/rq/"


def _end_session() -> None:
    """Forget the sign-in and the form token that came with this request."""
    held = ticket()
    if held is not None:
        staff.sign_out(runtime(), held.token)
    session.clear()


def _ask_to_sign_in() -> AnyResponse:
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": "/login"})
    wish = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(f"/login?next={quote(wish)}" if own_path(wish) else "/login", 303)
