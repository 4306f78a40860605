"""The account page's doors to chat: letting staff groups go, and the owner's choices."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from bot import surfaces
from bot.options import RANGES, OptionError
from handlers.auth import account_page, require_staff
from handlers.context import actor, language, runtime
from handlers.words import phrase

blueprint = Blueprint("surfaces", __name__)

LONGEST_NUMBER = 9


@blueprint.post("/account/groups/<int:group_id>/release")
@require_staff
def release_group(group_id: int) -> AnyResponse:
    """Let a staff group go: it is nobody's again."""
    me = actor()
    try:
        runtime().transact(lambda work: surfaces.release(work, me, group_id))
    except PermissionError:
        abort(403)
    except LookupError:
        abort(404)
    return redirect("/account", 303)


@blueprint.post("/account/chat")
@require_staff
def choose_chat() -> AnyResponse:
    """Choose the shop's options about chat."""
    me = actor()
    chosen: dict[str, int | bool] = {name: _number(name) for name in RANGES}
    chosen["page_orders"] = request.form.get("page_orders") == "on"
    try:
        runtime().transact(lambda work: surfaces.choose(work, me.shop_id, me, **chosen))
    except PermissionError:
        abort(403)
    except OptionError as error:
        name = phrase(f"account.{error.name}", language())
        told = phrase(
            "account.chat_refused", language(), name=name, least=error.least, most=error.most
        )
        return make_response(account_page(problem=told), 422)
    return redirect("/account#chat", 303)


def _number(name: str) -> int:
    """Read a whole number; anything else is one that no option can have."""
    typed = request.form.get(name, "").strip()
    fits = typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_NUMBER
    return int(typed) if fits else -1
