"""``/reply``, ``/inbox`` and ``/find``: customers' conversations from wherever staff write."""

from __future__ import annotations

from typing import Any

from bot import contacts, outbox, search
from bot.channels import CHANNELS
from bot.channels.fields import readable
from bot.channels.graphemes import cut
from bot.commands.card import show
from bot.commands.context import Answer, CommandError, Context, name_customer
from bot.commands.grammar import Command
from bot.messages import Author, Button, Lane, Text
from bot.staff import MAY_WRITE
from bot.store import conversations, groups
from bot.store import orders as order_rows
from bot.store.conversations import Among
from orders.money import Money

MOST_LISTED = 10
MOST_FOUND = 5
LINE_LENGTH = 60


def reply(context: Context, command: Command) -> Answer:
    """Send words to the customer, in their own channel; a receipt tells what became of them."""
    if context.actor.role not in MAY_WRITE:
        raise CommandError(context.say("answer.forbidden"))
    conversation = context.conversation()
    name, channel = name_customer(conversation), CHANNELS[conversation.channel].name
    words = readable(command.body.words)
    work = context.work
    route = outbox.route_now(work.connection, conversation, work.now, billing=False)
    if route.lane is Lane.NONE:
        reason = conversation.gone_reason or context.say("answer.window_closed")
        raise CommandError(
            context.say("answer.reply_closed", customer=name, channel=channel, reason=reason)
        )
    message_id = outbox.plan_text(
        work, conversation, words, author=Author.STAFF, staff_id=context.actor.staff_id
    )
    conversations.update_conversation(work.connection, conversation.id, unread=0)
    told = context.say("receipt.waiting", customer=name, channel=channel)
    return Answer(Text(told), awaits=message_id)


def inbox(context: Context, command: Command) -> Answer:
    """List the conversations that wait for an answer, who waits longest first."""
    rows = groups.list_waiting(context.work.connection, context.shop.id, MOST_LISTED + 1)
    if not rows:
        return Answer(Text(context.say("answer.inbox_empty")))
    lines = [_line(row) for row in rows[:MOST_LISTED]]
    if len(rows) > MOST_LISTED:
        lines.append(context.say("answer.inbox_more"))
    buttons = tuple(
        Button(cut(name_customer(row), 20), text=f"/use @C{row.code}") for row in rows[:MOST_LISTED]
    )
    return Answer(Text("\n".join([context.say("answer.inbox_head"), *lines]), buttons))


def find(context: Context, command: Command) -> Answer:
    """Find customers and orders by part of a name, a number, or words that were written."""
    asked = readable(command.body.words).replace("\x00", "")
    connection, shop_id = context.work.connection, context.shop.id
    meant = Among(
        [row.id for row in contacts.search(connection, context.shop, asked)],
        search.find_conversation_ids(connection, search.ask(connection, shop_id, asked)),
    )
    people = conversations.list_conversations(connection, shop_id, among=meant, limit=MOST_FOUND)
    found = order_rows.list_orders(connection, shop_id, text=asked, limit=MOST_FOUND)
    lines = [_line(row) for row in people if row.linked_staff_id is None]
    lines += [_order_line(context, row) for row in found]
    if not lines:
        raise CommandError(context.say("answer.found_nothing", asked=cut(asked, LINE_LENGTH)))
    return Answer(Text("\n".join(lines)))


def _line(row: Any) -> str:
    """Name a customer with what was said last, on one line whatever it holds."""
    said = " ".join((row.last_text or "").split())
    name = " ".join(name_customer(row).split())
    told = f"{cut(name, LINE_LENGTH)} · {CHANNELS[row.channel].name}"
    return f"{told} · {cut(said, LINE_LENGTH)}" if said else told


def _order_line(context: Context, row: Any) -> str:
    total = show(context, Money(row.total_minor, row.currency))
    status = context.say(f"status.{row.status}")
    name = f"@C{row.customer_code} {row.customer_name or ''}" if row.customer_code else ""
    return " · ".join(
        filter(None, (f"!{row.number}", status, total, cut(" ".join(name.split()), LINE_LENGTH)))
    )
