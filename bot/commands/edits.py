"""``/o``, ``/add``, ``/set``, ``/rm`` and ``/note``: what is in an order, and under which terms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import ordering
from bot.commands import card, changes
from bot.commands.context import Answer, CommandError, Context, put_in_use
from bot.commands.grammar import Command, ItemSpec
from bot.commands.items import choose_reading, resolve
from orders.item import Item
from orders.order import Order
from orders.states import Status


def order(context: Context, command: Command) -> Answer:
    """Extend the open draft with what was typed, or open a new order with it."""
    row = context.order_row or ordering.order_in_use(
        context.work.connection, context.conversation()
    )
    # An unpaid order is left alone unless it was named: its customer has the bill.
    if row is None or (context.order_row is None and row.status != Status.DRAFT):
        if not command.body.items and not command.body.modifiers:
            raise CommandError(context.say("answer.no_order", example="/o A1 2"))
        conversation = context.conversation()
        opened = ordering.open_order(context.desk, context.asker, conversation=conversation)
        row = opened.row
        put_in_use(context, conversation, row.id)
    return _extend(context, command, row)


def add(context: Context, command: Command) -> Answer:
    """Add to the order in use."""
    return _extend(context, command, context.order())


def set_items(context: Context, command: Command) -> Answer:
    """Replace quantity, price or discount of items, and terms, of the order in use."""

    def change(current: Order) -> Order:
        for spec in command.body.items:
            current = _set_item(context, current, spec)
        return _modified(context, command, current)

    row = context.order()
    if row.status == Status.UNPAID and _is_cod(command):
        made = ordering.choose_cod(context.desk, row, context.asker)
        return card.answer(context, made.row, context.say("card.cod"))
    made = ordering.edit(context.desk, row, context.asker, change)
    return card.answer(context, made.row)


def remove(context: Context, command: Command) -> Answer:
    """Take whole lines out of the order in use."""

    def change(current: Order) -> Order:
        for spec in command.body.items:
            found = _reading_in(current, spec)
            current = current.remove(found.code or found.name or "", found.options)
        return current

    made = ordering.edit(context.desk, context.order(), context.asker, change)
    return card.answer(context, made.row)


def note(context: Context, command: Command) -> Answer:
    """Write a note on the order in use."""
    words = command.body.words
    made = ordering.edit(
        context.desk, context.order(), context.asker, lambda current: current.with_note(words)
    )
    return card.answer(context, made.row)


def _is_cod(command: Command) -> bool:
    """Whether ``/pay cod`` is all that is said: of a bill that waits, it is a move of its own."""
    body = command.body
    return not body.items and [(one.kind, one.text) for one in body.modifiers] == [("pay", "cod")]


def _extend(context: Context, command: Command, row: Any) -> Answer:
    merged: list[str] = []

    def change(current: Order) -> Order:
        for spec in command.body.items:
            item, _ = resolve(context, spec)
            if current.find_same(item) is not None:
                merged.append(item.code or item.name)
            current = current.add(item)
        return _modified(context, command, current)

    if not command.body.items and not command.body.modifiers:
        return card.answer(context, row)
    made = ordering.edit(context.desk, row, context.asker, change)
    codes = ", ".join(dict.fromkeys(merged))
    notes = [context.say("card.merged", codes=codes)] if codes else []
    return card.answer(context, made.row, *notes)


def _modified(context: Context, command: Command, current: Order) -> Order:
    for modifier in command.body.modifiers:
        current = changes.apply(context, current, modifier)
    return current


def _set_item(context: Context, current: Order, spec: ItemSpec) -> Order:
    """Change the line that ``spec`` names; one that is not there yet is added."""
    spec = choose_reading(context, spec)
    word = spec.code or spec.name or ""
    lines = [
        item
        for item in current.items
        if item.is_called(word) and (not spec.options or _chosen(item, spec))
    ]
    if not lines:
        return current.add(resolve(context, spec)[0])
    if len(lines) > 1 or (spec.price is None and spec.discount is None):
        return current.set_quantity(word, spec.quantity, spec.options)
    changed = _resolved_like(context, lines[0], spec)
    items = tuple(changed if item is lines[0] else item for item in current.items)
    return replace(current, items=items)


def _resolved_like(context: Context, line: Item, spec: ItemSpec) -> Item:
    """Give the line with what ``spec`` says of it changed, and the rest as it was."""
    quantity = spec.quantity if spec.counted else line.quantity
    wanted, _ = resolve(
        context, replace(spec, quantity=quantity, options=line.options, alternatives=())
    )
    return replace(
        line,
        quantity=quantity,
        unit_price=wanted.unit_price if spec.price is not None else line.unit_price,
        discount=wanted.discount if spec.discount is not None else line.discount,
    )


def _chosen(item: Item, spec: ItemSpec) -> bool:
    have = {option.casefold() for option in item.options}
    return all(option.casefold() in have for option in spec.options)


def _reading_in(current: Order, spec: ItemSpec) -> ItemSpec:
    """Choose the reading of ``A1x2`` that the order has a line of."""
    for reading in (spec, *spec.alternatives):
        word = reading.code or reading.name or ""
        if any(item.is_called(word) for item in current.items):
            return reading
    return spec
