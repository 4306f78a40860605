"""The conversation: one message in, answers out; decides who may command.

Effects come after the 200. Each event has its own transaction, under a lock
on its conversation, in the order in which things were written. Only a linked
account's id makes its words commands; a customer who types one sees nothing
unusual.
"""

from bot.conversation.hearing import MOST_ATTEMPTS, drain, handle_next
from bot.conversation.speaking import Preview, Said, mark_read, preview, say, say_within
from bot.staff import MAY_WRITE

__all__ = [
    "MAY_WRITE",
    "MOST_ATTEMPTS",
    "Preview",
    "Said",
    "drain",
    "handle_next",
    "mark_read",
    "preview",
    "say",
    "say_within",
]
