"""Answers commands: reads the text, finds what it is about, runs it or takes it back whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import ordering
from bot.commands.context import (
    Answer,
    CommandError,
    Context,
    Meant,
    find_in_use,
    find_target,
    lock_meant,
)
from bot.commands.grammar import Command, GrammarError, Unknown, mend, parse
from bot.commands.offers import offer
from bot.commands.table import run
from bot.messages import Button, Text
from bot.ordering import Asker, Desk
from bot.runtime import Runtime, Work
from bot.store import groups
from bot.store import orders as order_rows
from bot.store import outbox as outbox_rows
from bot.words import say as word
from orders.errors import MoveError, OrderError
from orders.money import exponent

UNRELATED = frozenset({"order_changed", "move_forbidden", "undo_nothing"})
"""Refusals that name who changed the order already, or that no rival is the reason of."""


def answer(
    runtime: Runtime,
    work: Work,
    shop: Any,
    asker: Asker,
    text: str,
    *,
    here: Any | None = None,
    link: Any | None = None,
    spoken: tuple[Any, Any] | None = None,
) -> Answer | None:
    """Run a text that is a command and give its answer; None for plain words.

    What a refused command did is rolled back, all of it.
    """
    meant = Meant(None)
    try:
        command = read(shop, text)
        if command is None:
            return None
        if isinstance(command, Unknown):
            return _unknown(shop, command, text)
        with work.connection.begin_nested():
            meant = _find_meant(work, shop, command, here=here, link=link, spoken=spoken)
            context = Context(
                runtime=runtime,
                work=work,
                shop=shop,
                asker=asker,
                text=text,
                subject=meant.conversation,
                order_row=meant.order_row,
                link=link,
                is_named=command.target is not None,
                verb_end=command.verb_span[1],
            )
            reply = run(context, command)
            about = meant.conversation
            return replace(reply, about_id=about.id) if about is not None else reply
    except GrammarError as error:
        return _unreadable(shop, error, text)
    except CommandError as error:
        return _error(str(error), *error.buttons)
    except OrderError as error:
        sentence = error.sentence(shop.locale)
        rival = _find_rival(Desk(runtime, work, shop), asker, meant, error)
        return _error(f"{sentence}\n{rival.sentence(shop.locale)}" if rival else sentence)


def _find_rival(desk: Desk, asker: Asker, meant: Meant, error: OrderError) -> OrderError | None:
    """Find who was faster, where a move is refused for the state that somebody just made."""
    number = meant.order_row.id if meant.order_row is not None else None
    if number is None and meant.conversation is not None:
        number = meant.conversation.order_id
    if not isinstance(error, MoveError) or error.key in UNRELATED or number is None:
        return None
    row = order_rows.find_order(desk.connection, desk.shop.id, order_id=number)
    return ordering.find_rival(desk, row, asker) if row is not None else None


def _error(sentence: str, *buttons: Button) -> Answer:
    return Answer(Text(sentence, buttons), is_error=True)


def _unreadable(shop: Any, error: GrammarError, text: str) -> Answer:
    """Point at what cannot be read; where a word is near, a button writes it in its place."""
    sentence = f"{error.sentence(shop.locale)}\n{error.caret(text)}"
    near = error.facts.get("near")
    return _error(sentence, *(offer(mend(text, (error.start, error.end), near)) if near else ()))


def read(shop: Any, text: str) -> Command | Unknown | None:
    """Read a text as this shop's commands are written. Raises ``GrammarError``."""
    return parse(
        text,
        prefixes=tuple(shop.options["prefixes"]),
        decimals=exponent(shop.currency),
        currency=shop.currency,
    )


def _unknown(shop: Any, command: Unknown, text: str) -> Answer:
    """Say that there is no such command; where one is near, a button writes it in its place."""
    hint = (
        word("answer.did_you_mean", shop.locale, suggestion=command.suggestion)
        if command.suggestion
        else word("answer.see_help", shop.locale)
    )
    sentence = word("answer.no_such_verb", shop.locale, verb=command.verb, hint=hint)
    if not command.suggestion:
        return _error(sentence)
    return _error(sentence, *offer(command.suggestion + text[command.span[1] :]))


def _find_meant(
    work: Work,
    shop: Any,
    command: Command,
    *,
    here: Any | None,
    link: Any | None,
    spoken: tuple[Any, Any] | None,
) -> Meant:
    """Find which conversation and order a command is about: named, quoted, here, or in use."""
    if command.target is not None:
        return find_target(work, shop, command.target)
    if here is not None:
        return Meant(here)
    quoted = _find_quoted(work, spoken) if spoken else None
    if quoted is not None:
        return quoted
    return find_in_use(work, shop, link) if link is not None else Meant(None)


def _find_quoted(work: Work, spoken: tuple[Any, Any]) -> Meant | None:
    """Find what the card is about that a message quotes, by the id which its send returned."""
    conversation, message = spoken
    if not message.quoted_id:
        return None
    card = groups.find_card(work.connection, conversation.id, message.quoted_id)
    if card is not None:
        return lock_meant(work, conversation.shop_id, card.conversation_id, None)
    found = outbox_rows.find_delivery_by_platform_id(
        work.connection, conversation.id, message.quoted_id
    )
    if found is None or found.conversation_id is None:
        return None
    return lock_meant(work, conversation.shop_id, found.conversation_id, found.order_id)
