"""The post under which a comment stands: staff are sent to where the platform shows it."""

from __future__ import annotations

from flask import Blueprint, abort, redirect
from werkzeug.wrappers import Response as AnyResponse

from bot.channels import CHANNELS
from bot.messages import SendError
from bot.store import conversations, messages, shops
from handlers.auth import require_staff
from handlers.context import actor, language, runtime
from handlers.errors import answer
from handlers.words import phrase

blueprint = Blueprint("posts", __name__)


@blueprint.get("/inbox/<int:conversation_id>/post/<int:message_id>")
@require_staff
def show_post(conversation_id: int, message_id: int) -> AnyResponse:
    """Ask the platform where a comment's post is, and send staff there."""
    with runtime().store.read() as connection:
        talk = conversations.find_conversation(connection, actor().shop_id, conversation_id)
        row = messages.find_message(connection, message_id)
        if talk is None or row is None or row.conversation_id != talk.id:
            abort(404)
        channel = shops.find_channel(connection, talk.channel_id)
    post_id = row.facts.get("media_id")
    if row.kind != "comment" or not post_id:
        abort(404)
    try:
        url = CHANNELS[channel.kind].post_url(runtime().account(channel), post_id)
    except SendError as error:
        return answer(502, "post", detail=error.reason)
    if url is None:
        return answer(404, "post", detail=phrase("error.text_post", language()))
    return redirect(url, 303)
