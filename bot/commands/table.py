"""The table of commands: every verb of the words files has its line here.

Adding a command: give it its words in every file of ``bot/commands/words``
(help, documentation and completion follow from there), write one function
``(context, command) -> Answer`` in a file of its subject, and add one line
here. What the function raises as ``CommandError`` or ``OrderError`` undoes the
whole command and is said to who typed it.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.commands import edits, money, moves, parcels, shelf, surface, talk, undoing
from bot.commands.context import Answer, Context
from bot.commands.grammar import Command

Handler = Callable[[Context, Command], Answer]

COMMANDS: dict[str, Handler] = {
    "o": edits.order,
    "add": edits.add,
    "set": edits.set_items,
    "rm": edits.remove,
    "send": moves.send,
    "show": moves.show,
    "draft": moves.draft,
    "renew": moves.renew,
    "merge": moves.merge,
    "paid": money.paid,
    "slip": money.slip,
    "ship": parcels.ship,
    "return": parcels.take_back,
    "cancel": moves.cancel,
    "stock": shelf.count,
    "find": talk.find,
    "note": edits.note,
    "use": surface.use,
    "undo": undoing.undo,
    "reply": talk.reply,
    "inbox": talk.inbox,
    "link": surface.link,
    "help": surface.explain,
}


def run(context: Context, command: Command) -> Answer:
    """Run a command. Raises ``CommandError`` and ``OrderError``; then nothing must be kept."""
    return COMMANDS[command.verb](context, command)
