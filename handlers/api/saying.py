"""Saying something: what the reply box does, for programs."""

from __future__ import annotations

from flask import Response

from bot import conversation as talk
from bot.messages import Text
from bot.outbox import plain
from bot.repeats import Answered
from bot.store import messages
from handlers.api.access import Refusal
from handlers.api.asking import LONGEST_TEXT, is_storable, read_id
from handlers.api.bodies import Body
from handlers.api.messages import shape_messages
from handlers.api.routes import blueprint
from handlers.api.shapes import shape_card
from handlers.api.writing import Do, Writing, write


@blueprint.post("/conversations/<conversation_id>/messages")
def say(conversation_id: str) -> Response:
    """Do what the reply box does: words go to the customer, a command is run and answered."""
    number = read_id(conversation_id)

    def read(body: Body, _: str) -> Do:
        text = _read_text(body)

        def do(writing: Writing) -> Answered:
            return _say(writing, number, text)

        return do

    return write(read)


def _say(writing: Writing, conversation_id: int, text: str) -> Answered:
    runtime, work = writing.desk.runtime, writing.work
    try:
        said = talk.say_within(runtime, work, writing.actor, conversation_id, text, surface="api")
    except LookupError:
        raise Refusal(404) from None
    if said.is_error:
        raise Refusal(422, plain(said.answer or Text("")))
    if said.answer is not None:
        return Answered(200, {"card": shape_card(said.answer)})
    row = messages.find_message(work.connection, said.message_id or 0)
    (shape,) = shape_messages(work.connection, runtime.settings.base_url, [row])
    return Answered(201, shape)


def _read_text(body: Body) -> str:
    text = body.take("text")
    if not isinstance(text, str):
        raise Refusal(400, 'Send a JSON object with what to say: {"text": "…"}.')
    if not text.strip():
        raise Refusal(422, "There is nothing to send: text is empty.")
    if len(text) > LONGEST_TEXT:
        raise Refusal(422, f"text has {len(text)} characters, more than {LONGEST_TEXT}.")
    if not is_storable(text):
        raise Refusal(422, "text holds U+0000, which is no text.")
    return text
