"""``/send``, ``/show`` and ``/cancel``: where an order stands."""

from __future__ import annotations

from bot import ordering
from bot.commands import card
from bot.commands.context import Answer, CommandError, Context
from bot.commands.grammar import Command


def send(context: Context, command: Command) -> Answer:
    """Freeze the order in use and send its bill to the customer."""
    row = context.order()
    if row.conversation_id is None:
        raise CommandError(context.say("answer.offline_order", number=row.number))
    row, picture = ordering.send(context.runtime, context.work, context.shop, row, context.asker)
    title = context.say("bill.title", order=row.number)
    notes = [context.say("card.sent", revision=row.revision, title=title)]
    if not picture:
        notes.append(context.say("card.no_picture"))
    return card.answer(context, row, *notes)


def show(context: Context, command: Command) -> Answer:
    """Show the order in use."""
    return card.answer(context, context.order())


def cancel(context: Context, command: Command) -> Answer:
    """Cancel the order in use and give its stock back."""
    row = ordering.cancel(context.work, context.order(), context.asker, command.body.words)
    return card.answer(context, row, context.say("card.cancelled"))
