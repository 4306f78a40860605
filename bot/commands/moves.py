"""``/send``, ``/show``, ``/draft``, ``/renew``, ``/merge``, ``/cancel``: where an order stands."""

from __future__ import annotations

from bot import ordering
from bot.commands import card
from bot.commands.changes import find_due
from bot.commands.context import Answer, CommandError, Context, find_order
from bot.commands.grammar import Command
from bot.ordering import Made


def send(context: Context, command: Command) -> Answer:
    """Freeze the order in use and send its bill to the customer."""
    made = ordering.send(context.desk, context.order(), context.asker)
    return card.answer(context, made.row, *_sent(context, made))


def show(context: Context, command: Command) -> Answer:
    """Show the order in use."""
    return card.answer(context, context.order())


def draft(context: Context, command: Command) -> Answer:
    """Take the order in use back to a draft."""
    made = ordering.draft(context.desk, context.order(), context.asker)
    return card.answer(context, made.row, context.say("card.drafted"))


def renew(context: Context, command: Command) -> Answer:
    """Give the bill in use a new due time and send it anew."""
    due = command.body.due
    at = find_due(due, context.work.now, context.shop.timezone) if due else None
    made = ordering.renew(context.desk, context.order(), context.asker, at)
    return card.answer(context, made.row, *_sent(context, made))


def merge(context: Context, command: Command) -> Answer:
    """Take another order of the same customer into the one in use."""
    if command.body.number is None:
        raise CommandError(context.say("answer.merge_what", example="/merge !1041"))
    row = context.order()
    other = find_order(context.work, context.shop, command.body.number)
    made = ordering.merge(context.desk, row, other, context.asker)
    return card.answer(context, made.row, context.say("card.joined", number=other.number))


def cancel(context: Context, command: Command) -> Answer:
    """Cancel the order in use and give its stock back."""
    made = ordering.cancel(context.desk, context.order(), context.asker, command.body.words)
    return card.answer(context, made.row, context.say("card.cancelled"))


def _sent(context: Context, made: Made) -> list[str]:
    """Say where the bill is going, or where it is to be had."""
    title = context.say("bill.title", order=made.row.number)
    if made.row.conversation_id is None:
        url = context.runtime.bill_url(made.row.id, made.row.link_generation)
        return [context.say("card.offline", title=title, url=url)]
    notes = [context.say("card.sent", revision=made.row.revision, title=title)]
    if not made.told.get("picture"):
        notes.append(context.say("card.no_picture"))
    return notes
