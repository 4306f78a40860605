"""``/use``, ``/help`` and ``/link``: the typist's own place in the chat."""

from __future__ import annotations

from bot.commands.context import Answer, CommandError, Context, name_customer, put_in_use
from bot.commands.grammar import Command
from bot.commands.lexicon import find_entry, find_verb
from bot.commands.manual import help_table
from bot.messages import Text


def use(context: Context, command: Command) -> Answer:
    """Make a customer or an order the one that the next commands are about."""
    conversation = context.conversation()
    order_id = context.order_row.id if context.order_row is not None else None
    put_in_use(context, conversation, order_id)
    name = name_customer(conversation)
    if context.order_row is not None:
        name += f" !{context.order_row.number}"
    return Answer(Text(context.say("answer.using", customer=name)), order_id)


def link(context: Context, command: Command) -> Answer:
    """Refuse a code that came this far: it did not fit, or was typed where it links nobody."""
    raise CommandError(context.say("answer.link_wrong" if context.link else "answer.link_where"))


def explain(context: Context, command: Command) -> Answer:
    """Explain one command, or list them all."""
    asked = find_verb(command.body.words.strip().lstrip("/#")) if command.body.words else None
    if asked is not None:
        entry = find_entry("verbs", asked, context.language)
        forms = " ".join(f"/{form}" for form in entry.forms)
        return Answer(Text(f"{forms}  {entry.syntax}\n{entry.meaning}\n{entry.example}"))
    rows = help_table(context.language)
    return Answer(Text("\n".join(f"{row.example} – {row.meaning}" for row in rows)))
