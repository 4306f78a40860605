"""Surfaces: the staff's groups, which customers are shown there, and what a shop chose for them.

A group belongs to nobody until a linked member of staff claims it with a code
of their own. Until then the bot explains itself once and is silent.
"""

from bot.surfaces.choosing import choose
from bot.surfaces.groups import MAY_RELEASE, GroupError, claim, explain, is_claimed, leave, release
from bot.surfaces.posting import post_due, ride, wake

__all__ = [
    "MAY_RELEASE",
    "GroupError",
    "choose",
    "claim",
    "explain",
    "is_claimed",
    "leave",
    "post_due",
    "release",
    "ride",
    "wake",
]
