"""``/paid`` and ``/slip``: what came in for an order."""

from __future__ import annotations

from bot import ordering
from bot.commands import card
from bot.commands.context import Answer, Context
from bot.commands.grammar import Command
from bot.ordering import Made
from orders.money import Money
from orders.states import Status
from orders.totals import totals


def paid(context: Context, command: Command) -> Answer:
    """Record a payment: what the bill asks for, or the amount."""
    written = command.body.amount
    amount = Money.parse(written, context.shop.currency) if written is not None else None
    made = ordering.confirm_payment(context.desk, context.order(), context.asker, amount)
    return card.answer(context, made.row, _told(context, made))


def slip(context: Context, command: Command) -> Answer:
    """Accept the customer's slip, or refuse it and say why."""
    row = context.order()
    if command.body.answer == "ok":
        made = ordering.confirm_payment(context.desk, row, context.asker)
        return card.answer(context, made.row, _told(context, made))
    made = ordering.reject_slip(context.desk, row, context.asker, command.body.rest)
    return card.answer(context, made.row, context.say("card.slip_refused"))


def _told(context: Context, made: Made) -> str:
    """Say what is in, and what is still to come."""
    if made.order.status is Status.UNPAID:
        balance = card.show(context, totals(made.order).balance)
        return context.say("card.part_paid", balance=balance)
    if made.row.missing:
        return context.say("card.paid_missing", missing=made.row.missing)
    return context.say("card.paid")
