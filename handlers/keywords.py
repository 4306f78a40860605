"""The pages of keyword orders: what is on, what a text would do and why, and past texts again.

Everybody of the staff may look and try; managers save. Trying a rule changes
nothing and needs nothing saved.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from bot import keywords
from bot.keywords import MAY_RULE, KeywordError, Terms
from bot.store import keywords as rows
from bot.store import shops
from handlers.auth import require_staff
from handlers.context import actor, language, runtime
from handlers.keyword_forms import read_form, show_form

blueprint = Blueprint("keywords", __name__)

LONGEST_TRIED = 2_000


@blueprint.get("/keywords")
@require_staff
def show_rules() -> str:
    """Show the rules there are, and the posts that may have their own."""
    shop_id = actor().shop_id
    with runtime().store.read() as connection:
        shop = shops.find_shop(connection, shop_id)
        known = {row.scope: row for row in rows.list_rules(connection, shop_id)}
        posts = rows.list_posts(connection, shop_id)
    return render_template("keywords.html", shop=shop, rules=known, posts=posts)


@blueprint.get("/keywords/<scope>")
@require_staff
def show_rule(scope: str) -> AnyResponse:
    """Show one rule: its settings, the box to try a text, and what may be run again."""
    enabled, terms, version = _read(_scope(scope))
    return _page(scope, show_form(terms, enabled=enabled), version=version)


@blueprint.post("/keywords/<scope>")
@require_staff
def change_rule(scope: str) -> AnyResponse:
    """Save a rule, try a text on it as it stands in the form, or run past texts again."""
    name, form = _scope(scope), request.form
    version = form.get("version", 0, type=int)
    try:
        enabled, terms = read_form(form)
        keywords.check_terms(terms)
        if form.get("do") == "try":
            return _page(scope, form, version=version, **_try(terms, form.get("text", "")))
        if form.get("do") == "rerun":
            return _page(scope, form, version=version, **_rerun(name, terms))
        keywords.save_rule(runtime(), actor(), name, terms, enabled=enabled, version=version)
    except KeywordError as error:
        return _page(scope, form, version=version, trouble=error.sentence(language()), status=409)
    except LookupError:
        abort(404)
    return redirect(f"/keywords/{scope}?saved=1", 303)


@blueprint.post("/keywords/<scope>/post")
@require_staff
def change_post(scope: str) -> AnyResponse:
    """Name a post, or say that its sale or broadcast is over or goes on."""
    kind, _, number = _scope(scope).partition(":")
    if kind != "post":
        abort(404)
    try:
        keywords.name_post(runtime(), actor(), int(number), request.form.get("title", "")[:200])
        if request.form.get("do") in ("end", "go_on"):
            ended = request.form["do"] == "end"
            keywords.end_post(runtime(), actor(), int(number), ended=ended)
    except LookupError:
        abort(404)
    return redirect(f"/keywords/{scope}", 303)


def _scope(path: str) -> str:
    """Read the part of an address that names a rule: ``chat``, ``comments``, ``post-12``."""
    kind, _, number = path.partition("-")
    if path in ("chat", "comments"):
        return path
    if kind != "post" or not (number.isascii() and number.isdecimal() and len(number) < 16):
        abort(404)
    return f"post:{int(number)}"


def _read(scope: str) -> tuple[bool, Terms, int]:
    """Read a rule; a post without one of its own begins with that of all comments."""
    with runtime().store.read() as connection:
        shop_id = actor().shop_id
        enabled, terms, version = keywords.read_rule(connection, shop_id, scope)
        if version == 0 and scope.startswith("post:"):
            enabled, terms, _ = keywords.read_rule(connection, shop_id, "comments")
    return enabled, terms, version


def _try(terms: Terms, text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    orders, told = keywords.explain(
        runtime(), actor().shop_id, terms, text[:LONGEST_TRIED], language()
    )
    return {"tried": told, "orders": orders}


def _rerun(scope: str, terms: Terms) -> dict[str, Any]:
    enabled, saved, _ = _read(scope)
    trials = keywords.rerun(
        runtime(),
        actor().shop_id,
        scope,
        saved=saved if enabled else None,
        tried=terms,
        language=language(),
    )
    return {"trials": trials, "counts": keywords.count(trials)}


def _page(
    path: str, form: Any, *, version: int, status: int = 200, trouble: str = "", **found: Any
) -> AnyResponse:
    scope, post = _scope(path), None
    with runtime().store.read() as connection:
        shop = shops.find_shop(connection, actor().shop_id)
        if scope.startswith("post:"):
            post = rows.find_post(connection, actor().shop_id, int(scope.partition(":")[2]))
            if post is None:
                abort(404)
    page = render_template(
        "keyword_rule.html",
        shop=shop,
        path=path,
        scope=scope.partition(":")[0],
        post=post,
        form=form,
        version=version,
        trouble=trouble,
        answers=keywords.TEXTS,
        placeholders=sorted(keywords.PLACEHOLDERS),
        may_rule=actor().role in MAY_RULE,
        most=keywords.MOST_TEXTS,
        **{"tried": None, "trials": None, **found},
    )
    return make_response(page, status)
