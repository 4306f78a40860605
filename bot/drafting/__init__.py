"""Drafting: what a person or a program wants of an order, worded plainly, becomes the order.

Products are found by their codes, fees by the shop's ways of sending, customers
by theirs or created; the moves themselves are ``bot.ordering``'s. All of it is
the caller's transaction: an order that cannot be has created no customer.
"""

from bot.drafting.opening import Buyer, change_order, find_row, hold_row, open_order
from bot.drafting.wanted import KEEP, DraftError, Keep, Line, Shipping, Wanted

__all__ = [
    "KEEP",
    "Buyer",
    "DraftError",
    "Keep",
    "Line",
    "Shipping",
    "Wanted",
    "change_order",
    "find_row",
    "hold_row",
    "open_order",
]
