"""Ordering: the use cases of an order, each a move or two of the table in one transaction.

``orders.moves`` says what is allowed, ``making`` is the one engine that runs on
it, ``guards`` and ``effects`` say how each of its words is looked at and done.
The use cases only gather what a move is asked with and pick its row: ``billing``
around the bill, ``paying`` around money, ``shipping`` around parcels,
``expiring`` for what time brings, ``undoing`` for what somebody takes back.
``policy`` holds a shop's own rules.
"""

from bot.ordering.asking import Asker, Desk, Incoming, Made, Notice, Outgoing
from bot.ordering.billing import (
    cancel,
    copy,
    delete,
    draft,
    edit,
    merge,
    open_order,
    renew,
    send,
    tag,
)
from bot.ordering.expiring import expire_due, fill_missing
from bot.ordering.paying import (
    choose_cod,
    confirm_payment,
    end_attempt,
    note_attempt,
    notify_transfer,
    refund,
    reject_slip,
    take_payment,
)
from bot.ordering.policy import Policy, change_policy, read_policy, set_right
from bot.ordering.reading import OrderView, load, order_in_use, view, views
from bot.ordering.shipping import complete, return_order, ship, undo_ship
from bot.ordering.undoing import UNDO_WITHIN, Undone, find_rival, may_undo, undo

__all__ = [
    "UNDO_WITHIN",
    "Asker",
    "Desk",
    "Incoming",
    "Made",
    "Notice",
    "OrderView",
    "Outgoing",
    "Policy",
    "Undone",
    "cancel",
    "change_policy",
    "choose_cod",
    "complete",
    "confirm_payment",
    "copy",
    "delete",
    "draft",
    "edit",
    "end_attempt",
    "expire_due",
    "fill_missing",
    "find_rival",
    "load",
    "may_undo",
    "merge",
    "note_attempt",
    "notify_transfer",
    "open_order",
    "order_in_use",
    "read_policy",
    "refund",
    "reject_slip",
    "renew",
    "return_order",
    "send",
    "set_right",
    "ship",
    "tag",
    "take_payment",
    "undo",
    "undo_ship",
    "view",
    "views",
]
