"""``/undo``: takes back what its writer did last, and tells what exactly that was."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot import ordering
from bot.commands import card
from bot.commands.context import Answer, CommandError, Context, find_order
from bot.commands.grammar import Command
from bot.commands.retelling import PARTED, tell_changes, tell_parts
from bot.messages import Button, Text
from bot.ordering import Undone
from orders.errors import MoveError

LONGEST_BUTTON = 300


def undo(context: Context, command: Command) -> Answer:
    """Take back the last command of who types this, in this conversation or of a named order."""
    row = context.order_row
    conversation = None if row is not None else context.conversation()
    try:
        undone = ordering.undo(context.desk, context.asker, conversation=conversation, row=row)
    except MoveError as error:
        if error.key != "undo_cancelled":
            raise
        raise _offer_copy(context, error) from None
    told = _tell(context, undone)
    if undone.move == "open":
        return Answer(Text("\n".join(told)))
    return card.answer(context, undone.made.row, *told)


def _tell(context: Context, undone: Undone) -> list[str]:
    """Say what was taken back, and what changed by it."""
    zone = ZoneInfo(context.shop.timezone)
    at = f"{undone.at.astimezone(zone):%H:%M}"
    key = f"undone.{undone.move}"
    told = [context.say(key, number=undone.made.row.number, at=at)]
    if undone.move == "edit":
        told += tell_changes(undone.before, undone.made.order)
    return told


def _offer_copy(context: Context, error: MoveError) -> CommandError:
    """Offer a cancelled order's items and terms as the command that writes them anew."""
    row = find_order(context.work, context.shop, str(error.facts["number"]))
    order = ordering.load(context.work.connection, row)
    customer = f"@C{row.customer_code} " if row.customer_code else ""
    text = f"/o {customer}{PARTED.join(tell_parts(order))}"
    fits = order.items and customer and len(text) <= LONGEST_BUTTON
    button = Button(context.say("button.copy"), text=text)
    return CommandError(error.sentence(context.language), (button,) if fits else ())
