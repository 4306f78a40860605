"""Replies: what a shop says by itself, and the words that its staff keep ready.

A greeting to who follows, a word outside of opening hours, where an order is:
each off until the shop switches it on, each sent as the bot's own words by the
free reply where there is one. ``templates`` keeps the shop's own words for an
order's states, which ``bot.statuses`` tells.
"""

from bot.replies.errors import ReplyError
from bot.replies.greeting import GREETED, greet
from bot.replies.hearing import hear
from bot.replies.hours import DAYS
from bot.replies.saved import delete_reply, expand, save_reply
from bot.replies.settings import KINDS, MAY_SET, Answer, read_answer, save_answer
from bot.replies.templates import preview_status, save_template

__all__ = [
    "DAYS",
    "GREETED",
    "KINDS",
    "MAY_SET",
    "Answer",
    "ReplyError",
    "delete_reply",
    "expand",
    "greet",
    "hear",
    "preview_status",
    "read_answer",
    "save_answer",
    "save_reply",
    "save_template",
]
