"""``/ship`` and ``/return``: what left the house, and what came back."""

from __future__ import annotations

from bot import ordering
from bot.commands import card
from bot.commands.context import Answer, Context
from bot.commands.grammar import Command


def ship(context: Context, command: Command) -> Answer:
    """Send everything of the order in use that is in no parcel yet."""
    made = ordering.ship(
        context.desk,
        context.order(),
        context.asker,
        tracking=command.body.number or "",
        carrier=command.body.rest,
    )
    return card.answer(context, made.row, context.say("card.shipped"))


def take_back(context: Context, command: Command) -> Answer:
    """Take the order in use back; its pieces are written off until somebody counts them in."""
    made = ordering.return_order(context.desk, context.order(), context.asker, command.body.words)
    return card.answer(context, made.row, context.say("card.returned"))
