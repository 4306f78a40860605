"""Ordering: the use cases of an order, each one move in one transaction.

An order is read into the rulebook's ``Order``, changed there, and written back
with a version check, its event and whatever the move brings about.
"""

from bot.ordering.moves import cancel, edit, open_order, send
from bot.ordering.reading import OrderView, load, order_in_use, view
from bot.ordering.writing import Asker

__all__ = [
    "Asker",
    "OrderView",
    "cancel",
    "edit",
    "load",
    "open_order",
    "order_in_use",
    "send",
    "view",
]
