"""What comes next: the commands that an order's card offers, to tap, to change, or to paste."""

from __future__ import annotations

from bot import ordering
from bot.commands.context import Context
from bot.commands.retelling import tell_quantities
from bot.messages import Button
from bot.ordering import OrderView
from orders.states import EDITABLE, Status

NEXT = {
    Status.DRAFT: ("send", "add A1 1", "set ship EMS"),
    Status.UNPAID: ("add A1 1", "paid", "pay cod"),
    Status.CHECKING: ("slip ok", "paid"),
    Status.PAID: ("ship TH123 flash",),
    Status.EXPIRED: ("renew 2h",),
}
"""What is usually typed in a state, without the order's number."""

LONGEST_FILL = 1000


def next_commands(context: Context, view: OrderView) -> list[str]:
    """Write the commands to paste, on one line; none for an order that has come to its end."""
    status, number = Status(view.row.status), view.row.number
    words = [_name_order(text, number) for text in NEXT.get(status, ())]
    return [context.say("card.next", commands=" · ".join(words))] if words else []


def next_buttons(context: Context, view: OrderView) -> tuple[Button, ...]:
    """Offer Send, Undo and Edit, and then Show and Cancel, as far as each can be done."""
    status, number = Status(view.row.status), view.row.number
    found = []
    if view.order.items and (status is Status.DRAFT or is_ahead(view)):
        found.append(_type(context, "send", number))
    if view.events and ordering.may_undo(view.events[-1], context.asker, context.work.now):
        found.append(_type(context, "undo", number))
    if status in EDITABLE and view.order.items:
        fill = f"/set !{number} {tell_quantities(view.order)}"
        if len(fill) > LONGEST_FILL:
            fill = f"/set !{number} "
        found.append(Button(context.say("button.edit"), fill=fill))
    if status is not Status.DRAFT and len(found) < 3:
        found.append(_type(context, "show", number))
    if status in {Status.DRAFT, Status.UNPAID, Status.EXPIRED}:
        found.append(_type(context, "cancel", number))
    return tuple(found)


def is_ahead(view: OrderView) -> bool:
    """Whether an unpaid order was changed since its bill went out."""
    last = view.events[-1] if view.events else None
    return view.row.status == Status.UNPAID and last is not None and last.move == "edit"


def _type(context: Context, verb: str, number: int) -> Button:
    return Button(context.say(f"button.{verb}"), text=f"/{verb} !{number}")


def _name_order(text: str, number: int) -> str:
    """Put an order's number behind a command's verb; a change that stands as one takes none."""
    verb, _, rest = text.partition(" ")
    if verb == "pay":
        return f"/set !{number} {text}"
    return f"/{verb} !{number} {rest}".rstrip()
