"""The pages of what a shop says by itself, and of the words that its staff keep ready."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from bot import replies
from bot.replies import DAYS, KINDS, MAY_SET, Answer, ReplyError
from bot.replies.hours import parse_spans, write_spans
from bot.replies.saved import MAY_KEEP
from bot.statuses import REQUIRED, STATUS_FACTS, default_template
from bot.store import replies as rows
from bot.store import shops
from bot.words import LANGUAGES
from handlers.auth import require_staff
from handlers.context import actor, language, runtime

blueprint = Blueprint("answers", __name__)


@blueprint.get("/answers")
@require_staff
def show_answers() -> AnyResponse:
    """Show the automatic answers, the saved replies, and the words of orders' states."""
    return _page()


@blueprint.post("/answers/auto/<kind>")
@require_staff
def save_auto(kind: str) -> AnyResponse:
    """Save one automatic answer."""
    if kind not in KINDS:
        abort(404)
    form = request.form
    try:
        answer = Answer(
            enabled="enabled" in form,
            texts={one: _words(f"text_{one}") for one in LANGUAGES},
            hours={day: parse_spans(form.get(f"hours_{day}", "")) for day in DAYS},
            words=tuple(_words("words").splitlines()) if kind == "where" else (),
        )
        replies.save_answer(runtime(), actor(), kind, answer)
    except ReplyError as error:
        return _page(wrong=kind, trouble=error.sentence(language()))
    return redirect(f"/answers?saved={kind}#{kind}", 303)


@blueprint.post("/answers/saved")
@require_staff
def save_reply() -> AnyResponse:
    """Keep a reply under a short name, or take it away."""
    name = request.form.get("name", "")
    try:
        if request.form.get("do") == "delete":
            replies.delete_reply(runtime(), actor(), name)
        else:
            replies.save_reply(runtime(), actor(), name, request.form.get("text", ""))
    except ReplyError as error:
        return _page(wrong="saved", trouble=error.sentence(language()))
    except LookupError:
        abort(404)
    return redirect("/answers?saved=saved#saved", 303)


@blueprint.post("/answers/status/<status>/<tongue>")
@require_staff
def save_status(status: str, tongue: str) -> AnyResponse:
    """Save the shop's own words for a state, or show how they would read."""
    if status not in REQUIRED or tongue not in LANGUAGES:
        abort(404)
    text, name = _words("text"), f"status-{status}-{tongue}"
    try:
        if request.form.get("do") != "preview":
            replies.save_template(runtime(), actor(), status, tongue, text)
            return redirect(f"/answers?saved={name}#{name}", 303)
    except ReplyError as error:
        return _page(wrong=name, trouble=error.sentence(language()))
    with runtime().store.read() as connection:
        shop = shops.find_shop(connection, actor().shop_id)
    words = text or default_template(status, tongue)
    shown = replies.preview_status(words, shop.name, tongue, status)
    return _page(previewed=name, preview_text=shown, status=200)


def _words(field: str) -> str:
    return request.form.get(field, "").replace("\r\n", "\n").strip()


def _page(*, wrong: str = "", trouble: str = "", status: int = 409, **more: Any) -> AnyResponse:
    shop_id = actor().shop_id
    with runtime().store.read() as connection:
        shop = shops.find_shop(connection, shop_id)
        autos = {kind: replies.read_answer(connection, shop_id, kind) for kind in KINDS}
        saved = rows.list_saved(connection, shop_id)
        own = rows.list_templates(connection, shop_id)
    page = render_template(
        "answers.html",
        shop=shop,
        autos=autos,
        hours={day: write_spans(autos["away"].hours[day]) for day in DAYS},
        saved_replies=saved,
        templates=[
            (state, tongue, own.get((state, tongue), ""), default_template(state, tongue))
            for state in REQUIRED
            for tongue in LANGUAGES
        ],
        required=REQUIRED,
        facts=STATUS_FACTS,
        may_set=actor().role in MAY_SET,
        may_keep=actor().role in MAY_KEEP,
        typed=request.form,
        wrong=wrong,
        trouble=trouble,
        **{"previewed": "", "preview_text": "", **more},
    )
    return make_response(page, status if wrong or request.method == "POST" else 200)
