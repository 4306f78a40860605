"""The reply box while somebody types: what a word may become, and what a command would do.

Both are asked for by scripts as letters come in, so both are limited for each
person; without scripts the box is a plain one.
"""

from __future__ import annotations

from flask import Blueprint, Flask, abort, render_template, request
from flask_limiter import Limiter

from bot import conversation as talk
from bot.commands.completion import complete
from bot.conversation import MAY_WRITE, Preview
from bot.store import conversations, shops
from bot.store.database import StoreUnavailable
from bot.words import choose_language
from handlers.auth import require_staff
from handlers.context import actor, language, runtime, visitor
from handlers.thread import word_way

blueprint = Blueprint("composer", __name__)

LONGEST = 2_000
PACE = "20 per second; 600 per minute"
"""How often one person's box may ask; nobody types so fast."""


def limit_typing(app: Flask) -> None:
    """Slow down whose box asks more often than anybody types, by their sign-in."""
    limiter = Limiter(_name_typist, app=app, headers_enabled=False)
    limiter.limit(PACE)(blueprint)


def _name_typist() -> str:
    who = visitor()
    return f"staff:{who.actor.staff_id}" if who is not None and who.actor else "nobody"


@blueprint.post("/inbox/<int:conversation_id>/preview")
@require_staff
def preview(conversation_id: int) -> str:
    """Show what a command would do and what words would cost, and do nothing."""
    text = request.form.get("text", "")
    found = Preview()
    if text.strip() and len(text) <= LONGEST and actor().role in MAY_WRITE:
        try:
            found = talk.preview(runtime(), actor(), conversation_id, text)
        except LookupError:
            abort(404)
        except StoreUnavailable:
            # Somebody writes just now; the next letter asks again.
            found = Preview()
    return render_template("parts/preview.html", preview=found, way=_word_way(found))


@blueprint.post("/inbox/<int:conversation_id>/complete")
@require_staff
def show_choices(conversation_id: int) -> str:
    """Show what the word under the cursor may become; nothing where nothing fits."""
    text = request.form.get("text", "")
    at = request.form.get("at", default=len(text), type=int)
    found = None
    with runtime().store.read() as connection:
        shop = shops.find_shop(connection, actor().shop_id)
        if conversations.find_conversation(connection, shop.id, conversation_id) is None:
            abort(404)
        if len(text) <= LONGEST and actor().role in MAY_WRITE:
            found = complete(connection, shop, text, at, choose_language(language()))
    return render_template("parts/choices.html", found=found)


def _word_way(found: Preview) -> str:
    """Word the way that what would be sent takes, and what it costs."""
    if found.customer is None or found.route is None:
        return ""
    with runtime().store.read() as connection:
        return word_way(connection, found.customer, found.route, language())
