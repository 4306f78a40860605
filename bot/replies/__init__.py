"""Replies: what a shop says by itself, and the words that its staff keep ready.

A greeting to who follows, a word outside of opening hours, where an order is:
each off until the shop switches it on, each sent as the bot's own words by the
free reply where there is one. ``statuses`` words the state of an order for any
use case that tells a customer of it.
"""

from bot.replies.errors import ReplyError
from bot.replies.greeting import GREETED, greet
from bot.replies.hearing import hear
from bot.replies.hours import DAYS
from bot.replies.saved import delete_reply, expand, save_reply
from bot.replies.settings import KINDS, MAY_SET, Answer, read_answer, save_answer
from bot.replies.statuses import (
    REQUIRED,
    STATUS_FACTS,
    default_template,
    preview_status,
    render_status_message,
    save_template,
)

__all__ = [
    "DAYS",
    "GREETED",
    "KINDS",
    "MAY_SET",
    "REQUIRED",
    "STATUS_FACTS",
    "Answer",
    "ReplyError",
    "default_template",
    "delete_reply",
    "expand",
    "greet",
    "hear",
    "preview_status",
    "read_answer",
    "render_status_message",
    "save_answer",
    "save_reply",
    "save_template",
]
