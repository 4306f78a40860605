"""The inbox: conversations of every channel, one thread, its order, and the reply box.

Every page works as plain forms and links; htmx swaps the parts where it is
there. A GET changes nothing; what is sent carries a key, so that sending it
twice does nothing twice.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from bot import contacts
from bot import conversation as talk
from bot.channels import CHANNELS
from bot.contacts import MAY_MERGE, ContactError
from bot.conversation import MAY_WRITE, Said
from bot.messages import Text
from bot.store import changes, conversations, shops
from bot.store.contacts import list_merges
from handlers.auth import require_staff
from handlers.context import actor, language, runtime
from handlers.display import show_recent
from handlers.leaves import Leaf, read_mark, write_mark
from handlers.searching import CUSTOMER, read_asked, read_number, read_results
from handlers.thread import Desk, read_desk
from handlers.words import phrase

blueprint = Blueprint("inbox", __name__)

PAGE = 40
LONGEST_TEXT = 20_000
LONGEST_PREVIEW = 2_000
KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


@blueprint.get("/inbox")
@require_staff
def show_inbox() -> str:
    """Show the conversations, none of them open."""
    with runtime().store.read() as connection:
        since = changes.last_change(connection, actor().shop_id)
    return render_template(
        "inbox.html", desk=None, screen="list", since=since, demo=_is_demo(), **_read_list()
    )


@blueprint.get("/inbox/<int:conversation_id>")
@require_staff
def show_conversation(conversation_id: int) -> AnyResponse | str:
    """Show a conversation with its order; ``?show=order`` is the order's screen on a phone.

    One that was joined to another goes on there.
    """
    screen = "order" if request.args.get("show") == "order" else "thread"
    typed = request.args.get("text", "")[:LONGEST_PREVIEW]
    desk = _desk(conversation_id)
    if desk.conversation.joined_into is not None:
        return redirect(f"/inbox/{desk.conversation.joined_into}")
    return _page(desk, screen=screen, typed=typed)


@blueprint.get("/inbox/list")
@require_staff
def show_list() -> str:
    """Show the conversations alone."""
    return render_template("parts/list.html", **_read_list())


@blueprint.get("/inbox/<int:conversation_id>/thread")
@require_staff
def show_thread(conversation_id: int) -> str:
    """Show a conversation's bubbles, whose they are, and the bar under them alone."""
    desk = _desk(conversation_id)
    thread = render_template("parts/thread.html", desk=desk)
    beside = [
        render_template(f"parts/{part}.html", desk=desk, swap=True) for part in ("who", "bar")
    ]
    return thread + "".join(beside)


@blueprint.get("/inbox/<int:conversation_id>/way")
@require_staff
def show_way(conversation_id: int) -> str:
    """Show alone how an answer would go now, and what it costs."""
    return render_template("parts/way.html", desk=_desk(conversation_id))


@blueprint.get("/inbox/<int:conversation_id>/order")
@require_staff
def show_order(conversation_id: int) -> str:
    """Show the order in use alone."""
    desk = _desk(conversation_id)
    return render_template("parts/order.html", desk=desk, key=_new_key(), **_writing())


@blueprint.post("/inbox/<int:conversation_id>/messages")
@require_staff
def say(conversation_id: int) -> AnyResponse:
    """Say something: words go to the customer, a command is run and answered here."""
    text = request.form.get("text", "")
    key = request.form.get("key", "")
    if not KEY.fullmatch(key):
        abort(400)
    if len(text) > LONGEST_TEXT:
        said = _refusal("reply.too_long", length=len(text), most=LONGEST_TEXT)
    elif not text.strip():
        said = _refusal("reply.empty")
    else:
        said = _say(conversation_id, text, key)
    return _answer(conversation_id, said, text)


@blueprint.post("/inbox/<int:conversation_id>/read")
@require_staff
def mark_read(conversation_id: int) -> AnyResponse:
    """Note that a person has seen the conversation."""
    talk.mark_read(runtime(), actor(), conversation_id)
    if request.headers.get("HX-Request"):
        return Response(status=204)
    return redirect(f"/inbox/{conversation_id}", 303)


@blueprint.post("/inbox/<int:conversation_id>/merge")
@require_staff
def merge(conversation_id: int) -> AnyResponse:
    """Say that another customer, by code, is the one of this conversation."""
    typed = request.form.get("code", "")[:20].strip()
    code = CUSTOMER.fullmatch(typed)
    try:
        if code is None:
            raise ContactError("unknown")
        contacts.merge(runtime(), actor(), conversation_id, int(code[1]))
    except LookupError:
        abort(404)
    except ContactError as error:
        return _refuse_merge(conversation_id, error, typed)
    return redirect(f"/inbox/{conversation_id}", 303)


@blueprint.post("/inbox/<int:conversation_id>/merge/<int:merge_id>/undo")
@require_staff
def undo_merge(conversation_id: int, merge_id: int) -> AnyResponse:
    """Make two customers of one again."""
    try:
        contacts.undo(runtime(), actor(), conversation_id, merge_id)
    except LookupError:
        abort(404)
    except ContactError as error:
        return _refuse_merge(conversation_id, error, "")
    return redirect(f"/inbox/{conversation_id}", 303)


def _refuse_merge(conversation_id: int, error: ContactError, typed: str) -> AnyResponse:
    told = phrase(f"contacts.refused_{error.kind}", language(), code=typed)
    page = _page(_desk(conversation_id), screen="thread", same_told=told, same_typed=typed)
    return make_response(page, 409)


def _say(conversation_id: int, text: str, key: str) -> Said:
    try:
        return talk.say(runtime(), actor(), conversation_id, text, surface="web", key=key)
    except LookupError:
        abort(404)


def _refusal(key: str, **facts: object) -> Said:
    return Said(answer=Text(phrase(key, language(), **facts)), is_error=True)


def _answer(conversation_id: int, said: Said, text: str) -> AnyResponse:
    """Answer a reply: what failed stays in the box, so that it can be mended."""
    typed = text if said.is_error else ""
    desk = _desk(conversation_id)
    if request.headers.get("HX-Request"):
        part = render_template(
            "parts/reply.html", desk=desk, told=said, typed=typed, key=_new_key(), **_writing()
        )
        return Response(part, headers={"HX-Trigger": '{"thread-changed": {}, "list-changed": {}}'})
    if said.answer is None:
        return redirect(f"/inbox/{conversation_id}", 303)
    return make_response(_page(desk, screen="thread", said=said, typed=typed))


def _page(
    desk: Desk, *, screen: str, typed: str = "", said: Said | None = None, **more: Any
) -> str:
    return render_template(
        "inbox.html",
        desk=desk,
        screen=screen,
        since=desk.since,
        told=said,
        typed=typed,
        key=_new_key(),
        demo=_is_demo(),
        **_read_merges(desk),
        **_writing(),
        **_read_list(selected=desk.conversation.id),
        **more,
    )


def _read_merges(desk: Desk) -> dict[str, Any]:
    """Read who was merged into this customer, for those who may merge."""
    if actor().role not in MAY_MERGE:
        return {"may_merge": False}
    with runtime().store.read() as connection:
        merges = list_merges(connection, actor().shop_id, desk.conversation.contact_id)
    return {"may_merge": True, "merges": merges}


def _desk(conversation_id: int) -> Desk:
    asked = request.args
    leaf = Leaf(
        before=read_mark(asked.get("before")),
        after=read_mark(asked.get("after")),
        at=read_number(asked.get("at")),
    )
    desk = read_desk(runtime(), actor(), conversation_id, language(), leaf=leaf)
    if desk is None:
        abort(404)
    return desk


def _read_list(selected: int | None = None) -> dict[str, Any]:
    """Read what the list's pane shows: a page of conversations, or what was searched for."""
    asked = read_asked()
    shop_id = actor().shop_id
    with runtime().store.read() as connection:
        now = runtime().store.now(connection)
        shop = shops.find_shop(connection, shop_id)
        results = read_results(connection, shop, asked) if asked.is_search else None
        before = read_mark(request.args.get("from"))
        rows = (
            conversations.list_conversations(
                connection, shop_id, before=before, channel=asked.channel, limit=PAGE + 1
            )
            if results is None
            else list(results.people)
        )
    shown = rows[:PAGE]
    last = shown[-1] if len(rows) > PAGE else None

    def recent(at: Any) -> str:
        return show_recent(at, now, shop.timezone, language())

    return {
        "shop": shop,
        "rows": [(row, recent(row.last_message_at)) for row in shown],
        "next_mark": write_mark((last.last_message_at, last.id)) if last else None,
        "channels": CHANNELS,
        "asked": asked,
        "results": results,
        "recent": recent,
        "at": read_number(request.args.get("at")),
        "start": request.args.get("from", "") if before else "",
        "selected": selected or request.args.get("selected", 0, type=int),
    }


def _writing() -> dict[str, Any]:
    return {"may_write": actor().role in MAY_WRITE}


def _is_demo() -> bool:
    return runtime().settings.demo


def _new_key() -> str:
    return secrets.token_urlsafe(12)
