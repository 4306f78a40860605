"""Strangers' pictures made safe: opened, bounded and written anew in a process of its own.

What a customer sends may be a bomb (20 KB that unpack to 800 MB), a file that
is two things at once, or hold where it was taken. So this process never opens
one: a child with bounded memory and time does, and gives back a new picture of
the same pixels and a small one for lists.
"""

from bot.pictures.checking import NoPicture, Remade, remake

__all__ = ["NoPicture", "Remade", "remake"]
